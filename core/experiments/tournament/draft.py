"""A tournament before it starts: what every way keeps of each draw, and about what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from core.errors import SelectionError
from core.experiments.contaminated import contaminated_members
from core.experiments.draft import Draft, describe
from core.experiments.plan import ExperimentPlan
from core.experiments.questions import questions_of_tournament
from core.experiments.tournament.ladder import Role
from core.experiments.tournament.plan import FEWEST_ROWS, RANDOM, Entrant, TournamentPlan
from core.humanize import counted, listed
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.evaluation_set import EvaluationExample
from core.rows.marks import Mark
from core.selection.controls import matched_in_length
from core.selection.pipeline import find_candidates, run_selection, settle
from core.selection.spec import RankBy, SelectionSpec
from core.store import Store

LENGTH = "output_length"
NAMED = 5  # in a message


@dataclass(frozen=True)
class TournamentDraft:
    """A tournament before it starts.

    Attributes:
        foreseen: what it comes to at most.
        sets: all that it may tune on.
        draw_rows: how many rows each draw has.
        passed_over: which entrants do not take part, as they can keep hardly a row of some draw, a sentence each.
    """

    sets: tuple[CandidateSet, ...]
    foreseen: Draft
    draw_rows: int
    passed_over: tuple[str, ...] = ()

    @property
    def to_queue(self) -> Draft:
        """What the experiment starts with: all sets, of which it tunes on those whose turn comes."""
        return replace(self.foreseen, sets=self.sets)


def draft_tournament(
    store: Store,
    plan: ExperimentPlan,
    tournament: TournamentPlan,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    progress: Progress,
) -> TournamentDraft:
    """Let every way choose from every draw.

    Args:
        plan: how the models are tuned and on what they are measured.
        scorers: by dataset, those whose scores are read.

    Raises:
        SelectionError: the pool is too small, or scores that an entrant needs are missing.
        StoreError: embeddings that an entrant needs are missing.
        Cancelled: `progress` said so.
    """
    pool = _pool(store, tournament, scorers, progress)
    refuse_unscored(tournament.competing, pool)
    questions = questions_of_tournament(store.evaluation_sets, plan)
    found, draws = _drawn(store, pool, questions.whole, tournament, progress)
    sets: list[CandidateSet] = []
    passed_over: dict[str, str] = {}
    for draw, part in enumerate(draws):
        seed = tournament.seed + draw
        for number, entrant in product(range(tournament.rounds), tournament.competing):
            progress.update(len(sets), 0, f"Choosing rows: draw {draw + 1}, {entrant.title}")
            chosen = entrant.spec(seed=seed, **amount(tournament, number, part))
            kept = run_selection(store.scores, chosen, part, embedding_model, progress).kept
            if len(kept) < (FEWEST_ROWS if tournament.budget == "rows" else 1):
                passed_over.setdefault(entrant.name, f"{entrant.title} keeps {counted(len(kept), 'row')} of a draw")
                continue
            detail = {"entrant": entrant.name, "draw": draw, "round": number, "tuning_seed": seed}
            sets.append(_set(entrant.title, kept, part, detail | {"role": Role.ENTRANT}))
            if number == tournament.rounds - 1 and entrant.name != RANDOM:
                alike = matched_in_length(part, kept, seed)
                title = f"Random, lengths of {entrant.title}"
                sets.append(_set(title, alike, part, detail | {"role": Role.MATCHED}))
    sets = [each for each in sets if each.detail["entrant"] not in passed_over]
    foreseen = describe(store, plan, _foreseen(sets, tournament), pool, found, questions)
    return TournamentDraft(tuple(sets), foreseen, len(draws[0]), tuple(passed_over.values()))


def draws_of(
    store: Store,
    evaluation_set: int,
    tournament: TournamentPlan,
    scorers: Mapping[int, Sequence[ScorerKey]],
    progress: Progress,
) -> list[pd.DataFrame]:
    """The disjoint parts of the rows among which every way will choose.

    Raises:
        SelectionError: the pool is too small.
        Cancelled: `progress` said so.
    """
    pool = _pool(store, tournament, scorers, progress)
    return _drawn(store, pool, store.evaluation_sets.examples(evaluation_set), tournament, progress)[1]


def _pool(
    store: Store, tournament: TournamentPlan, scorers: Mapping[int, Sequence[ScorerKey]], progress: Progress
) -> pd.DataFrame:
    """The rows that may be chosen, each once."""
    progress.update(0, 0, "Reading the scores")
    spec = settle(store, SelectionSpec(filters=tournament.filters, rank_by=RankBy.RANDOM), scorers)
    pool = find_candidates(store, spec, scorers)
    pool = pool[pool["mark"] != Mark.DROP] if "mark" in pool else pool
    return pool.drop(columns="mark", errors="ignore").drop_duplicates("row_id")


def _drawn(
    store: Store,
    pool: pd.DataFrame,
    evaluation: Sequence[EvaluationExample],
    tournament: TournamentPlan,
    progress: Progress,
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Rows that repeat an evaluation instruction, and disjoint parts of the others."""
    found = contaminated_members(store, pool[["dataset_id", "row_id"]], evaluation, progress)
    clean = pool[~pool["row_id"].isin(set(found["row_id"]))]
    rows = tournament.draw_rows(len(clean))
    order = np.random.default_rng(tournament.seed).permutation(len(clean))
    return found, [
        clean.iloc[np.sort(order[draw * rows : (draw + 1) * rows])].reset_index(drop=True)
        for draw in range(tournament.draws)
    ]


def refuse_unscored(entrants: Sequence[Entrant], pool: pd.DataFrame) -> None:
    """Refuse entrants that can't choose, as nothing is scored by what they need.

    Raises:
        SelectionError: it names them and the indicators.
    """
    lacking = {each.title: missing for each in entrants if (missing := unscored(each, pool))}
    if lacking:
        names = dict.fromkeys(name for missing in lacking.values() for name in missing)
        raise SelectionError(
            f"Not scored yet: {listed(list(names), NAMED)}, needed by {listed(list(lacking), NAMED)}.",
            mend="Score the data, or leave these ways out.",
        )


def unscored(entrant: Entrant, pool: pd.DataFrame) -> list[str]:
    """The indicators that an entrant needs and no row has."""
    needed = dict.fromkeys([*entrant.needs, LENGTH])
    return [name for name in needed if name not in pool or pool[name].isna().all()]


def amount(tournament: TournamentPlan, number: int, part: pd.DataFrame) -> dict[str, int]:
    """How much a set of a round has: rows, or response tokens as of so many average rows of the draw."""
    rows = tournament.sizes[number]
    if tournament.budget == "rows":
        return {"rows": rows}
    return {"tokens": max(1, round(rows * float(part[LENGTH].mean())))}


def _set(title: str, kept: pd.DataFrame, part: pd.DataFrame, detail: dict[str, Any]) -> CandidateSet:
    members = kept[["dataset_id", "row_id"]].reset_index(drop=True)
    tokens = members.merge(part[["row_id", LENGTH]], on="row_id")[LENGTH].sum()
    name = f"{title}, draw {detail['draw'] + 1}, {counted(len(members), 'row')}"
    random = detail["entrant"] == RANDOM or detail["role"] == Role.MATCHED
    kind = Kind.RANDOM if random else Kind.SELECTION
    return CandidateSet(name, kind, members, detail | {"role": str(detail["role"]), "tokens": int(tokens)})


def _foreseen(sets: Sequence[CandidateSet], tournament: TournamentPlan) -> list[CandidateSet]:
    """As many sets of each round as will be tuned on at most; which ones is not known yet."""
    found: list[CandidateSet] = []
    for number, most in enumerate(tournament.most_sets):
        of_round = [each for each in sets if each.detail["round"] == number]
        found += sorted(of_round, key=lambda each: each.detail["role"])[: most * tournament.draws]
    return found
