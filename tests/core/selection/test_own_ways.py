"""Ways of one's own: off until switched on, named where they are at fault, never mixed with other code."""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError, SelectionError
from core.paths import PROJECT
from core.selection.own_ways import found, offer
from core.selection.select import RankBy, SelectionSpec, select
from core.selection.ways import built_in, use_own, way, ways

NAME = "plain_and_long"
SPEC = SelectionSpec(rank_by=RankBy.WAY, way=NAME)
ROWS = pd.DataFrame(
    {
        "dataset_id": 1,
        "row_id": range(20),
        "perplexity": np.arange(1.0, 21.0),
        "output_length": np.arange(20.0),
    }
)


@pytest.fixture(autouse=True)
def none_afterwards() -> Iterator[None]:
    yield
    use_own(())


def example() -> str:
    """The last Python block of the document."""
    return re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "ways.md").read_text("utf-8"), re.DOTALL)[-1]


def written(folder: Path, text: str = "", file: str = f"{NAME}.py") -> Path:
    (folder / file).write_text(text or example(), "utf-8")
    return folder


def kept(spec: SelectionSpec = SPEC) -> list[int]:
    return select(ROWS, spec, lambda rows: np.empty(0)).kept["row_id"].tolist()


def test_nothing_is_imported_while_they_are_off(tmp_path: Path) -> None:
    written(tmp_path, "import sys\nsys.own_way_was_run = True\n")
    assert offer(tmp_path, False).offered == () and [each.label for each in found(tmp_path)] == [f"{NAME}.py"]
    assert not hasattr(sys, "own_way_was_run") and ways() == built_in()
    with pytest.raises(SelectionError, match="switch own ways on"):
        kept()


def test_the_example_is_offered_and_chooses(tmp_path: Path) -> None:
    """Of twenty perplexities the second to the eighteenth are neither in the lowest tenth nor the highest."""
    assert offer(written(tmp_path), True).faults == ()
    assert kept() == list(range(17, 0, -1))
    assert way(NAME).origin and SPEC.indicators == ("perplexity", "output_length")


def test_a_changed_file_is_another_way(tmp_path: Path) -> None:
    offer(written(tmp_path), True)
    settled = replace(SPEC, way_code=way(NAME).code)
    assert settled.way_code and kept(settled) == kept()
    offer(written(tmp_path, example().replace("0.9", "0.8")), True)
    with pytest.raises(SelectionError, match=r"plain_and_long.py: The code of the way “Plain and long” has changed"):
        kept(settled)
    offer(written(tmp_path), True)
    assert kept(settled)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("WAY = 3", "defines no WAY"),
        (example().replace('name="plain_and_long"', 'name="Plain"'), "name 'Plain'"),
        (example().replace('name="plain_and_long"', 'name="longest"'), "There is a way “Longest responses”"),
        (example().replace('"mine"', '""'), "source is no text"),
        (example().replace("rank=rank", "rank=None"), "rank is no function"),
        (example().replace("rank=rank", "rank=rank, among=rank"), "among is no Among"),
        (example().replace('("perplexity", "output_length")', '"perplexity"'), "needs is no tuple"),
    ],
)
def test_a_file_at_fault_is_left_out_and_named(tmp_path: Path, text: str, said: str) -> None:
    own = offer(written(tmp_path, text, "mine.py"), True)
    assert own.offered == ()
    (fault,) = own.faults
    assert said in str(fault) and str(fault).startswith("mine.py: ")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("candidates['nonsense']", "KeyError"),
        ("candidates['output_length'].head(3)", "no value for each row"),
        ("candidates['output_length'].map(lambda each: 'long')", "no numbers"),
    ],
)
def test_a_way_that_fails_says_so_in_a_sentence(tmp_path: Path, wrong: str, said: str) -> None:
    offer(written(tmp_path, example().replace('(-candidates["output_length"]).where(unusual)', wrong)), True)
    with pytest.raises(InputError, match=rf"{NAME}.py: .*{said}"):
        kept()
