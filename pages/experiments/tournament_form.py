"""A tournament before it starts: which ways compete, on how much, and what it costs at most."""

import json

import streamlit as st

from core.errors import StudioError
from core.experiments.plan import ExperimentPlan
from core.experiments.tournament.draft import TournamentDraft
from core.experiments.tournament.plan import KEPT_AS, TournamentPlan
from core.experiments.tournament.tuning import tournament_tuning
from core.humanize import listed
from core.progress import Progress
from pages.components.background import dismiss, settled
from pages.components.foreign_text import plain
from pages.components.tuning.estimate import estimates
from pages.components.tuning.experiment_settings import TOURNAMENT, show, show_form
from pages.components.tuning.launch import launch
from pages.components.tuning.tuning_settings import chosen_in, kept, tuning_choice
from pages.components.wording import column_title, in_sentence
from pages.components.workspace import chosen_profile, show_error, studio

FORM, TASK = "tournament", "tournament draft"
BUDGETS = {"rows": "Equal rows", "tokens": "Equal tokens"}
NAMED = 6
ABOUT = (
    "Every way of choosing keeps rows of the same parts of your data, and a model is tuned on each choice. All ways "
    "begin with small sets; the better half goes on with larger ones; the last two meet random rows, random rows of "
    "the same lengths, and the longest responses. What counts is the loss per response token on the validation part "
    "of the evaluation set. Runs as an experiment in the background."
)


def open_tournament() -> None:
    """A callback: ask for a new tournament."""
    dismiss(TASK)
    show_form(TOURNAMENT)


def open_tournament_again(tournament: TournamentPlan, plan: ExperimentPlan, name: str) -> None:
    """Ask anew, beginning with the choices of a tournament that there is."""
    chosen = {
        "ways": [each.name for each in tournament.entrants],
        "datasets": list(tournament.filters.dataset_ids),
        "rows": tournament.rows,
        "draws": tournament.draws,
        "rounds": tournament.rounds,
        "budget": tournament.budget,
        "share": round(100 * tournament.share),
        "name": name,
    }
    st.session_state.update(chosen_in(FORM, plan) | {f"{FORM} {key}": value for key, value in chosen.items()})
    open_tournament()


def tournament_form() -> None:
    """The choices, the cost, and the start."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("New tournament", anchor=False)
        st.button("Back to the list", icon=":material/arrow_back:", on_click=show, args=(None,))
    st.caption(ABOUT)
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        tournament = _tournament()
    with right, st.container(border=True):
        plan = tuning_choice(FORM)
    if tournament is not None and plan is not None:
        _start(tournament_tuning(plan), tournament)


def _tournament() -> TournamentPlan | None:
    """The choices; None where they make no tournament, which is said on screen."""
    st.markdown("**Ways of choosing**")
    names = {each.dataset_id: each.name for each in studio().datasets.all()}
    datasets = st.multiselect(
        "Datasets", list(names), format_func=names.__getitem__, placeholder="All datasets",
        key=kept(f"{FORM} datasets", []),
    )  # fmt: skip
    filters = studio().rows.filters(*datasets)
    titles = {each.name: each.title for each in studio().tournaments.entrants()}
    lacking = studio().tournaments.unscored(filters)
    ready = [name for name in titles if not lacking[name]]
    st.session_state[f"{FORM} ways"] = [each for each in st.session_state.get(f"{FORM} ways", ready) if each in ready]
    ways = st.multiselect("Ways", ready, format_func=titles.__getitem__, key=f"{FORM} ways")
    _lacking({titles[name]: missing for name, missing in lacking.items() if missing})
    columns = st.columns(3)
    rows = columns[0].number_input("Rows per set", 4, 100_000, key=kept(f"{FORM} rows", 32), help="In the last round.")
    draws = columns[1].number_input(
        "Draws", 2, 50, key=kept(f"{FORM} draws", 3),
        help="Disjoint parts of the data. Each way chooses from each part; more parts narrow the intervals.",
    )  # fmt: skip
    rounds = columns[2].number_input(
        "Rounds", 1, 5, key=kept(f"{FORM} rounds", 2),
        help="Each round has sets of twice the rows of the one before. Sets of 8 rows, a single step of tuning, hardly "
             "tell ways apart.",
    )  # fmt: skip
    pair = st.columns(2)
    budget = pair[0].segmented_control(
        "Budget", list(BUDGETS), format_func=BUDGETS.__getitem__, required=True, key=kept(f"{FORM} budget", "rows"),
        help="Equal rows, or equal training tokens of the responses: ways that prefer long responses get fewer rows.",
    )  # fmt: skip
    share = pair[1].number_input(
        "Share kept (%)", 1, 50, key=kept(f"{FORM} share", 20),
        help="What you want to keep of your data. Each draw has so many rows that a set of the last round is this "
             "share of it.",
    )  # fmt: skip
    try:
        return studio().tournaments.plan(
            ways,
            filters=filters,
            rows=int(rows),
            draws=int(draws),
            rounds=int(rounds),
            budget=budget,
            share=share / 100,
        )
    except StudioError as error:
        show_error(error)
        return None


def _lacking(missing: dict[str, list[str]]) -> None:
    """Which ways can't compete yet."""
    if not missing:
        return
    needed = list(dict.fromkeys(in_sentence(column_title(name)) for each in missing.values() for name in each))
    st.caption(
        f":material/info: Not scored yet ({plain(listed(needed, NAMED))}), so these cannot compete: "
        f"{plain(listed(list(missing), NAMED))}."
    )
    st.page_link("pages/indicators/page.py", label="Score the data", icon=":material/insights:")


def _start(plan: ExperimentPlan, tournament: TournamentPlan) -> None:
    try:
        made = _draft(plan, tournament)
    except StudioError as error:
        show_error(error)
        return
    if made is None:
        return
    estimates(plan, made.foreseen)
    sizes = ", ".join(f"{rows:,}" for rows in tournament.sizes)
    st.caption(
        f"{len(tournament.competing)} ways (random rows and the longest responses always take part), at most "
        f"{tournament.most_models} models, sets of {sizes} rows, {tournament.draws} draws of {made.draw_rows:,} rows."
    )
    for each in made.passed_over:
        st.caption(f":material/info: {plain(each)}, too few to take part.")
    if known := len(made.foreseen.contaminated):
        asking = "1 row repeats" if known == 1 else f"{known:,} rows repeat"
        st.caption(f":material/info: {asking} an evaluation instruction. Such rows are excluded.")
    started = launch(
        plan, made.to_queue, "tournament", f"Tournament of {len(tournament.competing)} ways", {"key": f"{FORM} name"},
        {"key": kept(f"{FORM} priority", "normal")}, kept={KEPT_AS: tournament.as_dict()},
    )  # fmt: skip
    if started:
        dismiss(TASK)
        st.rerun()


def _draft(plan: ExperimentPlan, tournament: TournamentPlan) -> TournamentDraft | None:
    """The sets; None while they are made, or where that was cancelled, both said on screen."""
    present = [each.dataset_id for each in studio().datasets.all()]
    key = json.dumps(
        [chosen_profile().name, present, studio().scores.revision, plan.as_dict(), tournament.as_dict()], default=str
    )
    owner = studio()

    def work(progress: Progress) -> TournamentDraft:
        return owner.tournaments.draft(plan, tournament, progress)

    return settled(TASK, key, "Choosing rows in every way", work, "Choose the rows")
