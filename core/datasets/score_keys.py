"""Under which keys the scores of datasets stand in view, and under which they are computed here.

A score's key holds the precision that computed it. A dataset that came with scores, or that another computer has
scored, keeps them in view; what is computed now is computed in the precision that is fastest here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.indicators.base import ScorerKey
from core.indicators.scoring import scorer_key
from core.models.precision import PRECISIONS, in_precision
from core.models.profiles import Profile
from core.store.datasets import Dataset
from core.store.scores import ScoreTables


@dataclass(frozen=True)
class DatasetKeys:
    """Of one dataset, each in the order of the indicators.

    Attributes:
        in_view: those of the scores that are looked at.
        wanted: those of the scores that are there or will be computed.
    """

    in_view: tuple[ScorerKey, ...]
    wanted: tuple[ScorerKey, ...]


def dataset_keys(
    scores: ScoreTables, dataset: Dataset, names: Sequence[str], models: Profile, guide: str = ""
) -> DatasetKeys:
    """The keys of a dataset's scores.

    In view are the scores of most rows; where as many are there of several precisions, those of this one. A dataset
    whose rows all have a score of another precision lacks none.

    Args:
        models: the profile, in the precision that computes here.
        guide: digest of the target's guide questions.
    """
    here = [scorer_key(name, models, dataset.fingerprint, guide) for name in names]
    others = [
        key
        for precision in PRECISIONS
        for name in names
        if (key := scorer_key(name, in_precision(models, precision), dataset.fingerprint, guide)) not in here
    ]
    known = scores.known(others)
    if not known:
        return DatasetKeys(tuple(here), tuple(here))
    counts = scores.counts_by_key(dataset.dataset_id, [*here, *known])
    in_view, wanted = [], []
    for key in here:
        most = max([key, *(other for other in known if other.indicator == key.indicator)], key=counts.__getitem__)
        in_view.append(most)
        wanted.append(most if counts[most] == dataset.rows else key)
    return DatasetKeys(tuple(in_view), tuple(wanted))


def profile_of_keys(
    models: Profile, keys: Iterable[ScorerKey], pool_fingerprint: str, guide: str = ""
) -> Profile | None:
    """The profile in the precision that makes scores of these keys; None where it has changed since."""
    wanted = list(keys)
    for precision in dict.fromkeys((models.language_model.dtype, *PRECISIONS)):
        found = in_precision(models, precision)
        if all(scorer_key(key.indicator, found, pool_fingerprint, guide) == key for key in wanted):
            return found
    return None
