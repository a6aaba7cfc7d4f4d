"""The examples of the documentation: those in Python and the commands, run in their order."""

import re
import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from core.comparison.spec import compared_models
from core.paths import PROJECT
from core.rows.evaluation_set import limit
from jobs.__main__ import command_parser
from jobs.api import Studio
from jobs.commands import commands
from jobs.experiments.experiments import Experiments
from tests.answered_store import take_answers
from tests.jobs.serving.beside import beside
from tests.jobs.shell import Shell
from tests.judge_server import judge_server, prefers
from tests.measured_store import take_losses

TEXT = (PROJECT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
RUN, PARSED = (
    [shlex.split(line, comments=True)[3:] for line in block.replace("\\\n", "").splitlines()]
    for block in re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
)


def tuned(studio: Studio, folder: Path) -> None:
    """Both sides of the newest proof."""
    saved = next(each for each in studio.session.store.experiments.all() if each.name.startswith("Proof of"))
    numbers = range(1, saved.sets + 1)
    for number in numbers:
        Experiments(studio.session.client).adapter(saved.job_id, number).path.joinpath("adapter").mkdir(parents=True)
    take_losses(studio.session.store, folder, saved.job_id, dict.fromkeys(numbers, 0.5))


def answered(studio: Studio, folder: Path) -> None:
    """The answers of the only comparison: A's are longer but for one."""
    (saved,) = studio.session.store.comparisons.all()
    spec = compared_models(saved.spec)
    prompts = limit(studio.session.store.evaluation_sets.examples(1), saved.prompts, spec.seed)
    take_answers(studio.session.store, folder, spec, prompts, ["long answer"] * 3 + ["short"], ["short"] * 4)


ENDPOINT = "http://127.0.0.1:8080/v1"
LEFT_BY_A_WORKER = {"studio.comparisons.start(": tuned, "studio.verdicts.to_ask(": answered}


@pytest.mark.parametrize("app", ["closed", "open"])
def test_the_examples_of_the_documentation_run_in_their_order(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, app: str
) -> None:
    (tmp_path / "models").symlink_to(models_dir, target_is_directory=True)
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path))
    monkeypatch.chdir(PROJECT)
    names: dict[str, Any] = {}
    with judge_server(behave=prefers(len)) as server, ExitStack() as stack:
        held = stack.enter_context(beside(tmp_path)).own if app == "open" else None
        for number, example in enumerate(EXAMPLES, start=1):
            for call, leave in LEFT_BY_A_WORKER.items():
                if call in example:
                    leave(held or names["studio"], tmp_path)
            here = example.replace(ENDPOINT, server.url)
            exec(compile(here, f"docs/api.md, example {number}", "exec"), names)
    assert (names["report"].kept, names["scored"].new) == (90, 0)  # the demo's rows come scored
    assert len(names["rows"]) == 90
    assert "average of single-term rules" in names["lesson"].rule.learned.method
    assert len(names["chosen"].rows) == 12
    assert list(names["ran"].sets["status"]) == ["queued", "queued"]
    assert names["proved"].proof.wanted == 6
    assert names["elsewhere"]["B"].ruling == "better"
    assert names["sized"].ran.name == "Size search of varied"
    assert names["mapped"].status in ("queued", "running")
    assert names["compared"].name.startswith("selected") and names["compared"].instructions == 4
    assert names["asked"].about.calls == len(server.requests) == 6
    assert (names["judged"].results.tally.a.count, names["judged"].results.tally.tie.count) == (3, 1)
    assert names["made"].sections["Multivariate analysis"] is None and names["made"].size_bytes > 1_000_000


def test_the_commands_of_the_documentation_run_in_their_order(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    names = ("best.csv", "report.html", "rows-of-best.csv", "rule.json", "toss-ups.csv")
    files = {name: str(tmp_path / name) for name in names}
    for arguments in RUN:
        code, said, told = shell.run(*(files.get(each, each) for each in arguments))
        assert (code, told) == (0, ""), f"{arguments}: {told}"
        assert said.strip()
    assert {each.name for each in tmp_path.iterdir()} == {*names, "best.csv.manifest.json"}


@pytest.mark.parametrize("arguments", PARSED, ids=" ".join)
def test_the_other_commands_of_the_documentation_are_understood(arguments: list[str]) -> None:
    assert command_parser(commands().values()).parse_args(arguments).command == arguments[0]
