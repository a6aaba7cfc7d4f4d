"""What the models say of training rows, kept in a folder: a head is fitted in seconds, and a stopped run goes on."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from core.files import whole_file
from core.indicators.heads.features import QUALITY_READS, REWARD_READS, head_features, quality_features, reward_features
from core.models.chunk import Chunk
from core.models.language_pass import Asked
from core.models.pool import ModelPool
from core.rows.row import Row

PART_ROWS = 64


def reward_features_of(rows: Sequence[Row], models: ModelPool, folder: Path) -> np.ndarray:
    """What the reward head reads of rows, shape (rows, features); what the folder lacks is computed, 64 rows a time.

    It is kept in a folder within.
    """
    seen = _seen(rows, models, folder / "reward", REWARD_READS, _states)
    return reward_features(rows, Chunk(rows, models).response_tokens, seen["prompt"], seen["response"])


def quality_features_of(rows: Sequence[Row], models: ModelPool, folder: Path) -> np.ndarray:
    """The same of the quality heads."""
    seen = _seen(rows, models, folder / "quality", QUALITY_READS, _states_and_links)
    surface_and_states = head_features(rows, Chunk(rows, models).response_tokens, seen["prompt"], seen["response"])
    return quality_features(surface_and_states, seen["association"], seen["likeness"])


def _states(chunk: Chunk) -> dict[str, np.ndarray | None]:
    return {"prompt": chunk.language.prompt_states, "response": chunk.language.response_states}


def _states_and_links(chunk: Chunk) -> dict[str, np.ndarray | None]:
    return {**_states(chunk), "association": chunk.language.association_nats, "likeness": chunk.likeness}


def _seen(
    rows: Sequence[Row],
    models: ModelPool,
    folder: Path,
    asked: Asked,
    see: Callable[[Chunk], Mapping[str, np.ndarray | None]],
) -> dict[str, np.ndarray]:
    """By name what is seen of each row, in their order."""
    known = _read(folder)
    missing = list({row.key: row for row in rows if row.key not in known}.values())
    for start in range(0, len(missing), PART_ROWS):
        part = missing[start : start + PART_ROWS]
        _write(folder, [row.key for row in part], see(Chunk(part, models, asked)))
        print(f"{start + len(part)} of {len(missing)} rows read", flush=True)
    known = _read(folder) if missing else known
    return {name: np.array([known[row.key][name] for row in rows], np.float32) for name in next(iter(known.values()))}


def _write(folder: Path, keys: Sequence[str], seen: Mapping[str, np.ndarray | None]) -> None:
    """Write a part, whole or not at all, named by the keys that are in it."""
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("".join(keys).encode()).hexdigest()[:16]
    with whole_file(folder / f"{name}.npz") as partial, partial.open("wb") as file:
        np.savez(file, keys=np.array(keys), **seen)  # type: ignore[arg-type]


def _read(folder: Path) -> dict[str, dict[str, np.ndarray]]:
    known: dict[str, dict[str, np.ndarray]] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as part:
            seen = {name: part[name] for name in part.files if name != "keys"}
            for at, key in enumerate(part["keys"].tolist()):
                known[key] = {name: values[at] for name, values in seen.items()}
    return known
