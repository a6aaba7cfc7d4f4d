"""What the lower layers make of texts is kept and read: a run ends as it would have ended without."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from transformers import LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from core.finetune.batches import Example
from core.finetune.lower_layers import INDEX, STATES, LowerStates, without_lower_layers
from core.finetune.model import add_adapter
from core.finetune.run import tune
from core.finetune.settings import TuningSettings
from core.progress import Cancelled, Silent

Tiny = Callable[[], LlamaForCausalLM]
PLENTY = 2**30


@pytest.fixture
def upper(settings: TuningSettings) -> TuningSettings:
    return replace(settings, tuned_layers=1, lora_dropout=0.0)


def ids_of(examples: list[Example]) -> list[list[int]]:
    return [each["input_ids"] for each in examples]


def tuned(
    make: Callable[[], torch.nn.Module], examples: list[Example], chosen: TuningSettings, folder: Path, most: int
) -> tuple[dict[str, torch.Tensor], bool, list[str]]:
    model, said = add_adapter(make(), chosen, "tiny"), list[str]()
    base = model.get_base_model()
    with without_lower_layers(base, ids_of(examples), 1, folder / "kept", most, Silent(), said.append) as left_out:
        tune(model, examples, chosen, folder, Silent())
    return load_file(folder / "adapter" / "adapter_model.safetensors"), left_out, said


def test_only_the_upper_layers_have_adapters(tiny: Tiny, upper: TuningSettings) -> None:
    names = [name for name, each in add_adapter(tiny(), upper, "tiny").named_parameters() if each.requires_grad]
    assert names and all("layers.1." in name for name in names)


def test_a_run_with_kept_states_ends_as_one_without(
    tiny: Tiny, examples: list[Example], upper: TuningSettings, tmp_path: Path
) -> None:
    whole, kept_none, _ = tuned(tiny, examples, upper, tmp_path / "whole", 0)
    short, left_out, said = tuned(tiny, examples, upper, tmp_path / "short", PLENTY)
    assert (kept_none, left_out, said) == (False, True, [])
    assert short.keys() == whole.keys()
    apart = max(float((short[name] - whole[name]).norm() / whole[name].norm()) for name in whole)
    assert 0 < apart < 0.02  # of the weights, by the rounding of states to half precision
    assert (tmp_path / "short" / "kept" / STATES).stat().st_size == 2 * 32 * sum(map(len, ids_of(examples)))


def test_models_of_another_make_leave_layers_out_too(
    examples: list[Example], upper: TuningSettings, tmp_path: Path
) -> None:
    def make() -> Qwen2ForCausalLM:
        torch.manual_seed(1)
        return Qwen2ForCausalLM(
            Qwen2Config(
                vocab_size=49152, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=2, use_sliding_window=True, max_window_layers=1,
            )
        )  # fmt: skip

    whole, _, _ = tuned(make, examples, upper, tmp_path / "whole", 0)
    short, left_out, _ = tuned(make, examples, upper, tmp_path / "short", PLENTY)
    assert left_out
    assert max(float((short[name] - whole[name]).norm() / whole[name].norm()) for name in whole) < 0.02


def test_the_model_is_whole_again_afterwards(tiny: Tiny, examples: list[Example], tmp_path: Path) -> None:
    model, ids = tiny(), torch.tensor([ids_of(examples)[0]])
    before = model(ids).logits
    with without_lower_layers(model, ids_of(examples), 1, tmp_path, PLENTY, Silent()):
        within = model(ids).logits
        with pytest.raises(KeyError):
            model(torch.tensor([[1, 2, 3]]))
    assert torch.equal(model(ids).logits, before)
    assert not torch.equal(within, before) and torch.allclose(within, before, atol=1e-2)


def test_states_are_computed_once_for_all_runs(tiny: Tiny, examples: list[Example], tmp_path: Path) -> None:
    model, sequences, passes = tiny(), ids_of(examples), list[int]()
    model.get_decoder().layers[0].register_forward_hook(lambda *_: passes.append(1))
    with without_lower_layers(model, sequences[:8], 1, tmp_path, PLENTY, Silent()):
        pass
    first = len(passes)
    with without_lower_layers(model, sequences[:8], 1, tmp_path, PLENTY, Silent()):
        model(torch.tensor([sequences[3]]))
    assert len(passes) == first + 1  # the comparison with the whole model
    with without_lower_layers(model, sequences, 1, tmp_path, PLENTY, Silent()):
        pass
    assert len((tmp_path / INDEX).read_text().splitlines()) == len({tuple(each) for each in sequences})


def test_too_little_space_leaves_the_model_whole(
    tiny: Tiny, examples: list[Example], upper: TuningSettings, tmp_path: Path
) -> None:
    _, left_out, said = tuned(tiny, examples, upper, tmp_path, 1000)
    assert not left_out and "more than the limit" in said[0]
    assert not (tmp_path / "kept").exists()


def test_states_beyond_half_precision_leave_the_model_whole(
    tiny: Tiny, examples: list[Example], tmp_path: Path
) -> None:
    model, said = tiny(), list[str]()
    with torch.no_grad():
        model.get_input_embeddings().weight.fill_(1e30)
    with without_lower_layers(model, ids_of(examples), 1, tmp_path, PLENTY, Silent(), said.append) as left_out:
        assert not left_out
    assert "too large for half precision" in said[0]


def test_a_model_that_does_more_between_its_layers_stays_whole(
    tiny: Tiny, examples: list[Example], tmp_path: Path
) -> None:
    model, said = tiny(), list[str]()
    decoder = model.get_decoder()
    plain = decoder.forward

    def turned(*, input_ids: torch.Tensor | None = None, inputs_embeds: Any = None, **named: Any) -> Any:
        embedded = decoder.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        return plain(inputs_embeds=embedded.flip(-1), **named)

    decoder.forward = turned
    before = model(input_ids=torch.tensor([ids_of(examples)[0]])).logits
    with without_lower_layers(model, ids_of(examples), 1, tmp_path, PLENTY, Silent(), said.append) as left_out:
        assert torch.equal(model(input_ids=torch.tensor([ids_of(examples)[0]])).logits, before)
    assert not left_out and "cannot be computed apart" in said[0]


def test_cancelling_leaves_a_whole_model_and_what_is_kept(tiny: Tiny, examples: list[Example], tmp_path: Path) -> None:
    class Impatient:
        def update(self, done: int, total: int, message: str = "") -> None:
            raise Cancelled

    model = tiny()
    with pytest.raises(Cancelled), without_lower_layers(model, ids_of(examples), 1, tmp_path, PLENTY, Impatient()):
        pass
    assert len(LowerStates(tmp_path, 32, torch.float32).missing(ids_of(examples))) < len(examples)
    assert isinstance(model.get_decoder().layers[0], type(model.get_decoder().layers[1]))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    sequences=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=9), min_size=1, max_size=6, unique_by=tuple),
    padding=st.integers(0, 3),
    cut=st.integers(0, 60),
)
def test_any_sequence_is_found_again_whatever_pads_it(
    sequences: list[list[int]], padding: int, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("states")
    values = [torch.tensor([_state(ids[: place + 1]) for place in range(len(ids))]) for ids in sequences]
    kept = LowerStates(folder, 2, torch.float32)
    kept.add(sequences, values)
    if cut:  # a crash while more was written
        with (folder / INDEX).open("a") as index, (folder / STATES).open("ab") as numbers:
            index.write(json.dumps({"digest": "f" * 32, "start": 10**6, "tokens": 5})[: cut % 50])
            numbers.write(b"\0" * cut)
        LowerStates(folder, 2, torch.float32).add([[7, 7]], [torch.ones(2, 2)])
    longest = max(map(len, sequences))
    batch = torch.tensor([ids + [padding] * (longest - len(ids)) for ids in sequences])
    again = LowerStates(folder, 2, torch.float32)
    assert again.missing(sequences) == []
    found = again.of(batch, torch.float32)
    assert all(torch.allclose(found[row, : len(each)], each, atol=1e-3) for row, each in enumerate(values))


def _state(ids: list[int]) -> list[float]:
    """As in a causal model: it depends on a token and those before it."""
    return np.random.default_rng(ids).random(2, np.float32).tolist()
