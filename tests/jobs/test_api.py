"""The Python interface: the examples of its documentation, run in their order."""

import re
from pathlib import Path
from typing import Any

import pytest

from core.paths import PROJECT

EXAMPLES = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "api.md").read_text("utf-8"), re.DOTALL)


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
