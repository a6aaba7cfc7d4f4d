"""The embedded reward: a linear head over MiniLM's view of question and answer, a small file of numbers."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ModelUnavailable

WEIGHTS = Path(__file__).parent / "weights"


def features(prompts: np.ndarray, responses: np.ndarray, response_tokens: np.ndarray) -> np.ndarray:
    """What the head sees of each pair: the answer, how it meets the question, and its length.

    Args:
        prompts, responses: unit vectors, shape (rows, d).
        response_tokens: shape (rows,).

    Returns: shape (rows, 3 d + 2).
    """
    cosine = (prompts * responses).sum(axis=1, keepdims=True)
    length = np.log1p(response_tokens)[:, None]
    return np.hstack([responses, prompts * responses, np.abs(prompts - responses), cosine, length])


@dataclass(frozen=True)
class RewardHead:
    """reward = (features − mean) / scale · weight; differences are log odds of being preferred (Bradley-Terry).

    `measured` says how it was fitted and how well it does on what it was not fitted on.
    """

    weight: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    measured: dict[str, float | str]

    def score(self, prompts: np.ndarray, responses: np.ndarray, response_tokens: np.ndarray) -> np.ndarray:
        """Rewards, shape (rows,)."""
        return ((features(prompts, responses, response_tokens) - self.mean) / self.scale) @ self.weight

    @classmethod
    def load(cls, name: str) -> "RewardHead":
        """A head that comes with the studio.

        Raises:
            ModelUnavailable: the file is missing or damaged.
        """
        from safetensors import safe_open

        try:
            with safe_open(WEIGHTS / name, framework="numpy") as file:
                arrays = {key: file.get_tensor(key).astype(np.float64) for key in ("weight", "mean", "scale")}
                return cls(**arrays, measured=json.loads(file.metadata()["measured"]))
        except Exception as error:  # safetensors raises an exception of its own that has no public name
            raise ModelUnavailable(
                "The reward head is missing or damaged.", where=str(WEIGHTS / name), mend="Install the studio again."
            ) from error

    def save(self, path: Path) -> None:
        from safetensors.numpy import save_file

        arrays = {"weight": self.weight, "mean": self.mean, "scale": self.scale}
        save_file(
            {key: value.astype(np.float32) for key, value in arrays.items()},
            path,
            metadata={"measured": json.dumps(self.measured)},
        )
