"""Gradients of rows in a file, eight bits a number, so that other guide questions need no new pass.

A block of numbers shares one scale, its greatest magnitude: ranks by cosine are as good as those of float32 numbers
(`benchmarks/influence.py` measures it).
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

GRADIENTS, INDEX = "gradients.bin", "rows.txt"
BLOCK = 256  # numbers that share a scale
LEVELS = 127  # of a magnitude
KEY_BYTES = 33  # of a row's line in the index


@dataclass(frozen=True)
class Quantised:
    """Some gradients in eight bits a number.

    Attributes:
        codes: int8, shape (rows, blocks, BLOCK); the last block is filled with zeros.
        scales: float32, shape (rows, blocks): what a code counts.
    """

    codes: np.ndarray
    scales: np.ndarray

    @classmethod
    def of(cls, gradients: np.ndarray) -> "Quantised":
        """From gradients, shape (rows, size)."""
        rows, size = gradients.shape
        blocks = np.zeros((rows, _blocks(size), BLOCK), np.float32)
        blocks.reshape(rows, -1)[:, :size] = gradients
        scales = np.abs(blocks).max(axis=2) / LEVELS
        codes = np.rint(blocks / np.where(scales, scales, 1)[..., None]).astype(np.int8)
        return cls(codes, scales.astype(np.float32))

    def numbers(self, size: int) -> np.ndarray:
        """The gradients again, float32, shape (rows, size)."""
        return (self.codes * self.scales[..., None]).reshape(len(self.codes), -1)[:, :size]


class KeptGradients:
    """Gradients of one warmed-up model in a folder that several processes may share.

    A gradient is appended to the file, then its row's key to the index; what a crash leaves behind the last whole line
    is written over.

    Args:
        folder: for one warm-up and so many layers.
        size: numbers of a gradient.
    """

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.size = folder, size
        self._record = np.dtype([("scales", np.float32, _blocks(size)), ("codes", np.int8, (_blocks(size), BLOCK))])
        self._places: dict[str, int] = {}
        self._read_index()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def add(self, keys: Sequence[str], gradients: Quantised) -> None:
        """Keep gradients of rows that are not kept yet.

        Raises:
            OSError: they can't be written.
        """
        with FileLock(self._folder / ".lock"):
            self._read_index()
            fresh = [i for i, key in enumerate(keys) if key not in self._places]
            records = np.empty(len(fresh), self._record)
            records["scales"], records["codes"] = gradients.scales[fresh], gradients.codes[fresh]
            with (self._folder / GRADIENTS).open("ab") as file:
                file.truncate(len(self._places) * self._record.itemsize)
                file.write(records.tobytes())
                file.flush()
                os.fsync(file.fileno())  # a line never tells of numbers that a power cut has taken
            with (self._folder / INDEX).open("ab") as index:
                index.truncate(len(self._places) * KEY_BYTES)
                index.write("".join(f"{keys[i]}\n" for i in fresh).encode())
            self._read_index()

    def of(self, keys: Sequence[str]) -> Quantised:
        """The gradients of kept rows.

        Raises:
            KeyError: one is not kept.
        """
        places = [self._places[key] for key in keys]
        records = np.memmap(self._folder / GRADIENTS, self._record, "r", shape=(len(self._places),))[places]
        return Quantised(records["codes"], records["scales"])

    def _read_index(self) -> None:
        """Take in what has been added, by other processes too; a line that is cut off ends it."""
        with suppress(FileNotFoundError), (self._folder / INDEX).open("rb") as file:
            file.seek(len(self._places) * KEY_BYTES)
            while len(line := file.read(KEY_BYTES)) == KEY_BYTES and line.endswith(b"\n"):
                self._places[line[:-1].decode()] = len(self._places)


def bytes_per_row(size: int) -> int:
    """What a kept gradient of so many numbers takes on the disk."""
    return _blocks(size) * (BLOCK + 4) + KEY_BYTES


def gradient_size(config: Mapping[str, Any], layers: int, rank: int) -> int | None:
    """How many numbers a gradient has, from a model's `config.json`; None where it is not built as LLaMA is."""
    try:
        width, inner = int(config["hidden_size"]), int(config["intermediate_size"])
        heads = int(config["num_attention_heads"])
        head = int(config.get("head_dim") or width // heads)
        query, key = heads * head, int(config.get("num_key_value_heads") or heads) * head
        count = min(layers, int(config["num_hidden_layers"]))
    except (KeyError, TypeError, ValueError):
        return None
    sides = 2 * (width + query) + 2 * (width + key) + 3 * (width + inner)
    return count * rank * sides


def _blocks(size: int) -> int:
    return -(-size // BLOCK)
