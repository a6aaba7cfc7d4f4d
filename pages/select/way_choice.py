"""The choice of a way of choosing rows: what it does, where it comes from, and what must be scored first."""

from collections.abc import Sequence

import streamlit as st

from core.humanize import counted
from core.indicators import registry
from core.selection.ways import ways
from core.store import Dataset
from pages.components.foreign_text import plain
from pages.components.own_code import OwnCodeDialog, own_code, show_own_faults
from pages.components.selection.selection_settings import SelectionForm, bound
from pages.components.wording import column_title, in_sentence
from pages.components.workspace import studio


def way_choice(form: SelectionForm, datasets: Sequence[Dataset]) -> None:
    """A box with all ways, the definition of the chosen one, and its indicators that are not scored."""
    known = ways()
    names = list(known)
    st.selectbox("Way", names, format_func=lambda name: known[name].title, **bound(form, "way", names))
    chosen = known[form.way]
    st.caption(plain(f"{chosen.definition} Source: {chosen.source}."))
    unknown = [name for name in chosen.needs if name not in registry()]
    lacking = studio().scores.missing(*(each.dataset_id for each in datasets))
    unscored = [name for name in chosen.needs if lacking.get(name)]
    if unknown:
        st.caption(f":material/info: Needs {plain(', '.join(unknown))}, which is no indicator of this studio.")
    if unscored:
        what = ", ".join(f"{in_sentence(column_title(name))} ({counted(lacking[name], 'row')})" for name in unscored)
        st.caption(f":material/info: Not scored yet: {plain(what)}.")
        st.page_link("pages/indicators/page.py", label="Score on the Indicators page", icon=":material/bar_chart:")
    own_code(
        OwnCodeDialog(
            "ways",
            studio().paths.ways,
            "docs/ways.md",
            studio().ways.own_allowed,
            studio().ways.allow_own,
            studio().ways.own_table,
        )
    )
    show_own_faults(studio().ways.faults())
