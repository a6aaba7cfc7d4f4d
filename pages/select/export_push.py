"""A dataset folder onto the Hugging Face hub: asked for, confirmed, and watched. The token is never stored."""

from pathlib import Path

import streamlit as st

from core.environment import TOKEN
from core.export import Written
from core.humanize import counted
from core.progress import Progress
from pages.components.background import Background, watch
from pages.components.confirm import confirm
from pages.components.foreign_text import plain
from pages.components.wording import file_size
from pages.components.workspace import show_error, studio

_TASK = "push task"


def push_panel(folder: Path, written: Written) -> None:
    """The button that opens the question, and the outcome of the last push of this file."""
    st.subheader("Hugging Face hub", anchor=False)
    st.caption(
        f"Folder: {plain(folder)}. Load it with datasets.load_dataset. State the licence in its README.md before you "
        "share it."
    )
    running: tuple[str, Background[str]] | None = st.session_state.get(_TASK)
    task = running[1] if running is not None and running[0] == written.sha256 else None
    if task is not None and task.is_alive():
        watch(task)
        return
    if st.button("Push to the hub …", icon=":material/cloud_upload:"):
        _ask(folder, written)
    if task is None:
        return
    if task.error is not None:
        show_error(task.error)
    elif task.cancelled:
        st.info("Push cancelled.")
    elif task.result is not None:
        st.success(f"Pushed to {plain(task.result)}", icon=":material/check_circle:")


@st.dialog("Push to the Hugging Face hub?")
def _ask(folder: Path, written: Written) -> None:
    from huggingface_hub import constants

    st.markdown(
        f"**{counted(written.rows, 'row')}** ({file_size(written.size_bytes)}) with dataset card and manifest will "
        f"be uploaded to {plain(constants.ENDPOINT)}."
    )
    name = st.text_input("Dataset", placeholder="owner/name", key="push name").strip()
    token = st.text_input(
        "Token",
        type="password",
        live=True,  # else what is typed is lost to who leaves the field by its eye, with the Tab key
        key="push token",
        placeholder=f"from {TOKEN}" if studio().exports.has_environment_token() else "with write permission",
        help=(
            "Used for this push only, never stored or logged. If empty, the token of the environment or of `hf "
            "auth login` is used."
        ),
    ).strip()
    private = st.checkbox("Private", value=True, key="push private", help="Visible to you and your organisation only.")
    if not private:
        st.warning("The rows will be public.", icon=":material/public:")
    replace = st.checkbox("Replace the files of an existing dataset", key="push replace")
    owner = studio()

    def push(progress: Progress) -> str:
        return owner.exports.push(folder, name, token, private=private, add_to=replace, progress=progress)

    def begin() -> None:
        st.session_state[_TASK] = (written.sha256, Background("Pushing", push))

    confirm("Push", begin, disabled=not name)
