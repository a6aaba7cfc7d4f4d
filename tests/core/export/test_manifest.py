"""What stands in a manifest, and what is said of one that is damaged."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.export import ExportOptions
from core.export.manifest import read_manifest
from core.rebuild import main
from core.selection.select import RankBy
from core.store import Store
from tests.core.curated import (
    BY_RULE,
    NAMES,
    curate,
    filled_store,
)
from tests.mutated_values import mutated


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with filled_store(tmp_path) as opened:
        yield opened


def test_the_manifest_keeps_only_the_scores_that_matter(store: Store, tmp_path: Path) -> None:
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions(scores=("perplexity",)))
    assert {key.indicator for key in manifest.sources[0].scorers} == set(NAMES)
    by_reward = replace(BY_RULE, rank_by=RankBy.INDICATOR, indicator="reward")
    assert curate(store, tmp_path, by_reward, ExportOptions()).sources[0].scored == {"reward": 70}
    assert read_manifest(tmp_path / "manifest.json").as_json() == (tmp_path / "manifest.json").read_text()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"kind": "else"}', '{"kind": "instructmining-manifest", "version": 1}']
)
def test_what_is_no_manifest_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"manifest\.json: .*(not a manifest|not valid JSON|it is missing)"):
        read_manifest(tmp_path / "manifest.json")
    assert main([str(tmp_path / "manifest.json")]) == 1
    assert "manifest.json" in capsys.readouterr().err


def test_a_newer_manifest_asks_for_a_newer_studio(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"kind": "instructmining-manifest", "version": 99}))
    with pytest.raises(InputError, match="newer version"):
        read_manifest(tmp_path / "manifest.json")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("selection", "rows"), "ten", "selection.rows: 'ten' is not a whole number"),
        (("selection", "rows"), 1e308, "selection.rows: 1e+308 is not a whole number"),
        (("selection", "quotas"), "eqal", "selection.quotas: 'eqal' is none of none, equal, proportional, custom"),
        (("selection", "divesity"), "none", "selection.divesity: there is no such value; did you mean diversity?"),
        (("export", "layout"), "xml", "export.layout: 'xml' is none of alpaca, messages, "),
        (("result", "rows"), None, "result.rows: nothing is not a whole number"),
        (("sources", 0, "scorers", 0, "model"), 3, "sources[0].scorers[0].model: 3 is not text"),
        (("sources", 0, "origin"), {"files": 3}, "sources[0].origin: files is not a list of names"),
        (("name",), "../../best", "name: '../../best' is not a file name"),
    ],
)
def test_a_damaged_manifest_is_told_by_the_path_of_the_damage(
    place: tuple, value: object, said: str, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    curate(store, tmp_path, BY_RULE, ExportOptions())
    file = tmp_path / "manifest.json"
    values = part = json.loads(file.read_text())
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    file.write_text(json.dumps(values))
    assert main([str(file)]) == 1
    assert f"{file}: {said}" in capsys.readouterr().err


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_mutated_manifest_is_rebuilt_or_refused_in_a_sentence(
    data: st.DataObject,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, whole = tmp_path / "manifest.json", tmp_path / "whole.json"
    if not whole.exists():
        curate(store, tmp_path, BY_RULE, ExportOptions(scores=("perplexity",)))
        whole.write_bytes(file.read_bytes())
        store.close()
        monkeypatch.setenv("STUDIO_DATA", str(tmp_path / "data"))
    changed = data.draw(mutated(json.loads(whole.read_text())))
    try:
        file.write_text(json.dumps(changed))
    except RecursionError:
        file.write_text("[" * 5000 + "]" * 5000)
    capsys.readouterr()
    code = main([str(file), "--output", str(tmp_path / "again.jsonl")])
    told = capsys.readouterr().err
    assert code == 0 or (code == 1 and told.strip() and "Traceback" not in told)
