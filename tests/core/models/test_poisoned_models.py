"""A model's folder with a pickle that would run code: it is refused, and the code does not run."""

import pickle
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from core.errors import ModelUnavailable
from core.finetune.model import load_adapter
from core.models.pool import load
from core.models.profiles import ModelRef
from tests.poison import Touches


def small_model() -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=16,
            hidden_size=8,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            num_key_value_heads=1,
        )
    )


def poison(file: Path, witness: Path, zipped: bool) -> None:
    """Write a pickle that makes the witness, alone or in the zip that torch makes of it."""
    if zipped:
        torch.save({"weight": Touches(witness)}, file)
    else:
        file.write_bytes(pickle.dumps(Touches(witness)))


@pytest.mark.parametrize("zipped", [False, True])
def test_an_adapter_of_a_pickle_is_not_loaded(zipped: bool, tmp_path: Path) -> None:
    witness, folder = tmp_path / "loaded", tmp_path / "adapter"
    get_peft_model(small_model(), LoraConfig(target_modules=["q_proj"])).save_pretrained(folder)
    (folder / "adapter_model.safetensors").unlink()
    poison(folder / "adapter_model.bin", witness, zipped)
    with pytest.raises(ModelUnavailable, match=r"The weights of the adapter are a pickle \(adapter_model.bin\)"):
        load_adapter(small_model(), folder)
    assert not witness.exists()


@pytest.mark.parametrize("zipped", [False, True])
def test_a_model_of_a_pickle_is_not_loaded(zipped: bool, tmp_path: Path) -> None:
    witness, folder = tmp_path / "loaded", tmp_path / "model"
    small_model().save_pretrained(folder)
    (folder / "model.safetensors").unlink()
    poison(folder / "pytorch_model.bin", witness, zipped)
    with pytest.raises(ModelUnavailable, match=r"are a pickle .*pickled = true") as told:
        load(AutoModelForCausalLM.from_pretrained, str(folder), ModelRef("hub", str(folder)))
    assert told.value.where == str(folder)
    with pytest.raises(ModelUnavailable, match="more than numbers"):  # though it is allowed
        load(AutoModelForCausalLM.from_pretrained, str(folder), ModelRef("hub", str(folder), pickled=True))
    assert not witness.exists()


def test_a_model_that_brings_its_own_code_is_not_loaded(tmp_path: Path) -> None:
    witness, folder = tmp_path / "loaded", tmp_path / "model"
    small_model().save_pretrained(folder)
    (folder / "own.py").write_text(f"import pathlib\npathlib.Path({str(witness)!r}).touch()\n")
    config = (folder / "config.json").read_text()
    own = '"auto_map": {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}, "model_type": "own"'
    (folder / "config.json").write_text(config.replace('"model_type": "llama"', own))
    with pytest.raises(ModelUnavailable):
        load(AutoModelForCausalLM.from_pretrained, str(folder), ModelRef("hub", str(folder)))
    assert not witness.exists()
