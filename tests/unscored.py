"""Rows that no studio brings scores of."""

import json
from pathlib import Path

from core.paths import DEMO


def unscored_file(demo: str, folder: Path, rows: int | None = None) -> Path:
    """The first rows of a demo dataset with another question each, whose scores no studio brings along."""
    lines = (DEMO / f"{demo}.jsonl").read_text("utf-8").splitlines()[:rows]
    changed = [{**row, "instruction": f"{row['instruction']} Please."} for row in map(json.loads, lines)]
    file = folder / "mine.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in changed), "utf-8")
    return file
