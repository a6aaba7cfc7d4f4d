"""What rows are chosen for, and how an indicator that depends on it is computed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.progress import Progress, Say
from core.rows.evaluation_set import EvaluationExample, digest_of
from core.rows.row import Row

if TYPE_CHECKING:
    import numpy as np

    from core.models.pool import ModelPool

Measure = Callable[[Sequence[Row], Progress], "np.ndarray"]  # gives values, shape (rows,)


@dataclass(frozen=True)
class Target:
    """The evaluation set that rows are chosen for.

    Attributes:
        name: of the evaluation set.
        guide: its guide part, which alone may be looked at.
    """

    name: str
    guide: tuple[EvaluationExample, ...]

    @cached_property
    def digest(self) -> str:
        """What tells these guide questions from others."""
        return digest_of(self.guide)


@dataclass(frozen=True)
class TargetedPool:
    """What a targeted indicator is computed from.

    Attributes:
        models: of the profile.
        rows: the whole dataset.
        guide: the guide questions.
        cache: a folder in which tuned models and gradients outlast the job.
        most_bytes: that may be kept there of this dataset.
        progress: hears how far tuning is.
        say: hears what the user should know.
    """

    models: "ModelPool"
    rows: Sequence[Row]
    guide: Sequence[EvaluationExample]
    cache: Path
    most_bytes: int
    progress: Progress
    say: Say


@dataclass(frozen=True)
class Targeted:
    """How an indicator of scope TARGET is computed.

    Attributes:
        prepare: tunes what has to be tuned, unless it is there already, and gives what measures rows. Called again
            after a crash it goes on.
        of_pool: whether a value depends on the dataset too, as its model was tuned on some of the dataset's rows.
        needs_told: for people.
    """

    prepare: Callable[[TargetedPool], Measure]
    of_pool: bool
    needs_told: tuple[str, ...]
