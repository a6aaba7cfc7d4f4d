"""Damage to the store's own files: is anything lost in silence, and is it got back by what the studio offers?

    python -m benchmarks.faults_store [--each 100] [--seed 1]

A store of 60 changes, of which the later ones are in DuckDB's log alone because its process was killed, and a backup of
the first 20. Its files are damaged, each time one way; then it is opened and read through as the check does. What opens
has to have every change, or say that it has not. Where it says so, what the screen offers is done: to go on with what
can be read, else to restore the backup; then the store has to open with at least what that has.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from core.errors import StoreDamaged
from core.paths import StudioPaths
from core.store import Store
from core.store.backups import Backups
from core.store.commits import commit_file, log_of
from core.store.examine import unreadable_tables
from jobs.api.rescue import Rescue

CHANGES, BACKED_UP, IN_FILE = 60, 20, 30
KILLED = f"""
import os, signal, sys
from pathlib import Path
from core.store import Store
from core.store.backups import Backups, Occasion
store = Store.open(Path(sys.argv[1]))
for number in range({CHANGES}):
    store.settings.set(f"setting {{number}}", "x" * 200)
    if number + 1 == {BACKED_UP}:
        Backups(store.path).make(store.connection, Occasion.BY_HAND)
    if number + 1 == {IN_FILE}:
        store.connection.checkpoint()
os.kill(os.getpid(), signal.SIGKILL)
"""
Damaging = Callable[[Path, random.Random], None]


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--each", type=int, default=100, help="how often each way of damage is tried")
    lines.add_argument("--seed", type=int, default=1)
    asked = lines.parse_args()
    print("| damage | tried | whole all the same | told and got back | in silence | not got back |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="store-") as folder:
        source = Path(folder) / "source" / "studio.duckdb"
        source.parent.mkdir()
        ended = subprocess.run([sys.executable, "-c", KILLED, str(source)])
        assert ended.returncode == -signal.SIGKILL
        for name, damage in WAYS.items():
            chance, tally = random.Random(f"{asked.seed} {name}"), Counter[str]()
            for _ in range(asked.each):
                data = Path(folder) / "data"
                shutil.rmtree(data, ignore_errors=True)
                shutil.copytree(source.parent, data)
                damage(data / source.name, chance)
                tally[outcome(data / source.name)] += 1
            counts = [tally[each] for each in ("whole", "got back", "silence", "lost")]
            wrong += counts[2] + counts[3]
            print(f"| {name} | {asked.each} | {' | '.join(map(str, counts))} |", flush=True)
    return 1 if wrong else 0


def outcome(store: Path) -> str:
    """What comes of a damaged store: whole, got back, silence or lost."""
    try:
        there, fault = _changes(store)
    except StoreDamaged:
        fault, there = "told", 0
    if not fault:
        return "whole" if there == CHANGES else "silence"
    try:
        return "got back" if _got_back(store) >= BACKED_UP else "lost"
    except Exception as error:
        print(f"  {type(error).__name__}: {error}", file=sys.stderr)
        return "lost"


def _changes(store: Path) -> tuple[int, str]:
    """How many changes are there, the first ones; and a table that can't be read, as the check tells it."""
    with Store.open(store) as opened:
        with opened.connection.read() as cursor:
            faults = unreadable_tables(cursor)
        if faults:
            return 0, faults[0][0]
        found = [opened.settings.get(f"setting {number}") for number in range(CHANGES)]
    there = sum(each is not None for each in found)
    return (there if None not in found[:there] else -1), ""


def _got_back(store: Path) -> int:
    """Do what the screen offers; how many changes are there then."""
    rescue = Rescue(StudioPaths(store.parent))
    while (damage := rescue.damage) is not None:
        try:
            if damage[0].readable:
                rescue.go_on()
                continue
        except StoreDamaged:  # the screen then says that nothing can be read
            pass
        rescue.restore("newest")
    return _changes(store)[0]


def _cut(file: Path, chance: random.Random) -> None:
    os.truncate(file, chance.randrange(file.stat().st_size))


def _flip(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 1, 8))):
        content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    file.write_bytes(content)


def _blank(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    begin = chance.randrange(len(content))
    length = chance.randrange(1, 20_000)
    content[begin : begin + length] = bytes(len(content[begin : begin + length]))
    file.write_bytes(content)


def _copied_alone(store: Path, chance: random.Random) -> None:
    log_of(store).unlink()
    commit_file(store).unlink()


def _old_log(store: Path, chance: random.Random) -> None:
    """The log of now beside the file of an earlier backup."""
    backups = Backups(store)
    shutil.copyfile(backups.file(backups.get("newest")), store)


WAYS: dict[str, Damaging] = {
    "log cut short": lambda store, chance: _cut(log_of(store), chance),
    "bytes of the log changed": lambda store, chance: _flip(log_of(store), chance),
    "a part of the log blank": lambda store, chance: _blank(log_of(store), chance),
    "log gone": lambda store, chance: log_of(store).unlink(),
    "file cut short": _cut,
    "bytes of the file changed": _flip,
    "a part of the file blank": _blank,
    "file gone": lambda store, chance: store.unlink(),
    "file copied alone from a killed studio": _copied_alone,
    "file of a backup beside the log of now": _old_log,
}


if __name__ == "__main__":
    sys.exit(main())
