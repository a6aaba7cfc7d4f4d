"""How a file is read beside its columns: each choice is asked only where it makes a difference."""

from collections.abc import Callable

import streamlit as st

from core.formats.charset import ENCODINGS, title_of
from core.formats.choices import Answers, Paths, ReadingChoices
from core.formats.preview import Preview

ANSWERS: dict[Answers, str] = {
    "last": "Last answer",
    "first": "First answer",
    "each": "Each answer, a row of its own",
}
PATHS: dict[Paths, str] = {"best": "Best path, current branch", "all": "All paths and branches"}


def chosen_so_far(place: str) -> ReadingChoices:
    """What the widgets of this file say; what was never asked is at its default."""
    kept = {name: st.session_state.get(f"{name} {place}") for name in ReadingChoices().as_dict()}
    return ReadingChoices(**{name: value for name, value in kept.items() if value})


def encoding_choice(place: str, forget: Callable[[str], None]) -> None:
    """Ask for the encoding.

    Args:
        forget: is told when another is chosen, for the columns may then be others.
    """
    st.selectbox(
        "Encoding",
        ["", *ENCODINGS],
        format_func=lambda name: title_of(name) if name else "Detected",
        key=f"encoding {place}",
        help="Choose another one where characters look wrong.",
        on_change=forget,
        args=(place,),
        width=320,
    )


def reading_choices(seen: Preview, choices: ReadingChoices, place: str, forget: Callable[[str], None]) -> None:
    """Ask for the list, the answer and the paths where the file has several."""
    asked = [len(seen.lists) > 1, seen.several_answers, seen.has_trees]
    boxes = iter(st.columns(4) if any(asked) else [])
    if asked[0]:
        next(boxes).selectbox(
            "List",
            ["", *seen.lists[1:]],
            format_func=lambda name: name or seen.lists[0],
            key=f"list_name {place}",
            help="The file holds several lists of rows. One is read.",
            on_change=forget,
            args=(place,),
        )
    if asked[1] or choices.answers != "last":
        next(boxes).selectbox(
            "Scored answer",
            list(ANSWERS),
            format_func=ANSWERS.__getitem__,
            key=f"answers {place}",
            help="Which answer of a conversation is scored as its response.",
        )
    if asked[2]:
        next(boxes).selectbox(
            "Paths",
            list(PATHS),
            format_func=PATHS.__getitem__,
            key=f"paths {place}",
            help="A tree, or a chat with branches, holds several conversations. Ranks of answers rank paths.",
        )
