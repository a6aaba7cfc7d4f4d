"""The Indicators page draws what is scored, and what is dragged on a plot filters the rows, here and everywhere."""

import json

import numpy as np
import pytest

from core.humanize import duration
from core.indicators import registry, untargeted
from core.models.precision import compute_rates
from core.models.profiles import profiles
from core.rows.words import words
from core.rules.rule import Rule, Term
from core.store.score_matrix import PREDICTED
from jobs.api.scores import ScoreSection
from pages.components import workspace
from tests.pages.conftest import Studio, drag, go, plots, press, sent, told
from tests.pages.indicators_page import chips, click, heading, rows_shown


def test_unscored_data_offer_to_be_scored(studio: Studio) -> None:
    app = studio.open("indicators")
    rows = sum(each.rows for each in studio.store.datasets.all())
    assert f"**{rows} of {rows} rows are not fully scored.**" in told(app)
    assert "Score now" in [each.label for each in app.button]
    assert not app.get("bidi_component")


def test_scored_data_are_drawn_an_indicator_a_plot_and_nothing_is_left_to_score(scored: Studio) -> None:
    app = scored.open("indicators")
    assert "Score now" not in [each.label for each in app.button]
    assert list(plots(app)) == [PREDICTED, *(name for name in registry() if name in untargeted())]
    assert heading(app) == f"Rows ({len(scored.rows)})"


def test_an_indicator_that_agrees_too_little_with_people_is_marked_and_says_with_whom(scored: Studio) -> None:
    drawn = plots(scored.open("indicators"))
    assert drawn["coherence"]["weak"] and "UniEval 0.61" in drawn["coherence"]["help"]
    assert not drawn["mtld"]["weak"] and drawn["mtld"]["help"].startswith("Measure of textual lexical diversity")


def test_an_indicator_says_what_it_can_be_used_for_and_how_far(scored: Studio) -> None:
    app = scored.open("indicators").segmented_control(key="view").set_value("One indicator").run().run()
    app = app.selectbox(key="one_column").set_value("reward").run()
    assert "It hardly tells good models from very good ones" in told(app) and "Spearman" not in told(app)
    (table,) = (each.value for each in app.dataframe if "Measured on" in each.value)
    assert list(dict.fromkeys(table["Use"])) == ["Ranks sources", "Ranks rows", "Detects faults"]
    assert table["Measured on"][0] == "win rates of unseen systems above 40%"
    assert (table["Value"] > table["Its value"]).all()
    app = app.selectbox(key="one_column").set_value("naturalness").run()
    assert "Use it to find faulty rows" in told(app)


def test_what_is_to_be_scored_says_how_long_it_takes_by_the_last_time(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "By the rate of the last scoring" not in told(studio.open("indicators"))
    monkeypatch.setattr(ScoreSection, "expected_seconds", lambda self, rows: 2.0 * rows)
    rows = sum(each.rows for each in studio.store.datasets.all())
    told_time = f"By the rate of the last scoring this takes about {duration(2.0 * rows)}."
    assert told_time in told(studio.open("indicators"))


def test_a_drag_filters_the_linked_table(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 1.0, 2.5)
    inside = scored.rows.query("1.0 <= reward <= 2.5")
    assert heading(app) == f"Rows ({len(inside)})"
    assert sorted(rows_shown(app)["reward"]) == pytest.approx(sorted(inside["reward"]))
    assert chips(app) == ["Reward 1 to 2.50"]


def test_an_open_end_stays_open(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "output_length", 100, None)
    assert heading(app) == f"Rows ({len(scored.rows.query('output_length >= 100'))})"
    assert chips(app) == ["Output length ≥ 100"]


def test_two_drags_both_hold(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 0.0, 5.0)
    app = drag(app, "knn_distance", 0.5, 1.0)
    inside = scored.rows.query("0 <= reward <= 5 and 0.5 <= knn_distance <= 1")
    assert heading(app) == f"Rows ({len(inside)})"
    assert (sent(app)["rows"], sent(app)["total"]) == (len(inside), len(scored.rows))


def test_chips_survive_another_page_a_reload_and_a_restart_and_are_removed_by_a_click(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 1.0, 2.5)
    assert chips(go(app, "select")) == ["Reward 1 to 2.50"]
    go(go(app, "datasets"), "indicators")
    assert chips(app) == ["Reward 1 to 2.50"]
    assert chips(scored.open("indicators")) == ["Reward 1 to 2.50"]
    scored.restart()
    app = scored.open("indicators")
    assert chips(app) == ["Reward 1 to 2.50"]
    app.button(key="chip range reward").click().run()
    assert chips(app) == []
    assert heading(app) == f"Rows ({len(scored.rows)})"


def test_clear_all_removes_every_filter_but_not_the_choice_of_datasets(scored: Studio) -> None:
    app = scored.open("indicators")
    number = int(scored.rows["dataset_id"].iloc[0])
    app.pills(key="dataset_choice").set_value([number]).run()
    app = drag(drag(app, "reward", 0.0, 5.0), "knn_distance", 0.5, 1.0)
    app.button(key="clear_filters").click().run()
    assert chips(app) == []
    assert heading(app) == f"Rows ({(scored.rows['dataset_id'] == number).sum()})"


def test_words_are_sought_in_question_and_answer(scored: Studio) -> None:
    app = scored.open("indicators")
    (field,) = [each for each in app.text_input if each.label == "Search"]
    field.set_value("Table").run()
    texts = scored.rows[["instruction", "input", "output"]].agg("\n".join, axis=1)
    found = int(texts.str.lower().str.contains("table", regex=False).sum())
    assert 0 < found < len(texts) and heading(app) == f"Rows ({found})"
    assert chips(app) == ["Contains “Table”"]


def test_filters_that_leave_nothing_say_how_to_get_rows_back(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 80.0, 90.0)
    assert "No row passes all filters" in told(app) and not app.exception


def test_how_rows_are_looked_at_stays_over_other_pages_and_views(scored: Studio) -> None:
    app = scored.open("indicators")
    app.selectbox(key="table_order").set_value("mtld").run()
    app.segmented_control(key="table_direction").set_value("Highest first").run()
    app.segmented_control(key="view").set_value("Summary").run().run()
    app = go(go(app, "select"), "indicators")
    assert app.segmented_control(key="view").value == "Summary"
    assert app.selectbox(key="table_order").value == "mtld"
    best = scored.rows["mtld"].sort_values(ascending=False).head(100)
    assert rows_shown(app)["mtld"].tolist() == pytest.approx(best.tolist())


def test_the_table_is_sorted_by_any_column_over_all_rows(scored: Studio) -> None:
    app = scored.open("indicators")
    app.selectbox(key="table_order").set_value("mtld").run()
    app.segmented_control(key="table_direction").set_value("Highest first").run()
    best = scored.rows["mtld"].sort_values(ascending=False).head(100)
    assert rows_shown(app)["mtld"].tolist() == pytest.approx(best.tolist())


def test_the_summary_agrees_with_pandas(scored: Studio) -> None:
    app = scored.open("indicators")
    app.segmented_control(key="view").set_value("Summary").run().run()
    (table,) = [each.value for each in app.dataframe if "Median" in each.value]
    line = table.set_index("Indicator").loc["Perplexity"]
    values = scored.rows["perplexity"]
    expected = [values.mean(), values.std(), values.median(), values.quantile(0.95)]
    found = [float(line[name]) for name in ("Mean", "SD", "Median", "95%")]
    assert found == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("view", ["Overview", "One indicator", "Correlations", "Pairs", "Summary"])
def test_every_view_stands_under_filters_that_leave_one_row(scored: Studio, view: str) -> None:
    top = float(np.max(scored.rows["reward"]))
    app = drag(scored.open("indicators"), "reward", top - 1e-6, top + 1e-6)
    app.segmented_control(key="view").set_value(view).run().run()
    assert not app.exception
    assert heading(app) == "Rows (1)"


def test_outliers_are_one_click_away(scored: Studio) -> None:
    app = scored.open("indicators")
    app.segmented_control(key="view").set_value("One indicator").run().run()
    app.selectbox(key="one_column").set_value("perplexity").run()
    low, high = scored.rows["perplexity"].quantile([0.25, 0.75])
    beyond = int((scored.rows["perplexity"] >= high + 1.5 * (high - low)).sum())
    (outliers,) = [each.label for each in app.button if each.label.startswith("Outliers above")]
    assert beyond and outliers.startswith(f"Outliers above ({beyond},")
    press(app, outliers)
    assert heading(app) == f"Rows ({beyond})"


def test_a_filter_on_a_deleted_dataset_falls_away_with_it(scored: Studio) -> None:
    app = scored.open("indicators")
    first, *others = scored.store.datasets.all()
    app.pills(key="dataset_choice").set_value([first.dataset_id]).run()
    scored.store.datasets.delete(first.dataset_id)
    app.run()
    assert not app.exception
    assert heading(app) == f"Rows ({sum(each.rows for each in others)})"


def test_the_models_are_chosen_here_and_each_has_scores_of_its_own(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 1.0, 2.5)
    app.selectbox(key="table_order").set_value("reward").run()
    app.segmented_control(key="view").set_value("One indicator").run().run()
    app.selectbox(key="one_column").set_value("reward").run()
    choice = app.radio(key="profile choice")
    assert choice.value == "embedded" and len(choice.options) == len(profiles())
    captions = choice.proto.captions
    assert all(any(each.needs and each.needs in caption for caption in captions) for each in profiles().values())
    app = choice.set_value("paper").run()
    assert not app.exception
    rows = len(scored.rows)
    assert f"**{rows} of {rows} rows are not fully scored.**" in told(app)
    of_no_model = {"input_words", "output_words", "mtld"}
    counted = [workspace.studio().scores.counts(each.dataset_id) for each in scored.store.datasets.all()]
    assert all({name for name, n in counts.items() if n} == of_no_model for counts in counted)
    for view in ("Overview", "Correlations", "Pairs", "Summary"):
        assert not app.segmented_control(key="view").set_value(view).run().run().exception
    for page in ("select", "experiments", "rule", "datasets"):
        assert not go(app, page).exception
    scored.restart()
    app = scored.open("indicators")
    assert app.radio(key="profile choice").value == "paper"
    app.radio(key="profile choice").set_value("embedded").run()
    assert "Score now" not in [each.label for each in app.button]
    assert chips(app) == ["Reward 1 to 2.50"]
    inside = scored.rows.query("1.0 <= reward <= 2.5")
    assert sorted(rows_shown(app)["reward"]) == pytest.approx(sorted(inside["reward"]))


def test_scores_of_another_precision_stay_in_view_and_none_is_computed_again(scored: Studio) -> None:
    app = scored.open("indicators")
    choice, rates = app.selectbox(key="precision choice"), compute_rates()
    assert choice.value == "auto" and choice.options[0] == f"Automatic ({rates.fastest})"
    assert f"float32 {rates.float32:,.0f}" in told(app)
    for precision in ("float32", "bfloat16"):
        app = app.selectbox(key="precision choice").set_value(precision).run()
        assert not app.exception and "not fully scored" not in told(app)
        assert len(rows_shown(app)["reward"].dropna()) == len(rows_shown(app))
    scored.restart()
    assert scored.open("indicators").selectbox(key="precision choice").value == "bfloat16"


def test_a_profile_whose_file_is_gone_gives_way_to_the_embedded_one(scored: Studio) -> None:
    scored.store.settings.set("profile", "a custom one")
    app = scored.open("indicators")
    assert app.radio(key="profile choice").value == "embedded" and not app.exception


@pytest.mark.parametrize(("of_profile", "title"), [("paper", "Rule value"), ("embedded", "Predicted log loss")])
def test_a_rules_value_is_called_a_loss_only_on_scores_of_its_own_models(
    scored: Studio, of_profile: str, title: str
) -> None:
    rule = Rule("mine", "Mine", 2.0, (Term("reward", -0.5, "by mark", "Rew"),), profile=of_profile)
    number = scored.store.rules.save(rule.title, rule.as_dict())
    scored.store.settings.set("selection_form", {"rule": f"saved {number}"})
    app = scored.open("indicators")
    order = app.selectbox(key="table_order")
    assert order.options[-1] == title
    (table,) = [each for each in app.dataframe if str(each.key).startswith("rows ")]
    assert json.loads(table.proto.columns)["predicted_log_loss"]["label"] == title
    assert table.value["predicted_log_loss"].tolist() == pytest.approx((2.0 - 0.5 * table.value["reward"]).tolist())
    app = click(app, rows=[0])
    (scores,) = [each.proto.body for each in app.get("html") if "Percentile" in each.proto.body]
    assert f"<span>{title}</span>" in scores.partition("</details>")[0]
    assert "Lower is better." in scores.partition("</details>")[0]


@pytest.mark.parametrize("short", [True, False])
def test_mtld_is_marked_where_a_row_is_read_whose_response_is_too_short_for_it(scored: Studio, short: bool) -> None:
    app = scored.open("indicators")
    (table,) = [each.value for each in app.dataframe if str(each.key).startswith("rows ")]
    counts = table["output"].map(lambda text: len(words(text))).tolist()  # of a text's beginning
    place = counts.index(min(counts) if short else max(counts))
    app = click(app, rows=[place])
    assert not app.exception
    (scores,) = [each.proto.body for each in app.get("html") if "Percentile" in each.proto.body]
    assert ("Unreliable under 40 words, as here." in scores) is short
