"""Exports of every layout, opened by the readers of the trainers themselves: a table for docs/formats.md.

    pip install --no-deps --target lf llamafactory; pip install --no-deps --target trl trl
    pip install --no-deps --target ds datasets==4.0.0 "fsspec<=2025.3.0"     # which LLaMA-Factory asks for
    python -m benchmarks.trainer_readers --llama-factory lf ds --trl trl   # as whole paths

LLaMA-Factory: its list of datasets and its converter. TRL: a trainer of its own prepares the rows and makes one step.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from core.export import ExportOptions, ExportRow, Layout, write_export
from core.export.trainers import TRL_FILES, trainer_files
from core.paths import PROJECT
from core.rows.row import Message, Row, row_from_messages

ASKED, ANSWERED = Message("user", "Time?"), Message("assistant", "Noon.")
CALL = {"function": {"arguments": '{"zone": "UTC"}', "name": "clock"}, "id": "c1", "type": "function"}
TOOL = {"function": {"name": "clock", "parameters": {"type": "object"}}, "type": "function"}
PAIRS = [Row(f"Question {number}?", "", f"{number} " + "word " * 420) for number in range(5_500)]
CHAT = row_from_messages([Message("system", "Be brief."), ASKED, ANSWERED, Message("user", "Sure?"), ANSWERED])
CALLED = row_from_messages(
    [
        ASKED,
        Message("assistant", "", {"tool_calls": [CALL]}),
        Message("tool", "12:00", {"tool_call_id": "c1"}),
        ANSWERED,
    ],
    tools=[TOOL],
)
JUDGED = row_from_messages([ASKED, ANSWERED], rejected=[Message("assistant", "Never.")])
LABELS = [row_from_messages([ASKED, ANSWERED], label=label) for label in (True, False)]
LINES = [Layout.ALPACA, Layout.MESSAGES, Layout.SHAREGPT, Layout.PROMPT_COMPLETION]
KINDS: dict[str, tuple[list[Row], list[Layout]]] = {
    "11 MB of pairs, then a conversation": ([*PAIRS, CHAT], [*LINES, Layout.CSV, Layout.PARQUET]),
    "tools and calls": ([CALLED, CHAT], LINES[1:]),
    "labels for KTO": (LABELS, [*LINES, Layout.CSV, Layout.PARQUET]),
    "preferences": ([JUDGED, JUDGED], [LINES[0], *LINES[2:]]),
}


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--llama-factory", nargs="*", default=[], help="folders in which it was installed")
    lines.add_argument("--trl", nargs="*", default=[])
    asked = lines.parse_args()
    print("| rows | layout | datasets | LLaMA-Factory | TRL |\n| --- | --- | --- | --- | --- |")
    for kind, (rows, layouts) in KINDS.items():
        for layout in layouts:
            with tempfile.TemporaryDirectory() as made:
                files = export(Path(made), layout, rows)
                cells = [
                    child("datasets", made, layout.suffix, []),
                    child("llama-factory", made, "", asked.llama_factory) if "dataset_info.json" in files else "–",
                    child("trl", made, "", asked.trl) if files & {*TRL_FILES} else "–",
                ]
                print(f"| {kind} | {layout} | {' | '.join(cells)} |", flush=True)
    return 0


def export(folder: Path, layout: Layout, rows: Sequence[Row]) -> set[str]:
    """Write the rows as an export does; returns the names of the files for trainers."""
    data, options = f"rows{layout.suffix}", ExportOptions(layout)
    written = write_export(folder / data, options, [ExportRow(row) for row in rows], len(rows))
    files = trainer_files("rows", data, written, options)
    for each in files:
        (folder / each.name).write_text(each.content, "utf-8")
    return {each.name for each in files}


def child(reader: str, folder: str, suffix: str, installed: Sequence[str]) -> str:
    """What a reader says of a folder, in a process of its own with the packages installed there before all others."""
    if reader != "datasets" and not installed:
        return "not installed"
    code = f"import sys; sys.path.append({str(PROJECT)!r}); from benchmarks import trainer_reader as r; "
    code += f"r.READERS[{reader!r}]({folder!r}, {suffix!r})"
    paths = os.pathsep.join(installed)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": paths, "HF_HUB_OFFLINE": "1", "HF_HOME": f"{folder}/cache"},
    )  # fmt: skip
    last = (done.stdout.strip().splitlines() or [""])[-1]
    return str(json.loads(last)) if done.returncode == 0 else f"failed: {done.stderr.strip().splitlines()[-1]}"


if __name__ == "__main__":
    sys.exit(main())
