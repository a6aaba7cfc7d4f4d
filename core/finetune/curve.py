"""The curve of a tuning run, which grows while the run lasts. Reading it loads no model library."""

import json
from pathlib import Path
from typing import Any

CURVE = "curve.jsonl"


def read_curve(file: Path) -> list[dict[str, Any]]:
    """The points of a curve: step, epoch, loss, learning_rate, seconds. A line cut off by a crash is left out."""
    points = []
    for line in file.read_text("utf-8").splitlines() if file.exists() else []:
        try:
            points.append(json.loads(line))
        except ValueError:
            break
    return points
