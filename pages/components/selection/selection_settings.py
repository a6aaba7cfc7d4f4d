"""What the user asks of a selection and of an export: one setting, so that it survives a reload and a restart."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le

from core.export import ExportOptions, Layout
from core.indicators import registry
from core.rows.filters import Filters
from core.rules.rule import PAPERS_RULE, Rule
from core.selection.spec import USUAL_SIMILARITY, Diversity, PercentOf, Quotas, RankBy, SelectionSpec
from core.selection.ways import ways
from core.store import Dataset
from core.values import Value, mended
from pages.components.redrawn import redraw_parts, redraw_some
from pages.components.shown_value import Takes, tied
from pages.components.workspace import change_setting, setting

SETTING = "selection_form"
FORM, ANSWER = "form", "answer"  # parts of the Select page
ROWS, PERCENT, TOKENS, ALL = "rows", "percent", "tokens", "all"
USUAL_INDICATOR, USUAL_WAY = "reward", "longest"


@dataclass(frozen=True)
class SelectionForm(Value):
    """The widgets of the page by name. `rule` is a preset's name or `saved <number>`."""

    rank_by: RankBy = RankBy.RULE
    rule: str = PAPERS_RULE
    indicator: str = ""
    way: str = USUAL_WAY
    best: Literal["highest", "lowest"] = "highest"
    amount: Literal["rows", "percent", "tokens", "all"] = "percent"
    rows: Annotated[int, Ge(1)] = 100
    percent: Annotated[float, Gt(0), Le(100)] = 25.0
    tokens: Annotated[int, Ge(1)] = 10_000
    quotas: Quotas = Quotas.NONE
    custom_quotas: dict[str, int] = field(default_factory=dict)
    diversity: Diversity = Diversity.NONE
    min_cosine_distance: Annotated[float, Ge(0), Le(2)] = 0.1
    near_duplicates: bool = False
    similarity: Annotated[float, Ge(-1), Le(1)] = USUAL_SIMILARITY
    seed: Annotated[int, Ge(0)] = 0
    within_range: bool = True
    layout: Layout = Layout.ALPACA
    with_scores: bool = False
    with_extra: bool = False
    with_dataset: bool = False
    with_marks: bool = False
    escape_formulas: bool = False
    hub_folder: bool = False

    def spec(self, rule: Rule, filters: Filters, datasets: Sequence[Dataset]) -> SelectionSpec:
        """The selection that the form asks for among the rows that the filters leave."""
        ranked = self.rank_by is RankBy.INDICATOR
        apart = self.diversity is Diversity.MIN_DISTANCE
        return SelectionSpec(
            filters=filters.with_datasets(each.dataset_id for each in datasets),
            rank_by=self.rank_by,
            rule=rule,
            indicator=self.indicator if ranked else "",
            descending=ranked and self.best == "highest",
            rows=self.rows if self.amount == ROWS else None,
            percent=self.percent if self.amount == PERCENT else None,
            percent_of=PercentOf.RANKABLE if self.amount == PERCENT else PercentOf.CONSIDERED,
            tokens=self.tokens if self.amount == TOKENS else None,
            way=self.way if self.rank_by is RankBy.WAY else "",
            quotas=self.quotas,
            custom_quotas=self._caps(datasets) if self.quotas is Quotas.CUSTOM else (),
            diversity=self.diversity,
            min_cosine_distance=self.min_cosine_distance if apart else SelectionSpec.min_cosine_distance,
            near_duplicate_similarity=self.similarity if self.near_duplicates else None,
            seed=self.seed,
            within_range=self.within_range,
        )

    def _caps(self, datasets: Sequence[Dataset]) -> tuple[tuple[int, int], ...]:
        return tuple((d.dataset_id, self.custom_quotas.get(str(d.dataset_id), d.rows)) for d in datasets)

    def export_options(self, scores: Sequence[str]) -> ExportOptions:
        """The file that the form asks for; `scores` are those that could go along."""
        chosen = tuple(scores) if self.with_scores else ()
        hub = self.hub_folder and self.layout is not Layout.CSV
        return ExportOptions(
            self.layout, self.with_extra, self.with_dataset, chosen, self.escape_formulas, hub, marks=self.with_marks
        )


def current_form() -> SelectionForm:
    """The form as it was last left; what an older studio wrote and is not known any more falls away."""
    form = mended(SelectionForm, setting(SETTING, {}))
    known = form.indicator if form.indicator in registry() else USUAL_INDICATOR
    return replace(form, indicator=known, way=form.way if form.way in ways() else USUAL_WAY)


def change_form(**values: Any) -> None:
    """Change some fields and keep the form."""
    change_setting(SETTING, lambda: current_form().as_dict() | values)


def bound(form: SelectionForm, name: str, takes: Takes = "value", shown: Any = None, twin: str = "") -> dict[str, Any]:
    """Arguments that tie a widget to a field of the form.

    Args:
        takes: as in `tied`.
        shown: the value to show in place of the field's, where the widget can't hold that.
        twin: tells two widgets of one field apart.
    """
    value = getattr(form, name) if shown is None else shown
    then = redraw_parts if name == "rule" else redraw_selection  # whose value is a column that filters may be on
    return tied(f"selection {name}{twin}", value, partial(_keep, name), takes, then)


def redraw_selection() -> None:
    """The end of a callback that has changed what is selected, and not by which rule."""
    redraw_some(FORM, ANSWER)


def _keep(name: str, value: Any) -> None:
    if value is not None:
        change_form(**{name: value})
