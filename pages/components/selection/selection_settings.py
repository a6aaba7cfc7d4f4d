"""What the user asks of a selection and of an export: one setting, so that it survives a reload and a restart."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import streamlit as st

from core.export import ExportOptions, Layout
from core.indicators import registry
from core.rows.filters import Filters
from core.rules.rule import PAPERS_RULE, Rule
from core.selection.spec import USUAL_SIMILARITY, Diversity, Quotas, RankBy, SelectionSpec
from core.store import Dataset
from pages.components.shown_value import show_value
from pages.components.workspace import set_setting, setting

SETTING = "selection_form"
ROWS, PERCENT, ALL = "rows", "percent", "all"


@dataclass(frozen=True)
class SelectionForm:
    """The widgets of the page by name. `rule` is a preset's name or `saved <number>`."""

    rank_by: str = RankBy.RULE
    rule: str = PAPERS_RULE
    indicator: str = ""
    best: str = "highest"
    amount: str = PERCENT
    rows: int = 100
    percent: float = 25.0
    quotas: str = Quotas.NONE
    custom_quotas: dict[str, int] = field(default_factory=dict)
    diversity: str = Diversity.NONE
    min_cosine_distance: float = 0.1
    near_duplicates: bool = False
    similarity: float = USUAL_SIMILARITY
    seed: int = 0
    within_range: bool = True
    layout: str = Layout.ALPACA
    with_scores: bool = False
    with_extra: bool = False
    with_dataset: bool = False
    neutralise_formulas: bool = True
    hub_folder: bool = False

    def spec(self, rule: Rule, filters: Filters, datasets: Sequence[Dataset]) -> SelectionSpec:
        """The selection that the form asks for among the rows that the filters leave."""
        return SelectionSpec(
            filters=filters.with_datasets(each.dataset_id for each in datasets),
            rank_by=RankBy(self.rank_by),
            rule=rule,
            indicator=self.indicator if self.rank_by == RankBy.INDICATOR else "",
            descending=self.best == "highest",
            rows=self.rows if self.amount == ROWS else None,
            percent=self.percent if self.amount == PERCENT else None,
            quotas=Quotas(self.quotas),
            custom_quotas=self._caps(datasets) if self.quotas == Quotas.CUSTOM else (),
            diversity=Diversity(self.diversity),
            min_cosine_distance=self.min_cosine_distance,
            near_duplicate_similarity=self.similarity if self.near_duplicates else None,
            seed=self.seed,
            within_range=self.within_range,
        )

    def _caps(self, datasets: Sequence[Dataset]) -> tuple[tuple[int, int], ...]:
        return tuple((d.dataset_id, self.custom_quotas.get(str(d.dataset_id), d.rows)) for d in datasets)

    def export_options(self, scores: Sequence[str]) -> ExportOptions:
        """The file that the form asks for; `scores` are those that could go along."""
        chosen = tuple(scores) if self.with_scores else ()
        layout = Layout(self.layout)
        hub = self.hub_folder and layout is not Layout.CSV
        return ExportOptions(layout, self.with_extra, self.with_dataset, chosen, self.neutralise_formulas, hub)


def current_form() -> SelectionForm:
    """The form as it was last left; what an older studio wrote and is not known any more falls away."""
    known = {each.name for each in fields(SelectionForm)}
    form = SelectionForm(**{name: value for name, value in setting(SETTING, {}).items() if name in known})
    return form if form.indicator in registry() else replace(form, indicator=next(iter(registry())))


def change_form(**values: Any) -> None:
    """Change some fields and keep the form."""
    set_setting(SETTING, asdict(replace(current_form(), **values)))


def bound(form: SelectionForm, name: str, shown: Any = None, twin: str = "") -> dict[str, Any]:
    """Arguments that tie a widget to a field: a key that holds the field's value, and a callback that keeps a change.

    Args:
        shown: the value to show in place of the field's, where the widget can't hold that.
        twin: tells two widgets of one field apart.
    """
    key = f"selection {name}{twin}"
    value = getattr(form, name) if shown is None else shown
    show_value(key, value)
    return {"key": key, "on_change": _keep, "args": (name, key)}


def _keep(name: str, key: str) -> None:
    if st.session_state[key] is not None:
        change_form(**{name: st.session_state[key]})
