"""The wizard makes the sets that it was asked for, keeps evaluation rows out, and queues them where it was told."""

import json
from itertools import pairwise

import pytest

from core.rows.row import Row
from jobs.experiments.experiments import Experiments
from pages.components import workspace
from tests.pages.conftest import Studio, button, press, told
from tests.pages.experiments_page import NEXT, dataset_id, review, rows_of, started, wizard
from tests.scored_store import add_dataset


@pytest.mark.parametrize(
    ("preset", "sets", "rows", "epochs", "responses", "tokens", "profile", "precision"),
    [
        ("workstation run", 24, 128, 1, 64, 256, "embedded", ""),
        ("paper replication", 78, 2000, 3, 0, 512, "paper", "int8"),
    ],
)
def test_a_preset_fills_the_wizard(
    studio: Studio, preset: str, sets: int, rows: int, epochs: int, responses: int, tokens: int, profile: str,
    precision: str,
) -> None:  # fmt: skip
    app = press(studio.open("experiments"), f"Start a {preset}")
    values = {each.key: each.value for each in app.number_input}
    kinds = [values[f"experiment {kind}_sets"] for kind in ("designed", "fused")]
    assert kinds == ([0, sets] if profile == "paper" else [sets, 0]) and values["experiment rows"] == rows
    press(app, NEXT[0])
    values = {each.key: each.value for each in [*app.number_input, *app.selectbox]}
    shown = [values[f"experiment {name}"] for name in ("epochs", "responses", "max_evaluation_tokens")]
    assert shown == [epochs, responses, tokens]
    best = workspace.studio().experiments.precisions()[0]
    assert (values["experiment profile"], values["experiment precision"]) == (profile, precision or best)
    assert values["experiment learning_rate"] == 3e-4
    parts = workspace.studio().evaluation_sets.parts(1)
    assert f"Evaluated on guide and validation: {len(parts.guide) + len(parts.validation)} instructions" in told(app)


def test_full_tuning_takes_its_usual_learning_rate_and_a_precision_in_which_it_can_be(studio: Studio) -> None:
    app = press(press(studio.open("experiments"), "Start a paper replication"), NEXT[0])
    app.radio(key="experiment method").set_value("full").run()
    plan = studio.store.settings.get("experiment_plan")
    assert (plan["method"], plan["learning_rate"]) == ("full", 2e-5) and plan["precision"] in ("fp32", "bf16")
    (offered,) = [each.options for each in app.selectbox if each.label == "Precision"]
    assert sorted(offered) == ["bfloat16", "float32"]
    assert [each.disabled for each in app.number_input if each.label == "LoRA rank"] == [True]
    assert not app.exception


def test_fused_sets_have_the_size_asked_for_and_the_shares_that_they_drew(queue: Studio) -> None:
    chosen = [dataset_id(queue, "handbook"), dataset_id(queue, "forum")]
    app = wizard(queue.open("experiments"), fused_sets=4, rows=20, dataset_ids=chosen)
    sets = started(queue, review(app))
    assert [each.rows for each in sets] == [20] * 4
    for each in sets:
        assert len(set(rows_of(each))) == 20
        weights = each.detail["r"]
        assert set(map(int, weights)) == set(chosen)
        for number, weight in weights.items():
            assert abs(each.composition.get(int(number), 0) - 20 * weight / sum(weights.values())) < 1
    assert len({tuple(sorted(rows_of(each))) for each in sets}) == 4


def test_levels_are_disjoint_cover_the_dataset_and_stand_in_order(queue: Studio) -> None:
    forum = dataset_id(queue, "forum")
    app = wizard(queue.open("experiments"), fused_sets=0, level_dataset=forum, level_indicators=["reward"])
    sets = started(queue, review(wizard(app, levels=4, level_rows=0)))
    own = queue.rows[queue.rows["dataset_id"] == forum].set_index("row_id")["reward"]
    everything = [row for each in sets for row in rows_of(each)]
    assert len(sets) == 4 and sorted(everything) == sorted(own.index)
    assert max(each.rows for each in sets) - min(each.rows for each in sets) <= 1
    for above, below in pairwise(sets):
        assert own[rows_of(above)].min() >= own[rows_of(below)].max()


def test_a_saved_selection_and_random_sets_stand_in_one_experiment(queue: Studio) -> None:
    best = queue.rows.sort_values("reward", ascending=False).head(7)[["dataset_id", "row_id"]]
    number = queue.store.selections.save("Best seven", {}, best.assign(rank=range(7)), {})
    app = wizard(queue.open("experiments"), fused_sets=0, random_sets=2, rows=9, selection_ids=[number])
    sets = started(queue, review(app))
    assert [str(each.kind) for each in sets] == ["random", "random", "selection"]
    assert [len(set(rows_of(each))) for each in sets] == [9, 9, 7]
    assert rows_of(sets[2]) == best["row_id"].tolist()


def test_more_rows_than_there_are_is_told_where_it_is_asked_and_in_the_review(scored: Studio) -> None:
    app = wizard(scored.open("experiments"), rows=5000)
    assert "fewer than the 5,000" in told(app)
    app = review(app)
    assert "cannot be drawn" in told(app)
    assert "Start experiment" not in [each.label for each in app.button]


def test_rows_that_the_evaluation_set_asks_are_counted_and_left_out_of_every_set(queue: Studio) -> None:
    asked = queue.store.evaluation_sets.examples(queue.store.evaluation_sets.all()[0].evaluation_set_id)[3]
    given_away = Row(asked.instruction.upper() + " !!", asked.input, "An answer.")
    nearly = [Row(f"Please, {asked.instruction}", asked.input, f"Answer {i}.") for i in (98, 99)]
    rows = [given_away, *nearly, *(Row(f"Question {i}?", "", f"Answer {i}.") for i in range(11))]
    leak = add_dataset(queue.store, "leak", rows)
    workspace.refresh()
    app = wizard(queue.open("experiments"), fused_sets=3, rows=11, dataset_ids=[leak.dataset_id])
    app = review(app)
    assert "1 row repeats with the same words" in told(app) and "2 rows repeat with nearly the same words" in told(app)
    assert "(3 of leak)" in told(app)
    examples = [each.value for each in app.text]
    assert given_away.instruction[:40] in examples[0]
    assert nearly[0].instruction[:40] in examples[1] and asked.instruction[:40] in examples[1]
    (table,) = [each.value for each in app.dataframe if "Evaluation set" in each.value]
    assert table["Evaluation set"].tolist() == [asked.prompt] * 3 and table["Similarity"].iloc[0] == 1
    sets = started(queue, app)
    found = [row.prompt for row in queue.store.rows.get([n for each in sets for n in rows_of(each)]).values()]
    assert sorted(set(found)) == sorted(f"Question {i}?" for i in range(11))


def test_who_wants_to_stop_for_contamination_cannot_start(scored: Studio) -> None:
    asked = scored.store.evaluation_sets.examples(scored.store.evaluation_sets.all()[0].evaluation_set_id)[0]
    add_dataset(scored.store, "leak", [Row(asked.instruction, asked.input, "An answer.")])
    workspace.refresh()
    app = review(wizard(scored.open("experiments"), fused_sets=1))
    assert not button(app, "Start experiment").disabled
    wizard(app, stop_if_contaminated=True)
    assert button(app, "Start experiment").disabled


@pytest.mark.parametrize(("place", "priority"), [("normal", 10), ("first", 1), ("last", 100)])
def test_the_place_in_the_queue_reaches_the_job(queue: Studio, place: str, priority: int) -> None:
    app = review(wizard(queue.open("experiments"), fused_sets=1, rows=10))
    assert app.segmented_control(key="experiment priority").value == "normal"
    wizard(app, priority=place)
    started(queue, app)
    (saved,) = queue.store.experiments.all()
    assert saved.spec["priority"] == priority
    assert json.loads((queue.root / "jobs" / saved.job_id / "spec.json").read_text())["priority"] == priority


def test_unscored_rows_are_warned_of_and_can_be_scored_from_here(studio: Studio) -> None:
    app = review(wizard(studio.open("experiments"), fused_sets=1, rows=10))
    assert "10 of the 10 rows in the sets are not fully scored" in told(app)
    assert button(app, "Score now") and not button(app, "Start experiment").disabled


def test_before_anything_is_measured_time_and_memory_are_unknown(scored: Studio) -> None:
    app = review(wizard(scored.open("experiments"), fused_sets=1, rows=10))
    values = {each.label: each.value for each in app.metric}
    assert (values["Time (estimate)"], values["Memory (estimate)"]) == ("unknown", "unknown")
    assert button(app, "Measure speed (about 30 s)")
    assert "not fully scored" not in told(app)  # what needs a target is no score that a rule lacks


def test_without_a_worker_that_ever_ran_the_start_says_what_to_do(
    scored: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = review(wizard(scored.open("experiments"), fused_sets=1, rows=10))
    assert "The worker is not running" in told(app)
    monkeypatch.setattr(workspace.studio().session.client, "_patience_seconds", 0.2)
    press(app, "Start experiment")
    (error,) = [each.value for each in app.error]
    assert "No worker" in error and "start.py" in error
    assert not scored.store.experiments.all()


def test_an_experiment_waits_pauses_goes_on_and_is_cancelled(queue: Studio) -> None:
    app = review(wizard(queue.open("experiments"), fused_sets=2, rows=10))
    wizard(app, name="Mine")
    started(queue, app)
    assert "The worker is not running" in told(app) and "0 of 3 done" in app.get("progress")[0].proto.text
    assert next(each.value for each in app.subheader) == "Mine"
    press(app, "Pause")
    assert "Resume" in [each.label for each in app.button] and not app.exception
    press(app, "Resume")
    assert "Pause" in [each.label for each in app.button]
    press(app, "Cancel all")
    assert "Retry all" in [each.label for each in app.button]
    press(app, "All experiments")
    assert "Open" in [each.label for each in app.button] and not app.exception


def test_what_no_worker_has_laid_out_yet_can_be_cancelled_at_once(queue: Studio) -> None:
    app = review(wizard(queue.open("experiments"), fused_sets=2, rows=10))
    started(queue, app)
    press(app, "Cancel all")
    (saved,) = queue.store.experiments.all()
    state = Experiments(workspace.studio().session.client).state(saved.job_id)
    assert [each.status for each in state.sets] == ["cancelled"] * 3
    assert "Retry all" in [each.label for each in app.button] and not app.exception
