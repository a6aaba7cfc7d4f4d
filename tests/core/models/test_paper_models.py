"""The code that runs the paper's checkpoints, on tiny models of the same architectures, against plain arithmetic."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    GPTNeoXConfig,
    GPTNeoXModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from core.errors import ModelUnavailable
from core.models.pool import ModelPool
from core.models.profiles import ModelRef, Profile, profile
from core.models.reward_model import RewardModel
from core.models.unieval import INPUTS, UniEval
from core.progress import Silent
from core.rows.row import Row

ROWS = [Row("How warm is it ?", "", "It is warm ."), Row("Why ?", "Say it short .", "No . " * 20)]


def word_tokenizer(folder: Path, special: list[str], ends_with: str = "") -> PreTrainedTokenizerFast:
    """A tokenizer of whole words, saved to the folder."""
    known = "Yes No How warm is it ? It . Why Say short question: Is this a natural response in the dialogue? response:"
    vocabulary = {word: i for i, word in enumerate(["<pad>", "<unk>", *special, *dict.fromkeys(known.split())])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if ends_with:
        raw.post_processor = processors.TemplateProcessing(
            single=f"$A {ends_with}", special_tokens=[(ends_with, vocabulary[ends_with])]
        )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", unk_token="<unk>", additional_special_tokens=special
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


@pytest.fixture
def t5(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    tokenizer = word_tokenizer(tmp_path, ["</s>"], ends_with="</s>")
    size = {"d_model": 16, "d_kv": 4, "d_ff": 32, "num_layers": 2, "num_heads": 4}
    config = T5Config(vocab_size=len(tokenizer), decoder_start_token_id=0, pad_token_id=0, eos_token_id=2, **size)
    T5ForConditionalGeneration(config).save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def pythia(tmp_path: Path) -> Path:
    """A GPT-NeoX with the reward head in the same file, as the Open-Assistant checkpoint has it."""
    torch.manual_seed(0)
    tokenizer = word_tokenizer(tmp_path, ["<|prompter|>", "<|assistant|>", "<|endoftext|>"])
    size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32}
    GPTNeoXModel(GPTNeoXConfig(vocab_size=len(tokenizer), **size)).save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    weights = {f"gpt_neox.{name}": value for name, value in load_file(file).items()}
    save_file({**weights, "out_proj.weight": torch.arange(16.0)[None] / 16}, file, metadata={"format": "pt"})
    return tmp_path


def test_unieval_is_the_ratio_of_yes_and_no_at_the_first_step(t5: Path) -> None:
    evaluator = UniEval.from_pretrained(str(t5))
    found = evaluator.score("naturalness", ROWS, Silent())
    model = T5ForConditionalGeneration.from_pretrained(t5).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(t5)
    for row, score in zip(ROWS, found, strict=True):
        ids = tokenizer(INPUTS["naturalness"].format(response=row.output), return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            logits = model(input_ids=ids, decoder_input_ids=torch.tensor([[0]])).logits[0, 0]
        yes, no = (logits.exp() / logits.exp().sum())[tokenizer.convert_tokens_to_ids(["Yes", "No"])].tolist()
        assert score == pytest.approx(yes / (yes + no), rel=1e-4)


def test_unievals_questions_are_its_own_to_the_letter() -> None:
    asked = {name: text.format(response="R", history="H") for name, text in INPUTS.items()}
    assert asked == {
        "naturalness": "question: Is this a natural response in the dialogue? </s> response: R",
        "coherence": "question: Is this a coherent response given the dialogue history? </s> response: R "
        "</s> dialogue history: H",
        "understandability": "question: Is this an understandable response in the dialogue? </s> response: R",
    }


def test_the_reward_is_the_head_over_the_last_tokens_state(pythia: Path) -> None:
    found = RewardModel.from_pretrained(str(pythia)).score(ROWS, Silent())
    trunk = GPTNeoXModel.from_pretrained(pythia).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(pythia)
    for row, score in zip(ROWS, found, strict=True):
        text = f"<|prompter|>{row.prompt}<|endoftext|><|assistant|>{row.output}<|endoftext|>"
        with torch.inference_mode():
            state = trunk(**tokenizer(text, return_tensors="pt", return_token_type_ids=False)).last_hidden_state[0, -1]
        assert score == pytest.approx(sum(i / 16 * value for i, value in enumerate(state.tolist())), rel=1e-3, abs=1e-4)


def test_a_checkpoint_that_pools_by_the_mean_is_read_so(pythia: Path) -> None:
    set_in(pythia / "config.json", pooling="mean")
    found = RewardModel.from_pretrained(str(pythia)).score(ROWS, Silent())
    trunk = GPTNeoXModel.from_pretrained(pythia).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(pythia)
    for row, score in zip(ROWS, found, strict=True):
        text = f"<|prompter|>{row.prompt}<|endoftext|><|assistant|>{row.output}<|endoftext|>"
        with torch.inference_mode():
            states = trunk(**tokenizer(text, return_tensors="pt", return_token_type_ids=False)).last_hidden_state[0]
        expected = sum(i / 16 * value for i, value in enumerate(states.mean(dim=0).tolist()))
        assert score == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_a_pooling_that_is_not_known_is_refused(pythia: Path) -> None:
    set_in(pythia / "config.json", pooling="max")
    custom = Profile(**{**vars(profile("paper")), "reward": ModelRef("hub", str(pythia))})
    with pytest.raises(ModelUnavailable, match="pooling “max”"):
        _ = ModelPool(custom, pythia).reward_model


def test_a_checkpoint_as_bin_alone_gives_the_same_rewards(pythia: Path) -> None:
    expected = RewardModel.from_pretrained(str(pythia)).score(ROWS, Silent())
    file = pythia / "model.safetensors"
    torch.save(load_file(file), pythia / "pytorch_model.bin")
    file.unlink()
    assert RewardModel.from_pretrained(str(pythia)).score(ROWS, Silent()) == pytest.approx(expected)


def set_in(file: Path, **values: str) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **values}), "utf-8")


def test_a_checkpoint_without_a_head_is_refused(pythia: Path) -> None:
    weights = load_file(pythia / "model.safetensors")
    del weights["out_proj.weight"]
    save_file(weights, pythia / "model.safetensors", metadata={"format": "pt"})
    custom = Profile(**{**vars(profile("paper")), "reward": ModelRef("hub", str(pythia))})
    with pytest.raises(ModelUnavailable, match="no reward head"):
        _ = ModelPool(custom, pythia).reward_model


@pytest.mark.parametrize("role", ["language_model", "encoder", "reward_model", "unieval"])
def test_without_the_hub_each_of_the_papers_models_is_missed_in_one_sentence(tmp_path: Path, role: str) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be loaded") as told:
        getattr(ModelPool(profile("paper"), tmp_path), role)
    assert "hub cannot be reached" in told.value.what and "embedded profile" in told.value.mend
    assert "\n" not in str(told.value)


def test_scores_of_a_batch_are_those_of_single_rows(t5: Path, tmp_path: Path) -> None:
    evaluator = UniEval.from_pretrained(str(t5))
    together = evaluator.score("coherence", ROWS * 3, Silent())
    alone = np.concatenate([evaluator.score("coherence", [row], Silent()) for row in ROWS * 3])
    np.testing.assert_allclose(together, alone, rtol=1e-4)
