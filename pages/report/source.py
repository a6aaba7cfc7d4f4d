"""What feeds the report: experiments or a table, a rule of one's own, and a proof; at first the newest of each."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.experiments.proof.plan import proof_of
from core.report.sources import ReportChoice
from core.values import Value, mended, to_plain
from pages.components.shown_value import tied
from pages.components.uploaded_table import uploaded_table
from pages.components.workspace import change_setting, setting, studio

SETTING = "report_form"
TABLE = 0  # stands for the table of the Rule page among the experiments
NONE = 0


@dataclass(frozen=True)
class ReportForm(Value):
    """What was chosen by hand; None where the newest is taken."""

    sets: tuple[int, ...] | None = None
    rule: int | None = None
    proof: int | None = None


def report_source() -> ReportChoice:
    """Three choices in a row; what is not there any more falls away."""
    form = _form()
    left, middle, right = st.columns(3)
    with left:
        chosen = _sets(form)
    with middle:
        rules = {NONE: "Stepwise fit of this report"} | {r.rule_id: r.name for r in reversed(studio().rules.saved())}
        rule = _one("Rule", "rule", rules, form.rule)
    with right:
        proofs = {NONE: "None"} | {e.experiment_id: e.name for e in studio().experiments.all() if proof_of(e.spec)}
        proof = _one("Proof (unseen data)", "proof", proofs, form.proof)
    kept = uploaded_table()
    table = (kept.name, kept.content) if kept and chosen == (TABLE,) else None
    return ReportChoice(tuple(each for each in chosen if each != TABLE), table, rule or None, proof or None)


def _sets(form: ReportForm) -> tuple[int, ...]:
    counts, experiments = studio().measurements.counts(), studio().experiments.all()
    measured = {each.experiment_id: counts.get(each.job_id, 0) for each in experiments}
    titles = {
        each.experiment_id: f"{each.name} ({measured[each.experiment_id]} of {each.sets} sets)"
        for each in experiments
        if measured[each.experiment_id]
    }
    kept = uploaded_table()
    if kept:
        titles[TABLE] = f"Table: {kept.name}"
    first = [*(each.experiment_id for each in studio().rules.learnable()), *titles][:1]
    shown = first if form.sets is None else [each for each in form.sets if each in titles]
    st.multiselect(
        "Candidate sets",
        list(titles),
        format_func=titles.__getitem__,
        wrap=True,
        placeholder="Choose experiments" if titles else "No experiment with losses yet",
        help="Experiments can be combined if model, tuning and evaluation settings are the same. A table of the "
        "Rule page is used alone.",
        **tied("report sets", shown, partial(_keep, "sets"), "default"),
    )
    if TABLE in shown and len(shown) > 1:
        st.caption(":material/info: The table is used alone: the chosen experiments are ignored.")
    return (TABLE,) if TABLE in shown else tuple(shown)


def _one(label: str, name: str, titles: dict[int, str], wish: int | None) -> int:
    """One of the titles, which stand newest first after none; the newest where nothing was chosen."""
    newest = next((each for each in titles if each != NONE), NONE)
    shown = wish if wish is not None and wish in titles else newest
    numbers = list(titles)
    return st.selectbox(
        label, numbers, format_func=titles.__getitem__, **tied(f"report {name}", shown, partial(_keep, name), numbers)
    )


def _form() -> ReportForm:
    return mended(ReportForm, setting(SETTING, {}))


def _keep(name: str, chosen: int | list[int]) -> None:
    change_setting(SETTING, lambda: _form().as_dict() | to_plain({name: chosen}))
