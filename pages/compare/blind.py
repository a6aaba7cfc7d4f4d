"""The blind comparison: two answers without names, chosen by button or key, until all are through."""

from collections.abc import Sequence

import streamlit as st

from core.judge.human_verdicts import BlindPair
from core.judge.verdict import Verdict
from core.store import SavedComparison
from pages.components.answer_text import answer_text
from pages.components.attempt import attempt
from pages.components.workspace import studio

CHOICES = (
    ("A is better", "A", Verdict.FIRST, ":material/arrow_back:"),
    ("Tie", "T", Verdict.TIE, ":material/drag_handle:"),
    ("B is better", "B", Verdict.SECOND, ":material/arrow_forward:"),
)


def blind_tab(saved: SavedComparison) -> None:
    """The next pair, and what can be done with it."""
    stands = studio().verdicts.blind_round(saved.comparison_id)
    if not stands.pairs:
        st.info("All answers of the two models are identical, so there is nothing to compare.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(1 - len(stands.left) / len(stands.pairs), stands.told)
        st.button(
            "Undo", icon=":material/undo:", shortcut="U", disabled=not stands.chosen, on_click=_undo,
            args=(saved.comparison_id,), help="Reverts the last verdict.",
        )  # fmt: skip
    if stands.left:
        _choose(saved.comparison_id, stands.left[0])
    else:
        _through(saved.comparison_id, stands.passed)


def _choose(number: int, shown: BlindPair) -> None:
    with st.container(horizontal=True):  # above the answers, so that they stay where they are from pair to pair
        for label, key, verdict, icon in CHOICES:
            st.button(label, icon=icon, shortcut=key, type="primary", on_click=_keep, args=(number, shown, verdict))
        st.button("Skip", icon=":material/skip_next:", shortcut="S", on_click=_keep, args=(number, shown, None))
    answer_text("Instruction", shown.pair.prompt)
    first, second = st.columns(2, gap="medium")
    with first:
        answer_text("Answer A", shown.first)
    with second:
        answer_text("Answer B", shown.second)
    st.caption(
        "The order of the models is random for each pair. Keys: A, B, T (tie), S (skip), U (undo). Identical "
        "answers are not shown; they count as ties."
    )


def _through(number: int, passed: list[int]) -> None:
    st.success("All pairs are judged. See the Results tab.", icon=":material/check_circle:")
    if passed:
        st.button(
            f"Show {len(passed)} skipped pairs",
            icon=":material/replay:",
            on_click=_take_back,
            args=(number, passed),
        )


def _keep(number: int, shown: BlindPair, verdict: Verdict | None) -> None:
    attempt(lambda: studio().verdicts.choose(number, shown, verdict))


def _undo(number: int) -> None:
    chosen = studio().verdicts.blind_round(number).chosen
    if chosen:
        _take_back(number, [chosen[-1].position])


def _take_back(number: int, positions: Sequence[int]) -> None:
    attempt(lambda: studio().verdicts.take_back(number, positions))
