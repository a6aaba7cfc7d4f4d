"""Rows that ask what an evaluation set asks: how many, side by side with the question, and a way to leave them out."""

import json
from collections.abc import Sequence

import streamlit as st

from core.datasets.checks import ContaminatedRow, ContaminationReport, contamination_in
from core.datasets.contamination import NEAR_SIMILARITY
from core.progress import Progress
from core.store import Dataset
from pages.components.workspace import store
from pages.datasets.check_found import example_chosen, leave_out, looked_for, side_by_side


def check_contamination(datasets: Sequence[Dataset]) -> None:
    """Choose evaluation sets and a threshold, look, and show what was found."""
    sets = {each.evaluation_set_id: each for each in store().evaluation_sets()}
    if not sets:
        st.info("There is no evaluation set yet. One is loaded where an experiment is planned.")
        st.page_link("pages/experiments/page.py", label="Experiments", icon=":material/science:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Evaluation sets",
            list(sets),
            list(sets),
            format_func=lambda number: f"{sets[number].name} ({sets[number].examples:,})" if number in sets else "",
            key="checked evaluation sets",
        )
        threshold = st.slider(
            "Alike from (cosine)",
            0.5,
            1.0,
            NEAR_SIMILARITY,
            0.01,
            key="contamination threshold",
            help="Cosine of the two questions' words, rare ones weighing more (TF-IDF). 1: the same words in order.",
        )
        key = json.dumps([[each.dataset_id, each.fingerprint] for each in datasets] + [chosen, threshold])
        ask = st.button("Look for them", icon=":material/search:", type="primary", disabled=not chosen)
    numbers, owner = [each.dataset_id for each in datasets], store()

    def work(progress: Progress) -> ContaminationReport:
        return contamination_in(owner, numbers, chosen, progress, threshold)

    hint = "A model that was tuned on the exam's questions passes it without having learned anything."
    report = looked_for("the search for evaluation questions", key, ask, hint, work)
    if report is not None:
        _shown(report, {each.dataset_id: each.name for each in datasets})


def _shown(report: ContaminationReport, names: dict[int, str]) -> None:
    looked, found, exact = st.columns(3)
    looked.metric("Rows looked at", f"{report.rows:,}", help=f"For {report.questions:,} evaluation questions.")
    found.metric("Ask the same", f"{len(report.found):,} ({report.ratio:.1%})")
    exact.metric("In the same words", f"{report.exact:,}")
    if not report.found:
        st.success("No row asks what the evaluation sets ask.", icon=":material/check_circle:")
        return
    leave_out(report.title, report.row_ids)
    ordered = sorted(report.found, key=lambda each: -each.similarity)
    _example(ordered[example_chosen(len(ordered), "contamination")], names)


def _example(found: ContaminatedRow, names: dict[int, str]) -> None:
    row = store().rows([found.row.row_id]).get(found.row.row_id)
    asked = store().evaluation_examples(found.evaluation_set_id)
    name = next((s.name for s in store().evaluation_sets() if s.evaluation_set_id == found.evaluation_set_id), "")
    if row is None or found.example >= len(asked):
        st.caption("This row or question was deleted meanwhile.")
        return
    same = "The same words in order." if found.similarity >= 1 else f"Cosine of their words: {found.similarity:.2f}."
    st.caption(same)
    side_by_side(
        (f"Training row of {names[found.row.dataset_id]}", row.prompt),
        (f"Question {found.example + 1} of {name}", asked[found.example].prompt),
    )
