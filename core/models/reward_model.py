"""The paper's reward model: a GPT-NeoX (Pythia) trunk with one output, trained on Open-Assistant preferences.

The checkpoint names a class of the Open-Assistant repository. That code is never run: the trunk is transformers' own,
and the head is read from the same files by its name, `out_proj`. It sees the last token's state, or the mean over all
tokens where the checkpoint's configuration says `"pooling": "mean"`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.models.batching import run_batches
from core.progress import Progress
from core.rows.row import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TEMPLATE = "<|prompter|>{instruction}<|endoftext|><|assistant|>{response}<|endoftext|>"
MAX_TOKENS = 2048
BUDGET = 8_192
POOLINGS = ("last", "mean")


class RewardModel:
    """Scores of (instruction, response); higher is better, no bounds."""

    def __init__(
        self,
        trunk: "PreTrainedModel",
        head: "torch.Tensor",
        tokenizer: "PreTrainedTokenizerBase",
        bias: float = 0.0,
        pooling: str = "last",
    ) -> None:
        self._pooling = pooling
        self._trunk, self._head, self._bias, self._tokenizer = trunk.eval(), head, bias, tokenizer

    @classmethod
    def from_pretrained(
        cls, place: str, device: "torch.device | str" = "cpu", dtype: str = "float32", **options: str
    ) -> "RewardModel":
        """Load trunk and head from a hub id or folder.

        Args:
            dtype: torch's name of the trunk's precision; the head computes in float32.

        Raises:
            OSError: it can't be had.
            ValueError: the checkpoint has no reward head, or pools its states in a way that is not known.
        """
        import torch
        from transformers import AutoTokenizer, GPTNeoXModel

        revision = options.get("revision", "main")
        trunk: Any = GPTNeoXModel.from_pretrained(place, dtype=getattr(torch, dtype), revision=revision)
        pooling = str(getattr(trunk.config, "pooling", "last"))
        if pooling not in POOLINGS:
            raise ValueError(f"its pooling “{pooling}” is none of {', '.join(POOLINGS)}")
        weight, bias = _head(place, options)
        head = weight.reshape(-1).to(device=device, dtype=torch.float32)
        return cls(trunk.to(device), head, AutoTokenizer.from_pretrained(place, **options), bias, pooling)

    def score(self, rows: Sequence[Row], progress: Progress) -> np.ndarray:
        """Rewards, shape (rows,); a pair beyond 2,048 tokens loses its beginning, since the end is what is judged.

        Raises:
            Cancelled: `progress` said so.
        """
        texts = [TEMPLATE.format(instruction=row.prompt, response=row.output) for row in rows]
        encoded = [ids[-MAX_TOKENS:] for ids in self._tokenizer(texts)["input_ids"]]
        scores = np.full(len(rows), np.nan)

        def run(places: list[int]) -> None:
            scores[places] = self._batch([encoded[i] for i in places])

        run_batches([len(ids) for ids in encoded], BUDGET, run, progress, "Running the reward model")
        return scores

    def _batch(self, encoded: list[list[int]]) -> np.ndarray:
        import torch

        longest = max(map(len, encoded))
        ids = torch.zeros(len(encoded), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, each in enumerate(encoded):
            ids[row, : len(each)] = torch.tensor(each)
            mask[row, : len(each)] = 1
        device = self._trunk.device
        last = torch.tensor([len(each) - 1 for each in encoded], device=device)
        with torch.inference_mode():
            hidden = self._trunk(input_ids=ids.to(device), attention_mask=mask.to(device)).last_hidden_state
            if self._pooling == "mean":
                within = mask.to(device)[..., None]
                states = (hidden.float() * within).sum(dim=1) / within.sum(dim=1)
            else:
                states = hidden[torch.arange(len(encoded), device=device), last].float()
            return (states @ self._head + self._bias).cpu().numpy()


def _head(place: str, options: dict[str, str]) -> "tuple[torch.Tensor, float]":
    """The weight of `out_proj` and its bias, from whichever file of the checkpoint has them.

    Safetensors go first. Of a checkpoint that comes as `.bin` alone only numbers are read, as `torch.load` does with
    `weights_only`, which refuses all else.
    """
    from huggingface_hub import snapshot_download

    for pattern, read in (("*.safetensors", _safetensors), ("pytorch_model*.bin", _pickled)):
        folder = Path(place)
        if not folder.is_dir():
            folder = Path(snapshot_download(place, allow_patterns=pattern, revision=options.get("revision")))
        for file in sorted(folder.glob(pattern)):
            found = read(file)
            if "weight" in found:
                return found["weight"], found["bias"].item() if "bias" in found else 0.0
    raise ValueError("the checkpoint has no reward head `out_proj`, neither in safetensors nor in .bin files")


def _safetensors(file: Path) -> "dict[str, torch.Tensor]":
    from safetensors import safe_open

    with safe_open(file, framework="pt") as tensors:
        names = [name for name in tensors.keys() if "out_proj." in name]  # noqa: SIM118
        return {name.rsplit(".", 1)[-1]: tensors.get_tensor(name) for name in names}


def _pickled(file: Path) -> "dict[str, torch.Tensor]":
    import torch

    tensors = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    return {name.rsplit(".", 1)[-1]: value for name, value in tensors.items() if "out_proj." in name}
