"""Parts of an evaluation set: shares are met, near-duplicates stay together, nothing moves without need."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ValueRefused
from core.rows.evaluation_parts import Part, Parts, Shares, split
from core.rows.evaluation_set import EvaluationExample
from core.values import read


def asking(*prompts: str) -> list[EvaluationExample]:
    return [EvaluationExample(each, "", ("So.",)) for each in prompts]


def numbered(count: int) -> list[EvaluationExample]:
    return asking(*(f"word{i} word{i + 1000} word{i + 2000}" for i in range(count)))


def part_of(parts: Parts) -> dict[str, str]:
    """By prompt, in which part it is."""
    named = {Part.GUIDE: parts.guide, Part.VALIDATION: parts.validation, Part.TEST: parts.test}
    return {each.prompt: name for name, part in named.items() for each in part}


@settings(max_examples=60)
@given(count=st.integers(3, 120), seed=st.integers(0, 9), first=st.integers(1, 8), second=st.integers(1, 8))
def test_every_example_is_in_one_part_of_about_its_share(count: int, seed: int, first: int, second: int) -> None:
    shares = Shares(first / 20, second / 20, (20 - first - second) / 20)
    parts = split(numbered(count), shares, seed)
    sizes = [len(parts.guide), len(parts.validation), len(parts.test)]
    assert sum(sizes) == count and len(part_of(parts)) == count and min(sizes) >= 1
    for size, share in zip(sizes, (shares.guide, shares.validation, shares.test), strict=True):
        assert abs(size - share * count) <= max(2, 0.1 * count + 1)


@settings(max_examples=30)
@given(count=st.integers(0, 40), order=st.randoms(use_true_random=False))
def test_the_order_of_the_examples_changes_nothing(count: int, order: random.Random) -> None:
    examples = numbered(count)
    shuffled = order.sample(examples, len(examples))
    assert part_of(split(shuffled)) == part_of(split(examples))


def test_another_example_moves_hardly_any_other() -> None:
    moved = []
    for seed in range(20):
        before, after = (part_of(split(numbered(n), seed=seed)) for n in (300, 301))
        moved.append(sum(after[prompt] != part for prompt, part in before.items()))
    assert max(moved) <= 2 and sum(moved) <= 6


def test_examples_that_ask_nearly_the_same_stay_together() -> None:
    asked = "Imagine you are a time traveler from the year 3000 What would you tell people"
    near = ["Imagine that you are a time traveler from the year 3000. What would you tell people?", asked.upper()]
    for seed in range(8):
        found = part_of(split([*numbered(30), *asking(asked, *near)], seed=seed))
        assert len({found[each] for each in (asked, *near)}) == 1


@settings(max_examples=60)
@given(asked=st.lists(st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=12), max_size=14))
def test_two_that_share_four_fifths_of_their_words_are_never_parted(asked: list[list[str]]) -> None:
    parts = part_of(split(asking(*map(" ".join, asked))))
    for first in asked:
        for second in asked:
            if len({*first} & {*second}) >= 0.8 * len({*first} | {*second}):
                assert parts[" ".join(first)] == parts[" ".join(second)]


def test_another_seed_divides_otherwise() -> None:
    assert part_of(split(numbered(40), seed=1)) != part_of(split(numbered(40), seed=2))


@pytest.mark.parametrize(("prompts", "sizes"), [(0, (0, 0, 0)), (1, (0, 0, 1)), (2, (0, 1, 1)), (3, (1, 1, 1))])
def test_few_questions_fill_test_first_then_validation(prompts: int, sizes: tuple[int, ...]) -> None:
    parts = split(numbered(prompts))
    assert (len(parts.guide), len(parts.validation), len(parts.test)) == sizes


@pytest.mark.parametrize(
    ("shares", "empty"),
    [(Shares(0, 0.5, 0.5), "guide"), (Shares(0.5, 0, 0.5), "validation"), (Shares(0.6, 0.4, 0), "test")],
)
def test_a_part_of_share_nought_is_empty(shares: Shares, empty: str) -> None:
    for seed in range(5):
        parts = split(numbered(7), shares, seed)
        assert [name for name in ("guide", "validation", "test") if not getattr(parts, name)] == [empty]


def test_one_group_over_a_bound_leaves_no_part_empty() -> None:
    many = asking(*("Write a poem about the sea in the evening" + "!" * n for n in range(50)))
    for seed in range(8):
        parts = split([*many, *numbered(2)], seed=seed)
        assert parts.guide and parts.validation and parts.test


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"guide": 0.5, "validation": 0.5, "test": 0.5}, "shares.test: the shares sum to 1.5, not to 1"),
        ({"guide": -0.1, "validation": 0.6, "test": 0.5}, "shares.guide"),
    ],
)
def test_shares_that_make_no_whole_are_refused(given: dict[str, float], told: str) -> None:
    with pytest.raises(ValueRefused) as error:
        read(Shares, given, "shares")
    assert told in str(error.value)


def test_scripts_without_spaces_are_compared_by_words() -> None:
    asked = asking("请解释植物的叶子怎样用阳光制造糖分。", "请解释植物的叶子怎样用阳光制造糖分？")
    found = part_of(split([*asked, *numbered(20)]))
    assert found[asked[0].prompt] == found[asked[1].prompt]
