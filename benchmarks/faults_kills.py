"""Kills at random moments: is anything lost, doubled or stuck afterwards?

    python -m benchmarks.faults_kills [--seed 1] [--only load export] [--kills 5]

Each attempt begins from a copy of the same data folder. A real process of the studio (the worker, or the one that owns
the store, as the app does) gets SIGKILL at a moment drawn evenly from the time that the operation takes undisturbed.
What can be seen then has to be the state before or the one after; then the operation is done again to its end, and what
is there is compared with an undisturbed run, item by item. A kill that comes after the end is not counted.

The processes are forks of this one (see `faults_forked`). SIGKILL takes the process, not the machine: what the system
has not written to the disk yet survives it. A power cut is not tried here.
"""

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults_analysis_operations import ANALYSIS_OPERATIONS
from benchmarks.faults_forked import Broken, Forked, Stuck, answer_of
from benchmarks.faults_operations import OPERATIONS, Operation
from benchmarks.faults_tuning_operations import TUNING_OPERATIONS
from core.embeddings.compiled import VARIABLE, compile_apart, load_umap

KILLS = {"load": 110, "score": 130, "enqueue": 50, "take in": 110, "export": 110, "tune": 20}
KILLS |= {"backup": 110, "restore": 110, "start over": 110, "migrate": 110}
KILLS |= {"map": 50, "near-duplicates": 50, "large export": 50}
KILLS |= {"proof": 100, "size search": 100, "curation": 100, "quick curation": 100}
WORKERS = {"score", "map", "enqueue", "take in", "tune", "proof", "size search", "curation", "quick curation"}


@dataclass
class Tally:
    """What came of the kills of one operation.

    Attributes:
        tried: kills that came while it worked.
        lost, doubled: items that were not there, or were there twice or otherwise than they should be.
        stuck, failed: attempts after which it did not end in time, or ended with an error.
        tracebacks: shown by its processes.
    """

    tried: int = 0
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    failed: int = 0
    tracebacks: int = 0

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.failed or self.tracebacks)

    def as_line(self, name: str) -> str:
        """A line of the table."""
        figures = (self.tried, self.lost, self.doubled, self.stuck, self.failed, self.tracebacks)
        return f"| {name} | {' | '.join(map(str, figures))} |"

    def compare_with_either(self, before: list[str], after: list[str], seen: list[str]) -> None:
        """What is seen after a kill has to be there before or after, and what is in both has to be seen."""
        self.lost += ((Counter(before) & Counter(after)) - Counter(seen)).total()
        self.doubled += (Counter(seen) - (Counter(before) | Counter(after))).total()

    def compare(self, after: list[str], found: list[str]) -> None:
        """What is found in the end has to be what an undisturbed run comes to."""
        self.lost += (Counter(after) - Counter(found)).total()
        self.doubled += (Counter(found) - Counter(after)).total()


@dataclass(frozen=True)
class Undisturbed:
    """An operation without kills: what is seen before and after, and how long it takes (median)."""

    before: list[str]
    after: list[str]
    seconds: float


class Attempts:
    """All attempts at one operation."""

    def __init__(self, operation: Operation, folder: Path, chance: random.Random) -> None:
        """Make the folder from which each attempt begins, and see what happens undisturbed."""
        self._operation, self._chance = operation, chance
        self._start, self._log = folder / "start", folder / "log.txt"
        self._root = folder / "data"
        self._start.mkdir(parents=True)
        answer_of(lambda: operation.prepare(self._start), self._log)
        before = self._seen_from_the_start()
        runs = [self._run_undisturbed() for _ in range(operation.undisturbed)]
        assert all(sorted(after) == sorted(runs[0][0]) for after, _ in runs), "it is not the same twice undisturbed"
        self.undisturbed = Undisturbed(before, runs[0][0], statistics.median(seconds for _, seconds in runs))
        self._seconds = self.undisturbed.seconds

    def kill(self, kills: int) -> Tally:
        """Kill it so many times; what happened is told on the way."""
        tally, began, told = Tally(), time.monotonic(), 0.0
        while tally.tried < kills and time.monotonic() - began < 3_600:
            try:
                self._attempt(tally, min(self._operation.kills_each, kills - tally.tried))
            except Stuck as error:
                tally.stuck += 1
                self._keep_for_inspection(str(error))
            except Broken as error:
                tally.failed += 1
                self._keep_for_inspection(str(error))
            if time.monotonic() - told > 30:
                told = time.monotonic()
                print(f"  {self._operation.name}: {tally.tried} of {kills} kills, {told - began:.0f} s", flush=True)
        tally.tracebacks = self._log.read_text("utf-8", "replace").count("Traceback (most recent call last)")
        return tally

    def _attempt(self, tally: Tally, kills: int) -> None:
        operation, root = self._operation, self._root
        self._begin()
        for _ in range(kills):
            if not self._killed(Forked(lambda: operation.work(root), self._log)):
                break
            tally.tried += 1
            tally.compare_with_either(self.undisturbed.before, self.undisturbed.after, self._look())
        answer_of(lambda: operation.work(root), self._log, operation.patience_seconds)
        wrong = tally.lost + tally.doubled
        tally.compare(self.undisturbed.after, self._look())
        if tally.lost + tally.doubled > wrong:
            self._keep_for_inspection("something was lost or doubled")

    def _killed(self, process: Forked) -> bool:
        """Kill it at a moment drawn from the time that it takes; False where it was through before.

        That time is followed as the machine has more or less else to do.
        """
        began, within = time.monotonic(), self._operation.within
        moment = self._chance.uniform(0.0, within * self._seconds)
        while process.alive() and (left := moment - (time.monotonic() - began)) > 0:
            time.sleep(min(0.002, left))
        if process.kill(alone=self._chance.random() < 0.5):
            self._seconds *= 1.02
            return True
        self._seconds = time.monotonic() - began if within == 1 else 0.8 * self._seconds
        return False

    def _begin(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)
        shutil.copytree(self._start, self._root, symlinks=True)

    def _look(self) -> list[str]:
        return answer_of(lambda: self._operation.look(self._root), self._log)

    def _seen_from_the_start(self) -> list[str]:
        self._begin()
        return self._look()

    def _run_undisturbed(self) -> tuple[list[str], float]:
        self._begin()
        began = time.monotonic()
        answer_of(lambda: self._operation.work(self._root), self._log, self._operation.patience_seconds)
        seconds = time.monotonic() - began
        return self._look(), seconds

    def _keep_for_inspection(self, why: str) -> None:
        kept = Path(tempfile.mkdtemp(prefix=f"fault-{self._operation.name.replace(' ', '-')}-"))
        shutil.copytree(self._root, kept / "data", symlinks=True)
        print(f"  {self._operation.name}: {why}\n  the data folder as it was left: {kept}", flush=True)


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--seed", type=int, default=1)
    lines.add_argument("--only", nargs="+", choices=list(KILLS), default=list(KILLS))
    lines.add_argument("--kills", type=int, help="of each operation; else " + str(KILLS))
    asked = lines.parse_args()
    if WORKERS & set(asked.only):
        _import_what_workers_import()
    if "map" in asked.only:
        _compile_maps()
    tallies = {}
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        for operation in (
            each for each in (*OPERATIONS, *ANALYSIS_OPERATIONS, *TUNING_OPERATIONS) if each.name in asked.only
        ):
            attempts = Attempts(
                operation, Path(folder) / operation.name, random.Random(f"{asked.seed} {operation.name}")
            )
            undisturbed = attempts.undisturbed
            print(f"{operation.name}: {undisturbed.seconds:.2f} s, {len(undisturbed.after):,} items", flush=True)
            tallies[operation.name] = attempts.kill(asked.kills or KILLS[operation.name])
            print(tallies[operation.name].as_line(operation.name), flush=True)
    print(f"\n| operation | kills | lost | doubled or half | stuck | failed | tracebacks |\n|{' --- |' * 7}")
    print("\n".join(each.as_line(name) for name, each in tallies.items()))
    print(f"\n{sum(each.tried for each in tallies.values())} kills, seed {asked.seed}")
    return 0 if all(each.clean for each in tallies.values()) else 1


def _import_what_workers_import() -> None:
    """Once, so that no child has to."""
    import sentence_transformers  # noqa: F401
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: F401

    from core.finetune import model, run  # noqa: F401
    from jobs.answers import job  # noqa: F401
    from jobs.experiments import set_job, workflows  # noqa: F401
    from jobs.maps import job as map_job  # noqa: F401
    from jobs.scoring import job as scoring_job  # noqa: F401


def _compile_maps() -> None:
    """Once, and import what makes a map: it takes half a minute."""
    os.environ.setdefault(VARIABLE, tempfile.mkdtemp(prefix="compiled-"))
    compile_apart().wait()
    load_umap()


if __name__ == "__main__":
    sys.exit(main())
