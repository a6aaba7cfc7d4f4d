"""Before every page: the data folder is opened; where its database is damaged, the user chooses what to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import StoreBusy, StoreDamaged, StudioError
from jobs.api.backups import told
from jobs.api.rescue import Rescue
from pages.components.confirm import confirm
from pages.components.foreign_text import coded, plain
from pages.components.redrawn import FOUND_DAMAGED
from pages.components.workspace import show_error, studio

_DONE = "rescued"


@contextmanager
def opened_workspace() -> Iterator[None]:
    """Open the data folder, take in what workers have finished, bring the scores in view up to date; then the page.

    Where that can't be done, say why; where the database turns out to be damaged, also by the page, offer what to do.
    """
    opened = None
    try:
        opened = studio()
        opened.refresh()
        if _DONE in st.session_state:
            st.success(st.session_state.pop(_DONE), icon=":material/healing:")
        if FOUND_DAMAGED in st.session_state:
            raise st.session_state.pop(FOUND_DAMAGED)
        yield
    except StoreDamaged as error:
        if opened is not None:  # whatever is chosen needs the files for itself
            opened.close()
            studio.clear()
        _choices(error)
        st.stop()
    except StudioError as error:
        show_error(error)
        if isinstance(error, StoreBusy):
            st.button("Try again", icon=":material/refresh:")
        st.stop()


def _choices(error: StoreDamaged) -> None:
    rescue = Rescue.of()
    try:
        damage = rescue.damage
    except StudioError as other:
        show_error(other)
        return
    if damage is None:  # another window has mended it
        show_error(error)
        return
    st.title("The database is damaged", anchor=False)
    st.error(f"**{plain(damage[1].what)}**\n\n{coded(damage[1].where)}", icon=":material/error:")
    st.markdown(
        f"Nothing was changed. Choose what to do; whatever you choose, the damaged files are kept in "
        f"{coded(rescue.paths.damaged)}. Exported files and finished jobs are not concerned."
    )
    _offer_backups(rescue)
    if damage[0].readable:
        with st.container(border=True):
            st.subheader("Go on with what can be read", anchor=False)
            st.markdown("Everything is as it was but for the changes that cannot be read.")
            if st.button("Go on with it", icon=":material/healing:"):
                _ask("Go on with what can be read?", rescue.go_on, "The studio goes on with what could be read.")
    with st.container(border=True):
        st.subheader("Begin anew", anchor=False)
        st.markdown("With an empty database and the demo data.")
        if st.button("Begin anew", icon=":material/restart_alt:"):
            _ask("Begin with a new database?", rescue.begin_anew, "A new database was made.")


def _offer_backups(rescue: Rescue) -> None:
    backups = rescue.backups()
    with st.container(border=True):
        st.subheader("Restore a backup", anchor=False)
        if not backups:
            st.markdown("There is no backup.")
            return
        st.markdown("The database is what it was at that moment; what was done since then is not in it.")
        chosen = st.selectbox("Backup", backups, format_func=told)
        if st.button("Restore", type="primary", icon=":material/settings_backup_restore:"):
            _ask("Restore this backup?", lambda: rescue.restore(chosen.name), f"Restored: {told(chosen)}.")


@st.dialog("Are you sure?")
def _ask(question: str, work: Callable[[], object], done: str) -> None:
    st.markdown(f"**{question}** The damaged files are kept.")

    def rescue() -> None:
        st.session_state[_DONE] = f"{done} The damaged files are in {coded(work())}."
        studio.clear()

    confirm("Yes", rescue, key="rescue")
