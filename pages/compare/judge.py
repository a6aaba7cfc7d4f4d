"""Asking a language model: which, what it will cost, and how far it is. The calls are made beside the page."""

from collections.abc import Sequence

import streamlit as st

from core.judge.answer_pair import AnswerPair
from core.judge.cost import estimate
from core.judge.question import SYSTEM, USER, Question
from core.judge.run import JudgeRun
from core.judge.settings import JudgeSettings
from core.progress import Progress
from core.store import SavedComparison
from pages.compare.judge_form import judge_form
from pages.compare.judge_key import key_field
from pages.components.attempt import attempt
from pages.components.background import PATIENCE, Background, watch
from pages.components.workspace import show_error, studio


@st.cache_resource
def _runs() -> dict[int, Background[JudgeRun | None]]:
    """The last run of each comparison. They belong to the process, so that a reload finds one that goes on."""
    return {}


def judge_tab(saved: SavedComparison, pairs: list[AnswerPair]) -> None:
    """The run that goes on; else how the last one ended, and the form for the next."""
    task = _runs().get(saved.comparison_id)
    if task is not None and task.is_alive():
        task.join(PATIENCE)
    if task is not None and task.is_alive():
        watch(task)
        st.caption("Verdicts are saved as they arrive, including calls in flight when you cancel.")
        return
    if task is not None:
        _ended(task)
    st.caption(
        "A language model sees each instruction with both answers twice, in both orders. A model wins if both "
        "verdicts agree; otherwise the result is a tie. Identical answers are ties and are not sent."
    )
    settings = judge_form()
    key = key_field(settings.address)
    if studio().verdicts.key_travels_open(settings.address, key):
        st.warning("The key would be sent to this address unencrypted.", icon=":material/lock_open:")
    _offer(saved, settings, key, pairs)
    with st.expander("Judge prompt"):
        st.code(f"{SYSTEM}\n\n{'─' * 40}\n\n{USER}", language=None, wrap_lines=True)


def _offer(saved: SavedComparison, settings: JudgeSettings, key: str, pairs: Sequence[AnswerPair]) -> None:
    """What is left to ask, what it takes, and the buttons."""
    stands = studio().verdicts.progress_of(pairs, settings)
    left = stands.left
    if left:
        _estimated(settings, left, stands.total)
    elif stands.total:
        st.success("This judge has given all verdicts.", icon=":material/check_circle:")
    else:
        st.info("All answers of the two models are identical, so there is nothing to judge.")
    with st.container(horizontal=True):
        if left:
            label = "Judge" if not stands.replies else f"Judge the remaining {len(left):,}"
            # No callback: it would ask under the address and the caps that stood when the button was last drawn.
            if st.button(label, type="primary", icon=":material/gavel:"):
                _begin(saved.comparison_id, settings, key, pairs)
                st.rerun()
        if stands.unreadable:
            st.button(
                f"Ask again for {len(stands.unreadable)} unreadable verdicts",
                icon=":material/replay:",
                on_click=_forget_unreadable,
                args=(pairs, settings),
            )


def _forget_unreadable(pairs: Sequence[AnswerPair], settings: JudgeSettings) -> None:
    attempt(lambda: studio().verdicts.forget_unreadable(pairs, settings))


def _estimated(settings: JudgeSettings, left: Sequence[Question], total: int) -> None:
    about = estimate(left, settings)
    calls, tokens, cost = st.columns(3)
    calls.metric("Calls", f"{about.calls:,}", help=f"Of {total:,} verdicts; existing verdicts are not requested again.")
    tokens.metric(
        "Tokens (estimate)",
        f"{about.input_tokens + about.output_tokens:,}",
        help=f"{about.input_tokens:,} input (4 characters per token) and {about.output_tokens:,} output.",
    )
    cost.metric("Cost (estimate)", f"${about.cost:,.4f}" if about.cost < 0.1 else f"${about.cost:,.2f}")
    if about.cost > settings.max_cost or about.calls > settings.max_calls:
        st.warning(
            "The cap is lower: the run stops before it and can be continued.",
            icon=":material/warning:",
        )


def _begin(number: int, settings: JudgeSettings, key: str, pairs: Sequence[AnswerPair]) -> None:
    owner = studio()

    def work(progress: Progress) -> JudgeRun | None:
        return owner.verdicts.ask(pairs, settings, key, progress)

    _runs()[number] = Background("Judging", work)


def _ended(task: Background[JudgeRun | None]) -> None:
    """How the last run went."""
    if task.error is not None:
        show_error(task.error)
    elif task.cancelled:
        st.info("Cancelled. Verdicts so far are kept.", icon=":material/cancel:")
    elif task.result is not None:
        done = task.result
        text = f"{done.replies:,} of {done.questions:,} verdicts in {done.calls:,} calls, ${done.cost:.4f} spent"
        unreadable = f", {done.unreadable} unreadable" if done.unreadable else ""
        if done.capped:
            st.warning(f"The cap is reached: {text}{unreadable}. Raise it, or start again.", icon=":material/savings:")
        else:
            st.success(f"{text}{unreadable}. See the Results tab.", icon=":material/check_circle:")
