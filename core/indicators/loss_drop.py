"""Loss drop: how much likelier a response becomes by tuning a little on the guide questions."""

from collections.abc import Mapping

from core.finetune.loss_drop import LossDrop, LossDropSettings, tune_on_guide
from core.indicators.base import Indicator
from core.indicators.target import Measure, Targeted, TargetedPool
from core.models.profiles import Profile
from core.rows.row import Row

SETTINGS = LossDropSettings()


def prepare(pool: TargetedPool) -> Measure:
    """Tune a model on the guide questions."""
    rows = [Row(each.instruction, each.input, output) for each in pool.guide for output in each.outputs]
    digest = SETTINGS.tuning.digest(pool.models.profile, [row.key for row in rows])
    folder = pool.cache / f"guide-{SETTINGS.guide_responses}-{digest}"
    return LossDrop(
        pool.models, tune_on_guide(pool.models, pool.guide, SETTINGS, folder, pool.progress, pool.say), SETTINGS
    ).of


def settings(profile: Profile) -> Mapping[str, object]:
    """The guide joins them in the key."""
    return SETTINGS.as_dict() | {"dtype": profile.language_model.dtype}


INDICATOR = Indicator(
    name="loss_drop",
    title="Loss drop",
    definition="Share by which the loss of the response falls when the language model is tuned a little on the "
    "target's guide questions: (loss before - loss after) / loss before. High: the row is like the target.",
    source="ToV, arXiv 2510.00386; TACS, arXiv 2605.09404",
    undefined_where="the response has no tokens",
    model_role="language_model",
    higher_is_better=True,
    order=13,
    settings=settings,
    targeted=Targeted(prepare, of_pool=False, needs_told=("response likelihood", "guide questions")),
)
