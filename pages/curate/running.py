"""Curations that run in this process, whichever window began them."""

import streamlit as st

from jobs.api import CurationResult
from pages.components.background import Background
from pages.components.workspace import studio

Task = Background[CurationResult]


@st.cache_resource
def _tasks() -> dict[int, Task]:
    return {}


def task_of(number: int) -> Task | None:
    """What runs of a curation, or has run and was not looked at yet."""
    return _tasks().get(number)


def go_on(number: int) -> None:
    """A callback: do the steps that are left, beside the pages."""
    running = task_of(number)
    if running is None or not running.is_alive():
        owner = studio()
        _tasks()[number] = Background("Curation", lambda progress: owner.curations.go_on(number, progress))


def forget_task(number: int) -> None:
    """Stop what runs, and forget it."""
    task = _tasks().pop(number, None)
    if task is not None:
        task.cancel()
