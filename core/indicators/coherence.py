"""Coherence (Coh) after UniEval (Zhong et al. 2022), dialogue form."""

from core.indicators.base import Indicator
from core.indicators.quality import quality_compute, quality_needs, quality_settings, quality_trust

INDICATOR = Indicator(
    name="coherence",
    title="Coherence",
    symbol="Coh",
    definition="UniEval coherence of the response with the instruction, 0 to 1.",
    source="arXiv 2307.06290, Table 1; UniEval, arXiv 2210.07197",
    undefined_where="the response has no tokens",
    model_role="quality",
    higher_is_better=True,
    order=8,
    needs=quality_needs("coherence"),
    settings=quality_settings,
    trust=quality_trust("coherence"),
    compute=quality_compute("coherence"),
)
