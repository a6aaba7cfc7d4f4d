"""`pause`, `resume`, `cancel` and `retry`, on a queue that a real worker has made and nobody works on."""

from typing import Any

import pytest

from tests.jobs.shell import Shell

TINY = ["--responses", "2", "--max-tokens", "16", "--max-evaluation-tokens", "16"]


@pytest.fixture(scope="module")
def queued(shell: Shell) -> Shell:
    """With an experiment of a model before tuning and two sets, all waiting."""
    shell.json("experiment", "--datasets", "forum", "--sets", "2", "--rows", "12", "--name", "Two sets", *TINY)
    return shell


def statuses(told: dict[str, Any]) -> list[str]:
    return [each["status"] for each in told["sets"]]


def test_an_experiment_is_paused_and_goes_on(queued: Shell) -> None:
    assert statuses(queued.json("pause", "Two sets")) == ["paused"] * 3
    assert "Experiment not found" in queued.refused("resume", "99")
    refused = queued.refused("pause", "1")
    assert "No set of it is queued or running" in refused and "Two sets" in refused
    told = queued.refused("wait", "1")
    assert "paused" in told and "python -m jobs resume" in told
    code, said, _ = queued.run("resume", "1")
    assert code == 0 and "3 queued" in said and "python -m jobs wait 1" in said
    assert "is paused" in queued.refused("resume", "1")


def test_one_set_is_cancelled_and_taken_up_again(queued: Shell) -> None:
    assert statuses(queued.json("cancel", "1", "--set", "2")) == ["queued", "queued", "cancelled"]
    assert "Set 2 is cancelled" in queued.refused("cancel", "1", "--set", "2")
    assert "Set 1 is queued" in queued.refused("retry", "1", "--set", "1")
    assert statuses(queued.json("retry", "1", "--set", "2")) == ["queued"] * 3
    assert "no set 9" in queued.refused("cancel", "1", "--set", "9")


def test_all_of_it_is_cancelled(queued: Shell) -> None:
    assert statuses(queued.json("cancel", "Two sets")) == ["cancelled"] * 3
    assert statuses(queued.json("retry", "Two sets")) == ["queued"] * 3
    assert "No set of it is failed or cancelled" in queued.refused("retry", "Two sets")


def test_a_job_is_listed_cancelled_and_taken_up_again(queued: Shell) -> None:
    queued.json("map", "forum")
    (job,) = queued.json("list", "jobs")
    assert job["status"] == "queued"
    assert queued.json("cancel", "--job", job["job"])["status"] == "cancelled"
    assert "It is cancelled, not queued or running" in queued.refused("cancel", "--job", job["job"])
    assert queued.json("retry", "--job", job["job"])["status"] == "queued"
    assert "Job not found." in queued.refused("retry", "--job", "nobody")


@pytest.mark.parametrize(
    "asked", [["cancel"], ["cancel", "1", "--job", "x"], ["pause"], ["retry", "1", "--set", "two"]]
)
def test_what_is_not_said_is_asked_for(queued: Shell, asked: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        queued.run(*asked)
    assert stopped.value.code == 2
