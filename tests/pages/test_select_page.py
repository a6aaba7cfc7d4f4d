"""The Select page keeps what its form asks for, says what became of the rest, remembers, compares and exports it."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ALIKE, Studio, button, drag, go, press, told, until


def chosen(app: AppTest, **fields: Any) -> AppTest:
    """Set widgets of the form by the name of their field, one after the other as a user does."""
    kinds = ("segmented_control", "selectbox", "number_input", "toggle", "slider")
    for name, value in fields.items():
        (widget,) = [each for kind in kinds for each in getattr(app, kind) if each.key == f"selection {name}"]
        widget.set_value(value).run()
        assert not app.exception
    return app


def tab(app: AppTest, label: str) -> AppTest:
    app.session_state["select tab"] = label
    return app.run()


def kept(studio: Studio, app: AppTest) -> list[int]:
    """Save the selection in view, and look up in the store which rows it has, best first."""
    press(app, "Save")
    return studio.store.selection_members(studio.store.selections()[0].selection_id)["row_id"].tolist()


def metric(app: AppTest, label: str) -> str:
    (found,) = [each.value for each in app.metric if each.label == label]
    return found


def equation_4(rows: pd.DataFrame) -> pd.Series:
    """InstructMining v1, Equation (4), written out."""
    return 1.0694 - 0.1498 * rows["reward"] + 8.257e-5 * rows["output_length"] - 0.9350 * rows["knn_distance"]


def ranked(studio: Studio) -> pd.DataFrame:
    """All rows, best by the paper's rule first."""
    return studio.rows.assign(value=equation_4(studio.rows)).sort_values("value", ignore_index=True)


def highest_reward(studio: Studio) -> pd.DataFrame:
    return studio.rows.sort_values("reward", ascending=False, ignore_index=True)


def test_unscored_data_say_which_scores_are_missing_and_where_to_make_them(studio: Studio) -> None:
    app = studio.open("select")
    assert "Reward, Output length, KNN distance" in told(app)
    assert "Score on the Indicators page" in [each.proto.label for each in app.get("page_link")]
    assert not app.metric


def test_without_data_the_page_leads_to_loading(studio: Studio) -> None:
    for dataset in studio.store.datasets():
        studio.store.delete_dataset(dataset.dataset_id)
    app = studio.open("select")
    assert "no datasets yet" in told(app) and not app.exception
    assert [each.proto.label for each in app.get("page_link")] == ["Load data"]


def test_top_percent_by_the_papers_rule_keeps_the_lowest_predictions(scored: Studio) -> None:
    app = chosen(scored.open("select"), percent=20.0)
    wanted = round(len(scored.rows) * 0.2)
    assert kept(scored, app) == ranked(scored)["row_id"].head(wanted).tolist()
    assert metric(app, "Kept") == str(wanted)


def test_the_rules_value_of_the_set_stands_beside_that_of_random_choices(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=40)
    best = ranked(scored).head(40)
    assert float(metric(app, "Rule value, kept")) == pytest.approx(equation_4(best.mean(numeric_only=True)), rel=1e-2)
    everything = equation_4(scored.rows.mean(numeric_only=True))
    assert float(metric(app, "Rule value, all")) == pytest.approx(everything, rel=1e-2)
    n = len(scored.rows)
    of_a_mean = equation_4(scored.rows).std() / np.sqrt(40) * np.sqrt((n - 40) / (n - 1))  # without replacement
    assert float(metric(app, "Rule value, random")) == pytest.approx(everything, abs=5 * of_a_mean / np.sqrt(20))


def test_a_rule_of_other_models_is_not_called_a_loss(scored: Studio) -> None:
    app = scored.open("select")
    assert not [each for each in app.metric if "loss" in each.label.lower()]
    assert "not a predicted loss" in told(app)


def test_top_rows_by_one_indicator_from_either_end(scored: Studio) -> None:
    app = chosen(scored.open("select"), rank_by="indicator", indicator="reward", amount="rows", rows=15)
    assert kept(scored, app) == highest_reward(scored)["row_id"].head(15).tolist()
    chosen(app, best="lowest")
    assert kept(scored, app) == highest_reward(scored)["row_id"].tail(15).tolist()[::-1]


def test_the_filters_alone_choose_in_the_order_of_the_files(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "small reward", 0.5, 2.0)
    app = chosen(go(app, "select"), rank_by="order", amount="all")
    assert kept(scored, app) == scored.rows.query("0.5 <= reward <= 2.0")["row_id"].tolist()


def test_filters_narrow_what_is_ranked(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "small reward", 0.5, 2.0)
    app = chosen(go(app, "select"), amount="rows", rows=10)
    assert kept(scored, app) == ranked(scored).query("0.5 <= reward <= 2.0")["row_id"].head(10).tolist()


def test_filters_that_leave_nothing_are_named_as_the_reason(scored: Studio) -> None:
    app = go(drag(scored.open("indicators"), "small reward", 90.0, 91.0), "select")
    assert "No row passes all the filters" in told(app)
    press(app, "Clear all")
    assert app.metric


def test_more_rows_than_there_are_keeps_all_and_says_so(scored: Studio) -> None:
    n = len(scored.rows)
    app = chosen(scored.open("select"), amount="rows", rows=n + 100)
    assert metric(app, "Kept") == str(n)
    assert f"{n + 100} rows were asked for and {n} are kept" in told(app)


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
    assert set(below["Why"]) == {"Ranked lower"}
    assert {str(each.key) for each in app.get("plotly_chart")} == {"fates", "distribution"}


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


def test_saved_selections_survive_a_restart_and_are_compared_renamed_and_deleted(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=40)
    app.text_input(key="selection name").set_value("By the rule").run()
    by_rule = kept(scored, app)
    chosen(app, rank_by="indicator", indicator="reward")
    app.text_input(key="selection name").set_value("By reward").run()
    by_reward = kept(scored, app)
    scored.restart()

    app = tab(scored.open("select"), "Saved")
    second, first = [each.selection_id for each in scored.store.selections()]
    app.pills(key="compared selections").set_value([first, second]).run()
    numbers, overlap = [table.value for table in app.table]
    shared = len(set(by_rule) & set(by_reward))
    assert overlap.iloc[0].tolist() == ["By the rule", "By reward", str(shared), f"{shared / (80 - shared):.3f}"]
    means = [scored.rows[scored.rows["row_id"].isin(rows)]["reward"].mean() for rows in (by_rule, by_reward)]
    assert [float(value) for value in numbers.loc["Mean reward"]] == pytest.approx(means, abs=0.006)

    app.text_input(key=f"new name {first}").set_value("Paper").run()
    app.button(key=f"rename {first}").click().run()
    assert "**Paper**" in told(app) and "By the rule" not in told(app)
    assert not app.exception
    app.button(key=f"delete {second}").click().run()
    assert [each.name for each in scored.store.selections()] == ["Paper"]
    assert "By reward" not in told(app) and not app.exception


def test_a_name_that_is_taken_gets_a_number(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=5)
    for _ in range(2):
        app.text_input(key="selection name").set_value("Mine").run()
        press(app, "Save")
    assert [each.name for each in scored.store.selections()] == ["Mine (2)", "Mine"]


def exported(app: AppTest, studio: Studio, name: str) -> Path:
    """Make the file under this name and return it."""
    (field,) = [each for each in app.text_input if str(each.key).startswith("export name")]
    field.set_value(name).run()
    (make,) = [each for each in app.button if each.label.startswith("Make the file")]
    make.click().run()
    until(
        lambda: app.error or "Download the data" in [each.label for each in app.run().download_button],
        seconds=120.0,
        otherwise=lambda: str([app.session_state["export task"], app.main]),
    )
    assert not app.exception and not [each.value for each in app.error]
    manifest = studio.root / "exports" / name / "manifest.json"
    (file,) = [each for each in manifest.parent.iterdir() if each.suffix in {".jsonl", ".csv", ".parquet"}]
    assert json.loads(manifest.read_text("utf-8"))["result"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    return file


def pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["instruction"], rows["output"], strict=True))


@pytest.mark.parametrize("layout", ["alpaca", "messages", "sharegpt"])
def test_a_json_lines_file_holds_the_kept_rows_in_the_layout_asked_for(scored: Studio, layout: str) -> None:
    app = tab(chosen(scored.open("select"), amount="rows", rows=25), "Export")
    file = exported(chosen(app, layout=layout), scored, "mine")
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    if layout == "alpaca":
        found = [(each["instruction"], each["output"]) for each in records]
        assert all(set(each) == {"instruction", "input", "output"} for each in records)
    else:
        turns, who, text = (
            ("messages", "role", "content") if layout == "messages" else ("conversations", "from", "value")
        )
        speakers = ["user", "assistant"] if layout == "messages" else ["human", "gpt"]
        assert all([turn[who] for turn in each[turns]] == speakers for each in records)
        found = [(each[turns][0][text], each[turns][1][text]) for each in records]
    best = ranked(scored).head(25)
    assert [answer for _, answer in found] == best["output"].tolist()
    assert all(ours.startswith(theirs) for (ours, _), theirs in zip(found, best["instruction"], strict=True))


@pytest.mark.parametrize("layout", ["csv", "parquet"])
def test_a_table_file_carries_the_scores_and_the_name_of_the_dataset(scored: Studio, layout: str) -> None:
    app = tab(chosen(scored.open("select"), amount="rows", rows=25), "Export")
    chosen(app, layout=layout, with_scores=True, with_dataset=True)
    file = exported(app, scored, "mine")
    if layout == "csv":
        with file.open(encoding="utf-8", newline="") as stream:
            table = pd.DataFrame(list(csv.DictReader(stream)))
    else:
        table = pq.read_table(file).to_pandas()
    best = ranked(scored).head(25)
    assert pairs(table) == pairs(best)
    assert table["source_dataset"].tolist() == best["dataset"].tolist()
    for column, expected in (("reward", best["reward"]), ("predicted_log_loss", best["value"])):
        assert table[f"score_{column}"].astype(float).tolist() == pytest.approx(expected.tolist())


def test_a_saved_selection_is_exported_as_it_was_also_when_the_form_asks_for_another(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=30)
    press(app, "Save")
    (saved,) = scored.store.selections()
    chosen(app, rank_by="indicator", indicator="reward", rows=5)
    tab(app, "Saved").button(key=f"export {saved.selection_id}").click().run()
    assert app.selectbox(key="exported selection").value == saved.selection_id
    records = [json.loads(line) for line in exported(app, scored, "saved").read_text("utf-8").splitlines()]
    assert [each["output"] for each in records] == ranked(scored).head(30)["output"].tolist()


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
    assert {"-1.5", "0.25", "2"} <= set(app.table[0].value["Coefficient"])


@pytest.mark.parametrize(
    ("name", "coefficients", "fault"),
    [("", {"reward": -1.0}, "a name"), ("Nothing", {}, "Every coefficient is 0")],
)
def test_a_rule_by_hand_that_is_none_is_refused(
    scored: Studio, name: str, coefficients: dict[str, float], fault: str
) -> None:
    app = by_hand(scored.open("select"), name, 1.0, **coefficients)
    assert fault in told(app)
    assert scored.store.rules() == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{not json", "no JSON"),
        (b"[1, 2]", "A rule has a name"),
        (b'{"name": "x", "intercept": 1}', "A rule has a name"),
        (b'{"name": "x", "intercept": "much", "terms": []}', "A rule has a name"),
        (b'{"name": "x", "intercept": 1, "terms": [{"indicator": "charm", "coefficient": 1}]}', "charm"),
        (b"\xff\xfe\x00", "no JSON"),
    ],
)
def test_a_broken_rule_file_is_refused_and_says_what_a_rule_is(scored: Studio, content: bytes, fault: str) -> None:
    app = scored.open("select")
    app.file_uploader(key="rule file").set_value(("rule.json", content, "application/json")).run()
    assert fault in "\n".join(each.value for each in app.error)
    assert not app.exception and scored.store.rules() == []
    assert app.metric  # the selection in view stays


def test_an_imported_rule_is_chosen_and_deleted_again(scored: Studio) -> None:
    rule = {"name": "longer", "intercept": 0, "terms": [{"indicator": "output_length", "coefficient": -1}]}
    app = chosen(scored.open("select"), amount="rows", rows=10)
    app.file_uploader(key="rule file").set_value(("r.json", json.dumps(rule).encode(), "application/json")).run()
    longest = scored.rows.sort_values("output_length", ascending=False)["row_id"].head(10).tolist()
    assert kept(scored, app) == longest
    button(app, "Delete this rule").click().run()
    assert scored.store.rules() == []
    assert kept(scored, app) == ranked(scored)["row_id"].head(10).tolist()


def test_every_coefficient_of_the_papers_rule_names_its_source(scored: Studio) -> None:
    table = scored.open("select").table[0].value
    assert dict(zip(table["Term"], table["Coefficient"], strict=True)) == {
        "Constant": "1.0694",
        "Reward": "-0.1498",
        "Output length": "8.257e-05",
        "KNN distance": "-0.935",
    }
    assert table["Source"].str.contains("2307.06290").all()
