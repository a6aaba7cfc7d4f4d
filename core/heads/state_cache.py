"""Hidden states of training rows, kept in a folder, so that a head is fitted in seconds and a stopped run goes on."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.heads.features import head_features
from core.models import ModelPool
from core.passes import Chunk
from core.rows import Row

PART_ROWS = 64


def features_of(rows: Sequence[Row], models: ModelPool, folder: Path) -> np.ndarray:
    """What the heads read of rows, shape (rows, features); computed where the folder lacks it, in parts of 64 rows."""
    known = _read(folder)
    missing = list({row.key: row for row in rows if row.key not in known}.values())
    for start in range(0, len(missing), PART_ROWS):
        part = missing[start : start + PART_ROWS]
        chunk = Chunk(part, ("reward",), models)
        seen = chunk.language
        write(folder, [row.key for row in part], seen.prompt_states, seen.response_states)
        print(f"{start + len(part)} of {len(missing)} rows read", flush=True)
    known = _read(folder) if missing else known
    prompt, response = (np.array([known[row.key][i] for row in rows], np.float32) for i in (0, 1))
    tokens = Chunk(rows, (), models).response_tokens
    return head_features(rows, tokens, prompt, response)


def write(folder: Path, keys: Sequence[str], prompt: np.ndarray | None, response: np.ndarray | None) -> None:
    """Write a part, whole or not at all, named by the keys that are in it."""
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("".join(keys).encode()).hexdigest()[:16]
    partial = folder / f"{name}.partial"
    with partial.open("wb") as file:
        np.savez(file, keys=np.array(keys), prompt=prompt, response=response)  # type: ignore[arg-type]
    partial.replace(folder / f"{name}.npz")


def _read(folder: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as part:
            known.update(zip(part["keys"].tolist(), zip(part["prompt"], part["response"], strict=True), strict=True))
    return known
