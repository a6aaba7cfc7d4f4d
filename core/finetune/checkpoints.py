"""Checkpoints that can be trusted: one counts only when its seal, written last, still fits its files."""

import json
import shutil
from pathlib import Path

from core.files import sha256_of

SEAL = "seal.json"


def seal(checkpoint: Path) -> None:
    """Mark a checkpoint as whole, with the digest of each of its files."""
    (checkpoint / SEAL).write_text(json.dumps(_digests(checkpoint)), "utf-8")


def newest_whole(folder: Path) -> tuple[Path | None, list[str]]:
    """The newest checkpoint whose seal fits; those that were cut off or damaged are removed.

    Returns: the checkpoint, None where there is none, and the names of those that were removed.
    """
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rsplit("-", 1)[1]), reverse=True)
    removed: list[str] = []
    for checkpoint in found:
        if _fits(checkpoint):
            return checkpoint, removed
        shutil.rmtree(checkpoint)
        removed.append(checkpoint.name)
    return None, removed


def _fits(checkpoint: Path) -> bool:
    try:
        return json.loads((checkpoint / SEAL).read_text("utf-8")) == _digests(checkpoint)
    except (OSError, ValueError):
        return False


def _digests(checkpoint: Path) -> dict[str, str]:
    return {file.name: sha256_of(file) for file in sorted(checkpoint.iterdir()) if file.name != SEAL}
