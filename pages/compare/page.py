"""Compare: two tuned models answer the same instructions, and a language model or you say whose answer is better."""

import streamlit as st

from core.errors import StudioError
from pages.compare.answers import answers_progress, keeping_actions
from pages.compare.blind import blind_tab
from pages.compare.form import comparison_form, nothing_to_compare
from pages.compare.judge import judge_tab
from pages.compare.list import both_models, comparison_list, how_asked
from pages.compare.results import results_tab
from pages.compare.shown import NEW, pairs_of, show, shown_now, shown_saved
from pages.components.attempt import show_callback_error
from pages.components.foreign_text import plain
from pages.components.workspace import show_error, studio

st.title("Compare", anchor=False)
shown = shown_now()
show_callback_error()

if shown not in ("", NEW):
    try:
        saved = shown_saved(shown)
    except StudioError as error:
        show_error(error)
        st.button("Back to the list", icon=":material/arrow_back:", on_click=show, args=(None,))
        st.stop()
    name, actions = st.columns([3, 2], vertical_alignment="center")
    name.subheader(plain(saved.name), anchor=False)
    with actions:
        keeping_actions(saved)
    st.button("All comparisons", icon=":material/arrow_back:", type="tertiary", on_click=show, args=(None,))
    how_asked(saved)
    answers_progress(saved)
    pairs = pairs_of(saved)
    if not pairs:
        both_models(saved)
    else:
        results, judge, blind = st.tabs(
            ["Results", "LLM judge", "Blind comparison"], key="comparison tab", on_change="rerun"
        )
        with results:
            if results.open:
                both_models(saved)
                results_tab(saved, pairs)
        with judge:
            if judge.open:
                both_models(saved)
                judge_tab(saved, pairs)
        with blind:
            if blind.open:
                blind_tab(saved)
elif shown == NEW or not studio().comparisons.all():
    if shown == NEW:
        st.button("All comparisons", icon=":material/arrow_back:", type="tertiary", on_click=show, args=(None,))
    comparison_form()
else:
    if studio().comparisons.models():
        st.button("New comparison", icon=":material/add:", type="primary", on_click=show, args=(NEW,))
    else:
        nothing_to_compare()
    comparison_list()
