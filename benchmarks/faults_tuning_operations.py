"""What is killed of work that tunes model after model: a proof, a size search, and a curation from its file on."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.faults_operation import Operation, dataset_lines
from benchmarks.faults_operations import MODELS, run_worker
from benchmarks.loading import write_rows
from core.paths import StudioPaths
from core.workspace import curation
from jobs import worker
from jobs.__main__ import main as command
from jobs.api import Studio as Opened
from jobs.api import curation_steps
from jobs.experiments.folder import ExperimentFolder
from jobs.queue.folder import folders
from tests.jobs.studio import Studio
from tests.shallow_model import keep_first_layers

LAYERS = 2
ROWS, KEPT = 40, 12
TUNING = {
    "tuned_layers": 1, "max_tokens": 48, "responses": 4, "max_evaluation_tokens": 32, "batch_size": 2,
    "precision": "fp32", "max_cache_gb": 0.0,
}  # fmt: skip
OFTEN_SECONDS = 0.1  # between two looks at the queue, so that a kill meets work and not waiting


class TuningOperation(Operation):
    """One that takes minutes, and of which a user sees what `seen` says."""

    undisturbed = 1
    patience_seconds = 900.0

    def look(self, root: Path) -> list[str]:
        return seen(root)


class Prove(TuningOperation):
    """A worker tunes the models of a proof: a selection on two sub-pools, beside random and length-matched rows."""

    name = "proof"
    kills_each = 12
    within = 0.15

    def prepare(self, root: Path) -> None:
        _with_few_layers(root)
        with Opened.open(root) as studio:
            write_rows(root / "rows.jsonl", ROWS, seed=7)
            number = studio.datasets.load(root / "rows.jsonl").dataset_id
            studio.scores.score(number, indicators=["input_length", "output_length"])
            self._start(studio, number)

    def work(self, root: Path) -> None:
        run_tuning_worker(root, lambda: self._done(root))

    def _start(self, studio: Opened, number: int) -> None:
        studio.selections.select(datasets=[number], by="output_length", rows=KEPT, save="Long")
        studio.proofs.start("Long", draws=2, controls=["length-matched"], wait=False, name="Proof", **TUNING)

    def _done(self, root: Path) -> bool:
        job = next(each for each in folders(StudioPaths(root).jobs) if (each.input / "evaluation.jsonl").exists())
        experiment = ExperimentFolder(job)
        sets = experiment.set_folders().values()
        return bool(sets) and all(each.state().stage == "done" for each in sets) and experiment.measured


class SearchSize(Prove):
    """A worker tunes on more and more rows of a ranking, proposing the next size from the losses so far."""

    name = "size search"

    def _start(self, studio: Opened, number: int) -> None:
        studio.selections.select(datasets=[number], by="output_length", rows=KEPT, save="Long")
        search = {"lowest": 2, "highest": KEPT, "most_sizes": 5, "seeds": 1, "patience": 0}
        studio.sizes.start("Long", wait=False, name="Search", search=search, **TUNING)


class Curate(TuningOperation):
    """The command goes from a file to the chosen rows, beside a worker, and is given again after a kill."""

    name = "curation"
    options: tuple[str, ...] = ()
    kills_each = 25
    within = 0.04

    def prepare(self, root: Path) -> None:
        _with_few_layers(root)
        write_rows(root / "mine.jsonl", ROWS, seed=8)
        Opened.open(root).close()

    def work(self, root: Path) -> None:
        _tune_less()
        beside = _worker_beside(root)
        with Opened.open(root) as studio:
            begun = studio.curations.all()
        if not begun or begun[0].next_step:
            first = [str(root / "mine.jsonl"), "--keep", str(KEPT), *self.options]
            asked = ["--resume", begun[0].name] if begun else first
            code = command(["curate", *asked, "--data", str(root)])
            assert code == 0, f"the command has ended with {code}"
        os.kill(beside, signal.SIGKILL)
        os.waitpid(beside, 0)


class CurateQuickly(Curate):
    """The same without models that are tuned: from the file to the scores, the choice and the file that is written."""

    name = "quick curation"
    options = ("--quick",)
    kills_each = 12
    within = 0.15


def run_tuning_worker(root: Path, done: Callable[[], bool]) -> None:
    """Be a worker until a condition holds, one that makes a checkpoint after every step of tuning."""
    from core.finetune import run as tuning

    tuning.CHECKPOINT_SECONDS = 0.0
    worker.POLL_SECONDS = worker.TUNING_POLL_SECONDS = OFTEN_SECONDS
    run_worker(root, done)


def seen(root: Path) -> list[str]:
    """Datasets, experiments with their sets and losses, selections, curations and files, as a user sees them."""
    with Opened.open(root) as studio:
        store = studio.session.store
        lines = [line for each in store.datasets.all() for line in dataset_lines(store, each.dataset_id)]
        for each in studio.experiments.all():
            losses = store.experiments.losses(each.job_id)
            by_number = dict(zip(losses["number"], losses["loss_per_example"].round(4), strict=True))
            lines.append(f"{each.name} is there")
            lines += [f"{each.name} {number}: {loss}" for number, loss in by_number.items()]
            for one in store.experiments.candidate_sets(each.experiment_id):
                lines.append(f"{each.name} {one.name}: {sorted(map(int, one.members['row_id']))}")
        for saved in studio.selections.all():
            lines.append(f"{saved.name}: {list(map(int, studio.selections.members(saved.selection_id)['row_id']))}")
        for made in studio.curations.all():
            lines += [f"{made.name} is there", *(f"{made.name}: {each} is through" for each in made.done)]
            lines += [f"{made.name} leaves out {each}" for each in made.left_out.items()]
            lines += [f"{made.name}: {made.way}"] * bool(made.way)
    return lines + [f"{each.name}: {each.stat().st_size}" for each in (root / "exports").rglob("*") if each.is_file()]


def _with_few_layers(root: Path) -> None:
    """A data folder with a queue, whose language model is small."""
    models = root / "few-layers"
    models.mkdir(parents=True)
    keep_first_layers(MODELS, models, LAYERS)
    studio = Studio(root, models)
    studio.make_queue()
    studio.close()


def _tune_less() -> None:
    """A curation of few indicators, ways and sub-pools, as its steps are what is killed."""
    from core.experiments.tournament import tuning

    tuning.UPPER_LAYERS, tuning.MAX_TOKENS = 1, 48
    curation.CHEAP, curation.TARGETED = ("input_length", "output_length", "perplexity"), ()
    curation_steps.RESPONSES, curation_steps.EVALUATION_TOKENS, curation_steps.SUB_POOLS = 4, 32, 2


def _worker_beside(root: Path) -> int:
    """A worker that ends with this process, as a command's own does; its process id."""
    above = os.getpid()
    pid = os.fork()
    if pid == 0:
        while os.getppid() == above:  # one that is only just ending may hold the lock
            with suppress(SystemExit):
                run_tuning_worker(root, lambda: os.getppid() != above)
        os._exit(0)
    return pid


TUNING_OPERATIONS: tuple[Operation, ...] = (Prove(), SearchSize(), Curate(), CurateQuickly())
