"""Sets that take their worker down with them: the others wait in words, where they most likely would as well."""

import pytest

from core.rows.candidate_set import UNTUNED
from jobs.experiments.experiments import Experiments
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.state import ExperimentState
from jobs.queue.folder import JobState
from tests.jobs.experiments.test_experiments import job_of, sets_of, wanted
from tests.jobs.studio import Studio, start_worker, until

KILLED = """
import os
from jobs import worker
from jobs.experiments.set_job import SetJob
SetJob.run = lambda *_: os.kill(os.getpid(), 9)
worker.TUNING_POLL_SECONDS = 0.2
raise SystemExit(worker.main())
"""


def workers_until_it_rests(studio: Studio, experiments: Experiments, job: str) -> tuple[int, ExperimentState]:
    """How many workers are killed, one started after the other, until nothing of an experiment waits or runs."""
    killed = 0
    while (state := experiments.state(job)).active:
        worker = start_worker(
            studio.paths.root / "worker.log", studio._forks, KILLED, STUDIO_DATA=str(studio.paths.root)
        )
        until(
            lambda worker=worker: worker.poll() is not None or not experiments.state(job).active, "killed, or at rest"
        )
        killed += worker.poll() is not None
        worker.kill()
        worker.wait()
    return killed, state


@pytest.fixture
def begun(studio: Studio) -> tuple[Experiments, str]:
    studio.make_queue()
    experiments = Experiments(studio.client)
    return experiments, job_of(studio, experiments.start(studio.store, wanted(sets_of(studio, rows=4, count=4))))


def test_where_the_first_set_kills_its_worker_twice_the_others_wait_and_go_on_when_asked(
    studio: Studio, begun: tuple[Experiments, str]
) -> None:
    experiments, job = begun
    killed, state = workers_until_it_rests(studio, experiments, job)
    assert killed == 2
    assert [each.status for each in state.sets] == ["failed", *["paused"] * 4]
    assert state.status == "paused" and "killed twice at set 0 (untuned)" in state.why_paused
    assert "fewer tokens per row" in state.why_paused and "killed 2 times" in state.sets[0].error

    experiments.resume(job)
    assert experiments.state(job).why_paused == ""
    killed, state = workers_until_it_rests(studio, experiments, job)
    assert killed == 2
    assert [each.status for each in state.sets] == ["failed", "failed", *["paused"] * 3]


def test_only_where_another_was_tuned_and_none_has_failed_the_others_go_on(
    studio: Studio, begun: tuple[Experiments, str]
) -> None:
    folder = ExperimentFolder(studio.folder(begun[1]))
    assert folder.as_heavy_as(2) == [UNTUNED, 1, 3, 4]
    for part in (folder.losses_part(UNTUNED), folder.losses_part(1), folder.tuned_part(1)):
        (folder.job.parts / part).touch()
    assert folder.as_heavy_as(2) == []
    folder.set_folder(3).path.mkdir(parents=True)
    folder.set_folder(3).write_state(JobState("failed"))
    assert folder.as_heavy_as(2) == [3, 4]
