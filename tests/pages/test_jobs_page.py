"""The Jobs page says what waits and why, also where no worker has ever run."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import PROJECT
from core.rows.filters import Filters
from jobs.client import JobClient
from jobs.queue.folder import JobFolder
from jobs.scoring.kind import KIND
from pages.components import workspace
from tests.pages.conftest import Studio, go, links, plots, press, told, until, with_queue


def test_without_a_worker_the_page_says_so_and_how_it_comes_back(studio: Studio) -> None:
    app = studio.open("jobs")
    (warning,) = [each.value for each in app.warning]
    assert "The worker is not running" in warning and "start.py" in warning
    assert "No jobs yet" in told(app)
    assert links(app) == ["Score rows"]
    assert not app.exception


@pytest.fixture
def worker(studio: Studio) -> Iterator[subprocess.Popen]:
    """A real worker on the studio's data folder, waiting for jobs."""
    process = subprocess.Popen([sys.executable, "-m", "jobs.worker"], cwd=PROJECT)
    until((studio.root / "jobs" / "worker.json").exists, 120)
    yield process
    process.kill()
    process.wait()


def test_what_the_worker_scores_appears_by_itself_and_its_death_is_told(
    studio: Studio, worker: subprocess.Popen
) -> None:
    app = studio.open("indicators")
    number = studio.store.datasets.all()[0].dataset_id
    app.pills(key="dataset_choice").set_value([number]).run()
    app.pills(key="score_indicators").set_value(["input_words"]).run()
    press(app, "Score now")
    go(app, "jobs")
    before = told(app).count("Done")  # steps of the path above are done already
    until(lambda: told(app.run()).count("Done") > before, 120)
    assert f"The worker is running (process {worker.pid})" in told(app)
    go(app, "indicators")
    assert list(plots(app)) == ["input_words"]
    worker.kill()
    worker.wait()
    assert "The worker is not running" in told(go(app, "jobs"))


def test_the_filtered_rows_alone_are_scored_where_that_is_chosen(studio: Studio, ran_once: Path) -> None:
    number = studio.store.datasets.all()[0].dataset_id
    studio.store.settings.set("filters", Filters((number,), text="water").as_dict())
    app = with_queue(studio, ran_once).open("indicators")
    app.pills(key="score_indicators").set_value(["input_words"]).run()
    (chosen,) = (each for each in app.toggle if each.key == "score_filtered")
    assert chosen.label == "Only the 12 rows that pass the filters"
    chosen.set_value(True).run()
    press(app, "Score now")
    ((_, spec),) = workspace.studio().session.client.under_way(KIND)
    assert (spec.rows, spec.indicators) == (12, ("input_words",)) and not app.exception


def test_scoring_where_no_worker_ever_ran_says_what_to_start(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    app = studio.open("indicators")
    monkeypatch.setattr(workspace.studio().session.client, "_patience_seconds", 0.2)
    press(app, "Score now")
    (error,) = [each.value for each in app.error]
    assert "No worker" in error and "start.py" in error
    assert not app.exception
    assert "No jobs yet" in told(go(app, "jobs"))


def test_of_many_jobs_the_page_shows_the_newest_twenty_and_all_that_wait(studio: Studio, ran_once: Path) -> None:
    app = with_queue(studio, ran_once).open("jobs")
    client = workspace.studio().session.client
    ids = [queue_a_job(studio, client, number) for number in range(23)]
    for job in ids[1:]:
        client.cancel(job)
    app.run()
    assert [each.id for each in workspace.studio().jobs.all(2)] == [ids[22], ids[21], ids[0]]
    assert len(workspace.studio().jobs.table()) == 23
    assert all(f"Job N{number:02d}" in told(app) for number in (3, 22)) and "Job N02" not in told(app)
    assert [each.label for each in app.button if str(each.key).endswith(ids[0])] == ["Cancel"]
    press(app, "Show earlier jobs")
    assert all(f"Job N{number:02d}" in told(app) for number in range(1, 23))
    assert "Show earlier jobs" not in [each.label for each in app.button]


def queue_a_job(studio: Studio, client: JobClient, number: int) -> str:
    """Queue a job that has nothing to do; its id."""
    folder = JobFolder(studio.root / "jobs" / f"20260101-0000{number:02d}-abcdef")
    folder.create()
    folder.write_spec({"title": f"Job N{number:02d}"})
    client.enqueue(folder, KIND)
    return folder.job_id
