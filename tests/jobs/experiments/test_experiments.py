"""Experiments on a real worker: a real model tuned on each candidate set, and its loss in the store."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from core.errors import JobError
from core.experiments.plan import PRIORITIES
from core.experiments.sampling import random_sets
from core.finetune.curve import CURVE, read_curve
from core.finetune.lower_layers import STATES
from core.finetune.settings import Precision, TuningSettings
from core.models.inference_loss import evaluation_profile, measure
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.progress import Silent
from core.rows.candidate_set import UNTUNED, CandidateSet
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters
from jobs.experiments.experiments import Experiments
from jobs.experiments.new_experiment import NewExperiment
from jobs.experiments.state import ExperimentState
from jobs.queue.folder import JobFolder
from tests.jobs.studio import MANY, OTHERS, SHORT, Studio, part_identities, until

WHOLE = TuningSettings(Precision.FP32, epochs=1, batch_size=2, max_tokens=48)
TUNING = replace(WHOLE, tuned_layers=2)  # where it is not the tuning that is looked at: gradients cost the most
EXAMPLES = [
    EvaluationExample("Name a primary colour.", "", ("Red is one of the three primary colours.", "Blue.")),
    EvaluationExample("Why is the sky blue?", "", ("Air scatters short waves of light more than long ones.",)),
]
MANY_EXAMPLES = [*EXAMPLES, *(EvaluationExample(row.instruction, row.input, (row.output,)) for row in OTHERS[:20])]

# What a set's folder shows when the worker is at this point of it, or past it.
MOMENTS: tuple[tuple[str, Callable[[JobFolder], bool]], ...] = (
    ("loading", lambda folder: folder.state().stage != "waiting"),
    ("tuning", lambda folder: len(read_curve(folder.path / CURVE)) > 0),
    ("measuring", lambda folder: folder.state().stage in ("measuring", "done")),
)


def sets_of(studio: Studio, rows: int, count: int) -> list[CandidateSet]:
    studio.dataset("pool", MANY)
    studio.store.matrix.refresh({each.dataset_id: [] for each in studio.store.datasets.all()})
    pool = studio.store.browse.candidates(Filters())[["dataset_id", "row_id"]]
    return random_sets(pool, count, rows, seed=3)


def wanted(sets: Sequence[CandidateSet], **changes: object) -> NewExperiment:
    plain = NewExperiment("Colours", "embedded", sets, TUNING, "two", EXAMPLES, max_evaluation_tokens=32)
    return replace(plain, **changes)


def job_of(studio: Studio, experiment_id: int) -> str:
    return studio.store.experiments.get(experiment_id).job_id


def wait(experiments: Experiments, job_id: str, status: str, seconds: float = 240.0) -> ExperimentState:
    """Wait until an experiment has a status; fails at once where a set has failed unexpectedly."""

    def reached() -> bool:
        state = experiments.state(job_id)
        faults = [each.error for each in state.sets if each.error]
        assert status == "failed" or not faults, faults
        return state.status == status

    until(reached, f"experiment {status}", seconds)
    return experiments.state(job_id)


def losses(studio: Studio, job_id: str) -> dict[int, float]:
    studio.client.take_in(studio.store)
    table = studio.store.experiments.losses(job_id)
    return dict(zip(table["number"], table["loss_per_example"], strict=True))


def test_an_experiment_tunes_each_set_and_keeps_adapters_curves_and_losses(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    sets = sets_of(studio, rows=4, count=2)
    job_id = job_of(studio, experiments.start(studio.store, wanted(sets, tuning=WHOLE)))
    assert experiments.state(job_id).status == "queued"
    studio.start_worker()
    state = wait(experiments, job_id, "done")
    assert [each.plan.name for each in state.sets] == ["untuned", "random 01", "random 02"]
    assert state.share == 1.0
    assert state.eta_seconds == 0.0

    found = losses(studio, job_id)
    assert set(found) == {UNTUNED, 1, 2}
    assert len(studio.store.experiments.example_losses(job_id)) == 3 * 3
    adapter = experiments.adapter(job_id, 1).path / "adapter"
    pool = ModelPool(profile("embedded"), studio.paths.models)
    base = AutoModelForCausalLM.from_pretrained(pool.language_model_place, dtype="float32")
    model = PeftModel.from_pretrained(base, adapter).eval().get_base_model()
    limits = evaluation_profile(profile("embedded"), "alpaca", 32)
    again = measure(model, pool.tokenizer, EXAMPLES, limits, Silent())
    by_example = again.groupby("example")["loss_nats_per_token"].mean()
    assert found[1] == pytest.approx(by_example.mean(), rel=1e-4)
    assert found[1] != pytest.approx(found[UNTUNED], rel=1e-4)
    assert studio.client.take_in(studio.store) == 0


def test_layers_below_the_tuned_ones_are_computed_once_and_the_losses_are_those_of_whole_models(
    studio: Studio,
) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    sets = sets_of(studio, rows=6, count=2)
    plain = wanted(sets, tuning=replace(TUNING, tuned_layers=3, learning_rate=3e-2))
    whole = job_of(studio, experiments.start(studio.store, plain))
    kept = job_of(studio, experiments.start(studio.store, replace(plain, max_cache_gb=1.0)))
    scratch, curve = studio.folder(kept).scratch, experiments.adapter(kept, 1).path / CURVE
    studio.start_worker()
    until(lambda: curve.exists() and curve.read_text().count("\n") >= 1, "a step of tuning is made", 240)
    studio.kill_worker()
    states = scratch / STATES
    assert states.stat().st_size % (576 * 2) == 0 and states.stat().st_size > 100 * 576 * 2
    studio.start_worker()
    wait(experiments, whole, "done")
    wait(experiments, kept, "done")
    exact, short = losses(studio, whole), losses(studio, kept)
    effect = min(abs(exact[number] - exact[UNTUNED]) for number in (1, 2))
    assert effect > 0 and all(abs(short[number] - exact[number]) < effect / 10 for number in exact)
    until(lambda: not scratch.exists(), "the states are removed")
    (adapter,) = (experiments.adapter(kept, 1).path / "adapter").glob("*.safetensors")
    assert {name.split(".layers.")[1].split(".")[0] for name in load_file(adapter)} == {"3", "4", "5"}


def test_a_worker_killed_while_it_loads_tunes_and_measures_ends_as_an_undisturbed_one(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    sets = sets_of(studio, rows=4, count=2)
    asked = wanted(sets, examples=MANY_EXAMPLES)  # so that measuring lasts
    undisturbed = job_of(studio, experiments.start(studio.store, asked))
    studio.start_worker()
    wait(experiments, undisturbed, "done")
    whole = studio.client.take_in(studio.store)

    disturbed = job_of(studio, experiments.start(studio.store, asked))
    chance = random.Random(20260202)
    taken = 0
    finished: dict[str, tuple[int, int]] = {}
    for number, moment in sorted((chance.choice((1, 2)), place) for place in range(len(MOMENTS))):
        name, reached = MOMENTS[moment]
        until(partial(reached, experiments.adapter(disturbed, number)), f"set {number}: {name}")
        time.sleep(chance.uniform(0.0, 0.2))
        studio.kill_worker()
        assert experiments.state(disturbed).sets[number].status == "running", name
        now = part_identities(studio.folder(disturbed))
        assert finished.items() <= now.items()
        assert f"losses-{number:04d}.parquet" not in now, "the kill came too late to say anything"
        taken, finished = taken + studio.client.take_in(studio.store), now
        studio.start_worker()
    wait(experiments, disturbed, "done")

    parts = part_identities(studio.folder(disturbed))
    assert finished.items() <= parts.items()
    assert parts.keys() == part_identities(studio.folder(undisturbed)).keys()
    assert taken + studio.client.take_in(studio.store) == whole
    assert losses(studio, disturbed) == losses(studio, undisturbed)
    assert len(studio.store.experiments.example_losses(disturbed)) == 3 * (3 + 20)
    for number in (1, 2):
        curve = read_curve(experiments.adapter(disturbed, number).path / CURVE)
        assert [point["step"] for point in curve] == [1, 2]


def test_pause_resume_cancel_and_retry_a_set(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    job_id = job_of(studio, experiments.start(studio.store, wanted(sets_of(studio, rows=2, count=3))))
    experiments.pause(job_id)
    state = experiments.state(job_id)
    assert state.paused
    assert state.status == "paused"
    studio.start_worker()
    experiments.resume(job_id)
    experiments.cancel(job_id, 2)
    state = wait(experiments, job_id, "cancelled")
    assert [each.status for each in state.sets] == ["done", "done", "cancelled", "done"]
    assert set(losses(studio, job_id)) == {0, 1, 3}
    with pytest.raises(JobError, match="Only failed and cancelled sets"):
        experiments.retry(job_id, 1)
    experiments.retry(job_id, 2)
    wait(experiments, job_id, "done")
    assert set(losses(studio, job_id)) == {0, 1, 2, 3}


def test_a_cancelled_set_stays_so_through_a_pause(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    job_id = job_of(studio, experiments.start(studio.store, wanted(sets_of(studio, rows=2, count=3))))
    experiments.cancel(job_id, 1)
    experiments.pause(job_id)
    experiments.cancel(job_id, 2)
    told = ["paused", "cancelled", "cancelled", "paused"]
    assert [each.status for each in experiments.state(job_id).sets] == told
    experiments.resume(job_id)
    assert [each.status for each in experiments.state(job_id).sets] == ["queued", "cancelled", "cancelled", "queued"]
    experiments.retry(job_id, 2)
    experiments.pause(job_id)
    assert [each.status for each in experiments.state(job_id).sets] == ["paused", "cancelled", "paused", "paused"]


def test_an_experiment_that_is_to_be_first_overtakes_one_that_waits(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    sets = sets_of(studio, rows=2, count=1)
    jobs = {
        place: job_of(studio, experiments.start(studio.store, wanted(sets, priority=PRIORITIES[place])))
        for place in ("normal", "first")
    }
    studio.start_worker()
    wait(experiments, jobs["normal"], "done")
    began = {
        place: (studio.folder(job).path / "sets" / "0001" / "log.txt").stat().st_ctime for place, job in jobs.items()
    }
    assert began["first"] < began["normal"]


def test_a_set_that_fails_says_why_and_leaves_the_others_alone(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    tuning = replace(TUNING, target_modules=("query_key_value",))
    job_id = job_of(studio, experiments.start(studio.store, wanted(sets_of(studio, 4, 1), tuning=tuning)))
    studio.start_worker()
    state = wait(experiments, job_id, "failed")
    assert [each.status for each in state.sets] == ["done", "failed"]
    assert state.sets[1].error.startswith("This model has no modules named query_key_value.")


def test_a_model_that_is_not_here_is_told_in_one_sentence(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    job_id = job_of(studio, experiments.start(studio.store, wanted(sets_of(studio, 4, 1), profile="paper")))
    studio.start_worker()
    state = wait(experiments, job_id, "failed")
    assert all("huggyllama/llama-7b cannot be loaded" in each.error for each in state.sets)


def test_training_rows_that_stand_in_the_evaluation_set_are_refused_and_nothing_is_left(studio: Studio) -> None:
    studio.make_queue()
    given_away = [EvaluationExample(MANY[0].instruction, MANY[0].input, ("An answer.",))]
    sets = sets_of(studio, len(MANY), 1)
    with pytest.raises(JobError, match="repeat an evaluation instruction, 1 in the same words"):
        Experiments(studio.client).start(studio.store, wanted(sets, examples=given_away))
    with pytest.raises(JobError, match="repeat an evaluation instruction, 1 in the same words"):
        Experiments(studio.client).start(studio.store, wanted(sets, evaluation=[*EXAMPLES, *given_away]))
    assert studio.store.experiments.all() == []
    assert not [path for path in studio.paths.jobs.iterdir() if path.is_dir()]


def test_an_experiment_is_forgotten_with_its_folder(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    number = experiments.start(studio.store, wanted(sets_of(studio, 4, 1)))
    folder = studio.folder(job_of(studio, number)).path
    assert folder.is_dir()
    experiments.remove(studio.store, number)
    assert not folder.exists()
    assert studio.store.experiments.all() == []
    assert pd.DataFrame(studio.store.experiments.candidate_sets(number)).empty


def test_scoring_does_not_wait_for_tuning(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    job_id = job_of(studio, experiments.start(studio.store, wanted(sets_of(studio, 12, 3))))
    scoring = studio.enqueue(studio.dataset("short", SHORT), ["output_words"])
    studio.start_worker()
    studio.wait(scoring, "done")
    assert experiments.state(job_id).status in ("running", "queued")
    experiments.cancel(job_id)
    wait(experiments, job_id, "cancelled")
