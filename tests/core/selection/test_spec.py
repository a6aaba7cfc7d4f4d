"""What a selection's settings depend on, and their plain form."""

from dataclasses import FrozenInstanceError

import pytest

from core.errors import ValueRefused
from core.rows.filters import Filters, Lasso
from core.rows.marks import Mark, StoredMark
from core.rules.rule import Rule, Term
from core.selection.spec import Diversity, Quotas, RankBy, SelectionSpec
from core.store.score_matrix import PREDICTED
from core.values import read

RULE = Rule("mine", "Mine", 1.5, (Term("reward", -0.5), Term("mtld", 0.1)))
AREA = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))


def test_the_usual_settings_keep_every_row_by_the_rule() -> None:
    spec = SelectionSpec()
    assert (spec.rank_by, spec.quotas, spec.diversity) == (RankBy.RULE, Quotas.NONE, Diversity.NONE)
    assert (spec.rows, spec.percent, spec.near_duplicate_similarity, spec.rule) == (None, None, None, None)
    assert (spec.seed, spec.center_pool, spec.min_cosine_distance) == (0, 3.0, 0.1)  # 0.1 is DEITA's
    assert not (spec.descending or spec.within_range or spec.indicators or spec.needs_embeddings)


def test_a_choice_depends_on_what_ranks_and_filters_it() -> None:
    filters = Filters(lassos=(Lasso("reward", "ifd", AREA),)).with_range("perplexity", None, 9.0)
    assert SelectionSpec(rule=RULE).indicators == ("reward", "mtld")
    assert SelectionSpec(rule=RULE, filters=filters).indicators == ("reward", "mtld", "perplexity", "ifd")
    assert SelectionSpec(rank_by=RankBy.INDICATOR, indicator="ifd", rule=RULE).indicators == ("ifd",)
    assert SelectionSpec(indicator="ifd").indicators == ()
    assert SelectionSpec(rank_by=RankBy.RANDOM, rule=RULE, filters=filters).indicators == (
        "perplexity", "reward", "ifd"
    )  # fmt: skip


def test_a_filter_by_the_rules_value_needs_the_indicators_of_the_rule() -> None:
    filters = Filters().with_range(PREDICTED, None, 1.0)
    assert SelectionSpec(rank_by=RankBy.RANDOM, rule=RULE, filters=filters).indicators == ("reward", "mtld")
    assert SelectionSpec(rank_by=RankBy.RANDOM, filters=filters).indicators == ()


def test_embeddings_are_needed_for_distances_and_come_with_knn() -> None:
    for spec in (
        SelectionSpec(rule=RULE, diversity=Diversity.K_CENTER),
        SelectionSpec(rule=RULE, diversity=Diversity.MIN_DISTANCE),
        SelectionSpec(rule=RULE, near_duplicate_similarity=0.95),
    ):
        assert spec.needs_embeddings and spec.scorers_needed == ("reward", "mtld", "knn_distance")
    assert SelectionSpec(rule=RULE).scorers_needed == ("reward", "mtld")


WHOLE = SelectionSpec(
    filters=Filters((1, 2)).with_range("reward", 0.0, None), rank_by=RankBy.INDICATOR, rule=RULE, indicator="ifd",
    descending=True, rows=7, quotas=Quotas.CUSTOM, custom_quotas=((1, 3), (2, 0)), diversity=Diversity.K_CENTER,
    center_pool=5.0, near_duplicate_similarity=0.9, seed=4, within_range=True,
    by_hand=(StoredMark("ab" * 16, Mark.KEEP, "a note", ("weak",)), StoredMark("cd" * 16, Mark.DROP)),
)  # fmt: skip


def test_every_setting_comes_back_from_its_plain_form() -> None:
    plain = WHOLE.as_dict()
    assert plain["custom_quotas"] == [[1, 3], [2, 0]]
    assert plain["by_hand"][0] == {"key": "ab" * 16, "mark": "keep", "note": "a note", "tags": ["weak"]}
    assert read(SelectionSpec, plain) == WHOLE
    assert read(SelectionSpec, SelectionSpec().as_dict()) == SelectionSpec()


def test_a_plain_form_of_an_earlier_version_has_fewer_settings() -> None:
    earlier = {name: value for name, value in SelectionSpec(rows=7).as_dict().items() if name in ("filters", "rows")}
    assert read(SelectionSpec, earlier) == read(SelectionSpec, {"rows": 7}) == SelectionSpec(rows=7)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("rows", 1, None),
        ("percent", None, 100.0),
        ("min_cosine_distance", 0.0, 2.0),
        ("center_pool", 1.0, None),
        ("near_duplicate_similarity", -1.0, 1.0),
        ("seed", 0, None),
    ],
)
def test_numbers_go_from_the_least_to_the_most_that_makes_sense(
    name: str, least: float | None, most: float | None
) -> None:
    needs = {
        "min_cosine_distance": {"diversity": "min_distance"},
        "center_pool": {"diversity": "k_center"},
    }  # without which they would be ignored
    for end, beyond in ((least, -1), (most, 1)):
        if end is None:
            continue
        assert getattr(read(SelectionSpec, {name: end} | needs.get(name, {})), name) == end
        with pytest.raises(ValueRefused, match=name):
            read(SelectionSpec, {name: end + beyond} | needs.get(name, {}))
    assert read(SelectionSpec, {"percent": 0.01}).percent == 0.01


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"percent": 0.0}, "percent"),
        ({"quotas": "custom", "custom_quotas": [[1, -1]]}, "custom_quotas"),
        ({"quotas": "custom", "custom_quotas": [[1, 2], [1, 3]]}, "custom_quotas"),
        ({"indicator": "ifd"}, "indicator"),
        ({"descending": True}, "descending"),
        ({"rows": 3, "percent": 5.0}, "percent"),
        ({"custom_quotas": [[1, 3]], "quotas": "equal"}, "custom_quotas"),
        ({"min_cosine_distance": 0.3, "diversity": "k_center"}, "min_cosine_distance"),
        ({"center_pool": 4.0, "diversity": "min_distance"}, "center_pool"),
    ],
)
def test_settings_without_sense_and_those_that_would_be_ignored_are_refused(
    settings: dict[str, object], named: str
) -> None:
    with pytest.raises(ValueRefused, match=named):
        read(SelectionSpec, settings)


def test_settings_that_are_used_are_taken() -> None:
    used = {"rank_by": "indicator", "indicator": "ifd", "descending": True, "percent": 5.0}
    assert read(SelectionSpec, used).percent == 5.0
    assert read(SelectionSpec, {"diversity": "min_distance", "min_cosine_distance": 0.3}).min_cosine_distance == 0.3
    assert read(SelectionSpec, {"quotas": "custom", "custom_quotas": [[1, 2], [2, 2]]}).custom_quotas == (
        (1, 2),
        (2, 2),
    )


def test_settings_are_a_value_that_nobody_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        SelectionSpec().rows = 3  # type: ignore[misc]
