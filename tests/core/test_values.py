"""Values at the door: what is wrong is named by its path with what is allowed, and nothing else ever happens."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError, JobError, StudioError, ValueRefused
from core.rows.filters import Filters
from core.rules.rule import Rule
from core.selection.spec import Diversity, RankBy, SelectionSpec
from core.values import Door, changed, mended, read, to_plain
from core.values.files import plain_json, plain_toml, read_json
from tests.mutated_values import deep, mutated
from tests.value_kinds import JOB_FILES, RULE, SELECTION, VALUES

SLOW = settings(max_examples=100, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", VALUES)
def test_every_kind_survives_json(name: str) -> None:
    value = VALUES[name]
    for door in Door:
        assert read(type(value), json.loads(json.dumps(to_plain(value))), door=door) == value
    assert read(type(value), value) == value


@pytest.mark.parametrize("name", VALUES)
@SLOW
@given(data=st.data(), door=st.sampled_from(Door))
def test_a_mutated_value_is_read_whole_or_refused(name: str, door: Door, data: st.DataObject) -> None:
    kind, example = type(VALUES[name]), to_plain(VALUES[name])
    given_values = data.draw(mutated(example))
    try:
        value = read(kind, given_values, name, door)
    except StudioError as error:
        assert str(error).startswith(name) and str(error).encode() and len(str(error)) < 1000
        return
    again = read(kind, json.loads(json.dumps(to_plain(value))), name, door)
    assert json.dumps(to_plain(again)) == json.dumps(to_plain(value))  # as text, in which NaN is like itself


@pytest.mark.parametrize("name", JOB_FILES)
@SLOW
@given(data=st.data())
def test_a_mutated_job_file_is_read_whole_or_refused(name: str, data: st.DataObject) -> None:
    spec = JOB_FILES[name]
    assert type(spec).from_dict(json.loads(json.dumps(spec.as_dict()))) == spec
    try:
        value = type(spec).from_dict(data.draw(mutated(spec.as_dict()).filter(lambda given: isinstance(given, dict))))
    except StudioError as error:
        assert str(error).encode() and len(str(error)) < 1000
        return
    assert type(spec).from_dict(json.loads(json.dumps(value.as_dict()))) == value


@pytest.mark.parametrize("name", JOB_FILES)
def test_a_job_file_of_a_newer_studio_says_so(name: str) -> None:
    with pytest.raises(JobError, match="newer version of the studio, which knows steps"):
        type(JOB_FILES[name]).from_dict(JOB_FILES[name].as_dict() | {"steps": 3})


SAID = [
    ({"quotas": "eqal"}, "selection.quotas: 'eqal' is none of none, equal, proportional, custom"),
    ({"diversity": "k-center"}, "selection.diversity: 'k-center' is none of none, k_center, min_distance"),
    ({"rows": -1}, "selection.rows: -1 is less than 1"),
    ({"rows": "ten"}, "selection.rows: 'ten' is not a whole number"),
    ({"rows": "10"}, "selection.rows: '10' is not a whole number"),
    ({"rows": 1.5}, "selection.rows: 1.5 is not a whole number"),
    ({"rows": True}, "selection.rows: true is not a whole number"),
    ({"rows": 10**30}, "selection.rows: it is too large a number"),
    ({"percent": 101}, "selection.percent: 101 is greater than 100"),
    ({"percent": float("nan")}, "selection.percent: nan is not a finite number"),
    ({"within_range": "yes"}, "selection.within_range: 'yes' is neither true nor false"),
    ({"divesity": "none"}, "selection.divesity: there is no such value; did you mean diversity?"),
    ({"filters": {"text": 3}}, "selection.filters.text: 3 is not text"),
    ({"filters": {"text": "a\ud800"}}, r"selection.filters.text: 'a\ud800' holds a character that is not text"),
    ({"filters": {"ranges": [{"low": 1}]}}, "selection.filters.ranges[0].column: it is missing"),
    ({"filters": {"lassos": [{"x": "a", "y": "b", "points": [[1]]}]}},
     "selection.filters.lassos[0].points[0][1]: it is missing"),
    ({"filters": deep(5000, False)}, "selection.filters" + ".a" * 9 + "…: it is nested more than 100 levels deep"),
    ({"rule": {"name": "x"}}, "selection.rule.title: it is missing"),
    ({"custom_quotas": [[1, 2], [1, 3]], "quotas": "custom"}, "selection.custom_quotas: a dataset stands twice"),
    ({"indicator": "reward"}, "selection.indicator: 'reward' would be ignored: it needs rank_by=indicator"),
    ({"descending": True}, "selection.descending: true would be ignored: it needs rank_by=indicator"),
    ({"rows": 5, "percent": 10}, "selection.percent: 10.0 would be ignored: it needs rows to be left out"),
    ({"custom_quotas": [[1, 2]]}, "selection.custom_quotas: [[1, 2]] would be ignored: it needs quotas=custom"),
    ({"min_cosine_distance": 0.2},
     "selection.min_cosine_distance: 0.2 would be ignored: it needs diversity=min_distance"),
    ({"center_pool": 5}, "selection.center_pool: 5.0 would be ignored: it needs diversity=k_center"),
    ("all of it", "selection: 'all of it' is not an object of names and values"),
    ({"seed": object()}, "selection.seed: object is not a kind of value that can be given"),
    ({"filters": {"text": ["x" * 900]}}, f"selection.filters.text: ['{'x' * 57}… is not text"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "said"), SAID, ids=[said for _, said in SAID])
def test_what_is_wrong_is_said(values: Any, said: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read(SelectionSpec, values, "selection")
    assert str(refused.value) == said


def test_whole_numbers_do_for_others_and_numpys_for_pythons() -> None:
    assert read(SelectionSpec, {"percent": 10}).percent == 10.0
    assert read(SelectionSpec, {"rows": np.int64(5), "near_duplicate_similarity": np.float32(0.5)}).rows == 5


def test_a_change_is_checked_with_all_the_rest() -> None:
    spec = changed(SelectionSpec(), {"diversity": "k_center", "center_pool": 4.0}, "selection")
    assert (spec.diversity, spec.center_pool) == (Diversity.K_CENTER, 4.0)
    with pytest.raises(ValueRefused, match=r"^selection\.center_pool: 4.0 would be ignored"):
        changed(spec, {"diversity": "none", "center_pool": 4.0}, "selection")
    assert changed(spec, {"diversity": "none"}).diversity is Diversity.NONE


def test_a_value_that_was_made_unchecked_is_checked_within_another() -> None:
    with pytest.raises(ValueRefused, match=r"^filters\.text: 3 is not text"):
        changed(SelectionSpec(), {"filters": Filters(text=3)}, "")  # type: ignore[arg-type]


def test_what_was_stored_with_leftovers_is_read_without_them() -> None:
    older = SELECTION.as_dict() | {"rank_by": "random", "diversity": "none", "forgotten": 1}
    spec = read(SelectionSpec, older, door=Door.STORE)
    assert (spec.rank_by, spec.indicator, spec.descending) == (RankBy.RANDOM, "", False)
    assert spec.min_cosine_distance == SelectionSpec.min_cosine_distance
    with pytest.raises(ValueRefused, match="forgotten: there is no such value"):
        read(SelectionSpec, older, door=Door.FILE)


@pytest.mark.parametrize("damaged", [3, None, [], {"text": 3, "marked": "keep", "older": 1}, {"ranges": [3]}])
def test_a_damaged_setting_keeps_what_is_whole(damaged: Any) -> None:
    assert mended(Filters, damaged) == (Filters().with_marked("keep") if "marked" in str(damaged) else Filters())


FILES = {
    "empty": b"",
    "cut off": b'{"name": "x"',
    "deep": b"[" * 100_000,
    "deep and closed": b'{"name":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "huge number": b'{"name": "x", "intercept": 1' + b"0" * 10_000 + b"}",
    "too large a number": b'{"name": "x", "title": "x", "intercept": 1e400, "terms": []}',
    "lone surrogate": b'{"name": "\\ud800", "title": "x", "intercept": 1, "terms": []}',
    "a name twice": b'{"name": "x", "name": "y", "title": "x", "intercept": 1, "terms": []}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "Latin-1": '{"name": "é"}'.encode("latin-1"),
    "another form": b"a,b\n1,2\n",
    "a binary file": bytes(range(256)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named_with_what_is_wrong(name: str, tmp_path: Path) -> None:
    file = tmp_path / "rule.json"
    file.write_bytes(FILES[name])
    with pytest.raises(InputError, match=r"rule\.json: "):
        read_json(Rule, file)
    if FILES[name]:
        with pytest.raises(InputError, match=r"rule\.json: "):
            plain_toml(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(InputError, match="cannot be read"):
            plain_json(file)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rule.json"
    file.write_text(json.dumps(RULE.as_dict()), encoding="utf-8-sig")
    assert read_json(Rule, file) == RULE
    assert read_json(Rule, file.read_bytes()) == RULE
