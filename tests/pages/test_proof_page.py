"""A saved selection is proved: the sets asked for are queued, and the verdict says what their losses came to."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats
from streamlit.testing.v1 import AppTest

from core.experiments.proof.plan import ProofPlan
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.filters import Filters
from core.rows.row import Row
from core.rules.rule import Learned, presets
from core.selection.source_dataset import describe_sources
from core.selection.spec import SelectionSpec
from pages.components import workspace
from tests.pages.conftest import Studio, button, go, press, told, until, value
from tests.scored_store import add_dataset

RULE = presets()["instructmining-v1"]
DATA = ("forum", "handbook")


def of_datasets(studio: Studio) -> pd.DataFrame:
    """The rows of two datasets with the rule's value, best first."""
    rows = studio.rows[studio.rows["dataset"].isin(DATA)]
    return rows.assign(value=RULE.predict(rows)).sort_values("value", kind="stable")


def kept(studio: Studio, rows: int = 12, extra: pd.DataFrame | None = None) -> int:
    """Save the best rows of two datasets as the Select page does."""
    ranked = of_datasets(studio)
    datasets = [each for each in studio.store.datasets.all() if each.name in DATA]
    numbers = tuple(each.dataset_id for each in datasets)
    keys = workspace.studio().session.scorers()
    sources = [each.as_dict() for each in describe_sources(studio.store, numbers, keys)]
    spec = SelectionSpec(Filters(numbers), rule=RULE, rows=rows)
    best = ranked.head(rows)[["dataset_id", "row_id", "value"]]
    best = best if extra is None else pd.concat([best, extra], ignore_index=True)
    about = {
        "profile": "embedded", "sources": sources, "kept": len(best), "considered": len(ranked), "reasons": {},
        "prediction": None, "means": {},
    }  # fmt: skip
    return studio.store.selections.save("Best", spec.as_dict(), best.assign(rank=range(len(best))), about)


def form(studio: Studio, number: int) -> AppTest:
    """The form of a proof, with the sets made."""
    app = studio.open("select")
    app.session_state["select tab"] = "Saved"
    app.run()
    app.button(key=f"prove {number}").click().run()
    settled(app)
    return app


def settled(app: AppTest) -> None:
    until(lambda: any(m.label == "Candidate sets" for m in app.metric) or bool(app.run().error))
    assert not app.exception


def members(each: CandidateSet) -> list[int]:
    return each.members["row_id"].tolist()


def test_the_sets_asked_for_are_queued_each_with_its_arm_and_seed(queue: Studio) -> None:
    number = kept(queue, 32)
    app = form(queue, number)
    app.number_input(key="proof draws sub-pools").set_value(2)
    app.pills(key="proof controls").set_value(["length-matched", "longest"])
    app.toggle(key="proof tokens equal").set_value(True)
    app.run()
    settled(app)
    assert next(m.value for m in app.metric if m.label == "Candidate sets") == "12"
    assert "2 disjoint sub-pools" in told(app) and "Smallest difference that this proof can show" in told(app)
    press(app, "Start proof")
    assert not app.error and not app.exception
    (saved,) = queue.store.experiments.all()
    assert saved.name == "Proof of Best" and app.session_state["experiment shown"] == str(saved.experiment_id)
    sets = queue.store.experiments.candidate_sets(saved.experiment_id)
    arms = ["selected", "random", "length-matched", "longest", "random, equal tokens", "longest, equal tokens"]
    assert [each.detail["arm"] for each in sets] == arms * 2
    assert [each.detail["tuning_seed"] for each in sets] == [0] * 6 + [1] * 6
    ranked = of_datasets(queue)
    assert [each.rows for each in sets[:4]] == [16] * 4 and not set(members(sets[0])) & set(members(sets[6]))
    assert all(set(members(each)) <= set(ranked["row_id"]) for each in sets)
    chosen = ranked[ranked["row_id"].isin([row for each in sets[:6] for row in members(each)])]
    assert members(sets[0]) == chosen.head(16)["row_id"].tolist()
    frozen = json.loads((queue.root / "jobs" / saved.job_id / "spec.json").read_text())
    assert [each["tuning_seed"] for each in frozen["sets"]] == [None] + [0] * 6 + [1] * 6
    assert saved.spec["plan"]["proof"]["test_examples"] > 0
    assert "No verdict before selected and random rows are both measured" in told(app)


def test_a_size_fills_the_form_and_can_be_changed(scored: Studio) -> None:
    app = form(scored, kept(scored))
    names = ("epochs", "responses", "tokens")
    assert [app.number_input(key=f"proof {name}").value for name in names] == [1, 32, 256]
    app.segmented_control(key="proof size").set_value("workstation").run()
    assert [app.number_input(key=f"proof {name}").value for name in names] == [1, 64, 256]
    app.number_input(key="proof epochs").set_value(2).run()
    assert app.number_input(key="proof epochs").value == 2 and not app.exception
    press(app, "All selections")
    assert "New proof" in [each.label for each in app.button]


def test_rows_that_the_evaluation_set_asks_are_left_out_of_the_selection_too(queue: Studio) -> None:
    asked = queue.store.evaluation_sets.examples(queue.store.evaluation_sets.all()[0].evaluation_set_id)[3]
    leak = add_dataset(queue.store, "leak", [Row(asked.instruction, asked.input, "An answer.")])
    (row,) = [number for batch in queue.store.rows.iterate(leak.dataset_id) for number, _ in batch]
    workspace.refresh()
    extra = pd.DataFrame({"dataset_id": [leak.dataset_id], "row_id": [row], "value": [0.0]})
    app = form(queue, kept(queue, 12, extra))
    app.segmented_control(key="proof design").set_value("selection").run()
    settled(app)
    assert "1 candidate repeats an evaluation instruction" in told(app)
    press(app, "Start proof")
    (saved,) = queue.store.experiments.all()
    sets = queue.store.experiments.candidate_sets(saved.experiment_id)
    assert {each.rows for each in sets} == {12} and not any(row in members(each) for each in sets)
    assert [each.detail["arm"] for each in sets].count("random") == 9


def test_a_rule_that_was_learned_on_the_same_data_is_warned_of(scored: Studio) -> None:
    number = kept(scored)
    learned = Learned("by mark", "a model", {}, ("forum",), 12, {}, 0.5)
    spec = scored.store.selections.get(number).spec
    rule = replace(RULE, learned=learned)
    best = scored.store.selections.members(number)
    summary = scored.store.selections.get(number).summary
    again = scored.store.selections.save("Learned", spec | {"rule": rule.as_dict()}, best, summary)
    assert "learned on sets drawn from forum" in told(form(scored, again))
    assert "learned on sets drawn from" not in told(form(scored, number))


def test_a_selection_of_everything_cannot_be_proved_and_says_why(scored: Studio) -> None:
    app = form(scored, kept(scored, 10_000))
    assert "nearly the same" in app.error[0].value
    assert "Start proof" not in [each.label for each in app.button] and not app.exception


def measured(
    studio: Studio, folder: Path, gain: float, draws: int = 6, kept_as: Mapping[str, object] | None = None
) -> int:
    """A proof whose losses came in as parts: selected and longest rows are better than random ones by `gain`.

    Args:
        kept_as: what the store has of its plan, where it is of an earlier version.
    """
    plan = ProofPlan(1, "Best", draws=draws, controls=("longest",), rule=RULE)
    ranked = of_datasets(studio)
    sets = []
    for draw in range(draws):
        for arm in ("selected", "random", "longest"):
            detail = {"arm": arm, "tuning_seed": draw, "draw": 0 if kept_as and arm == "selected" else draw}
            rows = ranked.iloc[len(sets) : len(sets) + 8][["dataset_id", "row_id"]].reset_index(drop=True)
            sets.append(CandidateSet(f"{arm}, draw {draw + 1}", Kind.RANDOM, rows, detail))
    spec = {"profile": "embedded", "plan": {"proof": kept_as or plan.as_dict()}}
    number = studio.store.experiments.next_number()
    studio.store.experiments.add("Proof", spec, sets, f"job-{number}", number)
    for place, each in enumerate([None, *sets]):
        offset = 0.5 if each is None else 0.002 * (place % 5) - gain * (each.detail["arm"] != "random")
        loss = np.linspace(1.0, 2.0, 10) + offset
        lines = {"number": place, "example": range(10), "response": 0, "tokens": 20, "loss_nats_per_token": loss}
        part = folder / f"losses-{place:04d}.parquet"
        pq.write_table(pa.Table.from_pandas(pd.DataFrame(lines), preserve_index=False), part)
        studio.store.parts.take(f"job-{number}", [part])
    return number


def opened(studio: Studio, number: int) -> AppTest:
    app = studio.open("experiments")
    app.session_state["experiment shown"] = str(number)
    app.run()
    assert not app.exception
    return app


def test_the_verdict_of_losses_that_came_in_stands_with_its_numbers(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, 0.2)
    app = opened(scored, number)
    (verdict,) = [each.value for each in app.success]
    losses = scored.store.experiments.losses(f"job-{number}").set_index("number")["loss_per_token"].to_numpy()
    selected, random = losses[1::3], losses[2::3]
    gain = np.mean(random - selected)
    assert verdict.startswith(f"Better than random rows by {gain:.4f} nats/token") and "the longest rows" in verdict
    expected = stats.ttest_rel(selected, random)
    line = next(each.value for each in app.dataframe if "p (exact)" in each.value).iloc[0]
    assert line["Selected rows minus"] == "random rows" and line["Ruling"] == "better"
    assert (line["p (t)"], line["p (exact)"], line["Pairs or draws"]) == ("< 0.001", "0.031", 6)
    low, high = (value(text) for text in line["95% interval"].split(" to "))
    assert (low, high) == pytest.approx(tuple(expected.confidence_interval()), abs=6e-5)
    by_subpool, intervals = (json.loads(each.proto.spec) for each in app.get("plotly_chart")[:2])
    lines = [trace["y"][:2] for trace in by_subpool["data"] if trace["mode"] == "lines"]
    assert lines == [pytest.approx(list(pair)) for pair in zip(selected, random, strict=True)]
    point = next(trace for trace in intervals["data"] if trace["name"] == "Random rows")
    assert point["x"] == pytest.approx([-gain])
    assert point["error_x"]["array"] == pytest.approx([expected.confidence_interval().high + gain])


def test_the_select_page_says_what_was_proved_of_the_selection_in_view(scored: Studio, tmp_path: Path) -> None:
    assert "Not proved" in told(press(scored.open("select"), "Save"))
    scored.store.experiments.add("No proof", {"profile": "embedded", "plan": {"rows": 10}}, [])
    app = scored.open("select")
    assert "Not proved" in told(app) and "start a proof on the Saved tab" in told(app) and not app.exception
    measured(scored, tmp_path, 0.2)
    app = app.run()
    assert "Proof “Proof”: Better than random rows" in told(app) and "Not proved" not in told(app)
    assert not app.exception


def test_the_table_has_the_rule_value_of_each_subset_beside_its_loss(scored: Studio, tmp_path: Path) -> None:
    app = opened(scored, measured(scored, tmp_path, 0.2, 3))
    (table,) = [each.value for each in app.dataframe if "rule_value" in each.value]
    assert sorted(table["arm"]) == ["Longest rows"] * 3 + ["Random rows"] * 3 + ["Selected rows"] * 3
    assert table.iloc[0]["arm"] == "Selected rows" and table.iloc[0]["seeds"] == 1
    assert table.iloc[0]["rule_value"] == pytest.approx(RULE.predict_set(of_datasets(scored).head(8)))
    expected = stats.pearsonr(table["rule_value"], table["log_loss"]).statistic
    assert f"Pearson {expected:+.2f}".replace("-", "−") in told(app)


@pytest.mark.parametrize(
    ("gain", "draws", "says"),
    [(0.0, 3, "Not shown to be better than random"), (-0.2, 3, "Worse than random rows"), (0.2, 2, "Use at least 3")],
)
def test_a_verdict_is_also_told_where_it_is_no_win(
    scored: Studio, tmp_path: Path, gain: float, draws: int, says: str
) -> None:
    app = opened(scored, measured(scored, tmp_path, gain, draws))
    assert says in told(app) and not app.success


def test_a_proof_of_an_earlier_version_is_judged_anew_as_one_selection(scored: Studio, tmp_path: Path) -> None:
    app = opened(scored, measured(scored, tmp_path, 0.004, 3, {"selection_id": 1, "selection": "Best", "seeds": 3}))
    assert "seeds of one selection say nothing about other draws" in told(app) and not app.success


def test_an_experiment_that_is_no_proof_has_no_verdict(scored: Studio) -> None:
    rows = scored.rows.head(10)[["dataset_id", "row_id"]]
    sets = [CandidateSet("random 01", "random", rows, {"seed": 0})]  # type: ignore[arg-type]  # as JSON has it
    number = scored.store.experiments.add("Other", {"profile": "embedded", "plan": {"rows": 10}}, sets, "job")
    app = opened(scored, number)
    assert "both arms" not in told(app)
    assert button(app, "Clone and edit")


def test_a_proof_is_cloned_as_a_proof_with_its_arms_draws_and_place_in_the_queue(queue: Studio) -> None:
    number = kept(queue)
    app = form(queue, number)
    app.segmented_control(key="proof design").set_value("selection").run()
    app.number_input(key="proof draws selection").set_value(2)
    app.pills(key="proof controls").set_value(["longest"])
    app.number_input(key="proof epochs").set_value(2)
    app.segmented_control(key="proof priority").set_value("first")
    app.run()
    settled(app)
    press(app, "Start proof")
    (first,) = queue.store.experiments.all()
    assert first.spec["priority"] == 1
    app = opened(queue, first.experiment_id)
    press(app, "Clone and edit")
    assert app.title[0].value == "Select"
    settled(go(app, "select"))  # AppTest alone does not stay where the app has turned to
    assert app.number_input(key="proof draws selection").value == 2 and app.number_input(key="proof epochs").value == 2
    press(app, "Start proof")
    again, _ = queue.store.experiments.all()
    assert again.name == "Proof of Best (copy)" and again.spec["priority"] == 1
    arms = [each.detail["arm"] for each in queue.store.experiments.candidate_sets(again.experiment_id)]
    assert arms == ["selected", "random", "longest", "random"]


def test_a_proof_whose_selection_is_deleted_cannot_be_cloned(scored: Studio, tmp_path: Path) -> None:
    clone = button(opened(scored, measured(scored, tmp_path, 0.2)), "Clone and edit")
    assert clone.disabled and "“Best” has been deleted" in clone.proto.help
