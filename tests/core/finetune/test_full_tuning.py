"""Full tuning changes the weights themselves, goes on after a crash, and leaves a whole model that loads."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaForCausalLM, PreTrainedModel

from core.errors import ValueRefused
from core.experiments.plan import ExperimentPlan, tuned_otherwise
from core.finetune import run
from core.finetune.batches import Collator, Example
from core.finetune.model import load_to_tune, load_tuned, open_weights
from core.finetune.run import tune
from core.finetune.settings import LEARNING_RATES, Precision, TuningSettings
from core.models.pool import ModelPool
from core.models.precision import in_precision
from core.models.profiles import profile
from core.progress import Cancelled, Silent
from core.values import changed, read

Tiny = Callable[[], LlamaForCausalLM]


@pytest.fixture
def full(settings: TuningSettings) -> TuningSettings:
    return replace(settings, method="full", learning_rate=1e-3)


@pytest.fixture(scope="module")
def small(models_dir: Path, tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> ModelPool:
    """A profile whose language model is the tiny one, on the disk."""
    folder = tmp_path_factory.mktemp("tiny") / "model"
    tiny().save_pretrained(folder)
    embedded = in_precision(profile("embedded"), "float32")
    model = replace(embedded.language_model, kind="hub", id=str(folder), hub_id="")
    return ModelPool(replace(embedded, language_model=model), models_dir)


def loss(model: PreTrainedModel, examples: list[Example]) -> float:
    with torch.no_grad():
        return float(model.eval()(**Collator(0)(examples)).loss)


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.BF16])
def test_the_whole_model_learns_and_loads_again(
    small: ModelPool, tiny: Tiny, examples: list[Example], full: TuningSettings, precision: Precision, tmp_path: Path
) -> None:
    chosen = replace(full, precision=precision, epochs=4)
    model = load_to_tune(small, chosen, "cpu")
    assert {each.dtype for each in model.parameters()} == {torch.float32}
    tuned = tune(model, examples, chosen, tmp_path, Silent())
    again = load_tuned(small, chosen, tuned.adapter, "cpu")
    assert {each.dtype for each in again.parameters()} == {
        torch.float32 if precision is Precision.FP32 else torch.bfloat16
    }
    assert loss(again, examples) == pytest.approx(loss(model, examples), abs=1e-6)
    assert loss(again, examples) < loss(tiny(), examples) - 0.05
    before = dict(tiny().named_parameters())
    assert all(not torch.equal(weights.float(), before[name]) for name, weights in again.named_parameters())
    assert type(AutoModelForCausalLM.from_pretrained(tuned.adapter)) is LlamaForCausalLM


def test_a_run_that_was_cut_off_ends_as_an_uninterrupted_one(
    small: ModelPool, examples: list[Example], full: TuningSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stops:
        def update(self, done: int, total: int, message: str = "") -> None:
            if done == 5:
                raise Cancelled

    whole = tune(load_to_tune(small, full, "cpu"), examples, full, tmp_path / "whole", Silent())
    monkeypatch.setattr(run, "CHECKPOINT_SECONDS", 0.0)
    with pytest.raises(Cancelled):
        tune(load_to_tune(small, full, "cpu"), examples, full, tmp_path / "cut", Stops())
    again = tune(load_to_tune(small, full, "cpu"), examples, full, tmp_path / "cut", Silent())
    assert again.resumed_from_step > 0
    one, other = (load_tuned(small, full, each.adapter, "cpu").state_dict() for each in (whole, again))
    for name in one:
        torch.testing.assert_close(other[name], one[name], rtol=1e-5, atol=1e-6)


def test_only_the_upper_layers_change_where_that_is_wanted(tiny: Tiny, full: TuningSettings) -> None:
    model = open_weights(tiny(), replace(full, tuned_layers=1))
    names = [name for name, each in model.named_parameters() if each.requires_grad]
    assert names and all("layers.1." in name for name in names)


def test_quantised_weights_are_refused_in_a_sentence() -> None:
    for kind in (TuningSettings, ExperimentPlan):
        with pytest.raises(ValueRefused, match="int8 weights cannot be tuned, only LoRA adapters over them"):
            read(kind, {"method": "full", "precision": "int8"})


def test_settings_of_earlier_versions_mean_lora() -> None:
    kept = TuningSettings().as_dict()
    del kept["method"]
    assert read(TuningSettings, kept).method == "lora"


def test_a_method_brings_its_usual_learning_rate() -> None:
    plan = ExperimentPlan()
    assert tuned_otherwise(plan, {"method": "full"}, "proof").learning_rate == LEARNING_RATES["full"]
    assert tuned_otherwise(plan, {"method": "full", "learning_rate": 1e-4}, "proof").learning_rate == 1e-4
    assert tuned_otherwise(plan, {"epochs": 2}, "proof").learning_rate == plan.learning_rate
    with pytest.raises(ValueRefused, match="the method lora"):
        changed(plan, {"method": "full", "lora_rank": 4})
