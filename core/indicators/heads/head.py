"""Linear heads in a small file: loaded with safetensors only, named by a hash of their content."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from core.errors import ModelUnavailable
from core.models.trust import Trust

WEIGHTS = Path(__file__).parent / "weights"
HASH_DIGITS = 12
LIMIT = 3.0  # standard deviations


@dataclass(frozen=True)
class Heads:
    """Heads by indicator over the same features.

    score = design(features) · weight + bias, for a quality score squeezed into 0 to 1.

    Attributes:
        mean, scale: of the features that it was trained on, shape (features,).
        weights: by indicator, shape (design columns + 1,), the bias last.
        squeezed: whether scores go through a logistic curve, as steep as the line where it crosses 0.5.
        trust: by indicator, how well it agrees with people or GPT-4.
        curved: whether squares of what stands before the states are read too.
    """

    mean: np.ndarray
    scale: np.ndarray
    weights: Mapping[str, np.ndarray]
    squeezed: bool
    trust: Mapping[str, Trust]
    curved: bool = False

    def score(self, name: str, features: np.ndarray) -> np.ndarray:
        """Scores of rows by one head, shape (rows,); NaN for a response without tokens."""
        weight = self.weights[name]
        # Weights: narrow, with squares twice, + width + cosine + bias; features: narrow + 2 width.
        narrow = (2 * (len(weight) - 2) - len(self.mean)) // (3 if self.curved else 1)
        line = design(features, self.mean, self.scale, narrow, self.curved) @ weight[:-1] + weight[-1]
        return 1 / (1 + np.exp(-4 * (line - 0.5))) if self.squeezed else line

    @classmethod
    def load(cls, name: str, folder: Path = WEIGHTS) -> "Heads":
        """Heads that come with the studio; a file is read once.

        Raises:
            ModelUnavailable: the file is missing, damaged, or not the one that its name tells.
        """
        return _load(folder / name)

    def save(self, folder: Path, stem: str) -> Path:
        """Write the file, named `<stem>-<hash>.safetensors`, in float32."""
        from safetensors.numpy import save

        arrays = {"mean": self.mean, "scale": self.scale} | {f"weight.{k}": v for k, v in self.weights.items()}
        notes = {
            "squeezed": json.dumps(self.squeezed),
            **({"curved": "true"} if self.curved else {}),
            "trust": json.dumps({name: each.as_dict() for name, each in self.trust.items()}),
        }
        content = _in_order(save({key: np.asarray(value, np.float32) for key, value in arrays.items()}, notes), notes)
        path = folder / f"{stem}-{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}.safetensors"
        path.write_bytes(content)
        return path


def _in_order(content: bytes, notes: dict[str, str]) -> bytes:
    """A safetensors file with its notes in this order: the library writes them in any, and the name is a hash."""
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size]) | {"__metadata__": notes}
    ordered = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode().ljust(size)
    return content[:8] + ordered + content[8 + size :]


def design(features: np.ndarray, mean: np.ndarray, scale: np.ndarray, narrow: int, curved: bool = False) -> np.ndarray:
    """What a head is linear in: standardised surface and response states, and the cosine of response and prompt states.

    The cosine of standardised states tells whether prompt and response are about the same.

    Args:
        narrow: how many features stand before the states, such as those of `SURFACE`.
        curved: whether their squares stand behind them; then both are held within `LIMIT`, so that a text of another
            kind than the head was fitted on is not carried off by a single one.

    Returns: shape (rows, narrow + width + 1), with squares (rows, 2 narrow + width + 1).
    """
    standard = (features - mean) / scale
    surface = standard[:, :narrow]
    if curved:
        surface = surface.clip(-LIMIT, LIMIT)
        surface = np.hstack([surface, (surface**2 - 1).clip(-LIMIT, LIMIT)])
    response, prompt = np.split(standard[:, narrow:], 2, axis=1)
    lengths = np.linalg.norm(response, axis=1) * np.linalg.norm(prompt, axis=1)
    cosine = (response * prompt).sum(axis=1) / np.maximum(lengths, 1e-9)
    return np.hstack([surface, response, cosine[:, None]])


@cache
def _load(path: Path) -> Heads:
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable("A head is missing.", where=str(path), mend="Install the studio again.") from error
    if not path.stem.endswith(hashlib.sha256(content).hexdigest()[:HASH_DIGITS]):
        raise ModelUnavailable(
            "A head is not the one that its name tells: its content was changed or damaged.",
            where=str(path),
            mend="Install the studio again.",
        )
    tensors = {key: value.astype(np.float64) for key, value in load(content).items()}
    size = int.from_bytes(content[:8], "little")  # safetensors: length of the JSON header, then the header
    notes = json.loads(content[8 : 8 + size])["__metadata__"]
    return Heads(
        tensors["mean"],
        tensors["scale"],
        {key.removeprefix("weight."): value for key, value in tensors.items() if key.startswith("weight.")},
        json.loads(notes["squeezed"]),
        {name: Trust.from_dict(each) for name, each in json.loads(notes["trust"]).items()},
        "curved" in notes,
    )
