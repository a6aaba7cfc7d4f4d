"""The Rule page learns what numpy learns from the same sets, says how far to trust it, and keeps it for Select."""

import base64
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.sampling import CandidateSet, Kind
from tests.measured_store import add_experiment
from tests.pages.conftest import Studio, button, go, press, told

TERMS = ["output_length", "knn_distance", "reward"]  # as the page lists them
TRUE = {"reward": -0.15, "output_length": 4e-4, "knn_distance": -0.9}
SETS, SIZE = 16, 12
TABS = ("Data", "Univariate", "Multivariate", "Diagnostics", "Rule", "Explain")


def lines_of(studio: Studio, experiment: int = 0) -> list[pd.DataFrame]:
    """The rows of each set, drawn by the test; hierarchical sets are four levels of reward."""
    draw = np.random.default_rng(5 + experiment)
    rows = studio.rows
    chosen = [rows.sample(SIZE, random_state=draw.integers(1 << 30)) for _ in range(SETS - 4)]
    ordered = rows.sort_values("reward", ascending=False, ignore_index=True)
    levels = [ordered.iloc[places] for places in np.array_split(np.arange(len(ordered)), 4)]
    return [*chosen, *levels]


def means_and_losses(studio: Studio, experiment: int = 0, noise: float = 0.02) -> pd.DataFrame:
    """What the sets' means and log losses are, by the tests' own table."""
    means = pd.DataFrame([part[TERMS].mean() for part in lines_of(studio, experiment)])
    shift = np.random.default_rng(11).normal(0, noise, len(means))
    return means.assign(log_loss=0.8 + sum(TRUE[name] * means[name] for name in TERMS) + shift)


def measure(
    studio: Studio, folder: Path, name: str = "Mine", measured: int = SETS, experiment: int = 0
) -> pd.DataFrame:
    """Leave an experiment in the store of which so many sets have a loss; returns its means and losses."""
    sets = [
        CandidateSet(f"set {i + 1}", Kind.FUSED if i < SETS - 4 else Kind.HIERARCHICAL, part[["dataset_id", "row_id"]])
        for i, part in enumerate(lines_of(studio, experiment))
    ]
    table = means_and_losses(studio, experiment)
    losses = {0: 1.5} | {i + 1: float(table["log_loss"].iloc[i]) for i in range(measured)}
    add_experiment(studio.store, folder, name, sets, losses)
    return table.iloc[:measured]


def lstsq(table: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Constant and coefficients."""
    columns = np.column_stack([np.ones(len(table)), table[names]])
    return np.linalg.lstsq(columns, table["log_loss"], rcond=None)[0]


def tab(app: AppTest, label: str) -> AppTest:
    """Turn to a tab and wait for what is learned."""
    app.session_state["rule tab"] = label
    app.run()
    end = time.monotonic() + 60
    while any(each.label == "Cancel" for each in app.button):
        assert time.monotonic() < end
        app.run()
    assert not app.exception
    return app


def asked(app: AppTest, **fields: Any) -> AppTest:
    """Set widgets of the form by the name of their field."""
    for name, value in fields.items():
        kinds = ("button_group", "segmented_control", "pills", "selectbox", "multiselect", "toggle")
        found = {id(e): e for kind in kinds for e in app.get(kind) if str(e.key) == f"learn {name}"}
        (widget,) = found.values()
        widget.set_value(value).run()
        assert not app.exception
    return app


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    (uploader,) = app.file_uploader
    return uploader.set_value((name, content, "text/csv")).run()


def shown(app: AppTest, first: str, *columns: str) -> pd.DataFrame:
    """The table on the page that begins with this column and has the others too."""
    (found,) = [f.value for f in app.dataframe if f.value.columns[0] == first and set(columns) <= set(f.value.columns)]
    return found.set_index(first)


def plots(app: AppTest) -> dict[str, dict]:
    return {str(each.key): json.loads(each.proto.spec) for each in app.get("plotly_chart")}


def numbers(encoded: dict[str, str]) -> np.ndarray:
    """What plotly wrote as base64."""
    return np.frombuffer(base64.b64decode(encoded["bdata"]), encoded["dtype"])


def metric(app: AppTest, label: str) -> str:
    (found,) = [each.value for each in app.metric if each.label == label]
    return found


def value(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.fixture
def measured(scored: Studio, tmp_path: Path) -> tuple[Studio, pd.DataFrame]:
    return scored, measure(scored, tmp_path)


def three(studio: Studio) -> AppTest:
    """The page, learning from the three indicators that the losses were made of."""
    return asked(studio.open("rule"), indicators=TERMS)


def test_without_a_result_the_page_says_what_to_do_and_that_the_papers_rule_works(studio: Studio) -> None:
    app = studio.open("rule")
    assert "No experiment has a result yet" in told(app)
    assert [each.proto.label for each in app.get("page_link")] == [
        "Plan an experiment",
        "Select rows by the paper's rule",
    ]
    assert "1.0694" in app.latex[0].value
    asked(app, source="table")
    assert "Upload a CSV" in told(app) and not app.exception


def test_every_tab_shows_without_an_exception_and_each_plot_names_its_axes(
    measured: tuple[Studio, pd.DataFrame],
) -> None:
    app = measured[0].open("rule")
    for label in TABS:
        for key, figure in plots(tab(app, label)).items():
            layout = figure["layout"]
            assert layout["title"]["text"], key
            axes = [name for name in layout if name.startswith("xaxis")]
            assert axes and all(layout[name]["title"]["text"] for name in axes), key
            assert layout["yaxis"]["title"]["text"], key


def test_the_untuned_model_is_left_out_and_few_sets_begin_with_the_papers_terms(
    measured: tuple[Studio, pd.DataFrame],
) -> None:
    app = tab(measured[0].open("rule"), "Data")
    assert metric(app, "Measured sets") == str(SETS)
    assert metric(app, "Loss before tuning") == f"{math.exp(1.5):.2f}"
    chosen = app.session_state["learn indicators"]
    assert set(TERMS) < set(chosen) and len(chosen) == SETS // 4


def test_coefficients_are_those_of_numpy(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    coefficients = shown(tab(three(studio), "Multivariate"), "Term", "Coefficient", "VIF")
    expected = dict(zip(["Constant", "Output length", "KNN distance", "Reward"], lstsq(table, TERMS), strict=True))
    assert {name: value(text) for name, text in coefficients["Coefficient"].items()} == pytest.approx(
        expected, rel=1e-3
    )


def test_the_plot_of_coefficients_is_per_standard_deviation(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(three(studio), "Multivariate")
    (points,) = plots(app)["coefficients"]["data"]
    expected = (lstsq(table, TERMS)[1:] * table[TERMS].std(ddof=0))[::-1]
    assert points["y"] == ["Reward", "KNN distance", "Output length"]
    assert numbers(points["x"]) == pytest.approx(expected.to_numpy())


def test_predicted_r_squared_is_that_of_fits_without_each_set(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(three(studio), "Multivariate")
    errors = []
    for place in range(SETS):
        fit = lstsq(table.drop(index=table.index[place]), TERMS)
        errors.append(table["log_loss"].iloc[place] - fit[0] - table[TERMS].iloc[place] @ fit[1:])
    spread = ((table["log_loss"] - table["log_loss"].mean()) ** 2).sum()
    assert value(metric(app, "Predicted R²")) == pytest.approx(1 - sum(e * e for e in errors) / spread, abs=6e-4)
    assert "what it learned by heart" in told(app)


def test_stepwise_shows_every_step_and_finds_the_strong_term(measured: tuple[Studio, pd.DataFrame]) -> None:
    app = asked(measured[0].open("rule"), indicators=[*TERMS, "mtld"], method="stepwise", criterion="BIC")
    tab(app, "Multivariate")
    said = told(app)
    assert "the choice repeated (200 times): " in said and "reward 100%" in said
    assert "1. Added reward: BIC falls from" in said and "Stopped: no change lowers BIC" in said
    tried = shown(app, "Step", "Change", "BIC", "Taken").reset_index()
    first = tried.loc[tried["Step"] == "1", "Change"]
    assert set(first) == {"Add MTLD", "Add KNN distance", "Add Reward", "Add Output length"}
    asked(app, criterion="p-value", direction="backward")
    assert "p-value (enter 0.05, remove 0.1)" in told(tab(app, "Multivariate"))


@pytest.mark.parametrize("method", ["ridge", "lasso"])
def test_penalised_fits_are_shown_in_every_tab(measured: tuple[Studio, pd.DataFrame], method: str) -> None:
    app = asked(three(measured[0]), method=method)
    assert "penalties" in plots(tab(app, "Multivariate"))
    assert "no standard errors" in told(app)
    for label in ("Diagnostics", "Rule", "Explain"):
        tab(app, label)


def test_more_indicators_than_the_sets_carry_are_refused_in_a_sentence(scored: Studio, tmp_path: Path) -> None:
    measure(scored, tmp_path, measured=6)
    app = asked(scored.open("rule"), indicators=[*TERMS, "mtld", "perplexity"])
    for label in ("Multivariate", "Rule"):
        (fault,) = [each.value for each in tab(app, label).error]
        assert "6 candidate sets can't carry 5 indicators: a fit needs at least 7" in fault
    assert "Left out: 10 of 16 sets of Mine, without a loss yet." in told(tab(app, "Data"))


@pytest.mark.parametrize("measured_sets", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("method", ["all", "stepwise", "lasso"])
def test_few_sets_end_in_sentences_not_in_a_crash(
    scored: Studio, tmp_path: Path, measured_sets: int, method: str
) -> None:
    measure(scored, tmp_path, measured=measured_sets)
    app = asked(scored.open("rule"), **({"method": method} if measured_sets > 1 else {}))
    for label in TABS:
        tab(app, label)
    if measured_sets < 3:
        assert app.error or "can't" in told(app)


def test_sets_without_a_scored_row_say_what_to_score(studio: Studio, tmp_path: Path) -> None:
    (first, *_) = studio.store.datasets()
    rows = [n for batch in studio.store.iterate_rows(first.dataset_id) for n, _ in batch]
    members = pd.DataFrame({"dataset_id": first.dataset_id, "row_id": rows})
    sets = [CandidateSet(f"set {i}", Kind.FUSED, members.iloc[i : i + 5]) for i in range(8)]
    add_experiment(studio.store, tmp_path, "Mine", sets, {n: 0.1 * n for n in range(1, 9)})
    app = tab(studio.open("rule"), "Data")
    assert "No measured set has a scored row" in told(app)
    for label in TABS[1:]:
        tab(app, label)
    assert "No indicator can be a predictor here." in "\n".join(each.value for each in app.error)


def test_columns_that_are_unfit_are_not_offered_and_the_reason_is_told(scored: Studio) -> None:
    app = asked(scored.open("rule"), source="table")
    lines = "\n".join(f"{i % 5},{2 * (i % 5)},7,{0.9 - 0.01 * i + 0.003 * (i % 3)}" for i in range(12))
    upload(app, "sets.csv", f"reward,mtld,perplexity,log_loss\n{lines}\n".encode())
    said = told(tab(app, "Data"))
    assert "**MTLD** is an exact combination of reward" in said
    assert "**Perplexity** is the same in every set" in said
    assert app.session_state["learn indicators"] == ["reward"]


def test_correlations_are_those_of_numpy_by_kind(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(studio.open("rule"), "Univariate")
    found = shown(app, "Indicator", "Pearson r", "Holm", "BH", "Spearman ρ")
    for kind, part in (("Fused", table.iloc[:-4]), ("Levels", table.iloc[-4:])):
        text = found[found["Kind"] == kind].loc["Reward", "Pearson r"]
        assert value(text.split(" (")[0]) == pytest.approx(
            np.corrcoef(part["reward"], part["log_loss"])[0, 1], abs=6e-3
        )
    app.toggle(key="univariate by kind").set_value(False).run()
    text = shown(app, "Indicator", "Pearson r").loc["Reward", "Pearson r"]
    assert value(text.split(" (")[0]) == pytest.approx(np.corrcoef(table["reward"], table["log_loss"])[0, 1], abs=6e-3)


def test_the_figure_draws_each_set_in_the_colour_of_its_kind_with_its_line(
    measured: tuple[Studio, pd.DataFrame],
) -> None:
    studio, table = measured
    app = tab(studio.open("rule"), "Univariate")
    app.session_state["univariate figure of"] = "reward"
    app.run()
    fused, line, levels, _ = plots(app)["loss by indicator"]["data"]
    assert (len(numbers(fused["x"])), len(numbers(levels["x"]))) == (SETS - 4, 4)
    assert fused["marker"]["color"] != levels["marker"]["color"]
    assert fused["marker"]["symbol"] != levels["marker"]["symbol"]
    slope, start = np.polyfit(table["reward"].iloc[:-4], table["log_loss"].iloc[:-4], 1)
    assert numbers(line["y"]) == pytest.approx(start + slope * numbers(line["x"]))


def test_contributions_of_a_set_add_up_to_its_prediction(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(three(studio), "Explain")
    app.selectbox(key="explained set").set_value("set 3").run()
    constant, *coefficients = lstsq(table, TERMS)
    (steps,) = plots(app)["waterfall"]["data"]
    parts = coefficients * (table[TERMS].iloc[2] - table[TERMS].mean()).to_numpy()
    assert steps["y"][0] == pytest.approx(constant + table[TERMS].mean() @ coefficients)
    assert steps["y"][1:-1] == pytest.approx(parts.tolist())


def test_the_row_with_the_lowest_prediction_is_the_first_explained(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(three(studio), "Explain")
    app.session_state["explain what"] = "A row"
    app.run()
    constant, *coefficients = lstsq(table, TERMS)
    (steps,) = plots(app)["waterfall"]["data"]
    assert sum(steps["y"][:-1]) == pytest.approx((constant + studio.rows[TERMS] @ coefficients).min())
    best = studio.rows.loc[(studio.rows[TERMS] @ coefficients).idxmin(), "instruction"]
    assert " ".join(best.split())[:60] in told(app)


def test_rows_that_change_with_a_standard_error_are_counted(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(three(studio), "Explain")
    app.number_input(key="sensitivity rows").set_value(40).run()
    columns = np.column_stack([np.ones(SETS), table[TERMS]])
    fit = lstsq(table, TERMS)
    noise = ((table["log_loss"] - columns @ fit) ** 2).sum() / (SETS - 4)
    error = math.sqrt(noise * np.linalg.inv(columns.T @ columns)[3, 3])
    values = studio.rows[TERMS].to_numpy() @ fit[1:]
    best = set(np.argsort(values)[:40])
    moved = set(np.argsort(values + error * studio.rows["reward"].to_numpy())[:40])
    assert shown(app, "Coefficient of").loc["Reward", "Higher by one"].startswith(f"{len(best - moved)} rows change")
    assert "at random would keep" in told(app)


def test_a_saved_rule_is_chosen_on_select_with_what_it_was_learned_from(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(three(studio), "Rule")
    app.text_input(key="learned rule name").set_value("Of my sets")
    press(app, "Save rule")
    assert "“Of my sets” is saved" in told(app)
    (saved,) = studio.store.rules()
    constant, *coefficients = lstsq(table, TERMS)
    assert saved.rule["intercept"] == pytest.approx(constant)
    assert [t["coefficient"] for t in saved.rule["terms"]] == pytest.approx(coefficients)
    learned = saved.rule["learned"]
    assert (learned["sets"], learned["method"], learned["validation"]) == (SETS, "least squares", "leave-one-out")
    assert learned["settings"]["evaluation"] == "twenty questions"
    assert learned["model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert saved.rule["profile"] == "embedded"
    go(app, "select")
    assert app.selectbox(key="selection rule").value == f"saved {saved.rule_id}"
    assert "learned from 16 candidate sets: least squares" in app.table[0].value["Source"].iloc[1]
    assert any("beyond what this rule was learned from" in each.label for each in app.expander)
    values = studio.rows[TERMS].to_numpy() @ coefficients
    kept = studio.rows.iloc[np.argsort(values)[: round(0.25 * len(values))]]
    for name, title in zip(TERMS, ("output length", "KNN distance", "reward"), strict=True):
        beyond = not table[name].min() <= kept[name].mean() <= table[name].max()
        assert (f"The mean of {title} is {kept[name].mean():.4g} here" in told(app)) == beyond


def test_the_rule_stands_beside_the_papers_with_the_signs_compared(measured: tuple[Studio, pd.DataFrame]) -> None:
    beside = shown(tab(three(measured[0]), "Rule"), "Term", "This rule", "Signs agree")
    assert beside.loc["Reward", "InstructMining v1, Equation (4)"] == "−0.1498"
    assert beside["Signs agree"].to_dict() == {
        "Constant": "–", "Output length": "yes", "KNN distance": "yes", "Reward": "yes"
    }  # fmt: skip


def test_a_name_that_is_taken_or_empty_is_refused(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, _ = measured
    app = tab(three(studio), "Rule")
    for name, fault in (("InstructMining v1, Equation (4)", "Choose another name"), (" ", "Give the rule a name")):
        app.text_input(key="learned rule name").set_value(name)
        press(app, "Save rule")
        assert fault in "\n".join(each.value for each in app.error)
    assert studio.store.rules() == []


def table_of_my_own(rows: int = 14) -> tuple[pd.DataFrame, bytes]:
    draw = np.random.default_rng(2)
    table = pd.DataFrame({"reward": draw.normal(size=rows), "charm": draw.normal(size=rows)})
    table["log_loss"] = 1.0 - 0.3 * table["reward"] + 0.2 * table["charm"] + draw.normal(0, 0.02, rows)
    return table, table.round(6).to_csv(index=False).encode()


def test_a_table_is_learned_from_and_survives_a_restart(studio: Studio) -> None:
    table, content = table_of_my_own()
    app = asked(studio.open("rule"), source="table")
    upload(app, "mine.csv", content)
    studio.restart()
    app = tab(studio.open("rule"), "Multivariate")
    found = shown(app, "Term", "Coefficient", "VIF")
    expected = dict(zip(["Constant", "Reward", "Charm"], lstsq(table, ["reward", "charm"]), strict=True))
    assert {n: value(t) for n, t in found["Coefficient"].items()} == pytest.approx(expected, rel=1e-3)
    assert "no indicator called Charm" in told(tab(app, "Rule"))
    asked(app, indicators=["reward"])
    press(tab(app, "Rule"), "Save rule")
    (saved,) = studio.store.rules()
    assert saved.rule["learned"]["data"] == ["mine.csv"] and saved.rule["profile"] == ""
    assert "No row has all the scores" in told(tab(app, "Explain"))
    button(app, "Remove").click().run()
    assert "Upload a CSV" in told(app)


def test_a_broken_table_is_refused_and_the_one_before_stays(studio: Studio) -> None:
    app = asked(studio.open("rule"), source="table")
    upload(app, "mine.csv", table_of_my_own()[1])
    upload(app, "bad.csv", b"reward,loss\n1,-2\n")
    assert "a loss of -2 has no logarithm" in "\n".join(each.value for each in app.error)
    assert "From mine.csv" in told(app) and not app.exception


def test_experiments_alike_are_learned_from_together_and_others_refused(scored: Studio, tmp_path: Path) -> None:
    one = measure(scored, tmp_path)
    two = measure(scored, tmp_path, "More", experiment=1)
    both = [each.experiment_id for each in scored.store.experiments()]
    app = asked(three(scored), experiments=both)
    found = shown(tab(app, "Multivariate"), "Term", "Coefficient", "VIF")
    expected = lstsq(pd.concat([one, two]), TERMS)
    assert [value(text) for text in found["Coefficient"]] == pytest.approx(expected.tolist(), rel=1e-3)
    sets = [CandidateSet("s", Kind.FUSED, lines_of(scored)[0][["dataset_id", "row_id"]])]
    other = add_experiment(scored.store, tmp_path, "Other", sets, {1: 0.5}, {"profile": "paper", "tuning": {}})
    asked(app.run(), experiments=[both[0], other])
    assert "tuned or measured in another way" in "\n".join(each.value for each in app.error)
    assert "No experiment has a result yet" not in told(app)


def test_the_form_survives_another_page_and_a_restart(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, _ = measured
    app = asked(three(studio), method="stepwise", criterion="BIC", direction="forward")
    go(go(app, "datasets"), "rule")
    studio.restart()
    for again in (app, studio.open("rule")):
        tab(again, "Multivariate")
        assert "Stepwise forward by BIC" in told(again)
        assert again.session_state["learn indicators"] == TERMS
