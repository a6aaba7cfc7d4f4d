"""What a curation came to: what was kept and dropped and why, what won, what it gains, and where the files are."""

import streamlit as st

from core.errors import StudioError
from core.experiments.tournament.plan import tournament_of
from core.humanize import counted
from core.progress import Progress
from core.selection.doubts import doubts
from core.selection.outcome import SelectionOutcome
from core.selection.record import SelectionRecord
from core.workspace.curation import NO_CHOICE, NOTHING_TO_PROVE, Curation, CurationStep
from jobs.api import CurationResult
from pages.components.background import settled
from pages.components.figures import CONFIG
from pages.components.foreign_text import plain, prose
from pages.components.tuning.standings_figure import standings_figure
from pages.components.workspace import show_error, studio

TASK = "curation outcome"
EXAMPLES = 3
SHORT = 400  # characters of an example


def curation_result(curation: Curation) -> None:
    """Everything that is there so far."""
    try:
        found = studio().curations.result(curation.number)
    except StudioError as error:
        show_error(error)
        return
    if found.standings is not None:
        _won(curation, found)
    if found.proof is not None:
        st.subheader("What it gains", anchor=False)
        st.info(prose(found.proof.verdict), icon=":material/verified:")
        st.page_link("pages/experiments/page.py", label="Open the proof under Experiments", icon=":material/science:")
    if curation.way == NO_CHOICE:
        st.info(NOTHING_TO_PROVE, icon=":material/casino:")
    if curation.quick and curation.next_step is None:
        st.warning(
            "Quick: nothing was tuned, so nothing shows that these rows train a better model. Run it again without "
            "Quick for a tournament and a proof.",
            icon=":material/bolt:",
        )
    if CurationStep.SELECTION in curation.done:
        _kept(curation)
    if curation.files:
        st.subheader("Files", anchor=False)
        st.code(curation.files, language=None)
        st.page_link(
            "pages/select/page.py", label="Open the selection (Select page, Saved tab)", icon=":material/filter_alt:"
        )


def _won(curation: Curation, found: CurationResult) -> None:
    assert found.standings is not None
    st.subheader("Which way won", anchor=False)
    box, icon = (st.success, ":material/trophy:") if found.standings.winner else (st.info, ":material/hourglass_empty:")
    box(found.standings.told, icon=icon)
    plan = tournament_of(studio().experiments.get(curation.tournament).spec)
    if found.standings.lines and plan is not None:
        titles = {each.name: each.title for each in plan.competing}
        st.plotly_chart(standings_figure(found.standings, titles), config=CONFIG, key="curation standings")


def _kept(curation: Curation) -> None:
    """Counts and reasons, with examples of both sides."""
    try:
        record = SelectionRecord.from_saved(studio().selections.get(curation.selection))
    except StudioError as error:
        show_error(error)
        return
    st.subheader(
        f"{counted(record.kept, 'row')} kept of {record.considered + sum(curation.left_out.values()):,}", anchor=False
    )
    for doubt in doubts(record):
        st.caption(f":material/info: {plain(str(doubt))}")
    reasons = curation.left_out | record.reasons
    st.dataframe(
        [{"Dropped because": reason, "Rows": rows} for reason, rows in reasons.items() if rows],
        hide_index=True,
        column_config={"Rows": st.column_config.NumberColumn(format="localized")},
        key="curation reasons",
    )
    owner, number = studio(), curation.selection

    def work(progress: Progress) -> SelectionOutcome:
        return owner.selections.run(record.spec, progress)

    try:
        outcome = settled(TASK, f"{number} {owner.scores.revision}", "Reading examples", work, "Read examples")
    except StudioError as error:
        show_error(error)
        return
    if outcome is None:
        return
    ranked = outcome.selection
    kept, dropped = st.columns(2, gap="large")
    with kept:
        _examples("Kept rows, best first", [int(n) for n in ranked.kept["row_id"].head(EXAMPLES)], [])
    with dropped:
        last = ranked.dropped.tail(EXAMPLES)
        _examples("Dropped rows", [int(n) for n in last["row_id"]], [str(reason) for reason in last["reason"]])


def _examples(title: str, row_ids: list[int], reasons: list[str]) -> None:
    st.markdown(f"**{plain(title)}**")
    rows = studio().rows.get(row_ids)
    for place, row_id in enumerate(row_ids):
        row = rows.get(row_id)
        if row is None:
            continue
        with st.container(border=True):
            if reasons:
                st.caption(plain(reasons[place]))
            st.text(f"{_short(row.prompt)}\n\n→ {_short(row.output)}")


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]} …"
