"""The environment is read once, as a value: what is wrong is named by its variable, and no secret is shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.environment import VARIABLES, Environment, read_environment
from core.errors import ValueRefused
from core.paths import PROJECT, StudioPaths

SECRET = "sk-0123456789"
SAID = [
    ("STUDIO_JOBS_URL", "mysql://me:hunter2@host/queue", "STUDIO_JOBS_URL: 'mysql' is none of postgresql://, sqlite:///"),
    ("STUDIO_JOBS_URL", "localhost", "STUDIO_JOBS_URL: 'localhost' is none of postgresql://, sqlite:///"),
    ("STUDIO_OWN_INDICATORS", "yes", "STUDIO_OWN_INDICATORS: 'yes' is none of off, on"),
    ("STUDIO_IDLE_MINUTES", "never", "STUDIO_IDLE_MINUTES: 'never' is no number of minutes such as 10 or 0.5"),
    ("STUDIO_DATA", "/tmp/\udcff", r"STUDIO_DATA: '/tmp/\udcff' holds a character that is not text"),
    ("OPENAI_API_KEY", f"{SECRET}\udcff", "OPENAI_API_KEY: it holds a character that is not text"),
    ("HF_TOKEN", f"{SECRET}\0", "HF_TOKEN: it holds a character that is not text"),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "value", "said"), SAID, ids=[f"{name}={said}" for name, _, said in SAID])
def test_what_is_wrong_is_named_by_its_variable(variable: str, value: str, said: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_environment({variable: value, "PATH": "/bin"})
    assert str(refused.value) == said and not refused.value.__cause__


@given(st.dictionaries(st.sampled_from(list(VARIABLES.values())), st.text(st.characters(), max_size=20), max_size=4))
@example({"STUDIO_JOBS_URL": "postgresql+psycopg://me@host/queue", "HF_TOKEN": SECRET})
def test_any_environment_is_read_or_refused(variables: dict[str, str]) -> None:
    try:
        found = read_environment(variables)
    except ValueRefused as error:
        assert error.where in variables
        return
    assert {variable: getattr(found, name) for name, variable in VARIABLES.items()} == {
        variable: variables.get(variable, "") for variable in VARIABLES.values()
    }


@pytest.mark.parametrize(("minutes", "seconds"), [("", 600.0), ("0", 0.0), ("2.5", 150.0)])
def test_idle_minutes_are_ten_unless_the_user_says_otherwise(minutes: str, seconds: float) -> None:
    assert read_environment({"STUDIO_IDLE_MINUTES": minutes}).idle_seconds == seconds


def test_no_secret_is_shown() -> None:
    assert SECRET not in repr(Environment(openai_key=SECRET, hub_token=SECRET))


def test_the_data_folder_is_the_chosen_one_else_the_one_beside_the_code(tmp_path: Path) -> None:
    assert read_environment({}).paths == StudioPaths(PROJECT / "data")
    assert read_environment({"STUDIO_DATA": str(tmp_path / "a" / ".." / "b")}).paths.root == tmp_path / "b"
    assert read_environment({"STUDIO_DATA": "~/studio"}).paths.root == Path.home() / "studio"


@pytest.mark.parametrize(
    "command", ["jobs list datasets", "jobs.worker", "core.rebuild none.json", "core.models.embedded_model"]
)
def test_every_program_says_what_is_wrong_in_one_line(command: str, tmp_path: Path) -> None:
    environment = {**os.environ, "STUDIO_DATA": str(tmp_path), "STUDIO_JOBS_URL": "mysql://me:hunter2@host"}
    line = [sys.executable, "-m", *command.split()]
    ended = subprocess.run(line, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1 and not list(tmp_path.iterdir())
    said = "STUDIO_JOBS_URL: 'mysql' is none of postgresql://, sqlite:///"
    assert ended.stderr.strip().splitlines()[0] == said and "hunter2" not in ended.stderr
