"""A model of LLaMA's architecture so small that a run takes a second, with the embedded model's real tokenizer."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase, set_seed

from core.finetune.batches import Example, training_examples
from core.finetune.settings import Precision, TuningSettings
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.paths import DEMO
from core.rows.row import Row
from tests.embedded import embedded_pool


@pytest.fixture(scope="session")
def pool(shallow_models: Path) -> ModelPool:
    return embedded_pool(shallow_models)


@pytest.fixture(scope="session")
def tokenizer(pool: ModelPool) -> PreTrainedTokenizerBase:
    return pool.tokenizer


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """Thirteen demo rows: no multiple of the batch, so that a last, smaller step is among them."""
    lines = (DEMO / "handbook.jsonl").read_text("utf-8").splitlines()[:13]
    return [Row(d["instruction"], d["input"], d["output"]) for d in map(json.loads, lines)]


@pytest.fixture(scope="session")
def settings() -> TuningSettings:
    return TuningSettings(Precision.FP32, epochs=2, batch_size=4, max_tokens=96, seed=7, learning_rate=1e-2)


@pytest.fixture(scope="session")
def examples(rows: list[Row], settings: TuningSettings, tokenizer: PreTrainedTokenizerBase) -> list[Example]:
    return training_examples(rows, settings, profile("embedded"), tokenizer)


@pytest.fixture(scope="session")
def tiny() -> Callable[[], LlamaForCausalLM]:
    """Makes the same small random model every time."""

    def make() -> LlamaForCausalLM:
        set_seed(1)
        config = LlamaConfig(
            vocab_size=49152,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            pad_token_id=2,
        )
        return LlamaForCausalLM(config).to(torch.float32)

    return make
