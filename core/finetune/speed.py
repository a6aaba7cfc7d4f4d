"""How fast a computer tunes and measures."""

from dataclasses import dataclass

from core.values import NotNegative, Value

MEASURING_SPEEDUP = 3  # a measured token costs a forward pass, a trained one that and twice as much backward


@dataclass(frozen=True)
class Speed(Value):
    """How fast a machine tunes and measures one model in one precision.

    Attributes:
        peak_bytes: memory at the worst, of the process or of the GPU; 0 where it was not measured.
        source: where the numbers come from, in words: `measured here`.
    """

    trained_tokens_per_second: float
    measured_tokens_per_second: float
    peak_bytes: NotNegative = 0
    load_seconds: float = 0.0
    device: str = ""
    source: str = "measured here"

    @classmethod
    def of_runs(cls, trained_tokens: int, seconds: float) -> "Speed":
        """From what finished runs took."""
        rate = trained_tokens / seconds
        return cls(rate, rate * MEASURING_SPEEDUP, source="from finished runs")
