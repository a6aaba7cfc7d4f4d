"""Indicators of one's own: off until switched on, named where they are at fault, never mixed with older code."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.indicators import built_in, indicator, registry, use_own
from core.indicators.own import found, offer
from core.indicators.row_pool import RowPool
from core.indicators.scoring import score_chunk, score_pool, scorer_key
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.rows.row import Row
from tests.own_indicator import NAME, example, ratio, write_example

EMBEDDED = profile("embedded")
ROWS = [Row("Say it.", "", "to be or not to be"), Row("Again.", "", "one two three")]


@pytest.fixture(autouse=True)
def none_afterwards() -> Iterator[None]:
    yield
    use_own(())


def faults(data: Path) -> list[str]:
    return [str(each) for each in offer(data / "indicators", True).faults]


def test_nothing_is_imported_while_they_are_off(tmp_path: Path) -> None:
    write_example(tmp_path, "import sys\nsys.own_indicator_was_run = True\nraise RuntimeError\n")
    assert offer(tmp_path / "indicators", False).offered == ()
    assert [each.label for each in found(tmp_path / "indicators")] == [f"{NAME}.py"]
    assert not hasattr(sys, "own_indicator_was_run")
    assert registry() == built_in()


def test_the_example_is_offered_and_computes(tmp_path: Path) -> None:
    write_example(tmp_path)
    own = offer(tmp_path / "indicators", True)
    assert [each.name for each in own.offered] == [NAME] and own.faults == ()
    assert list(registry())[-1] == NAME
    scores = score_chunk(ROWS, [NAME], ModelPool(EMBEDDED, tmp_path), EMBEDDED)
    assert scores.values[NAME] == pytest.approx([ratio(row.output) for row in ROWS])
    offer(tmp_path / "indicators", False)
    assert NAME not in registry()
    with pytest.raises(InputError, match="own indicators"):
        indicator(NAME)


def test_another_content_has_another_key(tmp_path: Path) -> None:
    write_example(tmp_path)
    offer(tmp_path / "indicators", True)
    first = scorer_key(NAME, EMBEDDED, "")
    write_example(tmp_path, example().replace("order=50", "order=51"))
    offer(tmp_path / "indicators", True)
    assert scorer_key(NAME, EMBEDDED, "") != first
    write_example(tmp_path)
    offer(tmp_path / "indicators", True)
    assert scorer_key(NAME, EMBEDDED, "") == first


def test_keys_of_the_studios_indicators_are_untouched(tmp_path: Path) -> None:
    before = {name: scorer_key(name, EMBEDDED, "pool") for name in built_in()}
    write_example(tmp_path)
    offer(tmp_path / "indicators", True)
    assert {name: scorer_key(name, EMBEDDED, "pool") for name in built_in()} == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def compute(", "SyntaxError"),
        ("import no_such_module_anywhere", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("1 / 0", "ZeroDivisionError"),
        ("\x00", "Error"),
        ("INDICATOR = 3", "defines no INDICATOR"),
        ("", "defines no INDICATOR"),
        (example().replace('"type_token_ratio"', '"Type Token"'), "name 'Type Token'"),
        (example().replace('"type_token_ratio"', '"row_id"'), "name 'row_id'"),
        (example().replace('"type_token_ratio"', "7"), "name 7"),
        (example().replace('title="Type-token ratio"', 'title=""'), "title is no text"),
        (example().replace("    compute=compute,\n", ""), "compute or compute_pool"),
        (example().replace("order=50", "needs=lambda profile: 1 / 0"), "ZeroDivisionError"),
        (example().replace("order=50", "needs=lambda profile: None"), "needs gives no Needs"),
        (example().replace("order=50", "settings=lambda profile: {'a': object()}"), "TypeError"),
        (example().replace("order=50", "model_role='oracle'"), "model_role 'oracle'"),
        (example().replace('"type_token_ratio"', '"perplexity"'), "“Perplexity” (perplexity) already"),
        (example().replace('title="Type-token ratio"', 'title="reward"'), "“Reward” (reward) already"),
    ],
)
def test_a_file_at_fault_is_named_in_a_sentence_and_the_others_are_offered(
    tmp_path: Path, text: str, said: str
) -> None:
    write_example(tmp_path)
    write_example(tmp_path, text or "# empty", "faulty.py")
    (told,) = faults(tmp_path)
    assert told.startswith("faulty.py: ") and said in told
    assert NAME in registry() and set(registry()) == {*built_in(), NAME}


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    write_example(tmp_path)
    write_example(tmp_path, file="zweite.py")
    (told,) = faults(tmp_path)
    assert told.startswith("zweite.py: There is an indicator “Type-token ratio”")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "ZeroDivisionError"),
        ("return np.zeros(1)", "shape (1,) for 2 rows"),
        ("return ['a', 'b']", "ValueError"),
        ("return chunk.language.loss_nats_per_token", "needs"),
        ("import sys; sys.exit()", "SystemExit"),
    ],
)
def test_a_computation_at_fault_names_the_file(tmp_path: Path, body: str, said: str) -> None:
    text = example()
    start, end = text.index('    """From 0'), text.index("\n\n\nINDICATOR")
    write_example(tmp_path, f"{text[:start]}    {body}{text[end:]}")
    offer(tmp_path / "indicators", True)
    with pytest.raises(InputError) as told:
        score_chunk(ROWS, [NAME], ModelPool(EMBEDDED, tmp_path), EMBEDDED)
    assert told.value.where == f"{NAME}.py" and said in told.value.what


def test_one_over_the_whole_dataset_reads_its_texts(tmp_path: Path) -> None:
    text = f"""
import numpy as np
from core.indicators.base import Indicator
from core.indicators.needs import Needs

def compute(pool):
    texts = [row.output for row in pool.rows]
    return np.array([texts.count(each) for each in texts], float)

INDICATOR = Indicator(
    name="{NAME}", title="Repeats", definition="How often the response stands in the dataset.", source="here",
    needs=lambda profile: Needs(texts=True), compute_pool=compute,
)
"""
    write_example(tmp_path, text)
    offer(tmp_path / "indicators", True)
    rows = [*ROWS, ROWS[0]]
    assert score_pool(RowPool(EMBEDDED, texts=lambda: rows), [NAME])[NAME].tolist() == [2.0, 1.0, 2.0]
    with pytest.raises(InputError, match="texts are not there"):
        score_pool(RowPool(EMBEDDED, np.zeros((3, 4), np.float32)), [NAME])


def test_a_package_offers_one_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site"
    about = package / "token_ratio-1.2.dist-info"
    about.mkdir(parents=True)
    (package / "token_ratio.py").write_text(example(), "utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: token-ratio\nVersion: 1.2\n")
    (about / "entry_points.txt").write_text("[instructmining.indicators]\nratio = token_ratio:INDICATOR\n")
    monkeypatch.syspath_prepend(str(package))
    assert [each.label for each in found(tmp_path / "none")] == ["ratio of token-ratio 1.2"]
    assert "token_ratio" not in sys.modules
    own = offer(tmp_path / "none", True)
    (each,) = own.offered
    assert each.name == NAME and each.origin is not None and each.origin.entry == "ratio"
    monkeypatch.delitem(sys.modules, "token_ratio")
