"""Naturalness (Nat) after UniEval (Zhong et al. 2022), dialogue form."""

from core.indicators.base import Indicator
from core.quality import quality_compute, quality_settings

INDICATOR = Indicator(
    name="naturalness",
    title="Naturalness",
    symbol="Nat",
    definition="Whether the response is something a person would naturally say: P(Yes) of UniEval's question.",
    source="arXiv 2307.06290, Table 1; UniEval, arXiv 2210.07197",
    model_role="quality",
    higher_is_better=True,
    order=7,
    settings=quality_settings,
    compute=quality_compute("naturalness"),
)
