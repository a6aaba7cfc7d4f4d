"""Evaluation sets: what is read, what is refused, and what a limit leaves of them."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.rows.evaluation_set import EvaluationExample, limit, read_evaluation_file


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(each) for each in records), "utf-8")
    return path


def test_lines_with_one_or_many_outputs_are_read(tmp_path: Path) -> None:
    file = write(
        tmp_path / "eval.jsonl",
        {"instruction": " Name a colour. ", "input": "", "outputs": ["Red.", "Blue.", "Red."]},
        {"instruction": "Add.", "input": "1 + 1", "output": "2"},
    )
    assert read_evaluation_file(file) == [
        EvaluationExample(" Name a colour.", "", ("Red.", "Blue.")),
        EvaluationExample("Add.", "1 + 1", ("2",)),
    ]


def test_an_array_is_read_as_well(tmp_path: Path) -> None:
    file = tmp_path / "eval.json"
    file.write_text('[{"instruction": "Add.", "output": "2"}]', "utf-8")
    assert read_evaluation_file(file)[0].outputs == ("2",)


def test_the_papers_evaluation_set_has_332_instructions_with_five_outputs(real_datasets: Path) -> None:
    examples = read_evaluation_file(real_datasets / "eval" / "d_eval.jsonl")
    assert len(examples) == 332
    assert sum(len(each.outputs) for each in examples) > 332 * 4.5  # the same answer twice counts once


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "eval.jsonl: The file is empty."),
        ('{"instruction": "Add."', "eval.jsonl, row 1: The line is not a JSON object."),
        ('{"instruction": "Add.", "output": "2"}\nnonsense', "eval.jsonl, row 2: The line is not a JSON object."),
        ('{"output": "2"}', "eval.jsonl, row 1: The row has no instruction."),
        ('{"instruction": "Add."}', "eval.jsonl, row 1: The row has no outputs."),
        ('{"instruction": "Add.", "outputs": [" "]}', "eval.jsonl, row 1: All outputs of the row are empty."),
        ('{"instruction": "Add.", "outputs": [1]}', "eval.jsonl, row 1: The row has no outputs."),
        ("7", "eval.jsonl, row 1: The row is not an object."),
        ("[1, 2", "eval.jsonl: Invalid JSON"),
    ],
)
def test_what_cant_be_read_names_file_row_and_mend(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "eval.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError) as error:
        read_evaluation_file(file)
    assert str(error.value).startswith(told)
    assert error.value.mend


def test_bytes_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    file = tmp_path / "eval.jsonl"
    file.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InputError, match=r"eval\.jsonl: The evaluation set cannot be read"):
        read_evaluation_file(file)


def some(*outputs: int) -> list[EvaluationExample]:
    return [EvaluationExample(f"Q{i}", "", tuple(f"A{i}.{j}" for j in range(n))) for i, n in enumerate(outputs)]


@settings(deadline=None)
@given(outputs=st.lists(st.integers(1, 5), min_size=1, max_size=12), wanted=st.integers(1, 40))
def test_a_limit_spreads_over_instructions_before_it_takes_second_responses(outputs: list[int], wanted: int) -> None:
    examples = some(*outputs)
    found = limit(examples, wanted, seed=1)
    taken = sum(len(each.outputs) for each in found)
    assert taken == min(wanted, sum(outputs))
    assert len(found) == min(len(outputs), wanted)
    known = {each.instruction: set(each.outputs) for each in examples}
    assert all(set(each.outputs) <= known[each.instruction] for each in found)


def test_no_limit_keeps_everything() -> None:
    assert limit(some(2, 3), 0, seed=0) == some(2, 3)
