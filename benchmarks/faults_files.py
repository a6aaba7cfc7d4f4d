"""Damaged files of every form through the real loader: rows with reasons, or one sentence; never anything else.

    python -m benchmarks.faults_files [--files 2000] [--seed 1]

Each file is made at random (`tests/core/formats/mutations.py`) and loaded into a store that has a dataset already. It
counts as a fault when another exception than a StudioError comes out, when the numbers of rows don't add up, when a
row can't be written as UTF-8, when a refusal has no reason, when the dataset from before is changed or half a dataset
stays, when the process dies, or when it takes more than 20 seconds. Faulty files are kept. POSIX only.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.faults_forked import Forked
from core.datasets.loading import LoadReport, load_files
from core.errors import StudioError
from core.progress import Silent
from core.rows.row import Row
from core.sources.source_file import SourceFile
from core.store import Store
from tests.core.formats.mutations import Damaged, damaged_file

PATIENCE_SECONDS = 20.0
BEFORE = [Row("What was here before?", "", f"Answer {number}.") for number in range(100)]


def file_number(seed: int, number: int) -> Damaged:
    """The same file for the same numbers."""
    return damaged_file(random.Random(f"{seed} {number}"))


def load_all(folder: Path, seed: int, first: int, last: int) -> None:
    """Load the files from `first` on and write a line about each to `told.jsonl`."""
    with Store.open(folder / f"{first}.duckdb") as store, (folder / "told.jsonl").open("a", encoding="utf-8") as told:
        before = store.datasets.begin("before")
        store.datasets.append_rows(before, BEFORE, [("before", place) for place in range(len(BEFORE))])
        store.datasets.finish(before)
        for number in range(first, last):
            began = time.monotonic()
            line = {"number": number} | load_one(store, folder, file_number(seed, number))
            told.write(json.dumps(line | {"seconds": time.monotonic() - began}) + "\n")
            told.flush()


def load_one(store: Store, folder: Path, damaged: Damaged) -> dict[str, Any]:
    """Load one file and say what came of it: `outcome` is rows, sentence or fault."""
    path = folder / f"file{damaged.ending}" if damaged.ending.startswith(".") else folder / damaged.ending
    path.write_bytes(damaged.content)
    told: dict[str, Any] = {"how": damaged.how, "outcome": "rows"}
    try:
        report = load_files(store, "damaged", [SourceFile(path, path.name)], None, Silent())
        fault = fault_of(store, report)
        store.datasets.delete(report.dataset_id)
        told |= {"kept": report.kept, "rejected": report.rejected}
    except StudioError as error:
        told["outcome"] = "sentence"
        fault = "" if error.what and error.mend and error.where else f"half a sentence: {error!r}"
    except BaseException:
        fault = traceback.format_exc()
    finally:
        path.unlink()
    left = store.datasets.all()
    if [(each.name, each.rows) for each in left] != [("before", len(BEFORE))]:
        fault += f" left behind: {left}"
    return told | ({"outcome": "fault", "fault": fault} if fault else {})


def fault_of(store: Store, report: LoadReport) -> str:
    """What is wrong with a load that reports success; "" when nothing is."""
    if report.rows_read != report.kept + report.duplicates + report.rejected:
        return f"the numbers don't add up: {report}"
    rows = [row for batch in store.rows.iterate(report.dataset_id) for _, row in batch]
    refused = store.datasets.rejections(report.dataset_id)
    if (len(rows), len(refused)) != (report.kept, report.rejected):
        return f"{len(rows)} rows and {len(refused)} refusals are stored: {report}"
    for row in rows:
        (row.prompt + row.output + (row.messages or "") + (row.extra or "")).encode()
        if not (row.instruction and row.output):
            return f"an empty row: {row}"
    told = (refused["reason"].str.len() > 0) & (refused["mend"].str.len() > 0)
    return "" if told.all() else f"a refusal without a reason: {refused[~told]}"


def run(folder: Path, seed: int, files: int) -> list[dict[str, Any]]:
    """Load all files in processes that may die or hang; a line about each."""
    told = folder / "told.jsonl"
    told.touch()
    while (done := len(lines_of(told))) < files:
        first = done
        process = Forked(lambda first=first: load_all(folder, seed, first, files), folder / "log.txt")
        since = time.monotonic()
        while process.alive() and time.monotonic() - since < PATIENCE_SECONDS:
            time.sleep(0.1)
            if (now := len(lines_of(told))) > done:
                done, since = now, time.monotonic()
        hung = process.kill()
        if len(lines_of(told)) < files:
            with told.open("a", encoding="utf-8") as file:
                fault = "it hangs" if hung else "the process died"
                how = file_number(seed, done).how
                file.write(
                    json.dumps({"number": done, "how": how, "outcome": "fault", "fault": fault, "seconds": 0}) + "\n"
                )
    return lines_of(told)


def lines_of(told: Path) -> list[dict[str, Any]]:
    """The lines that are whole."""
    return [json.loads(line) for line in told.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--files", type=int, default=2_000)
    lines.add_argument("--seed", type=int, default=1)
    asked = lines.parse_args()
    with tempfile.TemporaryDirectory(prefix="files-") as folder:
        told = run(Path(folder), asked.seed, asked.files)
    outcomes = Counter(each["outcome"] for each in told)
    slowest = max(told, key=lambda each: each["seconds"])
    for each in (each for each in told if each["outcome"] == "fault"):
        damaged = file_number(asked.seed, each["number"])
        kept = Path(tempfile.mkdtemp(prefix="faulty-")) / f"file{Path(damaged.ending).suffix}"
        kept.write_bytes(damaged.content)
        print(f"fault, file {each['number']} ({each['how']}), kept as {kept}:\n{each['fault']}")
    print(
        f"{len(told):,} files, seed {asked.seed}: {outcomes['rows']:,} gave rows, {outcomes['sentence']:,} one "
        f"sentence, {outcomes['fault']:,} faults; the slowest took {slowest['seconds']:.1f} s ({slowest['how']})"
    )
    return 1 if outcomes["fault"] else 0


if __name__ == "__main__":
    sys.exit(main())
