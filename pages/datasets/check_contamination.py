"""Rows that ask what an evaluation set asks: how many, side by side with the question, and a way to leave them out."""

import json
from collections.abc import Sequence

import streamlit as st

from core.datasets.checks import ContaminatedRow, ContaminationReport
from core.datasets.contamination import NEAR_SIMILARITY
from core.progress import Progress
from core.store import Dataset
from pages.components.foreign_text import prose
from pages.components.tuning.evaluation_load import no_evaluation_sets
from pages.components.workspace import studio
from pages.datasets.check_found import example_chosen, leave_out, looked_for, side_by_side


def check_contamination(datasets: Sequence[Dataset]) -> None:
    """Choose evaluation sets and a threshold, look, and show what was found."""
    sets = {each.evaluation_set_id: each for each in studio().evaluation_sets.all()}
    if not sets:
        no_evaluation_sets(hold_out=False)
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
            "Similarity threshold",
            0.5,
            1.0,
            NEAR_SIMILARITY,
            0.01,
            key="contamination threshold",
            help=(
                "Cosine similarity of the TF-IDF vectors of the row's prompt and the evaluation instruction, or the "
                "share of the instruction's word trigrams in the prompt, from 0.8. 1: identical words in the same "
                "order."
            ),
        )
        key = json.dumps([[each.dataset_id, each.fingerprint] for each in datasets] + [chosen, threshold])
        ask = st.button("Find contamination", icon=":material/search:", type="primary", disabled=not chosen)
    numbers, owner = [each.dataset_id for each in datasets], studio()

    def work(progress: Progress) -> ContaminationReport:
        return owner.datasets.contamination(
            *numbers, evaluation_sets=chosen, threshold=threshold, progress=progress
        ).report

    hint = "Rows that repeat evaluation instructions make a tuned model look better than it is."
    report = looked_for("the search for contamination", key, ask, hint, work)
    if report is not None:
        _shown(report, {each.dataset_id: each.name for each in datasets})


def _shown(report: ContaminationReport, names: dict[int, str]) -> None:
    looked, found, exact = st.columns(3)
    looked.metric("Rows checked", f"{report.rows:,}", help=f"Against {report.questions:,} evaluation instructions.")
    found.metric("Contaminated", f"{len(report.found):,} ({report.ratio:.1%})")
    exact.metric("Exact matches", f"{report.exact:,}")
    if not report.found:
        st.success("No contaminated rows found.", icon=":material/check_circle:")
        return
    leave_out(report.title, report.row_ids)
    ordered = sorted(report.found, key=lambda each: -each.similarity)
    _example(ordered[example_chosen(len(ordered), "contamination")], names)


def _example(found: ContaminatedRow, names: dict[int, str]) -> None:
    row = studio().rows.get([found.row.row_id]).get(found.row.row_id)
    asked = studio().evaluation_sets.examples(found.evaluation_set_id)
    name = next((s.name for s in studio().evaluation_sets.all() if s.evaluation_set_id == found.evaluation_set_id), "")
    if row is None or found.example >= len(asked):
        st.caption("This row or evaluation instruction has been deleted.")
        return
    same = "Identical words in the same order." if found.similarity >= 1 else f"Similarity {found.similarity:.2f}."
    st.caption(prose(same))
    side_by_side(
        (f"Row of {names[found.row.dataset_id]}", row.prompt),
        (f"Evaluation instruction {found.example + 1} of {name}", asked[found.example].prompt),
    )
