"""The lower layers, which no adapter changes: what they make of a text is computed once and read by every run.

Where only the upper layers have adapters, the states below are the same in each epoch, for each set and seed, and for
every model that is measured. They are kept in half precision in a memory-mapped file, and a model whose lower layers
are left out begins with them.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from filelock import FileLock

from core.finetune.model import upper_layers
from core.models.batching import run_batches
from core.models.device import on_cpu
from core.models.layer_input import layer_input
from core.progress import Progress, Say, WithoutBar

if TYPE_CHECKING:
    from transformers import PreTrainedModel

STATES, INDEX = "states.bin", "index.jsonl"
BYTES = 2  # of a number
CPU_BUDGET, GPU_BUDGET = 1_024, 32_768  # tokens a batch
ALIKE = 0.02  # how far last states may be off, as a share of their size: rounding to half precision stays far below


class LowerStates:
    """States that the lower layers make of token sequences, in a folder that several processes may share.

    A sequence is appended to `states.bin`, then its line to `index.jsonl`; what a crash leaves behind the last whole
    line is written over.

    Args:
        folder: for one model in one precision, cut at one layer.
        width: of a state.
        dtype: of the model: bfloat16 states are kept as they are, float32 ones as float16.
    """

    def __init__(self, folder: Path, width: int, dtype: torch.dtype) -> None:
        self._folder, self._width = folder, width
        self._kept_as = torch.bfloat16 if dtype is torch.bfloat16 else torch.float16
        self._places: dict[str, tuple[int, int]] = {}
        self._read_bytes = 0  # of the index
        self._numbers: np.ndarray | None = None

    def missing(self, sequences: Sequence[Sequence[int]]) -> list[list[int]]:
        """Those that are not kept yet, each once."""
        self._read_index()
        fresh = {_digest(ids): list(ids) for ids in sequences}
        return [ids for digest, ids in fresh.items() if digest not in self._places]

    def bytes_with(self, sequences: Sequence[Sequence[int]]) -> int:
        """How large the file will be with these in it."""
        kept = sum(tokens for _, tokens in self._places.values())
        return (kept + sum(map(len, sequences))) * self._width * BYTES

    def add(self, sequences: Sequence[Sequence[int]], states: Sequence[torch.Tensor]) -> None:
        """Keep the states of some sequences, shape (tokens, width) each.

        Raises:
            OSError: they can't be written.
            OverflowError: they are too large for half precision.
        """
        halves = [state.to("cpu", self._kept_as).contiguous() for state in states]
        if not all(bool(half.isfinite().all()) for half in halves):
            raise OverflowError
        with FileLock(self._folder / ".lock"):
            self._read_index()
            end = max((start + tokens for start, tokens in self._places.values()), default=0)
            lines = []
            with (self._folder / STATES).open("ab") as file:
                file.truncate(end * self._width * BYTES)
                for ids, half in zip(sequences, halves, strict=True):
                    if (digest := _digest(ids)) not in self._places:
                        file.write(half.view(torch.int16).numpy().tobytes())
                        lines.append(json.dumps({"digest": digest, "start": end, "tokens": len(ids)}) + "\n")
                        end += len(ids)
                file.flush()
                os.fsync(file.fileno())  # a line never tells of numbers that a power cut has taken
            with (self._folder / INDEX).open("a", encoding="utf-8") as file:
                file.truncate(self._read_bytes)
                file.write("".join(lines))
            self._read_index()

    def of(self, ids: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """The states of a batch of kept sequences, padded at their ends with anything: shape (rows, length, width).

        Raises:
            KeyError: one is not kept.
        """
        states = torch.zeros(*ids.shape, self._width, dtype=dtype)
        for row, sequence in enumerate(ids.tolist()):
            start, tokens = self._place(sequence)
            kept = torch.from_numpy(self._number_file()[start : start + tokens]).view(self._kept_as)
            states[row, :tokens] = kept.to(dtype)
        return states.to(ids.device)

    def _place(self, padded: list[int]) -> tuple[int, int]:
        """Where a sequence is, which may end with tokens like those that pad it.

        A longer one that begins with it will do: a state depends on the tokens before it alone.
        """
        unlike = [place for place, token in enumerate(padded) if token != padded[-1]]
        for end in range(len(padded), max(unlike, default=0), -1):
            if (found := self._places.get(_digest(padded[:end]))) is not None:
                return found
        raise KeyError("the states of this sequence are not kept")

    def _number_file(self) -> np.ndarray:
        """The numbers that are written, as they lie on the disk, shape (tokens, width)."""
        tokens = max((start + count for start, count in self._places.values()), default=0)
        if self._numbers is None or len(self._numbers) < tokens:
            file = self._folder / STATES
            self._numbers = np.memmap(file, np.int16, "c", shape=(tokens, self._width))  # copied when written to: never
        return self._numbers

    def _read_index(self) -> None:
        """Take in what has been added, by other processes too; a line that is cut off ends it."""
        with suppress(FileNotFoundError), (self._folder / INDEX).open("rb") as file:
            file.seek(self._read_bytes)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                found = json.loads(line)
                self._places[found["digest"]] = found["start"], found["tokens"]
                self._read_bytes += len(line)


@contextmanager
def without_lower_layers(
    model: "PreTrainedModel",
    sequences: Sequence[Sequence[int]],
    tuned_layers: int,
    folder: Path,
    most_bytes: int,
    progress: Progress,
    say: Say = lambda text: None,
) -> Iterator[bool]:
    """While it is open, the model begins at its tuned layers, with kept states of the sequences that it will be given.

    Where that is not possible the model stays whole: all its layers are tuned, it is quantised, the states would take
    too much space or can't be written, or the model does more between its layers than hand states on. Whoever uses it
    sees no difference but the time.

    Args:
        model: not wrapped by an adapter; adapters within its layers are kept.
        sequences: the token ids of every text that will be read.
        tuned_layers: how many of the upper layers have adapters; 0 for all.
        folder: where the states are kept, with those of earlier runs.
        most_bytes: that the states may take; 0 to keep none.
        say: hears in words why the model stays whole.

    Yields: whether the lower layers are left out.

    Raises:
        Cancelled: `progress` said so.
    """
    upper = upper_layers(model, tuned_layers)
    quantised = getattr(model, "is_quantized", False)  # see `core.finetune.chunked_loss.is_the_models_own`
    if upper is None or not most_bytes or quantised:
        yield False
        return
    decoder: Any = model.get_decoder()
    states = LowerStates(folder, model.config.get_text_config().hidden_size, model.dtype)
    if not _kept(states, decoder, upper[0], sequences, folder, most_bytes, progress, say):
        yield False
        return
    tried = min(sequences, key=len)
    whole = _last_states(decoder, tried)
    with _left_out(decoder, upper[0], states):
        apart = _last_states(decoder, tried) - whole
        alike = bool(apart.norm() < ALIKE * whole.norm())
        if alike:
            yield True
    if not alike:
        say("The layers of this model cannot be computed apart: every row is read through all of them.")
        yield False


def _kept(
    states: LowerStates,
    decoder: Any,
    first: int,
    sequences: Sequence[Sequence[int]],
    folder: Path,
    most_bytes: int,
    progress: Progress,
    say: Say,
) -> bool:
    """See that the states of all sequences are kept; whether they are."""
    missing = states.missing(sequences)
    size = states.bytes_with(missing)
    if size > most_bytes:
        say(
            f"The states of the lower layers would take {size / 1e9:.1f} GB, more than the limit of "
            f"{most_bytes / 1e9:.1f} GB: every row is read through all layers."
        )
        return False

    def run(places: list[int]) -> None:
        batch = [missing[place] for place in places]
        states.add(batch, _states_below(decoder, first, batch))

    budget = CPU_BUDGET if on_cpu(_device(decoder)) else GPU_BUDGET
    try:
        folder.mkdir(parents=True, exist_ok=True)
        told = WithoutBar(progress)  # the run that follows has it
        run_batches([len(ids) for ids in missing], budget, run, told, "Computing the lower layers once")
    except OSError as error:
        say(f"The states of the lower layers cannot be kept ({error.strerror or error}).")
        return False
    except OverflowError:
        say("The states of this model are too large for half precision: every row is read through all layers.")
        return False
    return True


def _states_below(decoder: Any, first: int, sequences: Sequence[Sequence[int]]) -> list[torch.Tensor]:
    """What a layer is given of each sequence, shape (tokens, width)."""
    ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids) for ids in sequences], batch_first=True)
    given = layer_input(decoder, first, input_ids=ids.to(_device(decoder)))
    return [given[row, : len(sequence)] for row, sequence in enumerate(sequences)]


class _LayerLeftOut(torch.nn.Module):
    """Hands states on as they are; in the place of a layer, so that the others keep their names."""

    def __init__(self, layer: torch.nn.Module) -> None:
        super().__init__()
        if hasattr(layer, "attention_type"):  # by which some models choose a layer's mask
            self.attention_type = layer.attention_type

    def forward(self, hidden_states: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
        return hidden_states


@contextmanager
def _left_out(decoder: Any, first: int, states: LowerStates) -> Iterator[None]:
    dtype = next(decoder.parameters()).dtype

    def begin_with_states(_: Any, arguments: tuple, named: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        ids = named.pop("input_ids", None)
        ids = arguments[0] if ids is None else ids
        return (), named | {"inputs_embeds": states.of(ids, dtype)}

    lower = list(decoder.layers[:first])
    hook = decoder.register_forward_pre_hook(begin_with_states, with_kwargs=True)
    for number, layer in enumerate(lower):
        decoder.layers[number] = _LayerLeftOut(layer)
    try:
        yield
    finally:
        hook.remove()
        for number, layer in enumerate(lower):
            decoder.layers[number] = layer


def _last_states(decoder: Any, sequence: Sequence[int]) -> torch.Tensor:
    """What the decoder makes of a sequence, without dropout, shape (1, tokens, width)."""
    training = decoder.training
    decoder.eval()
    try:
        with torch.inference_mode():
            ids = torch.tensor([list(sequence)], device=_device(decoder))
            return decoder(input_ids=ids, use_cache=False).last_hidden_state.float()
    finally:
        decoder.train(training)


def _device(decoder: Any) -> torch.device:
    return next(decoder.parameters()).device


def _digest(ids: Sequence[int]) -> str:
    return hashlib.blake2b(np.asarray(ids, np.int32).tobytes(), digest_size=16).hexdigest()
