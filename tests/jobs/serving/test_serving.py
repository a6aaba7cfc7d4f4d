"""What is asked beside the open app: the same answers as alone, for who knows the token, and one sentence else."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.environment import Environment
from core.errors import InputError, OutOfMemory, StoreError
from core.paths import PROJECT, StudioPaths
from core.progress import Cancelled, Silent
from jobs.api import Studio
from jobs.serving.methods import public, section_kind, sections
from jobs.serving.openapi import description
from jobs.wire import line as line_module
from jobs.wire.line import AppCall, AppLine
from jobs.wire.open_app import OpenApp, app_file, found_app
from jobs.wire.values import from_wire, to_wire
from tests.jobs.serving.beside import Beside, beside
from tests.jobs.shell import Shell
from tests.started import until

SAME = (
    ["list"], ["list", "indicators"], ["list", "profiles", "--json"],
    ["rows", "scrape", "--sort", "reward", "--rows", "3"],
    ["rows", "--contains", "the water", "--json"], ["select", "--by", "mtld", "--rows", "9", "--save", "best"],
    ["show", "selection", "best"], ["show", "row", "185"], ["export", "best", "--format", "messages"],
    ["check", "forum", "--for", "near-duplicates=0.9"], ["mark", "1", "2", "--drop", "--json"], ["mark", "--undo"],
    ["load", str(PROJECT / "data" / "demo" / "forum.jsonl"), "--name", "mine"], ["load", "/nowhere.jsonl"],
    ["score", "mine", "--indicators", "reward"], ["select", "--rule", "nobody's"], ["list", "--profile", "giant"],
)  # fmt: skip


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    with beside(tmp_path_factory.mktemp("beside")) as found:
        yield found


def test_commands_say_beside_the_app_what_they_say_alone(tmp_path: Path) -> None:
    said = {}
    for app in ("closed", "open"):
        folder = tmp_path / "data"
        shell = Shell(folder)
        if app == "open":
            folder.rename(tmp_path / "before")
            with beside(folder):
                said[app] = [shell.run(*each) for each in SAME]
        else:
            said[app] = [shell.run(*each) for each in SAME]
    assert said["open"] == said["closed"]
    assert [code for code, _, _ in said["open"]].count(1) == 3


def test_a_notebook_has_the_same_values(held: Beside) -> None:
    studio = held.open()
    assert studio.session is not held.own.session
    pd.testing.assert_frame_equal(studio.scores.table(), held.own.scores.table())
    found = studio.datasets.near_duplicates("scrape", threshold=0.5)
    assert found.rows == held.own.datasets.near_duplicates("scrape", threshold=0.5).rows
    assert studio.rows.filters(leave_out=[found]) == held.own.rows.filters(leave_out=[found])
    assert studio.profile == held.own.profile and studio.marks.revision == held.own.marks.revision
    with pytest.raises(StoreError, match="open in the app"):
        _ = studio.session.store
    with pytest.raises(InputError, match=r"use datasets\.load"):
        studio.datasets.load_beside("x", [])


def test_several_ask_at_once(held: Beside) -> None:
    found: list[int] = []
    asking = [threading.Thread(target=lambda: found.append(len(held.open().datasets.all()))) for _ in range(8)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert found == [len(held.own.datasets.all())] * 8


@pytest.mark.parametrize(
    "changed",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": ""},
        {"Origin": "http://127.0.0.1"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
def test_who_is_not_meant_gets_nothing(held: Beside, changed: dict[str, str]) -> None:
    assert asked(held.serving.app, {}) == 200
    assert asked(held.serving.app, changed) == 403


def asked(app: OpenApp, changed: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    headers = {"Authorization": f"Bearer {app.token}", "Host": f"127.0.0.1:{app.port}", **changed}
    connection.request("POST", "/studio/datasets/all", b"{}", headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200 or content == b""
    return answer.status


def test_the_file_is_the_users_alone_and_does_not_show_its_token(held: Beside) -> None:
    file = app_file(held.own.paths)
    assert os.name != "posix" or file.stat().st_mode & 0o077 == 0
    assert held.serving.app.token not in repr(held.serving.app)


def test_what_is_too_large_is_refused(held: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.serving.server.MOST_BYTES", 100_000)
    with pytest.raises(InputError, match="MB"):
        held.open().datasets.describe("forum", "x" * 200_000)


def test_another_version_of_the_code_is_told(held: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "code_version", lambda: "other")
    with pytest.raises(StoreError, match="another version of the code"):
        held.open()


def test_who_stops_listening_stops_the_work(held: Beside) -> None:
    class Impatient:
        def update(self, done: int, total: int, message: str = "") -> None:
            raise Cancelled

    before, ended = len(held.own.datasets.all()), threading.Event()

    def slow(progress: Any) -> None:
        try:
            while True:
                progress.update(1, 2, "half")
                ended.wait(0.01)
        finally:
            ended.set()

    original = held.serving._done
    held.serving._done = lambda section, method, content, progress: slow(progress)  # type: ignore[method-assign]
    try:
        with pytest.raises(Cancelled):
            _ask(held, Impatient())
        assert ended.wait(60)
    finally:
        held.serving._done = original  # type: ignore[method-assign]
    assert len(held.own.datasets.all()) == before


def test_memory_that_runs_out_in_the_app_is_told_as_that(held: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(*_: Any) -> None:
        raise MemoryError("Unable to allocate 7.45 GiB for an array")

    monkeypatch.setattr(held.serving, "_done", too_much)
    with pytest.raises(OutOfMemory, match=r"7\.45 GiB more were asked for") as told:
        _ask(held, Silent())
    assert told.value.mend


def _ask(held: Beside, progress: Any) -> None:
    AppLine(held.own.paths).ask(AppCall("datasets", "all", (), {}), Environment(), progress)


def test_the_file_of_a_dead_app_is_nobodys_concern(tmp_path: Path) -> None:
    with beside(tmp_path) as found:
        kept = app_file(found.own.paths).read_text("utf-8")
    assert not app_file(found.own.paths).exists()
    app_file(StudioPaths.of(tmp_path)).write_text(kept, "utf-8")
    with Studio.open(tmp_path) as studio:
        assert len(studio.datasets.all()) == 3


def test_an_app_that_is_killed_is_told_and_the_next_command_opens_the_folder_itself(tmp_path: Path) -> None:
    code = (
        "import sys, time; from jobs.api import Studio; from jobs.serving.server import Serving\n"
        "from jobs.api.datasets import DatasetSection\n"
        "studio = Studio.open(sys.argv[1]); studio.session.call = lambda *given: time.sleep(600)\n"
        "serving = Serving(lambda: studio, studio.paths); time.sleep(600)"
    )
    app = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT)
    try:
        until(lambda: found_app(StudioPaths.of(tmp_path)), "the app answers")
        studio = Studio.open(tmp_path)
        killing = threading.Timer(1.0, app.send_signal, [signal.SIGKILL])
        killing.start()
        with pytest.raises(StoreError, match="ended"):
            studio.datasets.all()
    finally:
        app.kill()
        app.wait()
    with Studio.open(tmp_path) as alone:
        assert len(alone.datasets.all()) == 3


def test_every_method_is_described() -> None:
    paths = description("http://127.0.0.1:1")["paths"]
    methods = {f"/studio/{name}/{each}" for name in sections() for each in public(section_kind(name))}
    assert methods - paths.keys() == {"/studio/datasets/load_beside"}
    body = paths["/studio/selections/select"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["named"]["properties"]["rows"]
    json.dumps(paths)


@pytest.mark.parametrize(
    "sent", [{"$": "os:system", "of": {}}, {"$": "core.paths:PROJECT", "of": {}}, {"$": "core.rows.row:Row", "of": {}},
             {"$": "nothing", "of": 1}, {"$": "table", "of": {"form": "frame"}}, {"$": []}],
    ids=str,
)  # fmt: skip
def test_what_is_no_value_is_refused(sent: Any) -> None:
    with pytest.raises(InputError):
        from_wire(sent)


def test_values_that_json_has_not_come_back() -> None:
    value = {"a": (1, float("inf")), "b": {(1, 2): {3}}, "c": Path("x"), "d": b"\x00", "e": "\ud800", "$": None}
    assert from_wire(json.loads(json.dumps(to_wire(value)))) == value
    with pytest.raises(InputError, match="does not travel"):
        to_wire(threading.Lock())
