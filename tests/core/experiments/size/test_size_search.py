"""What is tuned next: the grid as asked, BlendSearch towards the lowest loss, the same after a replay; and the ends."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.errors import SelectionError, ValueRefused
from core.experiments.size.curve import SizeLoss
from core.experiments.size.plan import (
    KEPT_AS,
    SearchMethod,
    SizePlan,
    left_aside,
    log_grid,
    ranked_by,
    read_sizes,
    size_plan_of,
)
from core.experiments.size.search import SearchCost, SearchEnd, StopReason, next_size
from core.selection.spec import Diversity, Quotas, RankBy, SelectionSpec
from core.values import changed

FREE = SizePlan(1, "Best", lowest=64, highest=100_000, most_sizes=15, patience=0, most_row_passes=0, most_minutes=0)
GRID = replace(FREE, method=SearchMethod.GRID, lowest=8, highest=64, sizes=(8, 16, 32, 64), most_sizes=10)


def paper_like(rows: int) -> float:
    """A loss with its minimum where the paper's search ended, at 2,532 of 100,000 rows."""
    return 1.7 + 0.02 * math.log(rows / 2532) ** 2


def point(rows: int, loss: float, noise: float = 0.0) -> SizeLoss:
    """A size of that loss over eight examples, each tuned twice; `noise` apart from example to example."""
    wobble = noise * np.array([1, -1, 1, -1, 1, -1, 1, -1]) * (1 if rows % 3 else -1)
    return SizeLoss(rows, np.linspace(loss - 0.3, loss + 0.3, 8) + wobble, (loss, loss))


def searched(plan: SizePlan, loss: Callable[[int], float], begun: int = 0) -> tuple[list[int], SearchEnd]:
    """All sizes of a search and its end; the first `begun` sizes as an earlier process left them."""
    measured = [point(rows, loss(rows)) for rows in (searched(plan, loss)[0][:begun] if begun else ())]
    while not isinstance(found := next_size(plan, 1, measured, SearchCost()), SearchEnd):
        measured.append(point(found, loss(found)))
    return [each.rows for each in measured], found


@pytest.mark.parametrize("seed", range(4))
def test_blend_search_comes_near_the_lowest_loss_within_its_trials(seed: int) -> None:
    sizes, ended = searched(replace(FREE, seed=seed), paper_like)
    assert len(sizes) == len(set(sizes)) == 15 and ended.reason is StopReason.ALL_TRIED
    assert sizes[0] == 64 and all(64 <= rows <= 100_000 for rows in sizes)
    assert min(map(paper_like, sizes)) < 1.71 < min(map(paper_like, sizes[:3]))


@pytest.mark.parametrize("begun", [1, 4, 11])
def test_a_search_that_is_taken_up_again_proposes_what_it_would_have(begun: int) -> None:
    assert searched(FREE, paper_like, begun) == searched(FREE, paper_like)


def test_sizes_that_hardly_differ_are_tuned_once_and_a_range_without_others_ends_the_search() -> None:
    sizes, ended = searched(replace(FREE, lowest=40, highest=44, most_sizes=30), paper_like)
    ordered = sorted(sizes)
    assert all(after > 1.05 * before for before, after in pairwise(ordered))
    assert ended.reason is StopReason.NOTHING_NEW and len(sizes) < 5


def test_a_grid_is_tuned_as_it_was_asked_for() -> None:
    assert searched(GRID, paper_like)[0] == [8, 16, 32, 64]
    assert log_grid(16, 1024, 7) == (16, 32, 64, 128, 256, 512, 1024) and log_grid(2, 4, 9) == (2, 3, 4)
    assert read_sizes("64, 16 32,16") == (16, 32, 64)
    with pytest.raises(SelectionError, match="“1e3” is not a number"):
        read_sizes("16, 1e3")


def test_it_ends_early_where_nothing_improves_beyond_noise_and_not_before() -> None:
    plan = replace(GRID, sizes=(8, 16, 32, 64, 128, 256), patience=2)
    better, alike = point(16, 1.5), [point(32, 1.4999, 0.1), point(64, 1.501, 0.1)]
    found = next_size(plan, 1, [point(8, 1.7), better, *alike], SearchCost())
    assert isinstance(found, SearchEnd) and found.reason is StopReason.NO_GAIN and "last 2 sizes" in found.said
    assert next_size(plan, 1, [point(8, 1.7), better, alike[0]], SearchCost()) == 64
    assert next_size(plan, 1, [point(8, 1.7), better, alike[0], point(64, 1.4)], SearchCost()) == 128
    assert next_size(replace(plan, patience=0), 1, [point(8, 1.7), better, *alike], SearchCost()) == 128


@pytest.mark.parametrize(
    ("caps", "spent", "reason"),
    [
        ({"most_row_passes": 2 * 3 * (8 + 16) - 1}, SearchCost(48, 10.0), StopReason.ROW_PASSES),
        ({"most_minutes": 0.49}, SearchCost(48, 10.0), StopReason.MINUTES),
    ],
)
def test_a_cost_cap_ends_it_before_the_size_that_would_pass_it(
    caps: dict[str, float], spent: SearchCost, reason: StopReason
) -> None:
    found = next_size(replace(GRID, **caps), 3, [point(8, 1.7)], spent)  # 16 rows, 2 seeds, 3 epochs: 20 s more
    assert isinstance(found, SearchEnd) and found.reason is reason and "16 rows" in found.said
    wider = {name: value * 1.03 for name, value in caps.items()}
    assert next_size(replace(GRID, **wider), 3, [point(8, 1.7)], spent) == 16


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"highest": 101}, "the ranking has 100"),
        ({"lowest": 64}, "at least two sizes"),
        ({"sizes": (64,)}, "at least two sizes"),
        ({"most_row_passes": 47}, "takes 48 row passes"),
    ],
)
def test_a_plan_that_can_find_nothing_is_refused_with_the_reason(changes: dict, says: str) -> None:
    GRID.refuse_senseless(100, 3)
    with pytest.raises(SelectionError, match=says):
        replace(GRID, **changes).refuse_senseless(100, 3)


def test_a_size_of_no_row_is_refused_at_the_door() -> None:
    with pytest.raises(ValueRefused, match=r"search\.lowest: 0 is less than 1"):
        changed(GRID, {"lowest": 0}, "search")


def test_a_plan_comes_back_from_json() -> None:
    kept = json.loads(json.dumps({"plan": {KEPT_AS: GRID.as_dict() | {"unknown": 1}}}))
    assert size_plan_of(kept) == GRID and size_plan_of({"plan": {}}) is None


def test_a_ranking_keeps_of_a_selection_what_makes_a_smaller_size_part_of_a_larger_one() -> None:
    spec = SelectionSpec(percent=10, quotas=Quotas.EQUAL, diversity=Diversity.K_CENTER)
    assert left_aside(spec) == ["equal shares of the datasets", "k-center"]
    plain = ranked_by(spec, 40)
    assert (plain.rows, plain.percent, plain.quotas, plain.diversity) == (40, None, Quotas.NONE, Diversity.NONE)
    kept = SelectionSpec(quotas=Quotas.CUSTOM, diversity=Diversity.MIN_DISTANCE)
    assert not left_aside(kept) and ranked_by(kept, 5) == replace(kept, rows=5)


def test_a_way_that_spreads_its_rows_anew_for_each_size_has_no_ranking_to_search_along() -> None:
    with pytest.raises(SelectionError, match="spreads its rows anew"):
        ranked_by(SelectionSpec(rank_by=RankBy.WAY, way="diversity"), 5)
    assert ranked_by(SelectionSpec(rank_by=RankBy.WAY, way="longest", tokens=900), 5).budget is None
