"""The forms that all windows on this workspace share, and the news of what another window has made of them."""

from dataclasses import asdict

from pages.components.other_windows import show_changes_of_other_windows
from pages.components.selection.selection_settings import SETTING as SELECTION
from pages.components.selection.selection_settings import current_form
from pages.components.tuning.experiment_settings import SETTING as PLAN
from pages.components.tuning.experiment_settings import current_plan
from pages.components.workspace import filters


def show_window_changes() -> None:
    """Say what another window has changed since this one looked last."""
    forms = {"filters": filters().as_dict(), SELECTION: asdict(current_form()), PLAN: current_plan().as_dict()}
    show_changes_of_other_windows(forms)
