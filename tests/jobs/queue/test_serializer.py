"""The queue's database is read without running anything: values are JSON, and a pickle in it is never loaded."""

import base64
import json
import pickle
import sqlite3
from pathlib import Path

import pytest

from core.errors import StorageFull, StudioError
from core.progress import Cancelled
from jobs.client import JobClient
from jobs.queue.serializer import plain_values
from tests.jobs.studio import SHORT, WITHOUT, Studio
from tests.poison import Touches


@pytest.mark.parametrize("value", [None, 3, [1, 2], {"args": ["20260101-000000-abcdef", 1], "kwargs": {}}])
def test_a_value_comes_back(value: object) -> None:
    assert plain_values().deserialize(plain_values().serialize(value)) == value


def test_an_error_of_the_studio_comes_back_with_its_words() -> None:
    told = StorageFull("No space left.", where="/data", mend="Free some space.")
    found = plain_values().deserialize(plain_values().serialize(told))
    assert (type(found), found.what, found.where, found.mend) == (StorageFull, told.what, told.where, told.mend)


def test_an_error_of_an_unknown_family_keeps_its_words() -> None:
    class Elsewhere(StudioError):
        pass

    text = plain_values().serialize(Elsewhere("It failed.", mend="Try again.")).replace("Elsewhere", "NeverHeardOf")
    found = plain_values().deserialize(text)
    assert type(found) is StudioError and str(found) == "It failed. Try again."
    other = plain_values().deserialize(plain_values().serialize(KeyError("x")))
    assert type(other) is RuntimeError and "KeyError" in str(other)
    assert type(plain_values().deserialize(plain_values().serialize(Cancelled()))) is Cancelled


def test_a_pickle_in_the_queue_is_not_loaded_by_worker_nor_client(studio: Studio, tmp_path: Path) -> None:
    studio.make_queue()
    bad = studio.enqueue(studio.dataset("bad", SHORT[:2]), WITHOUT)
    good = studio.enqueue(studio.dataset("good", SHORT[2:]), WITHOUT)
    witness = tmp_path / "loaded"
    pickled = base64.b64encode(pickle.dumps({"args": (Touches(witness),), "kwargs": {}})).decode()
    with sqlite3.connect(studio.paths.jobs_database) as queue:
        changed = queue.execute(
            "UPDATE workflow_status SET inputs = ?, output = ?, serialization = 'py_pickle' WHERE workflow_uuid = ?",
            [pickled, pickled, bad],
        )
        assert changed.rowcount == 1
    studio.start_worker()
    studio.wait(good, "done")
    failed = studio.wait(bad, "failed")
    assert failed.error
    client = JobClient(studio.paths)
    for each in client.queue().list_workflows():  # inputs and outputs too, as no page asks for them
        assert each.workflow_id in (bad, good)
    client.close()
    assert not witness.exists()


def test_nothing_that_the_queue_keeps_is_a_pickle(studio: Studio) -> None:
    studio.make_queue()
    job = studio.enqueue(studio.dataset("short", SHORT), WITHOUT)
    studio.start_worker()
    studio.wait(job, "done")
    with sqlite3.connect(studio.paths.jobs_database) as queue:
        kinds = {kind for (kind,) in queue.execute("SELECT DISTINCT serialization FROM workflow_status")}
        steps = queue.execute("SELECT output FROM operation_outputs WHERE output IS NOT NULL").fetchall()
    assert kinds == {"studio_json"}
    assert steps and all(isinstance(json.loads(output), int) for (output,) in steps)
