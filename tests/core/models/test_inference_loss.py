"""Inference loss: transformers' own loss of each response, and means over responses, instructions and tokens."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats

from core.errors import JobError
from core.finetune.model import add_adapter, load_base
from core.finetune.settings import Precision, TuningSettings
from core.models.inference_loss import evaluation_profile, measure, relative_quality, summarise
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.progress import Silent
from core.rows.evaluation_set import EvaluationExample
from core.statistics import paired_difference
from tests.embedded import embedded_pool

EXAMPLES = [
    EvaluationExample("Name a primary colour.", "", ("Red is one.", "Blue, as the sky on a clear day.")),
    EvaluationExample("Add the numbers.", "1 + 1", ("The sum is 2.",)),
]
LIMITS = evaluation_profile(profile("embedded"), "alpaca", 64)


@pytest.fixture(scope="module")
def pool(shallow_models: Path) -> ModelPool:
    return embedded_pool(shallow_models)


def test_each_loss_is_the_one_that_transformers_computes(pool: ModelPool) -> None:
    model = load_base(pool, Precision.FP32, "cpu").eval()
    found = measure(model, pool.tokenizer, EXAMPLES, LIMITS, Silent())
    assert found[["example", "response"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 0]]
    for line in found.itertuples():
        example = EXAMPLES[line.example]
        prompt = (
            "Below is an instruction that describes a task. Write a response that appropriately completes the "
            f"request.\n\n### Instruction:\n{example.prompt}\n\n### Response:\n"
        )
        start = pool.tokenizer(pool.tokenizer.bos_token + prompt, add_special_tokens=False)["input_ids"]
        answer = pool.tokenizer(example.outputs[line.response], add_special_tokens=False)["input_ids"]
        labels = torch.tensor([[-100] * len(start) + answer])
        with torch.no_grad():
            expected = float(model(input_ids=torch.tensor([start + answer]), labels=labels).loss)
        assert line.tokens == len(answer)
        assert line.loss_nats_per_token == pytest.approx(expected, rel=1e-4)


def test_a_model_fresh_from_tuning_is_measured_without_dropout(pool: ModelPool) -> None:
    settings = TuningSettings(Precision.FP32, lora_dropout=0.9)
    model = add_adapter(load_base(pool, Precision.FP32, "cpu"), settings, "m")
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.02)
    model.train()
    base = model.get_base_model()
    first, second = (measure(base, pool.tokenizer, EXAMPLES, LIMITS, Silent()) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_a_model_that_diverged_is_refused_and_not_measured_as_0(pool: ModelPool) -> None:
    model = load_base(pool, Precision.FP32, "cpu").eval()
    with torch.no_grad():
        model.get_decoder().norm.weight.fill_(math.nan)
    with pytest.raises(JobError, match="diverged"):
        measure(model, pool.tokenizer, EXAMPLES, LIMITS, Silent())


def losses(*lines: tuple[int, int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["example", "response", "tokens", "loss_nats_per_token"])


def test_every_instruction_counts_the_same_in_one_mean_and_every_token_in_the_other() -> None:
    loss = summarise(losses((0, 0, 10, 1.0), (0, 1, 30, 3.0), (1, 0, 60, 4.0)))
    assert loss.per_example == pytest.approx((2.0 + 4.0) / 2)
    assert loss.per_token == pytest.approx((10 * 1.0 + 30 * 3.0 + 60 * 4.0) / 100)
    assert (loss.examples, loss.responses, loss.tokens) == (2, 3, 100)
    assert loss.log == pytest.approx(math.log(3.0))


def test_quality_relative_to_a_reference_is_the_ratio_of_losses() -> None:
    tuned, untuned = (summarise(losses((0, 0, 5, value))) for value in (1.5, 1.8))
    assert relative_quality(tuned, untuned) == pytest.approx(1.2)


def test_a_paired_comparison_is_scipys_over_examples() -> None:
    generator = np.random.default_rng(3)
    base = generator.normal(1.5, 0.3, 40)
    first = losses(*[(i, 0, 10, base[i] + generator.normal(-0.02, 0.02)) for i in range(40)])
    second = losses(*[(i, 0, 10, base[i]) for i in range(40)])
    found = paired_difference(first, second)
    expected = stats.ttest_rel(first["loss_nats_per_token"], second["loss_nats_per_token"])
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert found.examples == 40
    assert found.low < found.mean < found.high
