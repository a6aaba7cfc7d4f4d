"""The embedded model, really tuned in every precision on this machine."""

from dataclasses import replace
from pathlib import Path

import pytest
from peft import PeftModel

from core.finetune.batches import training_examples
from core.finetune.model import add_adapter, load_adapter, load_base
from core.finetune.run import read_curve, tune
from core.finetune.settings import Precision, TuningSettings
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.progress import Silent
from core.rows.row import Row

ROWS = [Row("Name a primary colour.", "", "Red is one of them."), Row("And another?", "", "Blue is another one.")]
FROZEN = {
    Precision.INT8: "Linear8bitLt",
    Precision.NF4: "Linear4bit",
    Precision.BF16: "Linear",
    Precision.FP32: "Linear",
}


@pytest.mark.parametrize("precision", list(Precision))
def test_a_few_steps_in_every_precision_lower_the_loss(precision: Precision, pool: ModelPool, tmp_path: Path) -> None:
    settings = replace(
        TuningSettings(precision), epochs=4, batch_size=2, max_tokens=64, learning_rate=3e-3, tuned_layers=6
    )
    base = load_base(pool, precision, "cpu")
    projection = base.get_submodule("model.layers.0.self_attn.q_proj")
    assert type(projection).__name__ == FROZEN[precision]
    model = add_adapter(base, settings, "HuggingFaceTB/SmolLM2-135M-Instruct")
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)
    examples = training_examples(ROWS, settings, profile("embedded"), pool.tokenizer)
    tune(model, examples, settings, tmp_path, Silent())
    curve = [point["loss"] for point in read_curve(tmp_path / "curve.jsonl")]
    assert len(curve) == 4
    assert curve[-1] < curve[0] - 0.2
    assert isinstance(load_adapter(load_base(pool, precision, "cpu"), tmp_path / "adapter"), PeftModel)
