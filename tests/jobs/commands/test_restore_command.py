"""`backup`, `restore`, `check-folder` and `space`: a data folder is broken, and got back by what the commands say."""

import os
from pathlib import Path

import pytest

from core.store import Store
from core.store.commits import log_of
from jobs.api import Studio
from tests.jobs.shell import Shell


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Without the demo data, which nothing here is about."""
    root = tmp_path_factory.mktemp("restored")
    with Store.open(root / "studio.duckdb") as store:
        store.settings.set("demo_loaded", True)
        store.settings.set("demo_evaluation_loaded", True)
    return Shell(root)


def note(shell: Shell, text: str | None = None) -> str:
    with Studio.open(shell.root) as studio:
        if text is not None:
            studio.settings.set("note", text)
        return studio.settings.get("note", "")


def test_a_restore_is_shown_then_done_then_undone(small: Shell) -> None:
    note(small, "first")
    made = small.json("backup")["backup"]
    assert small.json("backup", "--verify", made)["fault"] == ""
    note(small, "second")
    assert small.json("restore", made)["restored"] is False and note(small) == "second"
    undo = small.json("restore", made, "--yes")["undone_by"]
    assert note(small) == "first"
    small.json("restore", undo, "--yes")
    assert note(small) == "second"
    assert [each["occasion"] for each in small.json("restore")] == ["before a restore"] * 2 + ["by hand"]
    assert "Choose from" in small.refused("restore", "of yesterday", "--yes")
    assert "whole" in small.refused("restore", "--new", "--yes")
    assert small.json("backup", "--delete", undo, "--yes")["deleted"] is True


def test_starting_over_is_undone(small: Shell) -> None:
    note(small, "kept")
    small.json("start-over", "--yes")
    assert note(small) == ""
    small.json("restore", "newest", "--yes")
    assert note(small) == "kept"


def test_a_damaged_database_is_mended_by_what_the_commands_say(small: Shell) -> None:
    note(small, "in the backup")
    small.json("backup")
    store = small.root / "studio.duckdb"
    store.write_bytes(store.read_bytes()[:5000])
    refused = small.refused("list")
    assert "damaged" in refused and "python -m jobs restore" in refused
    _, choices, _ = small.run("restore")
    assert "restore newest" in choices and "--new" in choices and "--go-on" not in choices
    assert small.json("restore", "newest") == {"restored": False}
    aside = Path(small.json("restore", "newest", "--yes")["damaged"])
    assert (aside / store.name).stat().st_size == 5000
    assert note(small) == "in the backup"


def test_a_database_that_is_gone_can_be_begun_anew_or_restored(small: Shell) -> None:
    (small.root / "studio.duckdb").unlink()
    assert "missing" in small.refused("list")
    small.json("restore", "--new", "--yes")
    with Store.open(small.root / "studio.duckdb") as store:
        assert store.settings.get("note") is None
        store.settings.set("demo_loaded", True)
        store.settings.set("demo_evaluation_loaded", True)
    small.json("restore", "newest", "--yes")
    assert note(small) == "in the backup"


def test_a_shortened_log_is_gone_on_with(small: Shell) -> None:
    note(small, "in the file")
    store = Store.open(small.root / "studio.duckdb")
    for number in range(20):
        store.settings.set("note", f"change {number}")
    copies = {file: file.read_bytes() for file in (store.path, log_of(store.path))}
    commit = small.root / "studio.commit.json"
    copies[commit] = commit.read_bytes()
    store.close()  # then as if it had been killed before
    for file, content in copies.items():
        file.write_bytes(content)
    os.truncate(log_of(store.path), len(copies[log_of(store.path)]) // 2)
    assert "cut short" in small.refused("list")
    small.json("restore", "--go-on", "--yes")
    assert note(small).startswith("change ")


def test_everything_is_read_and_what_is_damaged_named_with_its_mend(small: Shell) -> None:
    assert small.json("check-folder")["whole"] is True
    job = small.root / "jobs" / "20260101-000000-abc123"
    (job / "parts").mkdir(parents=True)
    (job / "spec.json").write_text("{}")
    (job / "parts" / "scores-1.parquet").write_bytes(b"PAR1 nothing of it")
    adapter = job / "sets" / "0001" / "adapter" / "adapter_model.safetensors"
    adapter.parent.mkdir(parents=True)
    adapter.write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    (job / "input").mkdir()
    (job / "input" / "rows.parquet").write_bytes(b"PAR1 nothing of it")
    found = small.json("check-folder")
    assert (job / "damaged" / "scores-1.parquet").exists() and "set aside" in (job / "log.txt").read_text()
    assert found["read"]["job folder"] == 1 and found["read"]["adapter"] == 1
    assert {(Path(each["where"]).name, each["what"]) for each in found["faults"]} == {
        ("rows.parquet", "job folder"),
        ("adapter_model.safetensors", "adapter"),
    }
    assert all(each["mend"] for each in found["faults"])
    (small.root / "jobs.sqlite").write_bytes(b"no database" * 1000)
    assert {each["what"] for each in small.json("check-folder")["faults"]} == {"job folder", "adapter", "queue"}
    (small.root / "jobs.sqlite").unlink()


def test_space_is_shown_and_freed_with_yes_only(small: Shell) -> None:
    (small.root / "uploads").mkdir()
    (small.root / "uploads" / "a.csv").write_bytes(bytes(3_000_000))
    places = {each["place"]: each for each in small.json("space")}
    assert places["uploads"]["can_be_freed"] == 3 and places["database"]["can_be_freed"] == 0
    assert small.json("space", "--free", "uploads")["freed_bytes"] == 0
    assert small.json("space", "--free", "uploads", "--yes")["freed_bytes"] == 3_000_000
    assert "Choose from" in small.refused("space", "--free", "database")
    older = small.json("backup", "--list")[1:]
    small.json("space", "--free", "backups", "--yes")
    assert older and len(small.json("backup", "--list")) == 1
