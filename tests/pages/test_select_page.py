"""The Select page keeps what its form asks for, and says what became of the rest."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.indicators.scoring import scorer_key
from core.rows.filters import Filters
from core.rows.row import Row
from core.selection.selection import DropReason
from pages.components import workspace
from pages.select.kept_bars import kept_rows_bars
from tests.pages.conftest import Studio, button, drag, go, links, metric, press, told, value, with_queue
from tests.pages.indicators_page import click
from tests.pages.select_page import chosen, equation_4, field, highest_reward, kept, ranked
from tests.scored_demo import ALIKE, PROFILE
from tests.scored_store import add_dataset, take_scores


def test_unscored_data_say_which_scores_are_missing_and_offer_to_make_them(studio: Studio) -> None:
    app = studio.open("select")
    assert "Reward, Output length, KNN distance. Score them first" in told(app)
    assert button(app, "Score now") and not app.metric


def test_a_score_that_is_undefined_for_all_rows_is_not_asked_for_again(studio: Studio, tmp_path: Path) -> None:
    rows = [Row(f"Question {i}?", "", f"Answer {i}.") for i in range(6)]  # KNN₆ needs a seventh
    dataset = add_dataset(studio.store, "six", rows)
    keys = workspace.studio().session.wanted_scorers()[dataset.dataset_id]
    values = {key.indicator: [None if key.indicator == "knn_distance" else 1.0] * 6 for key in keys}
    take_scores(studio.store, tmp_path, "six", rows, keys, values)
    studio.store.settings.set("filters", Filters((dataset.dataset_id,)).as_dict())
    app = studio.open("select")
    assert "KNN distance: undefined for all 6 rows." in told(app) and "Score them first" not in told(app)


def test_scores_that_are_on_their_way_are_not_asked_for_again(studio: Studio, ran_once: Path) -> None:
    app = press(with_queue(studio, ran_once).open("select"), "Score now")
    assert "They are being computed." in told(app) and "Score them first" not in told(app)
    assert "Score now" not in [each.label for each in app.button]
    assert [each.label for each in app.button].count("Cancel") == len(studio.store.datasets.all())


def test_without_data_the_page_leads_to_loading(studio: Studio) -> None:
    for dataset in studio.store.datasets.all():
        studio.store.datasets.delete(dataset.dataset_id)
    app = studio.open("select")
    assert "No datasets" in told(app) and not app.exception
    assert links(app) == ["Load data"]


def test_top_percent_by_the_papers_rule_keeps_the_lowest_predictions(scored: Studio) -> None:
    app = chosen(scored.open("select"), percent=20.0)
    wanted = round(len(scored.rows) * 0.2)
    assert kept(scored, app) == ranked(scored)["row_id"].head(wanted).tolist()
    assert metric(app, "Kept") == str(wanted)


def test_a_mark_that_is_set_in_the_reader_is_obeyed_at_once(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=40)
    best = ranked(scored)["row_id"].tolist()
    app = click(app, "kept sample", rows=[0])
    assert "1 of 12" in told(app)
    app.button(key="mark drop").click()
    app.run()
    assert "Marks override the ranking: 0 rows marked keep, 1 marked drop." in told(app) and not app.title
    assert metric(app, "Kept") == "40"
    assert kept(scored, app) == best[1:41]


def test_the_headline_says_what_became_of_flagged_rows(scored: Studio) -> None:
    assert "flagged" not in told(scored.open("select"))
    datasets = [each.dataset_id for each in scored.store.datasets.all()]
    for place, number in ((ranked(scored).head(1), 1), (ranked(scored).tail(3), 3)):
        pairs = [(int(d), int(r)) for d, r in zip(place["dataset_id"], place["row_id"], strict=True)]
        scored.store.checks.keep("near-duplicate" if number == 1 else "contaminated row", datasets, pairs)
    app = chosen(scored.open("select"), percent=50.0)
    said = "3 of 4 flagged rows dropped (75%, of all rows 50%). Flagged: 1 near-duplicate and 3 contaminated rows."
    assert said in told(app)


def test_the_rules_value_of_the_set_stands_beside_that_of_random_choices(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=40)
    best = ranked(scored).head(40)
    assert value(metric(app, "Rule value, kept")) == pytest.approx(equation_4(best.mean(numeric_only=True)), rel=1e-2)
    everything = equation_4(scored.rows.mean(numeric_only=True))
    assert value(metric(app, "Rule value, all")) == pytest.approx(everything, rel=1e-2)
    n = len(scored.rows)
    of_a_mean = equation_4(scored.rows).std() / np.sqrt(40) * np.sqrt((n - 40) / (n - 1))  # without replacement
    assert value(metric(app, "Rule value, random")) == pytest.approx(everything, abs=5 * of_a_mean / np.sqrt(20))


def test_a_rule_of_other_models_is_not_called_a_loss(scored: Studio) -> None:
    app = scored.open("select")
    assert not [each for each in app.metric if "loss" in each.label.lower()]
    assert "not a predicted log loss" in told(app)


def test_top_rows_by_one_indicator_from_either_end(scored: Studio) -> None:
    app = chosen(scored.open("select"), rank_by="indicator", indicator="reward", amount="rows", rows=15)
    assert kept(scored, app) == highest_reward(scored)["row_id"].head(15).tolist()
    chosen(app, best="lowest")
    assert kept(scored, app) == highest_reward(scored)["row_id"].tail(15).tolist()[::-1]


def test_the_filters_alone_choose_in_the_order_of_the_files(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 0.5, 2.0)
    app = chosen(go(app, "select"), rank_by="order", amount="all")
    assert kept(scored, app) == scored.rows.query("0.5 <= reward <= 2.0")["row_id"].tolist()


def test_filters_narrow_what_is_ranked(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 0.5, 2.0)
    app = chosen(go(app, "select"), amount="rows", rows=10)
    assert kept(scored, app) == ranked(scored).query("0.5 <= reward <= 2.0")["row_id"].head(10).tolist()


def test_filters_that_leave_nothing_are_named_as_the_reason(scored: Studio) -> None:
    app = go(drag(scored.open("indicators"), "reward", 90.0, 91.0), "select")
    assert "No row passes all filters" in told(app)
    press(app, "Clear all")
    assert app.metric


def test_more_rows_than_there_are_keeps_all_and_says_so(scored: Studio) -> None:
    n = len(scored.rows)
    app = chosen(scored.open("select"), amount="rows", rows=n + 100)
    assert metric(app, "Kept") == str(n)
    assert f"{n} of {n + 100} requested rows kept" in told(app)


def test_all_rows_kept_are_exactly_what_random_choices_keep(scored: Studio) -> None:
    """The same rows in another order: their means differ behind the last digit that there is."""
    app = chosen(scored.open("select"), amount="all")
    shown = {each.label: each.delta for each in app.metric}
    assert (shown["Rule value, kept"], shown["Rule value, random"]) == ("+0 vs. random", "± 0")


def test_the_chosen_datasets_alone_are_ranked(scored: Studio) -> None:
    app = scored.open("select")
    forum = int(scored.rows.query("dataset == 'forum'")["dataset_id"].iloc[0])
    app.pills(key="dataset_choice").set_value([forum]).run()
    chosen(app, amount="rows", rows=10)
    assert kept(scored, app) == ranked(scored).query("dataset == 'forum'")["row_id"].head(10).tolist()


def test_equal_quotas_take_the_best_of_each_dataset(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=30, quotas="equal")
    best = ranked(scored).groupby("dataset").head(10)
    assert sorted(kept(scored, app)) == sorted(best["row_id"])


def test_quotas_by_hand_cap_each_dataset(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="all", quotas="custom")
    caps = {int(number): 3 + int(number) for number in scored.rows["dataset_id"].unique()}
    for number, cap in caps.items():
        app.number_input(key=f"selection quota {number}").set_value(cap).run()
    best = ranked(scored)
    expected = best[best.groupby("dataset_id").cumcount() < best["dataset_id"].map(caps)]
    assert kept(scored, app) == expected["row_id"].tolist()


@pytest.mark.parametrize("asked", [{"near_duplicates": True}, {"diversity": "min_distance"}])
def test_of_rows_that_are_alike_the_better_one_is_kept(scored: Studio, asked: dict[str, Any]) -> None:
    rows = highest_reward(scored)
    place = scored.rows.groupby("dataset").cumcount()
    twins = (scored.rows["dataset"] + " " + (place // 2).astype(str)).where(place < 2 * ALIKE)
    alike = rows["row_id"].map(dict(zip(scored.rows["row_id"], twins, strict=True)))
    expected = rows[alike.isna() | ~alike.duplicated()]["row_id"].tolist()
    app = chosen(scored.open("select"), rank_by="indicator", indicator="reward", amount="all", **asked)
    assert kept(scored, app) == expected
    assert len(expected) == len(rows) - ALIKE * rows["dataset"].nunique()


def test_k_center_goes_from_the_best_row_to_the_farthest_each_time(scored: Studio) -> None:
    pool = highest_reward(scored).head(3 * 12)
    vectors = np.stack(pool["vector"].tolist())
    centers = [0]
    while len(centers) < 12:
        nearest = [min(1 - float(v @ vectors[c]) for c in centers) for v in vectors]
        centers.append(int(np.argmax(nearest)))
    app = chosen(
        scored.open("select"), rank_by="indicator", indicator="reward", amount="rows", rows=12, diversity="k_center"
    )
    assert sorted(kept(scored, app)) == sorted(pool["row_id"].iloc[centers])


def test_diversity_without_embeddings_says_what_to_score(studio: Studio) -> None:
    app = chosen(studio.open("select"), rank_by="random", amount="rows", rows=5, diversity="k_center")
    assert "embedding" in told(app) and "KNN distance" in told(app) and not app.exception
    assert "Score on the Indicators page" in [each.proto.label for each in app.get("page_link")]


def test_a_random_choice_needs_no_score_and_depends_on_its_seed(studio: Studio) -> None:
    app = chosen(studio.open("select"), rank_by="random", amount="rows", rows=8)
    first = kept(studio, app)
    assert len(set(first)) == 8
    assert kept(studio, chosen(app, seed=1)) != first
    assert kept(studio, chosen(app, seed=0)) == first


def test_kept_and_dropped_rows_are_shown_side_by_side_in_their_order(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=20)
    above, below = [frame.value for frame in app.dataframe]
    texts = ranked(scored)["instruction"].str[:200]
    assert above["Instruction"].tolist() == texts.iloc[:12].tolist()
    assert below["Instruction"].tolist() == texts.iloc[20:32].tolist()
    assert set(below["Reason"]) == {"Ranked lower"}
    assert {str(each.key) for each in app.get("plotly_chart")} == {"distribution"}
    bars = "".join(each.proto.body for each in app.get("html"))
    best = ranked(scored).head(20)["dataset_id"].value_counts()
    for number, rows in scored.rows["dataset_id"].value_counts().items():
        told = f"{best.get(number, 0):,} of {rows:,}"
        share = 100 * best.get(number, 0) / rows
        assert told in bars and (not share or f"width:{share:.3f}%" in bars)


def test_bars_of_kept_rows_name_every_reason_and_hold_foreign_names_as_text() -> None:
    fates = pd.DataFrame(
        {"dataset_id": [1, 1, 2], "reason": ["", str(DropReason.QUOTA), str(DropReason.NO_SCORE)], "rows": [3, 1, 7]}
    )
    bars = kept_rows_bars(fates, {1: "<b>one</b>", 2: "two"})
    assert "&lt;b&gt;one&lt;/b&gt;" in bars and "<b>one" not in bars
    assert "3 of 4" in bars and "0 of 7" in bars and "width:75.000%" in bars and "width:100.000%" in bars
    assert all(f"</span>{title}" in bars for title in ("Kept", "Quota full", "No score")) and "Near-dup" not in bars


def test_the_form_survives_another_page_a_reload_and_a_restart(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=17, seed=5, near_duplicates=True)
    go(go(app, "datasets"), "select")
    for again in (app, scored.open("select")):
        assert again.number_input(key="selection rows").value == 17
    scored.restart()
    again = scored.open("select")
    assert again.number_input(key="selection seed").value == 5
    assert again.toggle(key="selection near_duplicates").value is True
    assert metric(again, "Kept") == "17"


def test_the_browser_is_never_told_to_change_a_field_that_is_on_screen(scored: Studio) -> None:
    """It may have one that the user has typed into meanwhile; a browser that missed a telling finds the default."""
    app = chosen(scored.open("select"), amount="rows", rows=40).run()
    typed = field(app, "rows")
    assert (typed.proto.set_value, typed.proto.default) == (False, 40)
    scored.store.settings.set("selection_form", scored.store.settings.get("selection_form") | {"rows": 30})
    replaced = field(app.run(), "rows")
    assert (replaced.proto.set_value, replaced.value) == (False, 30) and replaced.key != typed.key
    assert scored.store.settings.get("selection_form")["rows"] == 30


def test_a_row_for_which_scoring_found_no_number_is_not_sent_to_be_scored(studio: Studio, tmp_path: Path) -> None:
    for dataset in studio.store.datasets.all():
        rows = [row for batch in studio.store.rows.iterate(dataset.dataset_id) for _, row in batch]
        values = {"mtld": [float("nan"), *np.linspace(50, 90, len(rows) - 1)]}
        key = scorer_key("mtld", PROFILE, dataset.fingerprint)
        take_scores(studio.store, tmp_path, dataset.name, rows, [key], values)
    app = chosen(studio.open("select"), rank_by="indicator", indicator="mtld", amount="rows", rows=5)
    lacking = len(studio.store.datasets.all())
    assert f"{lacking} rows of " in told(app) and "These scores are undefined" in told(app)
    assert not [each.label for each in app.button if each.label.startswith("Score")]


def test_rows_of_new_data_are_scored_from_where_they_are_missed(scored: Studio, ran_once: Path) -> None:
    app = chosen(with_queue(scored, ran_once).open("select"), percent=50.0)
    add_dataset(scored.store, "new", [Row(f"Asked {i}?", "", "Answered.") for i in range(40)])
    app = go(app, "select")
    assert metric(app, "Kept") == str(round(len(scored.rows) / 2)), "half of those that can be ranked"
    assert f"of {len(scored.rows)} that can be ranked" in [each.delta for each in app.metric]
    assert f"40 rows of {len(scored.rows) + 40} lack a score" in told(app)
    app = press(app, "Score the other 40 rows")
    assert [each.label for each in app.button].count("Cancel") == 1 and "Show the scores so far" in [
        b.label for b in app.button
    ]


def test_a_choice_in_doubt_is_saved_after_one_question(scored: Studio) -> None:
    app = chosen(scored.open("select"), rank_by="indicator", indicator="output_length", amount="rows", rows=9)
    assert "Output length has no better end" in told(app)
    app = press(app, "Save")
    assert not scored.store.selections.all()
    app = press(app, "Save anyway")
    assert [each.rows for each in scored.store.selections.all()] == [9]
    press(app, "Save")
    assert len(scored.store.selections.all()) == 2, "asked once"
    chosen(app, indicator="reward")
    press(app, "Save")
    assert len(scored.store.selections.all()) == 3, "no doubt, no question"
