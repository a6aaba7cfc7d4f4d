"""The Rule page learns what numpy learns from the same sets, and says how far to trust it."""

import numpy as np
import pandas as pd
import pytest

from tests.pages.conftest import Studio, go, metric, told, value
from tests.pages.rule_page import SETS, TABS, TERMS, asked, lstsq, numbers, plots, shown, tab, three


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


def test_coefficients_are_those_of_numpy(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    coefficients = shown(tab(three(studio), "Multivariate"), "Term", "Coefficient", "VIF")
    expected = dict(zip(["Intercept", "Output length", "KNN distance", "Reward"], lstsq(table, TERMS), strict=True))
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
    shown_here = value(metric(app, "Predicted R², leave-one-out"))
    assert shown_here == pytest.approx(1 - sum(e * e for e in errors) / spread, abs=6e-4)
    assert "overfitting" in told(app)


def test_stepwise_shows_every_step_and_finds_the_strong_term(measured: tuple[Studio, pd.DataFrame]) -> None:
    app = asked(measured[0].open("rule"), indicators=[*TERMS, "mtld"], method="stepwise")
    asked(app, scale="raw", criterion="BIC")
    tab(app, "Multivariate")
    said = told(app)
    assert "Share of 200 bootstrap repetitions in which an indicator is chosen: " in said and "reward 100%" in said
    assert "1. Added reward: BIC falls from" in said and "Stopped: no change lowers BIC" in said
    tried = shown(app, "Step", "Change", "BIC", "Chosen").reset_index()
    first = tried.loc[tried["Step"] == "1", "Change"]
    assert set(first) == {"Add MTLD", "Add KNN distance", "Add Reward", "Add Output length"}
    asked(app, criterion="p-value", direction="backward")
    assert "p-value (enter 0.05, remove 0.1)" in told(tab(app, "Multivariate"))


@pytest.mark.parametrize("method", ["ridge", "lasso"])
def test_penalised_fits_are_shown_in_every_tab(measured: tuple[Studio, pd.DataFrame], method: str) -> None:
    studio, table = measured
    app = asked(three(studio), method=method)
    assert "penalties" in plots(tab(app, "Multivariate"))
    assert "no standard errors" in told(app)
    lines = shown(app, "Term", "Per standard deviation", "95% interval", "Same sign")
    low, high = (value(text) for text in lines.loc["Reward", "95% interval"].split(" to "))
    assert low < value(lines.loc["Reward", "Coefficient"]) < high < 0
    (points,) = plots(app)["coefficients"]["data"]
    reach = numbers(points["error_x"]["array"])[0] / table["reward"].std(ddof=0)
    assert reach == pytest.approx(high - value(lines.loc["Reward", "Coefficient"]), rel=1e-2)
    for label in ("Diagnostics", "Rule", "Explain"):
        tab(app, label)


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


def test_the_form_survives_another_page_and_a_restart(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, _ = measured
    app = asked(three(studio), method="stepwise", criterion="BIC", direction="forward")
    go(go(app, "datasets"), "rule")
    studio.restart()
    for again in (app, studio.open("rule")):
        tab(again, "Multivariate")
        assert "Stepwise forward by BIC" in told(again)
        assert again.session_state["learn indicators"] == TERMS
