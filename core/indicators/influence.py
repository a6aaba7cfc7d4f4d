"""Influence: how well a step on a row agrees with what lowers the loss of the guide questions."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.files import whole_file
from core.finetune.influence import Guide, InfluenceSettings, guide_gradient, influence, warm_up
from core.finetune.kept_gradients import KeptGradients, bytes_per_row, gradient_size
from core.indicators.base import Indicator
from core.indicators.target import Measure, Targeted, TargetedPool
from core.models.embedded_model import config_of
from core.models.profiles import Profile
from core.progress import Progress
from core.rows.evaluation_set import digest_of
from core.rows.row import Row

if TYPE_CHECKING:
    from core.finetune.row_gradients import RowGradients

SETTINGS = InfluenceSettings()
FREE_SHARE = 0.5  # of the free space on the disk, that gradients may take


def prepare(pool: TargetedPool) -> Measure:
    """Warm a model up on a share of the dataset, and read the guide questions with it."""
    from core.finetune.row_gradients import RowGradients

    digest = SETTINGS.warm_up.digest(pool.models.profile, [row.key for row in SETTINGS.warm_up.rows_of(pool.rows)])
    folder = pool.cache / f"warm-up-{digest}"
    warmed = warm_up(pool.models, pool.rows, SETTINGS, folder, pool.progress, pool.say)
    gradients = RowGradients.load(pool.models, warmed, SETTINGS.layers)
    guide, kept = _guide(pool, gradients, folder), _kept(pool, gradients, folder)

    def measure(rows: Sequence[Row], progress: Progress) -> np.ndarray:
        return influence(pool.models, gradients, SETTINGS, rows, guide, kept, progress)

    return measure


def _guide(pool: TargetedPool, gradients: "RowGradients", folder: Path) -> Guide:
    """The direction of the guide, kept from an earlier run where it was read before."""
    file = folder / f"guide-{SETTINGS.layers}-{SETTINGS.guide_responses}-{digest_of(pool.guide)}.npy"
    if not file.exists():
        found = guide_gradient(pool.models, gradients, SETTINGS, pool.guide, pool.progress)
        with whole_file(file) as partial, partial.open("wb") as stream:
            np.save(stream, found.directions)
    return Guide(np.load(file))


def _kept(pool: TargetedPool, gradients: "RowGradients", folder: Path) -> KeptGradients | None:
    """Where gradients are kept; None where they would take too much space."""
    kept = KeptGradients(folder / f"gradients-{SETTINGS.layers}", gradients.size)
    size = bytes_per_row(gradients.size) * sum(row.key not in kept for row in pool.rows)
    most = min(pool.most_bytes, round(FREE_SHARE * shutil.disk_usage(folder).free))
    if size <= most:
        return kept
    pool.say(
        f"The gradients would take {size / 1e9:.1f} GB, more than the limit of {most / 1e9:.1f} GB, and are not kept: "
        "another target needs a new pass."
    )
    return None


def gradient_bytes(rows: int, profile: Profile, models: Path) -> int | None:
    """What the gradients of so many rows take on the disk; None where the model is not here, or its size unknown."""
    size = gradient_size(config_of(profile.language_model, models), SETTINGS.layers, SETTINGS.warm_up.lora_rank)
    return None if size is None else rows * bytes_per_row(size)


def settings(profile: Profile) -> Mapping[str, object]:
    """The guide and the dataset, whose rows warm the model up, join them in the key."""
    return SETTINGS.as_dict() | {"kept_as": "int8", "dtype": profile.language_model.dtype}


INDICATOR = Indicator(
    name="influence",
    title="Influence",
    definition="Cosine of the row's gradient, scaled as by Adam, and the mean gradient of the target's guide "
    "questions, for the adapters of the last three layers of a model that was tuned on a tenth of the dataset. High: "
    "training on the row lowers the loss of the target.",
    source="LESS, arXiv 2402.04333, without the momentum term",
    undefined_where="the response has no tokens",
    model_role="language_model",
    higher_is_better=True,
    order=12,
    settings=settings,
    targeted=Targeted(prepare, of_pool=True, needs_told=("gradients", "guide questions", "the whole dataset")),
)
