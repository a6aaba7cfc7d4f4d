"""Kinds of jobs are values that are found by being there; names that queued jobs carry stay as they were."""

import subprocess
import sys

import pytest

from core.errors import JobError
from core.paths import PROJECT
from jobs.queue.kinds import job_kinds, kind_of
from jobs.queue.settings import QUEUE, TUNING_QUEUE

CARRIED = {  # by kind: workflow and queue, as jobs of older versions have them in their folder and in the queue
    "score": ("score", "studio"),
    "map": ("map", "studio"),
    "answers": ("answers", "studio-tuning"),
    "experiment": ("experiment", "studio-tuning"),
}


def test_names_that_queued_jobs_carry_are_kept() -> None:
    assert {name: (each.workflow, each.queue) for name, each in job_kinds().items()} == CARRIED
    assert {each.queue for each in job_kinds().values()} == {QUEUE, TUNING_QUEUE}
    from jobs.experiments.kind import SET_WORKFLOW, set_workflow_id

    assert (SET_WORKFLOW, set_workflow_id("20260101-000000-abc", 3)) == ("experiment-set", "20260101-000000-abc.0003")


def test_a_workflow_tells_its_kind_and_that_of_a_set_tells_none() -> None:
    assert all(kind_of(each.workflow) is each for each in job_kinds().values())
    assert kind_of("experiment-set") is None


@pytest.mark.parametrize("name", list(CARRIED))
def test_a_kind_has_a_page_and_refuses_a_specification_of_another_version(name: str) -> None:
    kind = job_kinds()[name]
    assert (PROJECT / kind.card.page).is_file()
    with pytest.raises(JobError, match="another version"):
        kind.read_spec({"kind": name, "version": 0})
    assert kind.amount({}).count == 0


def test_looking_at_kinds_loads_neither_models_nor_the_queue() -> None:
    heavy = {"torch", "transformers", "dbos", "pandas", "duckdb"}
    code = f"import sys; from jobs.queue.kinds import job_kinds; job_kinds(); print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
