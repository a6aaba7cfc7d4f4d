"""The learned rule: why it says what it says, what hangs on its digits, beside others, and kept for Select."""

import math

import numpy as np
import pandas as pd
import pytest

from tests.pages.conftest import Studio, go, press, told
from tests.pages.rule_page import SETS, TERMS, asked, lstsq, plots, shown, tab, three, upload


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
    app.session_state["explain what"] = "Row"
    app.run()
    constant, *coefficients = lstsq(table, TERMS)
    (steps,) = plots(app)["waterfall"]["data"]
    assert sum(steps["y"][:-1]) == pytest.approx((constant + studio.rows[TERMS] @ coefficients).min())
    best = studio.rows.loc[(studio.rows[TERMS] @ coefficients).idxmin(), "instruction"]
    assert " ".join(best.split())[:60] in told(app)


def test_only_a_value_on_the_rules_own_scores_is_called_a_loss(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    for source, of_a_row in (("experiments", "Predicted log loss"), ("table", "Rule value")):
        app = asked(three(studio), source=source)
        if source == "table":
            upload(app, "mine.csv", table.to_csv(index=False).encode())
        for what, title in (("Set", "Predicted log loss"), ("Row", of_a_row)):
            app.session_state["explain what"] = what
            tab(app, "Explain")
            assert plots(app)["waterfall"]["layout"]["yaxis"]["title"]["text"] == title


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
    assert (
        shown(app, "Coefficient of").loc["Reward", "Coefficient + 1 SE"].startswith(f"{len(best - moved)} rows change")
    )
    assert "random choice would keep" in told(app)


def test_a_saved_rule_is_chosen_on_select_with_what_it_was_learned_from(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    app = tab(three(studio), "Rule")
    app.text_input(key="learned rule name").set_value("Of my sets")
    press(app, "Save rule")
    assert "“Of my sets” is saved" in told(app)
    (saved,) = studio.store.rules.all()
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
    app.toggle(key="selection within_range").set_value(False).run()
    assert any("outside the range of this rule" in each.label for each in app.expander)
    values = studio.rows[TERMS].to_numpy() @ coefficients
    kept = studio.rows.iloc[np.argsort(values)[: round(0.25 * len(values))]]
    for name, title in zip(TERMS, ("output length", "KNN distance", "reward"), strict=True):
        beyond = not table[name].min() <= kept[name].mean() <= table[name].max()
        assert (f"The mean of {title} is {kept[name].mean():.4g} here" in told(app)) == beyond


def test_the_rule_stands_beside_the_papers_with_the_signs_compared(measured: tuple[Studio, pd.DataFrame]) -> None:
    beside = shown(tab(three(measured[0]), "Rule"), "Term", "This rule", "Same sign as this rule")
    assert beside.loc["Reward", "InstructMining v1, Equation (4)"] == "−0.1498"
    assert beside["Same sign as this rule"].to_dict() == {
        "Intercept": "–", "Output length": "yes", "KNN distance": "yes", "Reward": "yes"
    }  # fmt: skip


def test_a_name_that_is_taken_or_empty_is_refused(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, _ = measured
    app = tab(three(studio), "Rule")
    for name, fault in (("InstructMining v1, Equation (4)", "Choose another name"), (" ", "Give the rule a name")):
        app.text_input(key="learned rule name").set_value(name)
        press(app, "Save rule")
        assert fault in "\n".join(each.value for each in app.error)
    assert studio.store.rules.all() == []
