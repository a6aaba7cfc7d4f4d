"""The examples of the documentation: those in Python and the commands, run in their order."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from core.paths import PROJECT
from jobs.__main__ import command_parser
from tests.jobs.shell import Shell

TEXT = (PROJECT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
RUN, PARSED = (
    [shlex.split(line, comments=True)[3:] for line in block.replace("\\\n", "").splitlines()]
    for block in re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
)


def test_the_examples_of_the_documentation_run_in_their_order(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").symlink_to(models_dir, target_is_directory=True)
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path))
    monkeypatch.chdir(PROJECT)
    names: dict[str, Any] = {}
    for number, example in enumerate(EXAMPLES, start=1):
        exec(compile(example, f"docs/api.md, example {number}", "exec"), names)
    assert (names["report"].kept, names["scored"].new) == (90, 0)  # the demo's rows come scored
    assert len(names["rows"]) == 90
    assert "by BIC" in names["lesson"].rule.learned.method
    assert len(names["chosen"].rows) == 12
    assert list(names["ran"].sets["status"]) == ["queued", "queued"]
    assert names["proved"].proof.wanted == 6
    assert names["sized"].ran.name == "Size of varied"
    assert names["made"].sections["All indicators together"] is None and names["made"].size_bytes > 1_000_000


def test_the_commands_of_the_documentation_run_in_their_order(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    files = {name: str(tmp_path / name) for name in ("best.csv", "report.html")}
    for arguments in RUN:
        code, said, told = shell.run(*(files.get(each, each) for each in arguments))
        assert (code, told) == (0, ""), f"{arguments}: {told}"
        assert said.strip()
    assert {each.name for each in tmp_path.iterdir()} == {"best.csv", "best.csv.manifest.json", "report.html"}


@pytest.mark.parametrize("arguments", PARSED, ids=" ".join)
def test_the_other_commands_of_the_documentation_are_understood(arguments: list[str]) -> None:
    assert command_parser().parse_args(arguments).command == arguments[0]
