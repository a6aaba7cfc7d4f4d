"""A worker killed at any moment: nothing lost, nothing doubled, nothing computed again that was finished."""

import random
import time

from tests.jobs.studio import MANY, SHORT, WITH_MODELS, WITHOUT, Studio, part_identities, until


def test_a_worker_killed_in_the_middle_goes_on_at_the_step_it_was_in(studio: Studio, served: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("short", SHORT)
    job = studio.enqueue(dataset, WITH_MODELS, chunk_rows=2)
    folder = studio.folder(job)
    studio.start_worker()
    studio.wait_for_parts(job, 4)  # embeddings and scores of two of four chunks
    studio.kill_worker()
    finished = part_identities(folder)
    assert len(finished) < 9, "the kill came too late to say anything"

    studio.start_worker()
    studio.wait(job, "done")
    assert finished.items() <= part_identities(folder).items()
    assert len(folder.finished_parts()) == 9
    assert studio.client.take_in(studio.store) == len(SHORT) * 5
    assert studio.scores(dataset) == served.scores(1)
    assert len(studio.scores(dataset)) == len(SHORT) * 4


def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(studio: Studio, served: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("many", MANY)
    job = studio.enqueue(dataset, WITHOUT, chunk_rows=1)
    folder = studio.folder(job)
    chance = random.Random(20260101)
    finished: dict[str, tuple[int, int]] = {}
    taken = 0
    for parts in sorted(chance.sample(range(1, 50), 4)):
        studio.start_worker()
        time.sleep(chance.uniform(0.0, 0.8))  # a moment while it starts, where it may be anywhere
        studio.kill_worker()
        studio.start_worker()
        until(lambda parts=parts: len(part_identities(folder)) >= parts, f"{parts} parts")
        studio.kill_worker()
        now = part_identities(folder)
        assert finished.items() <= now.items()
        finished = now
        taken += studio.client.take_in(studio.store)
    assert len(finished) < len(MANY), "the kills came too late to say anything"

    studio.start_worker()
    studio.wait(job, "done")
    assert finished.items() <= part_identities(folder).items()
    taken += studio.client.take_in(studio.store)
    assert taken == len(MANY) * len(WITHOUT)
    assert studio.scores(dataset) == served.scores(2)
    assert len(studio.scores(dataset)) == len(MANY) * len(WITHOUT)


def test_a_job_that_waits_survives_a_kill(studio: Studio) -> None:
    studio.start_worker()
    until(lambda: studio.client.worker_alive().alive, "a worker lives")
    studio.kill_worker()
    job = studio.enqueue(studio.dataset("short", SHORT), WITHOUT)
    assert studio.job(job).status == "queued"
    studio.start_worker()
    studio.wait(job, "done")


def test_a_worker_that_is_asked_to_stop_stops_in_words_and_its_job_goes_on_later(studio: Studio) -> None:
    studio.make_queue()
    job = studio.enqueue(studio.dataset("many", MANY), WITHOUT, chunk_rows=1)
    studio.start_worker()
    studio.wait_for_parts(job, 5)
    assert studio.stop_worker() == 0
    assert "a running job goes on at the next start" in (studio.paths.root / "worker.log").read_text()
    finished = part_identities(studio.folder(job))
    assert len(finished) < len(MANY)
    assert studio.job(job).status == "running"
    studio.start_worker()
    studio.wait(job, "done")
    assert finished.items() <= part_identities(studio.folder(job)).items()
