"""Backups: made, read through, restored and deleted."""

import streamlit as st

from core.store.backups import MOST, Backup
from jobs.api.backups import told
from pages.components.attempt import attempt
from pages.components.confirm import confirm
from pages.components.foreign_text import plain, prose
from pages.components.workspace import studio

_VERDICTS = "verified backups"


def backups() -> None:
    """All of them, newest first."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Backups", anchor=False)
        st.space("stretch")
        st.button("Make a backup", icon=":material/add:", on_click=lambda: attempt(_make, "The backup is made."))
    st.markdown(
        "Datasets, scores, selections, rules and settings as they were. One is made every day in which something "
        f"changed, before an update, before *Start over* and before a restore; the newest {MOST} are kept."
    )
    if studio().backups.fault:
        st.warning(f"The daily backup could not be made. {prose(studio().backups.fault)}", icon=":material/warning:")
    found = studio().backups.all()
    if not found:
        st.info("No backups yet.")
    for backup in found:
        with st.container(border=True):
            _entry(backup)


def _make() -> None:
    studio().backups.make()


def _entry(backup: Backup) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap="xxsmall"):
            st.markdown(f"**{backup.moment.astimezone():%d %b %Y, %H:%M}** · {backup.occasion}")
            st.caption(f"{told(backup).split(': ', 1)[1]} · {backup.bytes / 1e6:,.1f} MB · {plain(backup.name)}")
        verdict = st.session_state.get(_VERDICTS, {}).get(backup.name)
        if verdict is not None:
            st.badge(plain(verdict) or "Whole", color="red" if verdict else "green")
        st.space("stretch")
        if st.button("Restore", key=f"restore {backup.name}", icon=":material/settings_backup_restore:"):
            _restore(backup)
        if st.button("Verify", key=f"verify {backup.name}", help="Read it through", icon=":material/fact_check:"):
            st.session_state.setdefault(_VERDICTS, {})[backup.name] = studio().backups.verify(backup.name)
            st.rerun()
        if st.button("", key=f"delete {backup.name}", icon=":material/delete:", help="Delete"):
            _delete(backup)


@st.dialog("Restore this backup?")
def _restore(backup: Backup) -> None:
    st.markdown(f"**{told(backup)}**")
    st.markdown(
        "The database will be what it was then. A backup of what it is now is made before, so that this can be undone. "
        "Exported files and finished jobs stay."
    )
    confirm("Restore it", lambda: _go_back(backup))


def _go_back(backup: Backup) -> None:
    undo = studio().backups.restore(backup.name)
    st.session_state.clear()
    back = "The backup at the top undoes this." if undo else "The damaged files were kept."
    st.toast(f"Restored. {back}", duration="long")


@st.dialog("Delete this backup?")
def _delete(backup: Backup) -> None:
    st.markdown(f"**{told(backup)}** will be deleted. The database is not changed.")
    confirm("Delete", lambda: studio().backups.delete(backup.name))
