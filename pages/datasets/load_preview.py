"""What is in the files, how their columns are understood, and the button that loads them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.datasets.unread_files import told_left_out
from core.errors import StudioError
from core.formats.charset import title_of
from core.formats.choices import ReadingChoices
from core.formats.columns import ColumnMap, Layout
from core.formats.preview import Preview
from core.sources.resolve import name_of
from core.sources.source_file import SourceFile
from pages.components.attempt import rerun_and_tell
from pages.components.foreign_text import plain
from pages.components.shown_value import tied
from pages.components.workspace import show_error, studio
from pages.datasets.load_progress import start_loading
from pages.datasets.reading_choices import chosen_so_far, encoding_choice, reading_choices

LAYOUTS: dict[Layout, str] = {
    "pair": "Instruction and response",
    "sharegpt": "ShareGPT conversations",
    "messages": "OpenAI messages",
}
NONE = "(none)"
TURN_NAMES = {
    "role_key": "Key of the speaker",
    "content_key": "Key of the text",
    "user_role": "User is called",
    "assistant_role": "Assistant is called",
}
COLUMNS = (
    "conversation", "instruction", "input", "output", "system", "tools", "rejected", "label", "history", "choices",
)  # fmt: skip
_MOST_TOLD = 5  # files
BOXES = ("layout", *COLUMNS, *TURN_NAMES)


def load_preview(files: Sequence[SourceFile], way: str) -> None:
    """Show the first file as it would be loaded; columns can be changed; then load.

    Args:
        way: which way in this is, so that each has widgets of its own.
    """
    place = f"{way} {files[0].path}"
    columns = st.session_state.get(f"columns {place}")
    choices = chosen_so_far(place)
    chosen = files[0]
    if len(files) > 1:
        chosen = _chosen_file(files, columns, choices, place)
    seen = _seen(chosen, columns, choices, way, place)
    if seen is None:
        if choices.encoding:
            encoding_choice(place, _forget)
        return
    changed = _column_choice(seen, place)
    if changed != seen.columns:
        # Not by running the page once more, which would lose a press of Load that comes with the change.
        columns = st.session_state[f"columns {place}"] = changed
        seen = _seen(chosen, columns, choices, way, place)
        if seen is None:
            return
    foreign = seen.encoding not in ("", "utf-8")
    if choices.encoding or foreign or any("UTF-8" in each.reason for each in seen.rejections):
        encoding_choice(place, _forget)
    if foreign:
        st.caption(f"Read as {title_of(seen.encoding)}.")
    if told := list(map(plain, seen.notes)):
        st.caption("  \n".join(told))
    if not (changed.conversation or (changed.instruction and changed.output)):
        st.info("Choose the columns of the instruction and the response above.", icon=":material/info:")
        return
    reading_choices(seen, choices, place, _forget)
    _first_rows(seen)
    _load(files, columns, choices, way, place)


def _chosen_file(
    files: Sequence[SourceFile], columns: ColumnMap | None, choices: ReadingChoices, place: str
) -> SourceFile:
    """The file that is looked at, at first one that can be read; those that will be left out are told."""
    unread = studio().sources.unreadable(files, columns, choices)
    gone = {each.file for each in unread}
    first = next((number for number, each in enumerate(files) if each.shown_name not in gone), 0)
    shown = st.selectbox("Preview of", files, first, lambda each: each.shown_name, key=f"preview of {place} {first}")
    if len(unread) < len(files):
        for each in unread[:_MOST_TOLD]:
            st.warning(plain(told_left_out(each)), icon=":material/warning:")
    return shown


def _seen(
    chosen: SourceFile, columns: ColumnMap | None, choices: ReadingChoices, way: str, place: str
) -> Preview | None:
    """The beginning of a file; None where that can't be read, which is said."""
    try:
        return studio().sources.look(chosen, columns, choices)
    except StudioError as error:
        show_error(error)
        if columns is not None:
            st.button("Detect columns again", on_click=_forget, args=(place,), key=f"guess {way}")
        return None


def _forget(place: str) -> None:
    st.session_state.pop(f"columns {place}", None)


def _column_choice(seen: Preview, place: str) -> ColumnMap:
    """The columns as guessed, in boxes that change them."""
    current = seen.columns
    if len(seen.readings) > 1:
        _reading_choice(seen, place)
    boxes = st.columns(4)
    layout = boxes[0].selectbox(
        "Layout",
        list(LAYOUTS),
        list(LAYOUTS).index(current.layout),
        format_func=LAYOUTS.__getitem__,
        key=f"layout {place}",
    )
    names = list(seen.field_names)
    if layout != "pair":
        conversation = _box(boxes[1], "Conversation", names, current.conversation, f"conversation {place}")
        current = replace(current, layout=layout, conversation=conversation)
    else:
        current = replace(
            current,
            layout=layout,
            instruction=_box(boxes[1], "Instruction", names, current.instruction, f"instruction {place}"),
            input=_box(boxes[2], "Input (optional)", [NONE, *names], current.input, f"input {place}"),
            output=_box(boxes[3], "Response", names, current.output, f"output {place}"),
        )
    with st.expander("More columns"):
        return _more_columns(current, names, place)


def _reading_choice(seen: Preview, place: str) -> None:
    """All that the columns allow, the most likely first."""
    current = seen.readings.index(seen.columns) if seen.columns in seen.readings else None
    st.pills(
        "Column mapping",
        range(len(seen.readings)),
        format_func=lambda number: plain(_named(seen.readings[number])),
        help="The columns can be read in several ways. The first mapping is the most likely.",
        **tied(f"reading {place}", current, partial(_read_so, place, seen.readings), "default"),
    )


def _named(reading: ColumnMap) -> str:
    """`problem → solution`, or the column of turns."""
    if reading.layout != "pair":
        return f"turns in {reading.conversation}"
    asked = f"{reading.instruction} + {reading.input}" if reading.input else reading.instruction
    if reading.choices:
        counted = f" (counted from {reading.first_choice})" if reading.first_choice else ""
        asked = f"{asked} + {reading.choices}{counted}"
    return f"{asked} → {reading.output}"


def _read_so(place: str, readings: Sequence[ColumnMap], number: int | None) -> None:
    """Take a reading in place of what the boxes say."""
    if number is not None:
        for part in BOXES:
            st.session_state.pop(f"{part} {place}", None)
            st.session_state.pop(f"{part} of {place}", None)
        st.session_state[f"columns {place}"] = readings[number]


def _more_columns(current: ColumnMap, names: list[str], place: str) -> ColumnMap:
    """The parts that few files have; one that the file lacks so far stays as it was guessed."""
    parts = {"system": "System prompt", "tools": "Tools", "rejected": "Rejected response", "label": "KTO label"}
    pair = {"history": "Earlier turns", "choices": "Choices"}
    parts |= pair if current.layout == "pair" else {"output": "Response (if not in the turns)"}
    chosen: dict[str, Any] = {}
    for box, (part, label) in zip(st.columns(len(parts)), parts.items(), strict=True):
        guessed = getattr(current, part)
        named = _box(box, label, [NONE, *names], guessed, f"{part} of {place}")
        chosen[part] = named or (guessed if guessed not in names else "")
    if current.layout != "pair":
        for box, (part, label) in zip(st.columns(len(TURN_NAMES)), TURN_NAMES.items(), strict=True):
            told = box.text_input(label, getattr(current, part), key=f"{part} of {place}", placeholder="usual name")
            chosen[part] = told.strip()
    return replace(current, **chosen)


def _box(place: st.delta_generator.DeltaGenerator, label: str, names: list[str], current: str, key: str) -> str:
    index = names.index(current) if current in names else 0 if NONE in names else None
    chosen = place.selectbox(label, names, index, key=key, placeholder="Choose")
    return "" if chosen in (NONE, None) else str(chosen)


def _first_rows(seen: Preview) -> None:
    rows = pd.DataFrame(
        {
            "Instruction": [row.instruction for row in seen.rows],
            "Input": [row.input for row in seen.rows],
            "Response": [row.output for row in seen.rows],
            "Rejected": ["\n\n".join(turn["content"] for turn in row.rejected or ()) for row in seen.rows],
            "KTO label": ["" if row.label is None else str(row.label).lower() for row in seen.rows],
            "Tools": [len(row.tools or ()) for row in seen.rows],
        }
    )
    used = [name for name in rows if name in ("Instruction", "Response") or rows[name].any()]
    st.dataframe(rows[used].head(8), hide_index=True, height="content")
    if seen.rejections:
        st.warning(
            f"{len(seen.rejections)} of the first {len(seen.rejections) + len(seen.rows)} rows would be rejected. "
            f"First: row {seen.rejections[0].row}: {plain(seen.rejections[0].reason)}"
        )


def _load(
    files: Sequence[SourceFile], columns: ColumnMap | None, choices: ReadingChoices, way: str, place: str
) -> None:
    name, each_apart, action = st.columns([3, 2, 1], vertical_alignment="bottom")
    apart = len(files) > 1 and each_apart.toggle(
        f"One dataset per file ({len(files)} files)",
        value=len({name_of(each) for each in files}) > 1,
        key=f"apart {way}",
    )
    stem = name_of(files[0])
    wish = name.text_input("Name", stem, key=f"name {place}", disabled=apart)
    if action.button("Load", type="primary", key=f"load {way}", width="stretch"):
        groups = [(name_of(f), [f]) for f in files] if apart else [(wish, list(files))]
        for dataset_name, members in groups:
            start_loading(dataset_name, members, columns, choices)
        st.session_state["load_generation"] = st.session_state.get("load_generation", 0) + 1
        _forget(place)
        rerun_and_tell("Loading in the background.", ":material/pending_actions:")
