"""What keeps `python start.py` from starting is told in words, with a way to mend it."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.installation import advice
from core.paths import PROJECT
from tests.small_disk import mounted
from tests.started import environment, start_once

BEFORE_INSTALLATION = ("start.py", "core/__init__.py", "core/child_process.py", "core/installation.py")
OTHER_PYTHON = """
import runpy, sys
sys.version, sys.version_info = sys.argv[1], tuple(map(int, sys.argv[1].split(".")))
sys.argv = ["start.py"]
runpy.run_path("start.py", run_name="__main__")
"""
OLD_SQLITE = """
import runpy, sqlite3, sys
sqlite3.sqlite_version, sqlite3.sqlite_version_info = "3.40.1", (3, 40, 1)
sys.version, sys.version_info = sys.argv[1], tuple(map(int, sys.argv[1].split(".")))
runpy.run_path("start.py")["refuse_other_python"]()
"""


@pytest.mark.parametrize("version", ["3.10.13", "3.14.0", "2.7.18"])
def test_another_python_is_refused_with_the_way_to_a_right_one(tmp_path: Path, version: str) -> None:
    command = [sys.executable, "-c", OTHER_PYTHON, version]
    told = subprocess.run(command, cwd=PROJECT, env=environment(tmp_path / "data"), capture_output=True, text=True)
    assert told.returncode == 1
    assert f"needs Python 3.11 to 3.13; this is {version}" in told.stderr
    assert "https://www.python.org/downloads/" in told.stderr and "Traceback" not in told.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("version", "refused"), [("3.11.7", False), ("3.12.1", True), ("3.13.0", True)])
def test_a_python_whose_sqlite_is_too_old_for_its_queue_is_refused(version: str, refused: bool) -> None:
    told = subprocess.run([sys.executable, "-c", OLD_SQLITE, version], cwd=PROJECT, capture_output=True, text=True)
    assert bool(told.returncode) == refused
    assert ("needs SQLite 3.42 or newer; this Python has 3.40.1" in told.stderr) == refused


@pytest.mark.parametrize("name", BEFORE_INSTALLATION)
def test_an_old_python_reads_far_enough_to_be_refused(name: str) -> None:
    ast.parse((PROJECT / name).read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("name", BEFORE_INSTALLATION)
def test_start_needs_nothing_but_the_standard_library(name: str) -> None:
    tree = ast.parse((PROJECT / name).read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    ours = {each.removesuffix(".py").replace("/", ".") for each in BEFORE_INSTALLATION}
    assert {name.split(".")[0] for name in names - ours} <= sys.stdlib_module_names


def test_a_data_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = start_once(tmp_path / "file" / "data")
    assert told.returncode == 1
    assert str(tmp_path / "file") in told.stderr and "is not writable" in told.stderr
    assert "STUDIO_DATA" in told.stderr and "Traceback" not in told.stderr


@pytest.mark.parametrize("password", ["", "too short"])
def test_to_listen_to_other_computers_takes_a_password(tmp_path: Path, password: str) -> None:
    told = start_once(tmp_path, "--listen", "0.0.0.0", STUDIO_PASSWORD=password)
    assert told.returncode == 1 and "STUDIO_PASSWORD" in told.stderr and "Traceback" not in told.stderr


def test_an_address_of_another_computer_is_told(tmp_path: Path) -> None:
    told = start_once(tmp_path, "--listen", "192.0.2.1", STUDIO_PASSWORD="correct horse battery")
    assert told.returncode == 1 and "can't listen on 192.0.2.1" in told.stderr and "Traceback" not in told.stderr


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB; needs the right to mount one."""
    with mounted(tmp_path / "disk", "64k") as folder:
        yield folder


def test_a_read_only_data_folder_is_told(tiny_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    told = start_once(tiny_disk)
    assert told.returncode == 1
    assert f"{tiny_disk} is not writable: Read-only file system" in told.stderr
    assert "STUDIO_DATA" in told.stderr and "Traceback" not in told.stderr


def test_a_full_data_folder_is_told(tiny_disk: Path) -> None:
    with pytest.raises(OSError), (tiny_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4_096))
    told = start_once(tiny_disk)
    assert told.returncode == 1
    assert "No space left on device" in told.stderr and "Traceback" not in told.stderr


def test_an_installation_that_fails_is_told_and_goes_on_once_mended(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    for name in BEFORE_INSTALLATION:
        shutil.copy(PROJECT / name, tmp_path / name)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("no-such-package-anywhere==1.0\n")

    def begin() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "start.py", "--no-browser"]
        variables = environment(tmp_path / "data", PIP_NO_INDEX="1")
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)

    failed = begin()
    assert failed.returncode == 1
    assert "Installing the packages of requirements.txt failed" in failed.stderr
    assert "No matching distribution found for no-such-package-anywhere==1.0" in failed.stderr
    assert "Then start again" in failed.stderr and "Traceback" not in failed.stderr
    assert not list((tmp_path / ".venv").glob("*.installed"))

    requirements.write_text("")
    mended = begin()
    assert (tmp_path / ".venv" / "requirements.txt.installed").exists()
    assert "could not be prepared" in mended.stderr  # this copy has no model to prepare


@pytest.mark.parametrize(
    ("output", "advised"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for torch==9.9", "package index"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError': no route "
            "to host ERROR: Could not find a version that satisfies the requirement torch",
            "connection",
        ),
        ("ERROR: HTTPSConnectionPool(host='pypi.org', port=443): Read timed out.", "HTTPS_PROXY"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "delete the folder .venv"),
    ],
)
def test_advice_fits_what_pip_said(output: str, advised: str) -> None:
    assert advised in advice(output)
