"""The near-duplicates of the chosen datasets: how many, between which, side by side, and a way to leave them out."""

import json
from collections.abc import Sequence

import streamlit as st

from core.datasets.near_duplicates import THRESHOLD, NearDuplicate, NearDuplicates
from core.progress import Progress
from core.rows.row import Row
from core.store import Dataset
from pages.components.workspace import studio
from pages.datasets.check_found import example_chosen, leave_out, looked_for, side_by_side


def check_near_duplicates(datasets: Sequence[Dataset]) -> None:
    """Ask for a threshold, look, and show what was found."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        threshold = st.slider(
            "Similarity threshold (Jaccard)",
            0.5,
            1.0,
            THRESHOLD,
            0.01,
            key="near-duplicates threshold",
            help="Jaccard similarity of word 3-grams of instruction and response. 1: rows that differ only in case "
            "and punctuation. Usual: 0.8.",
        )
        key = json.dumps([[each.dataset_id, each.fingerprint] for each in datasets] + [threshold])
        ask = st.button("Find near-duplicates", icon=":material/search:", type="primary")
    numbers, owner = [each.dataset_id for each in datasets], studio()

    def work(progress: Progress) -> NearDuplicates:
        return owner.datasets.near_duplicates(*numbers, threshold=threshold, progress=progress).report

    hint = "Rows are compared within and across datasets. Of each group of near-duplicates the first row is kept."
    report = looked_for("the search for near-duplicates", key, ask, hint, work)
    if report is not None:
        _shown(report, {each.dataset_id: each.name for each in datasets})


def _shown(report: NearDuplicates, names: dict[int, str]) -> None:
    looked, found, repeated = st.columns(3)
    looked.metric("Unique rows", f"{report.rows:,}")
    found.metric("Near-duplicates", f"{len(report.found):,} ({report.ratio:.1%})")
    repeated.metric(
        "Exact duplicates across datasets",
        f"{report.repeated:,}",
        help="Identical rows in more than one dataset. A selection keeps each once.",
    )
    if not report.found:
        st.success("No near-duplicates found.", icon=":material/check_circle:")
        return
    leave_out(report.title, report.row_ids)
    lines = [
        {"Kept in": names[first], "Duplicate in": names[second], "Rows": rows}
        for (first, second), rows in sorted(report.by_datasets.items(), key=lambda each: -each[1])
    ]
    st.dataframe(lines, hide_index=True, width=480)
    ordered = sorted(report.found, key=lambda each: -each.similarity)
    _example(ordered[example_chosen(len(ordered), "near-duplicates")], names)


def _example(pair: NearDuplicate, names: dict[int, str]) -> None:
    texts = studio().rows.get([pair.earlier.row_id, pair.row.row_id])
    if len(texts) < 2:
        st.caption("These rows have been deleted.")
        return
    st.caption(f"Jaccard similarity {pair.similarity:.2f}.")
    side_by_side(
        (f"Kept: {names[pair.earlier.dataset_id]}", _text(texts[pair.earlier.row_id])),
        (f"Near-duplicate: {names[pair.row.dataset_id]}", _text(texts[pair.row.row_id])),
    )


def _text(row: Row) -> str:
    return f"{row.prompt}\n\n→ {row.output}"
