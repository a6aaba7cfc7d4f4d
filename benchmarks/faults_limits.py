"""Little memory: is a job that has not enough of it told in one sentence, and does its worker come to rest?

    python -m benchmarks.faults_limits [--gib 2 4] [--only score] [--how address-space cgroup] [--patience 240]

A real worker, `python -m jobs.worker`, under a limit, started again whenever it ends, as `python start.py` does. Limits
are of two kinds. Of the *address space* (`ulimit -v`): what is asked for beyond it is refused, and libraries say so or
end the process. Of a *cgroup*: what is used beyond it has the kernel kill the process, as a computer without memory
does (takes the right to make a cgroup; Linux). A job ends done, or failed with a sentence that says what is to be done.
"""

import argparse
import contextlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.faults_operations import MODELS
from core.experiments.sampling import random_sets
from core.finetune.settings import Precision, TuningSettings
from core.paths import PROJECT
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters
from core.rows.row import Row
from jobs.experiments.experiments import Experiments
from jobs.experiments.new_experiment import NewExperiment
from jobs.queue.job import ACTIVE
from tests.jobs.studio import Studio, until

GIB = 2**30
MEMORY_CGROUPS = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
LIMITS, PEAKS = ("memory.limit_in_bytes", "memory.max"), ("memory.max_usage_in_bytes", "memory.peak")
MOST_WORKERS = 8
SEA = "there was a house by the sea. " * 120
LONG = [Row("Tell a story.", "", f"Once upon a time, {number}, {SEA}") for number in range(8)]
EXAMPLES = [EvaluationExample("Name a primary colour.", "", ("Red is one of the three primary colours.", "Blue."))]
Limit = Callable[[], None]
Peak = Callable[[], str]


@contextlib.contextmanager
def address_space(size: int) -> Iterator[tuple[Limit, Peak]]:
    """What a child does to have a limit of its address space; what it used at most is not known."""
    yield lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)), lambda: "-"


@contextlib.contextmanager
def cgroup(size: int) -> Iterator[tuple[Limit, Peak]]:
    """What a child does to be in a group of its own that may use so much memory, and what that has used at most."""
    kinds = zip(MEMORY_CGROUPS, LIMITS, PEAKS, strict=True)
    place, limit, peak = next(each for each in kinds if each[0].is_dir())
    group = place / f"studio-{os.getpid()}"
    group.mkdir()
    try:
        (group / limit).write_text(str(size))
        yield (
            lambda: (group / "cgroup.procs").write_text(str(os.getpid())) and None,
            lambda: f"{int((group / peak).read_text()) / GIB:.2f} GiB",
        )
    finally:
        until(lambda: not (group / "cgroup.procs").read_text(), "the worker's own children have ended")
        group.rmdir()


def score(studio: Studio) -> str:
    """Perplexity, embeddings and lengths of long rows."""
    return studio.enqueue(studio.dataset("long", LONG), ["perplexity", "knn_distance", "output_length"])


def tune(studio: Studio) -> str:
    """LoRA on long rows, a whole batch at once."""
    studio.dataset("long", LONG)
    studio.store.matrix.refresh({each.dataset_id: [] for each in studio.store.datasets.all()})
    pool = studio.store.browse.candidates(Filters())[["dataset_id", "row_id"]]
    tuning = TuningSettings(Precision.FP32, epochs=1, batch_size=4, micro_batch_size=4, max_tokens=1_024)
    wanted = NewExperiment("Long", "embedded", random_sets(pool, 1, 4, seed=3), tuning, "one", EXAMPLES)
    number = Experiments(studio.client).start(studio.store, wanted)
    return studio.store.experiments.get(number).job_id


JOBS = {"score": score, "tune": tune}
KINDS = {"address-space": address_space, "cgroup": cgroup}


def standing(studio: Studio, job: str) -> tuple[str, str]:
    """How a job stands, and why it failed."""
    if (studio.paths.jobs / job / "sets").is_dir() or studio.store.experiments.all():
        state = Experiments(studio.client).state(job)
        return state.status, next((each.error for each in state.sets if each.error), "")
    found = studio.job(job)
    return found.status, found.error


def run(folder: Path, start: Callable[[Studio], str], limit: Limit, peak: Peak, patience: float) -> str:
    """What came of a job under a limit, a line of the table."""
    studio = Studio(folder, MODELS)
    studio.make_queue()
    job, ends = start(studio), []
    log = folder / "limited.log"
    began = time.monotonic()
    worker = None
    while standing(studio, job)[0] in ACTIVE and len(ends) < MOST_WORKERS and time.monotonic() - began < patience:
        if worker is None or worker.poll() is not None:
            if worker is not None:
                ends.append(worker.returncode)
            with log.open("ab") as output:
                worker = subprocess.Popen(
                    [sys.executable, "-m", "jobs.worker"],
                    cwd=PROJECT,
                    env={**os.environ, "STUDIO_DATA": str(folder)},
                    stderr=output,
                    stdout=output,
                    preexec_fn=limit,
                )
        time.sleep(0.3)
    status, why = standing(studio, job)
    if worker is not None:
        worker.terminate()
        worker.wait(30)
    seconds = time.monotonic() - began
    tracebacks = len(re.findall("^Traceback", log.read_text("utf-8", "replace"), re.MULTILINE))
    studio.close()
    return f"{seconds:.0f} s | {peak()} | {ends or 'none'} | {status} | {tracebacks} | {why or '-'}"


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--gib", type=float, nargs="+", default=[2.0, 4.0])
    lines.add_argument("--only", nargs="+", choices=list(JOBS), default=list(JOBS))
    lines.add_argument("--how", nargs="+", choices=list(KINDS), default=list(KINDS))
    lines.add_argument("--patience", type=float, default=240.0, metavar="SECONDS")
    asked = lines.parse_args()
    print("| limit | of | job | time | at most | workers that ended | the job is | tracebacks in the log | told |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for how in asked.how:
        for gib in asked.gib:
            for name in asked.only:
                with tempfile.TemporaryDirectory(prefix="limits-") as folder, KINDS[how](int(gib * GIB)) as limited:
                    found = run(Path(folder) / "data", JOBS[name], *limited, asked.patience)
                    print(f"| {gib:g} GiB | {how} | {name} | {found} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
