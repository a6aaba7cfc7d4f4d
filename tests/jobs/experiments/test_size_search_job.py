"""A search of the size on a real worker: sizes are proposed, tuned and measured one after the other, and none twice."""

from dataclasses import replace

import pytest

from core.experiments.size.plan import KEPT_AS, SearchMethod, SizePlan, log_grid
from core.finetune.curve import CURVE, read_curve
from core.rows.candidate_set import UNTUNED, CandidateSet, Kind
from core.rows.filters import Filters
from jobs.experiments.experiments import Experiments
from jobs.experiments.folder import RANKING, ExperimentFolder
from jobs.experiments.new_experiment import new_experiment_folder
from jobs.experiments.next_sets import next_sets
from jobs.experiments.spec import SetPlan
from tests.jobs.experiments.test_experiments import MANY_EXAMPLES, job_of, losses, wait, wanted
from tests.jobs.studio import MANY, Studio, part_identities, until

PLAN = SizePlan(1, "Best", lowest=2, highest=12, most_sizes=2, seeds=1, patience=0)


def ranking_of(studio: Studio, rows: int) -> CandidateSet:
    studio.dataset("pool", MANY)
    studio.store.matrix.refresh({each.dataset_id: [] for each in studio.store.datasets.all()})
    members = studio.store.browse.candidates(Filters())[["dataset_id", "row_id"]].head(rows)
    return CandidateSet("ranking", Kind.BEST, members, {})


def searching(studio: Studio, plan: SizePlan, ranking: CandidateSet) -> str:
    """Start a search; its job."""
    asked = wanted([ranking], plan={KEPT_AS: plan.as_dict()}, examples=MANY_EXAMPLES)  # so that measuring lasts
    return job_of(studio, Experiments(studio.client).start(studio.store, asked))


def test_a_worker_killed_on_the_way_searches_on_as_an_undisturbed_one(studio: Studio) -> None:
    studio.make_queue()
    experiments, ranking = Experiments(studio.client), ranking_of(studio, 12)
    undisturbed = searching(studio, PLAN, ranking)
    assert experiments.state(undisturbed).share == 0 and experiments.state(undisturbed).most_sets == 3
    studio.start_worker()
    state = wait(experiments, undisturbed, "done")
    assert state.ended == "All 2 sizes are measured." and state.eta_seconds == 0
    expected = losses(studio, undisturbed)

    disturbed = searching(studio, PLAN, ranking)
    first, second = (experiments.adapter(disturbed, number).path / CURVE for number in (1, 2))
    finished: dict[str, tuple[int, int]] = {}
    for number, curve in ((1, first), (2, second)):
        until(lambda curve=curve: len(read_curve(curve)) > 0, f"size {number} is being tuned")
        studio.kill_worker()
        now = part_identities(studio.folder(disturbed))
        assert finished.items() <= now.items() and f"losses-{number:04d}.parquet" not in now
        finished = now
        studio.start_worker()
    state = wait(experiments, disturbed, "done")
    assert finished.items() <= part_identities(studio.folder(disturbed)).items()
    assert losses(studio, disturbed) == expected and set(expected) == {UNTUNED, 1, 2}

    sets = [studio.store.experiments.candidate_sets(each.experiment_id) for each in studio.store.experiments.all()]
    assert [each.name for each in sets[0]] == [each.name for each in sets[1]]
    sizes = [each.rows for each in sets[0]]
    assert sizes[0] == 2 and len(set(sizes)) == 2 and all(2 <= rows <= 12 for rows in sizes)
    order = ranking.members["row_id"].tolist()
    assert all(each.members["row_id"].tolist() == order[: each.rows] for each in sets[0])
    assert [each.plan.rows for each in state.sets] == [0, *sizes]


def test_a_grid_with_two_seeds_is_paused_resumed_and_ends_at_its_cost_cap(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    grid = replace(PLAN, method=SearchMethod.GRID, sizes=log_grid(2, 8, 3), seeds=2, most_row_passes=2 * 2)
    job = searching(studio, grid, ranking_of(studio, 8))
    studio.start_worker()
    until(lambda: len(experiments.state(job).sets) > 1, "a size is proposed")
    experiments.pause(job)
    assert experiments.state(job).status == "paused"
    experiments.resume(job)
    state = wait(experiments, job, "done")
    assert [(each.plan.rows, each.plan.tuning_seed) for each in state.sets[1:]] == [(2, 0), (2, 1)]
    assert "cost cap" in state.ended and "4 rows" in state.ended
    found = losses(studio, job)
    assert len(found) == 3 and found[1] != pytest.approx(found[2], rel=1e-6)


def test_seeds_that_a_killed_worker_had_not_added_yet_are_added_before_anything_else(studio: Studio) -> None:
    plan = replace(PLAN, seeds=2)
    asked = wanted([ranking_of(studio, 12)], plan={KEPT_AS: plan.as_dict()})
    folder = ExperimentFolder(new_experiment_folder(studio.store, studio.paths.jobs, asked)[0])
    folder.add_set(SetPlan(1, "2 rows, seed 0", Kind.BEST, 2, 0, RANKING), {"rows": 2})
    assert next_sets(folder) == next_sets(folder) == [1, 2]
    assert [(each.name, each.rows, each.tuning_seed) for each in folder.spec().sets[1:]] == [
        ("2 rows, seed 0", 2, 0), ("2 rows, seed 1", 2, 1)
    ]  # fmt: skip


def test_a_search_that_nobody_has_begun_yet_is_paused_cancelled_and_goes_on_when_asked(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    job = searching(studio, PLAN, ranking_of(studio, 12))
    for stop, stopped, again in (
        (experiments.pause, "paused", experiments.resume),
        (experiments.cancel, "cancelled", experiments.retry),
    ):
        stop(job)
        assert experiments.state(job).status == stopped and studio.client.active() == set()
        again(job)
        assert experiments.state(job).status == "queued"
        waiting = studio.client.queue().list_workflows(workflow_id_prefix=job, status=["ENQUEUED"])
        assert {each.workflow_id for each in waiting} == {job, f"{job}.0000"}


def test_a_search_that_can_propose_nothing_has_failed_in_words_and_a_retry_proposes(studio: Studio) -> None:
    studio.make_queue()
    experiments = Experiments(studio.client)
    grid = replace(PLAN, method=SearchMethod.GRID, sizes=(2, 4))
    job = searching(studio, grid, ranking_of(studio, 8))
    sets = studio.folder(job).input / "sets.parquet"
    aside = sets.rename(sets.with_name("aside"))
    studio.start_worker()
    until(lambda: experiments.state(job).fault, "it has failed")
    assert "No sets could be proposed" in experiments.state(job).fault
    until(lambda: experiments.state(job).status == "failed", "the base model is measured")
    aside.rename(sets)
    experiments.retry(job)
    until(lambda: len(experiments.state(job).sets) > 1, "a size is proposed")
    assert experiments.state(job).fault == ""
