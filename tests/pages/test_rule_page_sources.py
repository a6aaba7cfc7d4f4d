"""Where the Rule page learns from: experiments and tables, what is left out of them, and what is refused."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.rows.candidate_set import CandidateSet, Kind
from tests.measured_store import add_experiment, take_losses
from tests.pages.conftest import Studio, button, links, metric, press, told, value
from tests.pages.rule_page import SETS, TABS, TERMS, asked, lines_of, lstsq, measure, shown, tab, three, upload


def table_of_my_own(rows: int = 14) -> tuple[pd.DataFrame, bytes]:
    draw = np.random.default_rng(2)
    table = pd.DataFrame({"reward": draw.normal(size=rows), "charm": draw.normal(size=rows)})
    table["log_loss"] = 1.0 - 0.3 * table["reward"] + 0.2 * table["charm"] + draw.normal(0, 0.02, rows)
    return table, table.round(6).to_csv(index=False).encode()


def test_without_a_result_the_page_says_what_to_do_and_that_the_papers_rule_works(studio: Studio) -> None:
    app = studio.open("rule")
    assert "No experiment has results yet" in told(app)
    assert links(app) == [
        "New experiment",
        "Select rows by the paper's rule",
    ]
    assert "1.0694" in app.latex[0].value
    asked(app, source="table")
    assert "Upload a CSV" in told(app) and not app.exception


def test_the_untuned_model_is_left_out_and_few_sets_begin_with_the_papers_terms(
    measured: tuple[Studio, pd.DataFrame],
) -> None:
    app = tab(measured[0].open("rule"), "Data")
    assert metric(app, "Measured sets") == str(SETS)
    assert metric(app, "Base model loss") == f"{math.exp(1.5):.2f}"
    assert len(app.session_state["learn indicators"]) > SETS // 4, "an average takes them all"
    asked(app, method="all")
    chosen = tab(measured[0].open("rule"), "Data").session_state["learn indicators"]
    assert set(TERMS) < set(chosen) and len(chosen) == SETS // 4


def test_more_indicators_than_the_sets_carry_are_refused_in_a_sentence(scored: Studio, tmp_path: Path) -> None:
    measure(scored, tmp_path, measured=6)
    app = asked(scored.open("rule"), indicators=[*TERMS, "mtld", "perplexity"], method="all")
    for label in ("Multivariate", "Rule"):
        (fault,) = [each.value for each in tab(app, label).error]
        assert "6 candidate sets are too few for 5 indicators: a fit needs at least 7" in fault
    assert "Excluded: 10 of 16 sets of Mine, no loss yet." in told(tab(app, "Data"))


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
    (first, *_) = studio.store.datasets.all()
    rows = [n for batch in studio.store.rows.iterate(first.dataset_id) for n, _ in batch]
    members = pd.DataFrame({"dataset_id": first.dataset_id, "row_id": rows})
    sets = [CandidateSet(f"set {i}", Kind.FUSED, members.iloc[i : i + 5]) for i in range(8)]
    add_experiment(studio.store, tmp_path, "Mine", sets, {n: 0.1 * n for n in range(1, 9)})
    app = tab(studio.open("rule"), "Data")
    assert "No measured set has scored rows" in told(app)
    for label in TABS[1:]:
        tab(app, label)
    assert "No usable indicators." in "\n".join(each.value for each in app.error)


def test_columns_that_are_unfit_are_not_offered_and_the_reason_is_told(scored: Studio) -> None:
    app = asked(scored.open("rule"), source="table")
    lines = "\n".join(f"{i % 5},{2 * (i % 5)},7,{0.9 - 0.01 * i + 0.003 * (i % 3)}" for i in range(12))
    upload(app, "sets.csv", f"reward,mtld,perplexity,log_loss\n{lines}\n".encode())
    said = told(tab(app, "Data"))
    assert "**MTLD** is an exact combination of reward" in said
    assert "**Perplexity** is constant over the sets" in said
    assert app.session_state["learn indicators"] == ["reward"]


def test_a_table_is_learned_from_and_survives_a_restart(studio: Studio) -> None:
    table, content = table_of_my_own()
    app = asked(studio.open("rule"), source="table")
    asked(upload(app, "mine.csv", content), method="all")
    studio.restart()
    app = tab(studio.open("rule"), "Multivariate")
    found = shown(app, "Term", "Coefficient", "VIF")
    expected = dict(zip(["Intercept", "Reward", "Charm"], lstsq(table, ["reward", "charm"]), strict=True))
    assert {n: value(t) for n, t in found["Coefficient"].items()} == pytest.approx(expected, rel=1e-3)
    assert "Unknown indicators: Charm" in told(tab(app, "Rule"))
    asked(app, indicators=["reward"])
    press(tab(app, "Rule"), "Save rule")
    (saved,) = studio.store.rules.all()
    assert saved.rule["learned"]["data"] == ["mine.csv"] and saved.rule["profile"] == ""
    assert "No row has all scores" in told(tab(app, "Explain"))
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
    both = [each.experiment_id for each in scored.store.experiments.all()]
    app = asked(three(scored), experiments=both)
    found = shown(tab(app, "Multivariate"), "Term", "Coefficient", "VIF")
    levels = np.log((np.exp(one["log_loss"].tail(4)) + np.exp(two["log_loss"].tail(4))) / 2)  # of the same rows in both
    expected = lstsq(pd.concat([one.head(-4), two.head(-4), one.tail(4).assign(log_loss=levels)]), TERMS)
    assert [value(text) for text in found["Coefficient"]] == pytest.approx(expected.tolist(), rel=1e-3)
    assert "8 of 32 models were tuned on the same rows" in told(tab(app, "Data"))
    sets = [CandidateSet("s", Kind.FUSED, lines_of(scored)[0][["dataset_id", "row_id"]])]
    other = add_experiment(scored.store, tmp_path, "Other", sets, {1: 0.5}, {"profile": "paper", "tuning": {}})
    asked(app.run(), experiments=[both[0], other])
    assert "used other tuning or evaluation settings" in "\n".join(each.value for each in app.error)
    assert "No experiment has results yet" not in told(app)


def test_sets_that_came_in_since_the_page_was_drawn_are_told(scored: Studio, tmp_path: Path) -> None:
    def fragment(seen: int) -> None:
        from pages.components.workspace import studio
        from pages.rule.news import new_sets

        new_sets(studio().experiments.all(), seen)

    measure(scored, tmp_path, measured=7)
    for seen, news in ((4, "3 new sets measured"), (6, "1 new set measured"), (7, "")):
        app = AppTest.from_function(fragment, kwargs={"seen": seen}).run()
        assert news in told(app) and bool(app.button) == bool(news) and not app.exception
    take_losses(scored.store, tmp_path, "job Mine", {8: 0.4})
    assert "1 new set measured" in told(app.run())
