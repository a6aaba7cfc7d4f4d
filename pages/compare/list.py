"""All comparisons, and what one of them compares."""

import streamlit as st

from core.store import SavedComparison
from jobs.api import ACTIVE
from pages.compare.shown import pairs_of, show, spec_of
from pages.components.foreign_text import plain
from pages.components.tuning.experiment_status import status_badge
from pages.components.workspace import studio


def comparison_list() -> None:
    """Each comparison with how far it is."""
    for saved in studio().comparisons.all():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            job = studio().comparisons.job(saved.comparison_id)
            if job is not None and job.status in ACTIVE:
                status_badge(job.status)
            with st.container(gap="xxsmall"):
                st.markdown(f"**{plain(saved.name)}**")
                made = f"created {saved.created_at.astimezone():%d %b %Y, %H:%M}"
                st.caption(f"{len(pairs_of(saved))} of {saved.prompts} instructions have both answers · {made}")
            st.button("Open", key=f"open comparison {saved.comparison_id}", on_click=show, args=(saved.comparison_id,))


def both_models(saved: SavedComparison) -> None:
    """Which model is A and which is B; not shown to who judges blind."""
    a, b = spec_of(saved).models
    st.markdown(f"**Model A** {plain(a.label)}\u2003**Model B** {plain(b.label)}")


def how_asked(saved: SavedComparison) -> None:
    """On what and how the models answer."""
    spec = spec_of(saved)
    answers = spec.answers
    how = f"temperature {answers.temperature:g}" if answers.temperature else "greedy decoding"
    st.caption(
        f"{saved.prompts} instructions of {plain(spec.evaluation)} · maximum {answers.max_new_tokens} tokens per "
        "answer · "
        f"{how}"
    )
