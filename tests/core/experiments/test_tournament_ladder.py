"""Who is tuned next in a tournament, and who wins."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.errors import SelectionError, ValueRefused
from core.experiments.tournament.ladder import Ladder, Role, due, ladder_of, rounds_so_far
from core.experiments.tournament.plan import FINALISTS, KEPT_AS, Entrant, TournamentPlan, tournament_of
from core.experiments.tournament.standings import gap, standings
from core.regression.outcome import Outcome
from core.rows.candidate_set import CandidateSet, Kind
from core.selection.ways import ways
from core.values import Door, read

NAMES = list(ways())[:8]


def planned(names: list[str], **fields: object) -> TournamentPlan:
    return read(TournamentPlan, {"entrants": [{"name": n, "way": n} for n in names], **fields}, "tournament", Door.FORM)


def ladder(plan: TournamentPlan) -> Ladder:
    """All sets of a plan, as a draft makes them, without rows of their own."""
    members = pd.DataFrame({"dataset_id": [1], "row_id": [1]})
    sets = []
    for draw in range(plan.draws):
        for number in range(plan.rounds):
            last = number == plan.rounds - 1
            for entrant in plan.competing:
                for role in [Role.ENTRANT, *([Role.MATCHED] if last and entrant.name != "random" else [])]:
                    detail = {
                        "entrant": entrant.name, "role": str(role), "draw": draw, "round": number, "tokens": 9,
                        "tuning_seed": draw,
                    }  # fmt: skip
                    sets.append(CandidateSet(f"set {len(sets)}", Kind.SELECTION, members, detail))
    return ladder_of(plan, enumerate(sets, start=1))


def play(found: Ladder, strength: Mapping[str, float]) -> dict[int, float]:
    """Measure what is due until nothing is."""
    losses: dict[int, float] = {}
    while wanted := due(found, losses):
        for each in wanted:
            matched = 0.01 if each.role is Role.MATCHED else 0.0
            losses[each.number] = strength[each.entrant] + 0.001 * each.draw + matched
    return losses


def test_the_better_half_goes_on_and_the_best_wins() -> None:
    plan = planned(NAMES, rounds=3, draws=3)
    strength = {name: 1.5 + 0.01 * place for place, name in enumerate(reversed([e.name for e in plan.competing]))}
    found = ladder(plan)
    losses = play(found, strength)
    rounds = rounds_so_far(found, losses)
    best = sorted(strength, key=strength.__getitem__)
    assert [len(each.entrants) for each in rounds] == [8, 4, 4]
    assert list(rounds[1].entrants) == best[:4] and list(rounds[2].entrants[:2]) == best[:2]
    assert set(rounds[2].entrants[2:]) == {"random", "longest"}
    outcome = standings(found, losses, {})
    assert outcome.winner == best[0] and best[0] in outcome.told.casefold()
    line = outcome.of(best[0])
    assert line is not None and line.to_random is not None
    assert line.to_random.mean == pytest.approx(strength[best[0]] - strength["random"])
    assert outcome.of(best[0], Role.MATCHED) is not None and outcome.of(best[5], Role.MATCHED) is None


def test_random_and_longest_are_measured_in_the_last_round_whoever_else_is_in_it() -> None:
    plan = planned(["reward", "influence", "ifd"], rounds=2, draws=2)
    strength = {"reward": 1.0, "influence": 1.1, "ifd": 1.2, "random": 2.0, "longest": 3.0}
    found = ladder(plan)
    losses = play(found, strength)
    last = [each.entrant for each in rounds_so_far(found, losses)[-1].runners if each.role is Role.ENTRANT]
    assert set(last) == {"reward", "influence", "random", "longest"}
    assert standings(found, losses, {}).lines[0].entrant == "reward"


def test_a_tournament_ends_where_the_longest_rows_took_no_part() -> None:
    whole = ladder(planned(["reward"], rounds=2, draws=2))
    found = replace(whole, runners=tuple(each for each in whole.runners if each.entrant != "longest"))
    outcome = standings(found, play(found, {"reward": 1.0, "random": 2.0}), {"longest": "Longest responses"})
    assert outcome.winner == "reward" and "Took no part" in outcome.told


def test_nothing_gained_is_said_where_random_rows_win() -> None:
    plan = planned(["random", "longest"], rounds=1, draws=2)
    found = ladder(plan)
    outcome = standings(found, play(found, {"random": 1.0, "longest": 1.2}), {})
    assert outcome.winner == "random" and "No way has a lower validation loss than random rows" in outcome.told


@given(
    st.integers(1, 8), st.integers(1, 4), st.integers(2, 4), st.randoms(use_true_random=False),
    st.lists(st.floats(0.5, 3), min_size=9, max_size=9),
)  # fmt: skip
def test_a_tournament_ends_and_never_exceeds_what_it_foresees(entrants, rounds, draws, chance, values) -> None:
    plan = planned(NAMES[:entrants], rounds=rounds, draws=draws)
    found = ladder(plan)
    strength = dict(zip([each.name for each in plan.competing], values, strict=False))
    losses: dict[int, float] = {}
    while wanted := due(found, losses):
        each = chance.choice(wanted)  # sets end in any order, and a killed worker asks again after each
        losses[each.number] = strength[each.entrant]
    assert len(losses) <= plan.most_models
    winner = standings(found, losses, {}).winner
    last = rounds_so_far(found, losses)[-1].entrants
    assert strength[winner] == min(strength.values())  # a way that is better on every draw is better in every round
    assert len(last) == len(plan.competing) if rounds == 1 else len(last) <= FINALISTS + 2


def test_a_finalist_that_random_rows_beat_in_the_last_round_has_not_won() -> None:
    plan = planned(["reward", "influence", "ifd"], rounds=2, draws=2)
    found = ladder(plan)
    losses: dict[int, float] = {}
    while wanted := due(found, losses):
        for each in wanted:
            small = {"reward": 1.0, "influence": 1.1, "ifd": 1.2, "random": 1.3, "longest": 1.4}
            large = {"reward": 1.2, "influence": 1.1, "random": 0.9, "longest": 1.3}
            losses[each.number] = (large if each.round else small)[each.entrant]
    outcome = standings(found, losses, {})
    assert outcome.winner == "random" and "No way has a lower validation loss" in outcome.told


def test_gaps_are_students_intervals_over_draws() -> None:
    first, second = [1.50, 1.47, 1.51, 1.49], [1.52, 1.53, 1.53, 1.50]
    found = gap(first, second)
    expected = stats.ttest_rel(first, second).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert math.isnan(gap([1.0], [1.1]).low)


def test_draws_too_small_to_choose_from_are_refused() -> None:
    plan = planned(["reward"], rows=64, draws=3)
    assert plan.draw_rows(3_000) == 320  # 64 are the fifth of it that is kept
    with pytest.raises(SelectionError, match="too few to choose 64 from"):
        plan.draw_rows(300)


def test_sizes_double_from_round_to_round() -> None:
    assert planned(["reward"], rows=64, rounds=3).sizes == (16, 32, 64)
    assert planned(["reward"], rows=6, rounds=3).sizes == (4, 4, 6)


def test_an_entrant_is_a_way_or_a_rule_and_stands_once() -> None:
    with pytest.raises(ValueRefused, match="a way or a rule"):
        read(Entrant, {"name": "nobody"}, "entrant", Door.FORM)
    with pytest.raises(ValueRefused, match="twice"):
        planned(["reward", "reward"])


def test_a_plan_is_kept_and_read_again() -> None:
    plan = planned(NAMES, rows=20, budget="tokens")
    assert read(TournamentPlan, plan.as_dict(), "tournament", Door.STORE) == plan
    assert tournament_of({"plan": {KEPT_AS: plan.as_dict()}}) == plan and plan.outcome is Outcome.TOKEN
    assert np.all(np.diff(plan.sizes) >= 0)


def test_a_tournament_of_an_earlier_version_is_decided_per_example_as_it_was() -> None:
    plan = planned(NAMES, rows=20)
    kept = {name: value for name, value in plan.as_dict().items() if name != "outcome"}
    found = tournament_of({"plan": {KEPT_AS: kept}})
    assert found == replace(plan, outcome=Outcome.EXAMPLE)
    queued = {name: value for name, value in ladder(plan).as_dict().items() if name != "outcome"}
    assert read(Ladder, queued, "ladder", Door.STORE).outcome is Outcome.EXAMPLE
    assert ladder(found).outcome is Outcome.EXAMPLE and ladder(plan).outcome is Outcome.TOKEN
