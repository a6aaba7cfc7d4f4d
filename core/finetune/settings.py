"""How a model is tuned: everything that changes the outcome, with the paper's values as defaults."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

from core.values import NotNegative, Positive, Seed, Value


class Precision(StrEnum):
    """In what form the frozen weights are held; the adapter itself is always trained in float32."""

    INT8 = "int8"
    NF4 = "nf4"
    BF16 = "bf16"
    FP32 = "fp32"


Method = Literal["lora", "full"]
METHOD_TITLES: dict[Method, str] = {"lora": "LoRA", "full": "Full tuning"}
# What is usual of each: all weights of a model take smaller steps than a fresh adapter does.
LEARNING_RATES: dict[Method, float] = {"lora": 3e-4, "full": 2e-5}

PRECISION_TITLES = {
    Precision.INT8: "8-bit QLoRA (as in the paper)",
    Precision.NF4: "4-bit NF4 QLoRA",
    Precision.BF16: "bfloat16",
    Precision.FP32: "float32",
}
QUANTISED = (Precision.INT8, Precision.NF4)


@dataclass(frozen=True)
class TuningSettings(Value):
    """LoRA tuning as in the paper's section 3 where it says so: 8-bit QLoRA, 3 epochs, 8 rows a step.

    The rest is what was usual at the time: rank 8, alpha 16, dropout 0.05 on query and value projections, a cosine
    schedule with 3% warm-up, 512 tokens, Alpaca's template.

    Attributes:
        batch_size: rows of one optimiser step.
        micro_batch_size: rows that go through the model at once; 0 lets the device decide. Gradients are accumulated,
            so the step stays the same.
        tuned_layers: how many of the upper layers have adapters, 0 for all. Those below stay as they are, so what they
            make of a row is the same in every epoch and every run.
        max_tokens: of prompt and response together; a prompt keeps at most half of them (its end), a response's end
            is cut.
        seed: of adapter initialisation, data order and dropout.
        method: `full` changes the weights themselves, in all layers or the upper ones, and leaves a whole model; what
            is LoRA's has no effect then. Weights are float32 while they are tuned, even where bfloat16 computes.
    """

    precision: Precision = Precision.INT8
    epochs: Positive = 3
    batch_size: Positive = 8
    micro_batch_size: NotNegative = 0
    learning_rate: Annotated[float, Gt(0)] = 3e-4
    warmup_ratio: Annotated[float, Ge(0), Le(1)] = 0.03
    weight_decay: Annotated[float, Ge(0)] = 0.0
    lora_rank: Positive = 8
    lora_alpha: Positive = 16
    lora_dropout: Annotated[float, Ge(0), Lt(1)] = 0.05
    target_modules: Annotated[tuple[str, ...], MinLen(1)] = ("q_proj", "v_proj")
    tuned_layers: NotNegative = 0
    max_tokens: Annotated[int, Ge(2)] = 512
    template: Literal["alpaca", "chat"] = "alpaca"
    seed: Seed = 0
    method: Method = "lora"

    def refusals(self) -> Iterable[tuple[str, str]]:
        yield from refused_together(self.method, self.precision)

    def rows_at_once(self, most: int) -> int:
        """The most rows, at most so many, by which the rows of a step can be divided, so that a step has no more."""
        return next(rows for rows in range(min(most, self.batch_size), 0, -1) if self.batch_size % rows == 0)


def refused_together(method: Method, precision: Precision) -> Iterable[tuple[str, str]]:
    """The field `precision` with what is wrong, where weights of this precision can't be tuned this way."""
    if method == "full" and precision in QUANTISED:
        yield "precision", f"{precision} weights cannot be tuned, only LoRA adapters over them; choose bf16 or fp32"
