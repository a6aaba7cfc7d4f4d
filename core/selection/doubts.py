"""What a selection can't know, or does not show: said on the page, by the commands and in the manifest."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.humanize import counted, number
from core.indicators import is_weak, registry
from core.selection.record import SelectionRecord
from core.selection.selection import DropReason
from core.selection.spec import Quotas, RankBy, SelectionSpec

SPREADS = 2.0  # standard deviations of random choices within which a rule's value is no better than theirs
_NOT_CHOSEN_BY = {str(DropReason.NO_SCORE), str(DropReason.BY_HAND), str(DropReason.DUPLICATE)}


@dataclass(frozen=True)
class Doubt:
    """One thing to know before the rows are used.

    Attributes:
        sentence: what is so.
        mend: what to do about it.
        asks: whether saving or exporting asks first: the choice may be no better than a random one.
    """

    sentence: str
    mend: str
    asks: bool = False

    def __str__(self) -> str:
        return f"{self.sentence} {self.mend}"


def doubts(record: SelectionRecord) -> tuple[Doubt, ...]:
    """What to know of a selection, in view or saved, before its rows are used; the gravest first."""
    found = (
        *_of_the_rule(record),
        *_of_the_indicator(record.spec, record.profile),
        *_of_the_scores(record),
        *_of_several_scales(record),
    )
    return tuple(sorted(found, key=lambda each: not each.asks))


def _of_the_rule(record: SelectionRecord) -> Iterator[Doubt]:
    spec, made = record.spec, record.prediction
    if spec.rank_by is not RankBy.RULE or spec.rule is None:
        return
    if spec.rule.validation_warning:
        yield Doubt(spec.rule.validation_warning, "Prove the selection before you train on it.", asks=True)
    if made is None or set(record.reasons) <= _NOT_CHOSEN_BY or made.random_sd != made.random_sd:
        return
    if made.kept > made.random_mean - SPREADS * made.random_sd:
        yield Doubt(
            f"By its own rule this selection is no better than random rows: {number(made.kept)} against "
            f"{number(made.random_mean)} ± {number(made.random_sd)}.",
            "Keep fewer rows, or choose another rule or way.",
            asks=True,
        )


def _of_the_indicator(spec: SelectionSpec, profile: str) -> Iterator[Doubt]:
    about = registry().get(spec.indicator) if spec.rank_by is RankBy.INDICATOR else None
    if about is None:
        return
    if about.higher_is_better is None:
        yield Doubt(
            f"{about.title} has no better end: neither its high nor its low values are known to be better to train on.",
            "Let ways compete in a tournament, or rank by a rule.",
            asks=True,
        )
    if is_weak(spec.indicator, profile):
        yield Doubt(f"{about.title} is weak: it agrees too little with human ratings.", "Do not select by it alone.")


def _of_the_scores(record: SelectionRecord) -> Iterator[Doubt]:
    unscored = record.reasons.get(str(DropReason.NO_SCORE), 0)
    if not unscored:
        return
    lack = "lacks" if unscored == 1 else "lack"
    yield Doubt(
        f"{counted(unscored, 'row')} of {record.considered:,} {lack} a score that the ranking needs, "
        "and can't be ranked: none of them is kept.",
        "Score them, or leave them out on purpose.",
    )
    limited = record.spec.rows or record.spec.percent or record.spec.tokens
    if limited and record.kept and set(record.reasons) <= _NOT_CHOSEN_BY:
        yield Doubt(
            "All rows that can be ranked are kept: the ranking has chosen nothing.",
            "Score the others first, or keep fewer rows.",
            asks=True,
        )


def _of_several_scales(record: SelectionRecord) -> Iterator[Doubt]:
    """Where rows of several datasets are ranked together by what a model that was tuned on their own dataset says."""
    if record.spec.quotas is not Quotas.NONE:
        return
    for name in record.spec.indicators:
        about = registry().get(name)
        datasets = sum(bool(each.scored.get(name)) for each in record.sources)
        if about is not None and about.targeted is not None and about.targeted.of_pool and datasets > 1:
            yield Doubt(
                f"{about.title} of a dataset's rows is measured with a model tuned on that dataset, so the values of "
                f"{datasets} datasets are not on one scale.",
                "Load the files as one dataset, or give each dataset its share.",
            )
