"""Where a tournament stands, above the other results of its experiment, and the selection it leads to."""

import streamlit as st

from core.errors import StudioError
from core.experiments.tournament.plan import TournamentPlan, tournament_of
from core.experiments.tournament.standings import Standings
from core.humanize import counted, fixed, interval
from core.progress import Progress
from core.regression.outcome import Outcome
from core.selection.outcome import SelectionOutcome
from core.store import SavedExperiment
from pages.components.background import settled
from pages.components.figures import CONFIG
from pages.components.foreign_text import plain
from pages.components.selection.save_selection import keep_selection
from pages.components.tuning.standings_figure import label, standings_figure
from pages.components.workspace import show_error, studio

MEASURES = {
    Outcome.TOKEN: "Decided by the loss per response token, by which a proof judges too.",
    Outcome.EXAMPLE: "Decided by the loss per example, as in earlier versions; a proof judges by the loss per response "
    "token.",
}
WANTED, TASK = "tournament wanted", "tournament selection"


def tournament_standings(saved: SavedExperiment) -> None:
    """The sentence, the plot, the table and the way to a selection; nothing where the experiment is no tournament."""
    plan = tournament_of(saved.spec)
    if plan is None:
        return
    found = studio().tournaments.standings(saved.experiment_id)
    titles = {each.name: each.title for each in plan.competing}
    box, icon = (st.success, ":material/trophy:") if found.winner else (st.info, ":material/hourglass_empty:")
    box(found.told, icon=icon)
    if not found.lines:
        return
    st.plotly_chart(standings_figure(found, titles), config=CONFIG, key="tournament figure")
    st.caption(
        f"Each way in the last round that it reached. Intervals: 95%, Student's t over {plan.draws} draws, paired with "
        f"random rows of the same draw; not corrected for the number of ways. {MEASURES[plan.outcome]}"
    )
    _table(plan, found, titles)
    _selection(saved, plan, found, titles)


def _table(plan: TournamentPlan, found: Standings, titles: dict[str, str]) -> None:
    lines = [
        {
            "Way": label(each, titles),
            "Round": each.round + 1,
            "Rows": each.rows,
            "Response tokens": each.tokens,
            "Loss": each.loss,
            "To random rows": fixed(each.to_random.mean, 4, signed=True) if each.to_random else "–",
            "95% interval": interval(each.to_random.low, each.to_random.high, "+.4f") if each.to_random else "–",
            "Draws": len(each.losses),
            "Status": "out" if each.out else "winner" if each.entrant == found.winner else "",
        }
        for each in found.lines
    ]
    st.dataframe(
        lines,
        hide_index=True,
        column_config={
            "Rows": st.column_config.NumberColumn(format="%.0f", help="Per set, mean over draws."),
            "Response tokens": st.column_config.NumberColumn(format="%.0f", help="Per set, mean over draws."),
            "Loss": st.column_config.NumberColumn(
                format="%.4f", help=f"nats/token on the validation part, {plan.outcome.told}."
            ),
        },
        key="tournament table",
    )


def _selection(saved: SavedExperiment, plan: TournamentPlan, found: Standings, titles: dict[str, str]) -> None:
    """A new saved selection of all rows in a way, the winner unless another is chosen."""
    ways = [each.name for each in plan.competing]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.selectbox(
            "Select all data by", ways, ways.index(found.winner) if found.winner else 0, format_func=titles.__getitem__,
            width=280, key=f"tournament way {saved.experiment_id} {found.winner}",
        )  # fmt: skip
        rows = st.number_input("Rows to keep", 1, value=_usual_rows(plan), key=f"tournament keep {saved.experiment_id}")
        st.button(
            "Save as selection", icon=":material/bookmark_add:", type="primary", on_click=_want,
            args=(saved.experiment_id, way, int(rows)),
        )  # fmt: skip
    wanted = st.session_state.get(WANTED)
    if wanted is not None and wanted[0] == saved.experiment_id:
        _save(wanted, titles)


def _usual_rows(plan: TournamentPlan) -> int:
    counts = {each.dataset_id: each.rows for each in studio().datasets.all()}
    chosen = plan.filters.dataset_ids or tuple(counts)
    return max(1, round(plan.share * sum(counts.get(each, 0) for each in chosen)))


def _want(experiment_id: int, way: str, rows: int) -> None:
    st.session_state[WANTED] = (experiment_id, way, rows)


def _save(wanted: tuple[int, str, int], titles: dict[str, str]) -> None:
    """Choose the rows beside the page, and keep them."""
    experiment_id, way, rows = wanted
    owner = studio()

    def work(progress: Progress) -> SelectionOutcome:
        return owner.tournaments.select(experiment_id, way, rows, progress=progress)

    try:
        key = f"{owner.scores.revision} {wanted}"
        outcome = settled(TASK, key, "Selecting rows", work, "Select rows")
    except StudioError as error:
        del st.session_state[WANTED]
        show_error(error)
        return
    if outcome is None:
        return
    del st.session_state[WANTED]
    name = keep_selection(f"{titles[way]}, {counted(rows, 'row')}", outcome)
    st.success(f"Saved as “{plain(name)}” (Select page, Saved tab).", icon=":material/bookmark_added:")
    st.page_link("pages/select/page.py", label="Open Select to prove or export it", icon=":material/filter_alt:")
