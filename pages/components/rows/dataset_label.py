"""A row's dataset with its colour, the one that it has in the plots."""

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from core.store import Dataset
from pages.components.palette import dataset_colour, ground_colour


def dataset_label(dataset: Dataset) -> str:
    """As HTML: a spot of its colour, and its name."""
    spot = "display:inline-block;width:0.7em;height:0.7em;border-radius:50%;margin-right:0.35em"
    return f'<span style="{spot};background:{dataset_colour(dataset.dataset_id)}"></span>{escape(dataset.name)}'


def dataset_column(names: Mapping[int, str], label: str = "Dataset", width: Any = 95) -> Any:
    """The column of a table whose cells are lists of one name each, in the dataset's colour."""
    return st.column_config.MultiselectColumn(
        label, width=width, options=list(names.values()), color=[ground_colour(number) for number in names]
    )
