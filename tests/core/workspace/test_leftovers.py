"""What killed processes left half written goes at the next start; what is being written stays."""

import os
import time
from pathlib import Path

from core.models.embedded_model import HALF_MADE
from core.paths import StudioPaths
from core.workspace.leftovers import OLD_SECONDS, clear_leftovers


def test_old_leftovers_go_and_all_else_stays(tmp_path: Path) -> None:
    paths = StudioPaths(tmp_path)
    left = [
        paths.models / f"{HALF_MADE}abc" / "model.safetensors",
        paths.backups / ".unfinished-1-2" / "studio.duckdb",
        paths.uploads / ".unfinished-upload.csv",
        paths.root / ".unfinished-studio.duckdb",
    ]
    young = paths.exports / ".unfinished-best.jsonl"
    kept = [paths.models / "custom" / "model.safetensors", paths.uploads / "a.csv", young]
    for file in (*left, *kept):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    old = time.time() - OLD_SECONDS - 60
    for path in (*paths.root.rglob("*"),):
        if path != young:
            os.utime(path, (old, old))
    assert clear_leftovers(paths) == len(left)
    assert sorted(each for each in paths.root.rglob("*") if each.is_file()) == sorted(kept)
    assert not (paths.models / f"{HALF_MADE}abc").exists()
