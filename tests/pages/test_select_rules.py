"""Rules of the user's own on the Select page: made by hand, taken in as JSON, chosen, deleted, refused."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Studio, button, press, told
from tests.pages.select_page import chosen, kept, ranked


def by_hand(app: AppTest, name: str, intercept: float, **coefficients: float) -> AppTest:
    """Fill the dialog of a new rule: opened, filled with the opener pressed along, saved."""
    press(app, "New rule")
    app.text_input(key="rule name").set_value(name)
    app.number_input(key="rule intercept").set_value(intercept)
    for field in app.number_input:
        if str(field.key).startswith("rule coefficient "):
            field.set_value(coefficients.get(str(field.key).removeprefix("rule coefficient "), 0.0))
    return press(app, "New rule", "Save rule")


def test_a_rule_made_by_hand_ranks_and_survives_a_restart(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=20)
    by_hand(app, "Mine", 2.0, mtld=-1.5, perplexity=0.25)
    own = scored.rows.assign(value=2.0 - 1.5 * scored.rows["mtld"] + 0.25 * scored.rows["perplexity"])
    expected = own.sort_values("value")["row_id"].head(20).tolist()
    assert kept(scored, app.run()) == expected
    scored.restart()
    app = scored.open("select")
    assert kept(scored, app) == expected
    assert {"−1.5", "0.25", "2"} <= set(app.table[0].value["Coefficient"])


@pytest.mark.parametrize(
    ("name", "coefficients", "fault"),
    [("", {"reward": -1.0}, "a name"), ("Nothing", {}, "Every coefficient is 0")],
)
def test_a_rule_by_hand_that_is_none_is_refused(
    scored: Studio, name: str, coefficients: dict[str, float], fault: str
) -> None:
    app = by_hand(scored.open("select"), name, 1.0, **coefficients)
    assert fault in told(app)
    assert scored.store.rules.all() == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{not json", "not valid JSON"),
        (b"[1, 2]", "A rule has a name"),
        (b'{"name": "x", "intercept": 1}', "A rule has a name"),
        (b'{"name": "x", "intercept": "much", "terms": []}', "A rule has a name"),
        (b'{"name": "x", "intercept": 1, "terms": [{"indicator": "charm", "coefficient": 1}]}', "charm"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_broken_rule_file_is_refused_and_says_what_a_rule_is(scored: Studio, content: bytes, fault: str) -> None:
    app = scored.open("select")
    app.file_uploader(key="rule file").set_value(("rule.json", content, "application/json")).run()
    assert fault in "\n".join(each.value for each in app.error)
    assert not app.exception and scored.store.rules.all() == []
    assert app.metric  # the selection in view stays


def test_an_imported_rule_is_chosen_and_deleted_again(scored: Studio) -> None:
    rule = {"name": "longer", "intercept": 0, "terms": [{"indicator": "output_length", "coefficient": -1}]}
    app = chosen(scored.open("select"), amount="rows", rows=10)
    app.file_uploader(key="rule file").set_value(("r.json", json.dumps(rule).encode(), "application/json")).run()
    longest = scored.rows.sort_values("output_length", ascending=False)["row_id"].head(10).tolist()
    assert kept(scored, app) == longest
    button(app, "Delete this rule").click().run()
    assert scored.store.rules.all() == []
    assert kept(scored, app) == ranked(scored)["row_id"].head(10).tolist()


def longest_within(studio: Studio, high: float, predicted: float | None = None) -> AppTest:
    """Ten rows by a rule that likes length, learned on sets whose mean response had at most so many tokens."""
    rule = {
        "name": "longer",
        "intercept": 0,
        "terms": [{"indicator": "output_length", "coefficient": -1}],
        "learned": {
            "method": "least squares", "model": "m", "settings": {}, "data": ["d"], "sets": 9, "r_squared": 0.5,
            "ranges": {"output_length": [1.0, high]}, "predicted_r_squared": predicted,
        },
    }  # fmt: skip
    app = chosen(studio.open("select"), amount="rows", rows=10)
    app.file_uploader(key="rule file").set_value(("r.json", json.dumps(rule).encode(), "application/json")).run()
    return app


def test_a_learned_rule_is_not_followed_beyond_the_sets_that_it_has_seen(scored: Studio) -> None:
    rows = scored.rows.sort_values("output_length", ascending=False)
    high = float(rows["output_length"].quantile(0.8))
    app = longest_within(scored, high)
    assert "dropped: the rule was learned on sets with a mean of" in told(app)
    lengths = rows.set_index("row_id")["output_length"]
    within = lengths[kept(scored, app)]
    assert len(within) == 10 and within.mean() <= high
    left = lengths[lengths > within.max()]
    tighter = lengths[lengths >= left.min()].head(len(left)).tail(1).tolist() + within.tolist()[:9]
    assert sum(tighter) / 10 > high, "one row more would leave the range"
    chosen(app, within_range=False)
    assert kept(scored, app) == rows["row_id"].head(10).tolist()
    assert any("outside the range of this rule" in each.label for each in app.expander)


def test_random_rows_below_a_selection_held_in_range_are_explained(scored: Studio) -> None:
    app = longest_within(scored, float(scored.rows["output_length"].quantile(0.1)))
    assert "Random selections have a lower value because they are not restricted to this range" in told(app)
    chosen(app, within_range=False)
    assert "Random selections have a lower value" not in told(app)


def test_every_coefficient_of_the_papers_rule_names_its_source(scored: Studio) -> None:
    table = scored.open("select").table[0].value
    assert dict(zip(table["Term"], table["Coefficient"], strict=True)) == {
        "Intercept": "1.0694",
        "Reward": "−0.1498",
        "Output length": "8.257×10⁻⁵",
        "KNN distance": "−0.935",
    }
    assert table["Source"].str.contains("2307.06290").all()


@pytest.mark.parametrize(
    ("predicted", "said"), [(None, "were not measured"), (-0.2, "(predicted R² −0.200)"), (0.4, "")]
)
def test_a_rule_that_foretells_nothing_says_so_before_it_selects(
    scored: Studio, predicted: float | None, said: str
) -> None:
    app = longest_within(scored, 1e6, predicted)
    warned = [each.value for each in app.warning]
    assert (len(warned) == 1 and said in warned[0]) if said else warned == []
