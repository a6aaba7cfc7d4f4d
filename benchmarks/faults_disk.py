"""A disk that is full at each write in turn: said in one sentence, nothing stored is touched, and it goes on after.

    python -m benchmarks.faults_disk [--steps 25] [--only load export]

On a small file system of its own (which takes the right to mount one; Linux) each operation of `faults_operations` that
the app does itself is tried with no space left, then with a little more each time, until it passes twice. So every
write of it fails once, as far as the steps are fine enough. After each refusal what can be seen has to be the state
before or the one after; then the space is freed, the operation is done again and compared with an undisturbed run.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.faults_forked import Broken, Stuck, answer_of
from benchmarks.faults_kills import Tally
from benchmarks.faults_operations import Enqueue, Export, Load, Operation, TakeIn
from core.errors import StudioError
from tests.small_disk import fill, mounted

OPERATIONS: tuple[Operation, ...] = (Load(), Enqueue(), TakeIn(), Export())
DISK_BYTES = 200 * 2**20
PAGE = 4_096


class Refusals(Tally):
    """`tried` counts refusals; beside what a tally has:

    Attributes:
        unsaid: refusals that were no sentence about the space, the first of them in words.
    """

    passed = 0
    unsaid: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return super().clean and not self.unsaid


class FullDisk:
    """One operation on one small disk."""

    def __init__(self, operation: Operation, disk: Path, folder: Path) -> None:
        """Make the folder from which each attempt begins, and see what happens undisturbed."""
        self._operation, self._disk = operation, disk
        self._start, self._root, self._log = folder / "start", disk / "data", folder / "log.txt"
        self._start.mkdir(parents=True)
        answer_of(lambda: operation.prepare(self._start), self._log)
        self._begin()
        self._before, used = self._look(), _used(self._root)
        answer_of(lambda: operation.work(self._root), self._log)
        self._after, self.needed = self._look(), max(PAGE, _used(self._root) - used)

    def try_all(self, steps: int) -> Refusals:
        """Try with more and more space."""
        found, step, free = Refusals(), max(PAGE, self.needed // steps), 0
        while found.passed < 2 and free < DISK_BYTES // 2:
            self._try_with(free, found)
            free += step
        return found

    def _try_with(self, free: int, found: Refusals) -> None:
        self._begin()
        filler = self._disk / "filler"
        fill(filler, leaving=free)
        told = answer_of(lambda: _sentence_of(self._operation, self._root), self._log)
        if told["family"]:
            found.tried += 1
            if told["family"] != "StorageFull":
                found.unsaid += (f"with {free:,} bytes: {told['words']}",)
        found.passed = 0 if told["family"] else found.passed + 1
        filler.unlink()
        try:
            found.compare_with_either(self._before, self._after, self._look())
            answer_of(lambda: self._operation.work(self._root), self._log)
            found.compare(self._after, self._look())
        except Stuck:
            found.stuck += 1
        except Broken as error:
            found.failed += 1
            print(f"  with {free:,} bytes: {error}", flush=True)

    def _begin(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)
        shutil.copytree(self._start, self._root, symlinks=True)

    def _look(self) -> list[str]:
        return answer_of(lambda: self._operation.look(self._root), self._log)


def _sentence_of(operation: Operation, root: Path) -> dict[str, Any]:
    """Of which family the refusal was, "" where there was none, and its words."""
    try:
        operation.work(root)
    except StudioError as error:
        return {"family": type(error).__name__, "words": str(error)}
    except Exception as error:
        return {"family": type(error).__name__, "words": f"{type(error).__name__}: {error}"}
    return {"family": "", "words": ""}


def _used(folder: Path) -> int:
    about = os.statvfs(folder)
    return (about.f_blocks - about.f_bfree) * about.f_frsize


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--steps", type=int, default=25)
    lines.add_argument("--only", nargs="+", default=[each.name for each in OPERATIONS])
    asked = lines.parse_args()
    print("| operation | refused | lost | doubled or half | stuck | failed | not said as a full disk |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    clean = True
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        for operation in (each for each in OPERATIONS if each.name in asked.only):
            own = Path(folder) / operation.name
            own.mkdir()
            with mounted(own / "disk", f"{DISK_BYTES}") as disk:
                found = FullDisk(operation, disk, own / "kept").try_all(asked.steps)
            figures = (found.tried, found.lost, found.doubled, found.stuck, found.failed)
            print(f"| {operation.name} | {' | '.join(map(str, figures))} | {len(found.unsaid)} |", flush=True)
            for words in found.unsaid:
                print(f"  {words}", flush=True)
            clean &= found.clean
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
