"""The five steps above every page, each a link with how far it is; folded away for the session on demand."""

import streamlit as st

from core.workspace.guided_path import PathStatus, PathStep
from pages.components.foreign_text import plain
from pages.components.workspace import chosen_profile, studio

PAGES = {
    1: "pages/datasets/page.py",
    2: "pages/indicators/page.py",
    3: "pages/experiments/page.py",
    4: "pages/rule/page.py",
    5: "pages/select/page.py",
}
ICONS = {
    PathStatus.DONE: ":material/check_circle:",
    PathStatus.NEXT: ":material/arrow_circle_right:",
    PathStatus.LATER: ":material/radio_button_unchecked:",
}
_FOLDED = "path_folded"


def path_above() -> None:
    """The steps, or where they are folded away the next one alone."""
    steps = studio().workspace.steps(_scored(studio().scores.revision, chosen_profile().name))
    folded = st.session_state.get(_FOLDED, False)
    shown = [each for each in steps if each.status is PathStatus.NEXT] if folded else steps
    with st.container(key="guided_path", horizontal=True, gap="small", vertical_alignment="center"):
        for step in shown:
            _link(step)
        if folded and not shown:
            st.caption("All five steps are done.")
        st.space("stretch")
        st.button(
            "Show steps" if folded else "Hide steps",
            key="fold_path",
            type="tertiary",
            icon=":material/unfold_more:" if folded else ":material/unfold_less:",
            on_click=_fold,
            args=(not folded,),
        )


def _link(step: PathStep) -> None:
    following = step.status is PathStatus.NEXT
    title = f"{step.number} {step.title}"
    with st.container(key=f"path_step_{step.number}", width="content", gap=None):
        st.page_link(PAGES[step.number], label=f"**{title}**" if following else title, icon=ICONS[step.status])
        st.caption(f"{step.status} · {plain(step.reason)}")


def _fold(folded: bool) -> None:
    st.session_state[_FOLDED] = folded


@st.cache_data(max_entries=4, show_spinner=False)
def _scored(matrix_revision: int, profile: str) -> tuple[int, int]:
    """Rows with at least one score of the profile, and indicators that some row lacks; anew with the matrix."""
    return studio().workspace.scored()
