"""Curations that are killed, deleted or begun at the wrong moment: nothing is made twice, and nothing comes back."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import JobError, StoreError
from core.workspace.curation import Curation, CurationStep, keep_curation, through
from jobs.api import QUEUED, Studio
from jobs.api.curation_steps import CurationSteps
from jobs.api.experiment_results import ExperimentResult
from jobs.api.experiments import ExperimentSection
from jobs.api.scores import ScoreSection
from jobs.client import JobClient
from jobs.queue.job import FAILED
from tests.jobs.studio import copy_queue

KEEP = 12


class Killed(BaseException):
    """As if the process ended here."""


@pytest.fixture
def studio(tmp_path: Path, models_dir: Path, ran_once: Path) -> Iterator[Studio]:
    root = tmp_path / "data"
    root.mkdir()
    (root / "models").symlink_to(models_dir)
    copy_queue(ran_once, root)
    with Studio.open(root) as opened:
        yield opened


def killed(*_: object, **__: object) -> None:
    raise Killed


def checked(studio: Studio) -> Curation:
    """One whose rows are scored, as far as the demo's scores go."""
    begun = studio.curations.begin(["scrape"], KEEP, name="best")
    scored = through(through(begun, CurationStep.CHECK), CurationStep.SCORE)
    keep_curation(studio.session.store.settings, scored)
    return scored


@pytest.mark.parametrize("moment", ["queued", "kept"])
def test_a_tournament_whose_process_was_killed_as_it_began_is_found_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    curation = checked(studio)
    monkeypatch.setattr(ScoreSection, "score", lambda *_, **__: None)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        if moment == "queued":
            patched.setattr(JobClient, "enqueue", killed)
            patched.setattr(studio.session.store.experiments, "delete", killed)
        else:
            patched.setattr(CurationSteps, "_with", killed)
        studio.curations.go_on(curation.number)
    monkeypatch.setattr(ExperimentSection, "wait", killed)
    with pytest.raises(Killed):
        studio.curations.go_on(curation.number)
    (begun,) = studio.experiments.all()
    assert studio.curations.get(curation.number).tournament == begun.experiment_id
    assert studio.experiments.status(begun.experiment_id).status == QUEUED
    assert studio.session.client.active() == {begun.job_id}


def test_a_step_whose_experiment_has_failed_is_not_through_and_is_retried_when_it_is_resumed(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    curation, retried = checked(studio), []
    monkeypatch.setattr(ScoreSection, "score", lambda *_, **__: None)

    def failed(section: ExperimentSection, number: int, *_: object) -> ExperimentResult:
        ran = section.status(number)
        return replace(ran, status=FAILED, sets=ran.sets.assign(error="Memory ran out."))

    with monkeypatch.context() as patched:
        patched.setattr(ExperimentSection, "wait", failed)
        with pytest.raises(JobError, match=r"has failed: Memory ran out\..*Resume the curation"):
            studio.curations.go_on(curation.number)
    assert studio.curations.get(curation.number).next_step is CurationStep.TOURNAMENT
    (begun,) = studio.experiments.all()
    status = studio.experiments.status(begun.experiment_id)
    monkeypatch.setattr(ExperimentSection, "status", lambda *_: replace(status, status=FAILED))
    monkeypatch.setattr(ExperimentSection, "retry", lambda _, number: retried.append(number))
    monkeypatch.setattr(ExperimentSection, "wait", killed)
    with pytest.raises(Killed):
        studio.curations.go_on(curation.number)
    assert retried == [begun.experiment_id]


def test_a_selection_whose_process_was_killed_before_its_number_was_kept_is_found_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    curation = studio.curations.begin(["scrape"], KEEP, quick=True, name="best")
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("jobs.api.curation_steps.through", lambda made, step, **found: (
            killed() if step is CurationStep.SELECTION else through(made, step, **found)
        ))  # fmt: skip
        studio.curations.go_on(curation.number)
    assert [each.name for each in studio.selections.all()] == ["best"]
    assert studio.curations.go_on(curation.number).curation.selection
    assert [each.name for each in studio.selections.all()] == ["best"]


def test_one_that_is_deleted_while_it_runs_does_not_come_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    curation = studio.curations.begin(["scrape"], KEEP, quick=True)

    def delete(steps: CurationSteps, made: Curation, *_: object) -> Curation:
        studio.curations.delete(made.number)
        studio.curations.begin(["forum"], KEEP, quick=True, name="another")
        return made

    monkeypatch.setattr(CurationSteps, "_check", delete)
    with pytest.raises(StoreError, match="was deleted"):
        studio.curations.go_on(curation.number)
    assert [each.name for each in studio.curations.all()] == ["another"]


def test_many_begun_at_once_are_all_kept_and_one_is_worked_on_by_one(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"curation {number}" for number in range(8)]
    threads = [
        threading.Thread(target=lambda name=name: studio.curations.begin(["scrape"], KEEP, quick=True, name=name))
        for name in names
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each.name for each in studio.curations.all()) == names
    assert [each.number for each in studio.curations.all()] == list(range(1, 9))

    def again(steps: CurationSteps, made: Curation, *_: Any) -> Curation:
        with pytest.raises(JobError, match="being worked on"):
            studio.curations.go_on(made.number)
        raise Killed

    monkeypatch.setattr(CurationSteps, "_check", again)
    with pytest.raises(Killed):
        studio.curations.go_on("curation 3")
