"""Who is kept and why the others are not, worked out by hand: limits, quotas, distances and what is reported."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SelectionError
from core.rows.marks import Mark
from core.rules.rule import Rule, Term
from core.selection.quotas import share_out
from core.selection.select import DropReason, Quotas, RankBy, Selection, SelectionSpec, random_losses, select
from core.selection.spec import PercentOf
from core.values import Door, read

REWARD = Rule("reward", "Reward", 0.0, (Term("reward", 1.0),))
BEST_FIRST = SelectionSpec(rank_by=RankBy.INDICATOR, indicator="reward", descending=True)


def table(rewards: list[float], datasets: list[int] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {"dataset_id": datasets or 1, "row_id": range(100, 100 + len(rewards)), "reward": rewards},
    )


def falling(rows: int) -> list[float]:
    return [float(rows - i) for i in range(rows)]


def no_embeddings(row_ids: object) -> np.ndarray:
    raise AssertionError("this selection needs no embeddings")


def kept(selection: Selection) -> list[int]:
    return selection.kept["row_id"].tolist()


def reasons(selection: Selection) -> dict[int, str]:
    return dict(zip(selection.dropped["row_id"].tolist(), map(str, selection.dropped["reason"]), strict=True))


def test_what_is_kept_is_told_with_rank_value_and_counts() -> None:
    frame = table([2.0, 5.0, np.nan, 4.0, 1.0], [1, 1, 1, 2, 2])
    selection = select(frame, replace(BEST_FIRST, rows=3), no_embeddings)
    assert selection.kept[["row_id", "rank", "value"]].to_numpy().tolist() == [[101, 0, 5], [103, 1, 4], [100, 2, 2]]
    assert reasons(selection) == {104: DropReason.LOWER_RANK, 102: DropReason.NO_SCORE}
    assert list(selection.dropped) == ["dataset_id", "row_id", "reason"] and list(selection.dropped.index) == [0, 1]
    assert list(selection.kept) == ["dataset_id", "row_id", "value", "rank"] and list(selection.kept.index) == [0, 1, 2]
    with pytest.raises(FrozenInstanceError):
        selection.wanted = 9  # type: ignore[misc]
    assert (selection.considered, selection.kept_ratio, selection.shortfall) == (5, 0.6, 0)
    assert selection.summary() == {
        "kept": 3,
        "considered": 5,
        "wanted": 3,
        "reasons": {"lower rank": 1, "no score": 1},
        "by_dataset": {"1": 2, "2": 1},
    }


def test_a_choice_of_nothing_has_no_ratio_to_divide_by() -> None:
    empty = pd.DataFrame({"dataset_id": [], "row_id": [], "reason": []})
    assert Selection(BEST_FIRST, empty, empty, 3).kept_ratio == 0.0
    assert Selection(BEST_FIRST, empty, empty, 3).shortfall == 3
    assert Selection(BEST_FIRST, table([1.0, 2.0]), empty, 1).shortfall == 0


@pytest.mark.parametrize(
    ("spec", "order"),
    [
        (SelectionSpec(rule=REWARD), [101, 102, 100]),
        (SelectionSpec(rule=REWARD, descending=True), [101, 102, 100]),  # a loss is always lowest first
        (BEST_FIRST, [100, 102, 101]),
        (replace(BEST_FIRST, descending=False), [101, 102, 100]),
        (SelectionSpec(rank_by=RankBy.ORDER), [100, 101, 102]),
        (SelectionSpec(rank_by=RankBy.ORDER, descending=True), [100, 101, 102]),
    ],
)
def test_each_way_of_ranking_has_its_order(spec: SelectionSpec, order: list[int]) -> None:
    assert kept(select(table([3.0, 1.0, 2.0]), spec, no_embeddings)) == order


def test_rows_that_rank_alike_keep_the_order_of_the_data() -> None:
    assert kept(select(table([1.0] * 40), replace(BEST_FIRST, rows=30), no_embeddings)) == list(range(100, 130))


def test_a_random_choice_is_numpys_permutation_of_its_seed() -> None:
    places = np.random.default_rng(5).permutation(np.arange(8.0))
    selection = select(table([0.0] * 8), SelectionSpec(rank_by=RankBy.RANDOM, seed=5), no_embeddings)
    assert kept(selection) == (100 + np.argsort(places)).tolist()


def test_a_percentage_is_taken_of_the_rows_that_can_be_ranked_or_as_before_of_all() -> None:
    frame = table([*falling(4), np.nan, np.nan, np.nan, np.nan])
    half = replace(BEST_FIRST, percent=50.0, percent_of=PercentOf.RANKABLE)
    selection = select(frame, half, no_embeddings)
    assert (selection.wanted, selection.rankable, selection.considered) == (2, 4, 8)
    older = {name: value for name, value in half.as_dict().items() if name != "percent_of"}
    assert select(frame, read(SelectionSpec, older, door=Door.STORE), no_embeddings).wanted == 4


@pytest.mark.parametrize(
    ("percent", "rows"), [(100.0, 8), (50.0, 4), (31.0, 2), (32.0, 3), (0.01, 1), (None, 8)]
)  # of 8 rows, to the next whole one, at least one
def test_a_share_is_rounded_to_whole_rows(percent: float | None, rows: int) -> None:
    selection = select(table(falling(8)), replace(BEST_FIRST, percent=percent), no_embeddings)
    assert (len(selection.kept), selection.wanted) == (rows, rows)


def test_half_of_a_thousand_rows_are_five_hundred() -> None:
    assert len(select(table(falling(1_000)), replace(BEST_FIRST, percent=50.0), no_embeddings).kept) == 500


def test_one_row_is_the_fewest_that_can_be_asked_for() -> None:
    assert kept(select(table(falling(8)), replace(BEST_FIRST, rows=1), no_embeddings)) == [100]


def test_an_indicator_that_was_not_scored_is_named() -> None:
    with pytest.raises(SelectionError, match="mtld"):
        select(table([1.0]), replace(BEST_FIRST, indicator="mtld"), no_embeddings)
    with pytest.raises(SelectionError, match="rule"):
        random_losses(table([1.0]), BEST_FIRST, 1)


def test_shares_go_by_weight_and_what_is_left_to_the_largest_remainder() -> None:
    assert share_out(10, {1: 1.0, 2: 4.0}, {1: 50, 2: 50}) == {1: 2, 2: 8}
    assert share_out(3, {1: 1.0, 2: 3.0, 3: 5.0}, {1: 9, 2: 9, 3: 9}) == {1: 0, 2: 1, 3: 2}  # exactly 1/3, 1, 5/3
    assert share_out(10, {1: 1.0, 2: 1.0}, {1: 2, 2: 50}) == {1: 2, 2: 8}
    assert share_out(10, {1: 1.0, 2: 1.0}, {1: 2, 2: 5}) == {1: 2, 2: 5}
    assert share_out(0, {1: 1.0}, {1: 5}) == {1: 0}


@pytest.mark.parametrize(
    ("quotas", "counts"),
    [
        (Quotas.NONE, {1: 6}),
        (Quotas.EQUAL, {1: 3, 2: 3}),
        (Quotas.PROPORTIONAL, {1: 4, 2: 2}),
        (Quotas.CUSTOM, {1: 5, 2: 1}),
    ],
)
def test_quotas_share_the_rows_out(quotas: Quotas, counts: dict[int, int]) -> None:
    """Eight rows of one dataset rank before four of another; six are wanted."""
    spec = replace(BEST_FIRST, rows=6, quotas=quotas, custom_quotas=((1, 5), (2, 9)))
    selection = select(table(falling(12), [1] * 8 + [2] * 4), spec, no_embeddings)
    assert selection.kept["dataset_id"].value_counts().to_dict() == counts


def test_a_dataset_without_a_quota_by_hand_gives_nothing() -> None:
    spec = replace(BEST_FIRST, rows=6, quotas=Quotas.CUSTOM, custom_quotas=((2, 9),))
    assert kept(select(table(falling(6), [1, 1, 1, 2, 2, 2]), spec, no_embeddings)) == [103, 104, 105]


def test_a_full_quota_is_the_reason_only_of_rows_that_would_have_been_next() -> None:
    """Two of each: the third row of the first dataset is passed over for its quota, those after the last rank lower."""
    spec = replace(BEST_FIRST, rows=3, quotas=Quotas.CUSTOM, custom_quotas=((1, 2), (2, 2)))
    selection = select(table(falling(7), [1, 1, 1, 2, 1, 2, 1]), spec, no_embeddings)
    assert kept(selection) == [100, 101, 103]
    assert reasons(selection) == {
        102: DropReason.QUOTA, 104: DropReason.LOWER_RANK, 105: DropReason.LOWER_RANK, 106: DropReason.LOWER_RANK
    }  # fmt: skip


def test_rows_kept_by_hand_are_in_though_their_quota_is_smaller() -> None:
    frame = table(falling(6), [1, 1, 1, 2, 2, 2]).assign(mark=["", "keep", "keep", "", "", ""])
    spec = replace(BEST_FIRST, rows=4, quotas=Quotas.CUSTOM, custom_quotas=((1, 1), (2, 9)))
    selection = select(frame, spec, no_embeddings)
    assert kept(selection) == [101, 102, 103, 104]
    assert reasons(selection)[100] == DropReason.QUOTA
    more = select(frame, replace(spec, rows=1), no_embeddings)
    assert kept(more) == [101, 102] and more.wanted == 2 and more.shortfall == 0


def test_marks_win_over_scores_and_a_pair_kept_twice_counts_once() -> None:
    frame = table([1.0, np.nan, 5.0, 1.0], [1, 1, 1, 2]).assign(
        row_id=[100, 101, 102, 100], mark=[Mark.KEEP, Mark.KEEP, Mark.DROP, Mark.KEEP]
    )
    selection = select(frame, replace(BEST_FIRST, rows=1), no_embeddings)
    assert sorted(kept(selection)) == [100, 101] and selection.wanted == 2
    assert sorted(selection.reasons) == [DropReason.BY_HAND, DropReason.DUPLICATE]


def test_random_choices_are_those_of_numpy_with_seeds_one_after_the_other() -> None:
    frame = table([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    expected = [frame["reward"].to_numpy()[np.random.default_rng(3 + i).permutation(6)[:2]].mean() for i in range(4)]
    found = random_losses(frame, SelectionSpec(rule=REWARD, seed=3), 2, draws=4)
    assert found.tolist() == pytest.approx(expected)
    assert len(random_losses(frame, SelectionSpec(rule=REWARD), 2)) == 20


def test_random_choices_take_nothing_of_a_dataset_without_a_quota() -> None:
    frame = table([9.0, 1.0, 1.0, 1.0], [1, 2, 2, 2])
    spec = SelectionSpec(rule=REWARD, quotas=Quotas.CUSTOM, custom_quotas=((2, 3),))
    assert random_losses(frame, spec, 2, draws=8).tolist() == [1.0] * 8


def test_shares_are_those_of_largest_remainders() -> None:
    """9, 0.6 and 0.4 rows: the remainder goes to the second."""
    assert share_out(10, {1: 900, 2: 60, 3: 40}, {1: 900, 2: 60, 3: 40}) == {1: 9, 2: 1, 3: 0}
    assert share_out(5, {1: 0.0, 2: 0.0}, {1: 3, 2: 9}) == {1: 3, 2: 2}
    assert share_out(5, {1: 0.0, 2: 1.0}, {1: 3, 2: 2}) == {1: 3, 2: 2}


@given(
    st.integers(0, 500),
    st.lists(st.tuples(st.floats(0, 1e9), st.integers(0, 200)), max_size=8),
)
def test_any_shares_add_up_and_nobody_gives_more_than_he_has(wanted: int, datasets: list[tuple[float, int]]) -> None:
    weights = {i: weight for i, (weight, _) in enumerate(datasets)}
    available = {i: rows for i, (_, rows) in enumerate(datasets)}
    shares = share_out(wanted, weights, available)
    assert sum(shares.values()) == min(wanted, sum(available.values()))
    assert all(0 <= shares[i] <= available[i] for i in available)
    total = sum(weights.values())
    if total and all(wanted * weights[i] / total < available[i] for i in available):  # nobody is short: quota rule
        assert all(abs(shares[i] - wanted * weights[i] / total) < 1 + 1e-6 for i in available)
