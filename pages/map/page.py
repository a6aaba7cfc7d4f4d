"""Map: similar rows are close together; a lasso filters all pages."""

from functools import partial

import streamlit as st

from core.indicators import registry
from core.store.score_matrix import PREDICTED
from pages.components.redrawn import ROWS, draw_apart
from pages.components.rows.dataset_choice import dataset_choice
from pages.components.rows.filter_chips import filter_chips
from pages.components.rows.linked_table import linked_table
from pages.components.rows.saved_views import saved_views
from pages.components.rows.search import row_search
from pages.components.rows.semantic_search import answer_meaning
from pages.components.selection.predicted_column import rule_in_force
from pages.components.workspace import filters, studio
from pages.map.making import automatic_maps, map_making
from pages.map.view import MAP, map_view
from pages.map.window import watch_window

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Map", anchor=False)
    st.space("stretch")
    automatic_maps()
datasets = dataset_choice()
names = {each.dataset_id: each.name for each in datasets}
rule_in_force()
found = studio().maps.best(*names)
map_making(datasets, found)
if found is None:
    st.stop()

summary = studio().rows.summary(filters().cleared(), [*studio().scores.columns(), PREDICTED])
known = set(summary.loc[summary["n"] > 0, "indicator"])
scored = [name for name in registry() if name in known]
columns = [*([PREDICTED] if PREDICTED in known else []), *scored]


def controls() -> None:
    with st.container(horizontal=True):
        saved_views()
        row_search("stretch")
    answer_meaning()
    filter_chips(studio().rows.count(filters()), studio().rows.count(filters().cleared()))


draw_apart(
    {
        "controls": controls,
        MAP: partial(map_view, found, columns, names),
        "window": partial(watch_window, MAP, found.map_id),
        ROWS: lambda: linked_table(scored, names),
    }
)
