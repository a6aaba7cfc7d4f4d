"""Files at an address, fetched beside the page before they are looked at."""

from collections.abc import Sequence

import streamlit as st

from core.errors import StudioError
from core.progress import Progress
from core.sources.source_file import SourceFile
from pages.components.background import dismiss, settled
from pages.components.workspace import studio

_SLOT, _FAILED = "fetch task", "fetch failed"


def fetched(address: str) -> Sequence[SourceFile]:
    """The files at an address; none while they are being fetched, which is said on screen.

    Raises:
        StudioError: they can't be fetched. That is kept, so that not every rerun tries again.
    """
    failed: tuple[str, StudioError] | None = st.session_state.get(_FAILED)
    if failed is not None and failed[0] == address:
        st.button("Try again", icon=":material/refresh:", on_click=_forget, key="fetch again")
        raise failed[1]
    owner = studio()

    def work(progress: Progress) -> Sequence[SourceFile]:
        return owner.sources.fetch(address, progress)

    try:
        found = settled(_SLOT, address, "Downloading", work, "Download again")
    except StudioError as error:
        st.session_state[_FAILED] = (address, error)
        st.rerun()
    return found or ()


def _forget() -> None:
    dismiss(_SLOT)
    st.session_state.pop(_FAILED, None)
