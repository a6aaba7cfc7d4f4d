"""How the models of a tournament are tuned, where nobody says otherwise."""

from dataclasses import replace

from core.experiments.plan import ExperimentPlan, for_other_sets
from core.experiments.presets import ALL_LINEAR

# Adapters on all projections and a high rate set choices further apart than adapters on query and value, with which the
# paper's third version finds no gain at all. The upper half of the embedded model's layers alone is
# tuned, so that a set costs about a minute and not three: the lower half reads every text once. In so few steps dropout
# would only be noise, which takes its time to draw.
UPPER_LAYERS, LEARNING_RATE, MAX_TOKENS = 15, 1e-3, 256


def tournament_tuning(plan: ExperimentPlan) -> ExperimentPlan:
    """The plan with the tuning of a tournament; its sets, model and evaluation stay."""
    return replace(
        for_other_sets(plan),
        tuned_layers=UPPER_LAYERS,
        target_modules=ALL_LINEAR,
        learning_rate=LEARNING_RATE,
        lora_dropout=0.0,
        max_tokens=min(plan.max_tokens, MAX_TOKENS),
    )
