"""After scoring the map of all rows is queued by itself: where they are few enough and no filter is lost."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.rows.filters import Filters, MapArea
from core.rows.view import View
from jobs.api import Studio, unasked_maps
from jobs.api.unasked_maps import UnaskedMaps
from jobs.maps.spec import MapSpec
from jobs.queue.folder import JobFolder
from tests.furnished_store import furnish
from tests.jobs.studio import copy_queue

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, ran_once: Path) -> Iterator[Studio]:
    """The demo with its embeddings and a map of all rows, and a queue that nobody works on."""
    data = tmp_path_factory.mktemp("maps") / "data"
    furnish(data)
    copy_queue(ran_once, data)
    with Studio.open(data) as studio:
        yield studio


def test_the_map_is_queued_where_rows_are_not_on_it_and_nothing_asks_for_its_areas(opened: Studio) -> None:
    unasked, store = opened.session.unasked_maps, opened.session.store
    assert unasked.queue_if_due() is None, "all rows are on it"
    with store.connection.write() as cursor:
        cursor.execute("DELETE FROM map_points WHERE row_id IN (SELECT min(row_id) FROM map_points)")
    area = MapArea("job map", SQUARE)
    store.settings.set("filters", Filters(area=area).as_dict())
    assert unasked.queue_if_due() is None
    store.settings.set("filters", Filters().as_dict())
    opened.views.save("corner", View(replace(Filters(), areas_outside=(area,))))
    assert unasked.queue_if_due() is None
    opened.views.delete("corner")
    opened.maps.choose_automatic(False)
    assert unasked.queue_if_due() is None and not opened.maps.automatic
    opened.maps.choose_automatic(True)
    job = unasked.queue_if_due()
    assert job is not None and unasked.queue_if_due() == job, "one that is under way is not queued twice"
    spec = MapSpec.from_dict(JobFolder(opened.paths.jobs / job).spec())
    assert len(spec.dataset_ids) == len(opened.datasets.all()) and spec.rows == 253


def test_windows_that_ask_for_the_same_map_at_once_get_one_job(opened: Studio) -> None:
    dataset, together, got = opened.datasets.all()[0].dataset_id, threading.Barrier(4), []

    def ask() -> None:
        together.wait()
        got.append(opened.maps.enqueue(dataset))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(got) == 4 and len(set(got)) == 1


def test_of_too_many_rows_none_is_queued(opened: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unasked_maps, "UNASKED_ROWS", 252)
    assert opened.session.unasked_maps.queue_if_due() is None


def test_the_app_alone_waits_for_the_end_of_scoring(opened: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    states, queued = iter([True, True, False]), threading.Event()
    monkeypatch.setattr(unasked_maps, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(UnaskedMaps, "_scoring", lambda self: next(states))
    monkeypatch.setattr(UnaskedMaps, "queue_if_due", lambda self: queued.set())
    unasked = UnaskedMaps(opened.session)
    unasked.watch()
    assert not queued.wait(0.1), "a command or a notebook does not"
    unasked.follows = True
    unasked.watch()
    assert queued.wait(30)
    unasked.close()


def test_a_data_folder_is_closed_while_rows_are_scored(opened: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(UnaskedMaps, "_scoring", lambda self: asked.set() or True)
    unasked = UnaskedMaps(opened.session)
    unasked.follows = True
    unasked.watch()
    assert asked.wait(30)
    unasked.close()
    unasked.watch()
    assert unasked._thread is not None and not unasked._thread.is_alive()
