"""How a model is tuned: everything that changes the outcome, with the paper's values as defaults."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

from core.errors import JobError


class Precision(StrEnum):
    """In what form the frozen weights are held; the adapter itself is always trained in float32."""

    INT8 = "int8"
    NF4 = "nf4"
    BF16 = "bf16"
    FP32 = "fp32"


PRECISION_TITLES = {
    Precision.INT8: "8-bit QLoRA (as in the paper)",
    Precision.NF4: "4-bit NF4 QLoRA",
    Precision.BF16: "bfloat16 LoRA",
    Precision.FP32: "float32 LoRA",
}


@dataclass(frozen=True)
class TuningSettings:
    """LoRA tuning as in the paper's section 3 where it says so: 8-bit QLoRA, 3 epochs, 8 rows a step.

    The rest is what was usual at the time: rank 8, alpha 16, dropout 0.05 on query and value projections, a cosine
    schedule with 3% warm-up, 512 tokens, Alpaca's template.

    Attributes:
        batch_size: rows of one optimiser step.
        micro_batch_size: rows that go through the model at once; 0 lets the device decide. Gradients are accumulated,
            so the step stays the same.
        max_tokens: of prompt and response together; a prompt keeps at most half of them (its end), a response's end
            is cut.
        seed: of adapter initialisation, data order and dropout.
    """

    precision: Precision = Precision.INT8
    epochs: int = 3
    batch_size: int = 8
    micro_batch_size: int = 0
    learning_rate: float = 3e-4
    warmup_ratio: float = 0.03
    weight_decay: float = 0.0
    lora_rank: int = 8
    lora_alpha: int = 16
    lora_dropout: float = 0.05
    target_modules: tuple[str, ...] = ("q_proj", "v_proj")
    max_tokens: int = 512
    template: Literal["alpaca", "chat"] = "alpaca"
    seed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"precision": str(self.precision), "target_modules": list(self.target_modules)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TuningSettings":
        """The settings that `as_dict` gave.

        Raises:
            JobError: a name or value is unknown.
        """
        try:
            plain = dict(values)
            plain["precision"] = Precision(plain["precision"])
            plain["target_modules"] = tuple(plain["target_modules"])
            return cls(**plain)
        except (KeyError, TypeError, ValueError) as error:
            raise JobError(f"Unknown tuning settings: {error}.", mend="Start the experiment again.") from error
