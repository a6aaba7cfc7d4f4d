"""From its manifest an export is made again, byte for byte, also in another store; what stands in the way is named."""

import json
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets.loading import load_files
from core.errors import InputError, SelectionError
from core.export import ExportOptions, Layout
from core.export.manifest import Manifest, make_manifest, read_manifest
from core.export.members import export_members
from core.formats.columns import ColumnMap
from core.indicators.base import ScorerKey
from core.indicators.scoring import embedding_model, scorer_key
from core.models.profiles import profile
from core.paths import StudioPaths
from core.progress import Silent
from core.rebuild import load_sources, main, rebuild
from core.rows.filters import Filters, KeySet
from core.rows.marks import Mark
from core.rows.row import Row
from core.rules.rule import presets
from core.selection.outcome import weigh
from core.selection.pipeline import find_candidates, run_selection, settle
from core.selection.record import SelectionRecord, overlaps
from core.selection.select import Diversity, Quotas, RankBy, SelectionSpec
from core.selection.source_dataset import describe_sources
from core.sources.resolve import unpacked
from core.sources.source_file import SourceFile
from core.store import Store
from core.store.score_matrix import PREDICTED
from tests.mutated_values import mutated
from tests.scored_store import add_dataset, take_embeddings, take_scores

PROFILE = profile("embedded")
MODEL = embedding_model(PROFILE)
RULE = presets()["instructmining-v1"]
NAMES = ("reward", "output_length", "knn_distance", "perplexity")
SIZES = {"one": 60, "two": 90, "three": 30}
SHARED = [Row(f"Both have {i}.", "", f"Yes, {i}.") for i in range(10)]


def rows_of(name: str) -> list[Row]:
    """Some pairs stand in two datasets; many share their scores, so that ties matter."""
    own = [Row(f"{name} asks {i}?", "", f"{name} answers {i}.", extra=f'{{"n":{i}}}') for i in range(SIZES[name])]
    return [*own, *(SHARED if name != "three" else [])]


def keys_of(store: Store) -> dict[int, list[ScorerKey]]:
    return {d.dataset_id: [scorer_key(name, PROFILE, d.fingerprint) for name in NAMES] for d in store.datasets.all()}


def fill(store: Store, folder: Path, names: Sequence[str], backwards: bool = False) -> None:
    """Load datasets in this order, their rows forwards or backwards, and take their scores and embeddings in."""
    for name in names:
        rows = rows_of(name)[:: -1 if backwards else 1]
        dataset = add_dataset(store, name, rows)
        keys = [scorer_key(each, PROFILE, dataset.fingerprint) for each in NAMES]
        job = f"{name}-{backwards}"
        take_scores(store, folder, job, rows, keys, {each: [score(row, each, name) for row in rows] for each in NAMES})
        take_embeddings(store, folder, job, rows, MODEL, np.stack([vector(row) for row in rows]))


def score(row: Row, indicator: str, dataset: str) -> float:
    """A number of few digits, so that there are ties; the same wherever the row stands, but for the KNN distance."""
    pool = dataset if indicator == "knn_distance" else ""
    return round(random.Random(f"{row.key} {indicator} {pool}").gauss(), 1)


def vector(row: Row) -> np.ndarray:
    """A unit vector near one of twenty directions."""
    generator = np.random.default_rng(int(row.key[:8], 16))
    towards = np.eye(384)[generator.integers(20)] + generator.normal(scale=0.04, size=384)
    return towards / np.linalg.norm(towards)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "data" / "studio.duckdb") as opened:
        fill(opened, tmp_path, ["one", "two", "three"])
        yield opened


def curate(store: Store, folder: Path, spec: SelectionSpec, options: ExportOptions) -> Manifest:
    """Select and export as the page does, with the manifest beside the file."""
    scorers = keys_of(store)
    selection = run_selection(store.scores, spec, find_candidates(store, spec, scorers), MODEL)
    numbers = spec.filters.dataset_ids or tuple(scorers)
    sources = describe_sources(store, numbers, scorers)
    names = {source.dataset_id: source.name for source in sources}
    path = folder / f"best{options.layout.suffix}"
    written = export_members(store, selection.kept, names, path, options, spec.rule)
    manifest = make_manifest("best", PROFILE.name, sources, spec, options, written)
    (folder / "manifest.json").write_text(manifest.as_json(), encoding="utf-8")
    return manifest


BY_RULE = SelectionSpec(rule=RULE, rows=40)
SPECS = {
    "by rule": BY_RULE,
    "by an indicator with ties": replace(BY_RULE, rank_by=RankBy.INDICATOR, indicator="reward", descending=True),
    "at random": replace(BY_RULE, rank_by=RankBy.RANDOM, seed=7),
    "equal quotas": replace(BY_RULE, quotas=Quotas.EQUAL, rows=41),
    "custom quotas": replace(BY_RULE, quotas=Quotas.CUSTOM, custom_quotas=((1, 5), (2, 20), (3, 2))),
    "k-center": replace(BY_RULE, diversity=Diversity.K_CENTER, rows=20),
    "distance": replace(BY_RULE, diversity=Diversity.MIN_DISTANCE, min_cosine_distance=0.9, rows=30),
    "near-duplicates": replace(BY_RULE, rows=None, near_duplicate_similarity=0.5),
    "rows left out by name": replace(
        BY_RULE, filters=Filters().leaving_out(KeySet("Near-duplicates", tuple(row.key for row in SHARED)))
    ),
    "two datasets": replace(BY_RULE, filters=Filters((3, 2)), percent=30.0, rows=None),
    "a filter on the prediction": replace(
        BY_RULE, rank_by=RankBy.RANDOM, filters=Filters().with_range(PREDICTED, None, 1.0)
    ),
}


@pytest.mark.parametrize("name", SPECS)
def test_the_same_bytes_come_out_of_a_store_loaded_in_another_order(name: str, store: Store, tmp_path: Path) -> None:
    options = ExportOptions(Layout.CSV, extra=True, dataset=True, scores=("perplexity", PREDICTED))
    manifest = curate(store, tmp_path, SPECS[name], options)
    assert manifest.rows >= 20
    with Store.open(tmp_path / "other" / "studio.duckdb") as other:
        add_dataset(other, "unrelated", [Row("Who?", "", "Me.")])
        fill(other, tmp_path / "other", ["three", "two", "one"], backwards=True)
        rebuilt = rebuild(read_manifest(tmp_path / "manifest.json"), other, tmp_path / "again.csv")
    assert rebuilt.path.read_bytes() == (tmp_path / "best.csv").read_bytes()


@pytest.mark.parametrize("name", ["by rule", "equal quotas", "near-duplicates", "k-center"])
def test_marks_go_along_and_later_ones_change_nothing(name: str, store: Store, tmp_path: Path) -> None:
    store.matrix.refresh(keys_of(store))
    ranked = store.browse.candidates(Filters())["row_id"].drop_duplicates().tolist()
    kept, dropped = ranked[5:60:9], ranked[8:60:9]
    store.marks.mark(kept, Mark.KEEP)
    store.marks.mark(dropped, Mark.DROP)
    store.marks.note(dropped[0], "It was asked twice.")
    spec = settle(store, replace(SPECS[name], filters=Filters(text="answers")), keys_of(store))
    manifest = curate(store, tmp_path, spec, ExportOptions())
    values = json.loads((tmp_path / "manifest.json").read_text())
    assert values["marked_by_hand"] == {"kept": len(kept), "dropped": len(dropped)}
    assert "It was asked twice." in {each["note"] for each in values["selection"]["by_hand"]}
    exported = {json.loads(line)["instruction"] for line in (tmp_path / "best.jsonl").read_text().splitlines()}
    assert {row.instruction for row in store.rows.get(kept).values()} <= exported
    assert not {row.instruction for row in store.rows.get(dropped).values()} & exported
    store.marks.mark(kept, Mark.DROP)
    assert rebuild(read_manifest(tmp_path / "manifest.json"), store, tmp_path / "here.jsonl").sha256 == manifest.sha256
    with Store.open(tmp_path / "other" / "studio.duckdb") as other:
        fill(other, tmp_path / "other", ["three", "two", "one"], backwards=True)
        rebuilt = rebuild(read_manifest(tmp_path / "manifest.json"), other, tmp_path / "again.jsonl")
    assert rebuilt.path.read_bytes() == (tmp_path / "best.jsonl").read_bytes()


def test_rows_in_file_order_come_out_alike_when_the_datasets_were_loaded_in_another_order(
    store: Store, tmp_path: Path
) -> None:
    curate(store, tmp_path, replace(BY_RULE, rank_by=RankBy.ORDER, rows=100), ExportOptions())
    with Store.open(tmp_path / "other" / "studio.duckdb") as other:
        fill(other, tmp_path / "other", ["two", "three", "one"])
        rebuilt = rebuild(read_manifest(tmp_path / "manifest.json"), other, tmp_path / "again.jsonl")
    assert rebuilt.path.read_bytes() == (tmp_path / "best.jsonl").read_bytes()


def test_the_command_rebuilds_from_the_store_of_the_data_folder(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    curate(store, tmp_path, BY_RULE, ExportOptions(Layout.MESSAGES))
    store.close()
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path / "data"))
    assert main([str(tmp_path / "manifest.json")]) == 0
    assert "identical" in capsys.readouterr().out
    assert (tmp_path / "rebuilt-best.jsonl").read_bytes() == (tmp_path / "best.jsonl").read_bytes()


def test_the_manifest_keeps_only_the_scores_that_matter(store: Store, tmp_path: Path) -> None:
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions(scores=("perplexity",)))
    assert {key.indicator for key in manifest.sources[0].scorers} == set(NAMES)
    by_reward = replace(BY_RULE, rank_by=RankBy.INDICATOR, indicator="reward")
    assert curate(store, tmp_path, by_reward, ExportOptions()).sources[0].scored == {"reward": 70}
    assert read_manifest(tmp_path / "manifest.json").as_json() == (tmp_path / "manifest.json").read_text()


def test_files_are_loaded_again_by_the_columns_and_encoding_that_were_chosen(tmp_path: Path) -> None:
    packed = tmp_path / "both.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("a/rows.csv", "b/rows.csv"):
            archive.writestr(name, f"one,two,three\nOù {name} ?,Là.,À côté.\n".encode("mac-roman"))
    columns = ColumnMap("pair", instruction="one", output="three")
    paths = StudioPaths(tmp_path / "data")
    with Store.open(tmp_path / "first.duckdb") as first, Store.open(tmp_path / "again.duckdb") as again:
        report = load_files(
            first, "both", unpacked([SourceFile(packed, packed.name)]), columns, Silent(), "", "macroman"
        )
        sources = describe_sources(first, [report.dataset_id], {report.dataset_id: []})
        manifest = Manifest("best", PROFILE.name, sources, SelectionSpec(), ExportOptions(), 2, "", {})
        load_sources(manifest, [packed], again, paths)
        (batch,) = again.rows.iterate(again.datasets.all()[0].dataset_id)
    assert [(row.instruction, row.output) for _, row in batch] == [
        ("Où a/rows.csv ?", "À côté."), ("Où b/rows.csv ?", "À côté.")
    ]  # fmt: skip


def test_a_dataset_that_is_not_here_is_named(store: Store, tmp_path: Path) -> None:
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions())
    with Store.open(tmp_path / "other" / "studio.duckdb") as other:
        fill(other, tmp_path / "other", ["one", "three"])
        with pytest.raises(SelectionError, match=r"^two: This dataset \(100 rows"):
            rebuild(manifest, other, tmp_path / "again.jsonl")
    assert not (tmp_path / "again.jsonl").exists()


def test_a_dataset_that_was_changed_is_named(store: Store, tmp_path: Path) -> None:
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions())
    with Store.open(tmp_path / "other" / "studio.duckdb") as other:
        fill(other, tmp_path / "other", ["one", "three"])
        add_dataset(other, "two", rows_of("two")[1:])
        with pytest.raises(SelectionError, match=r"^two: .*different rows \(99; manifest: 100\)"):
            rebuild(manifest, other, tmp_path / "again.jsonl")


def test_missing_scores_are_named(store: Store, tmp_path: Path) -> None:
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions())
    with Store.open(tmp_path / "other" / "studio.duckdb") as other:
        fill(other, tmp_path / "other", ["one", "two"])
        add_dataset(other, "three", rows_of("three"))
        with pytest.raises(SelectionError, match=r"^three: Missing scores: .*reward \(0 of 30 rows\)"):
            rebuild(manifest, other, tmp_path / "again.jsonl")


def test_a_selection_of_partly_scored_data_can_be_rebuilt(store: Store, tmp_path: Path) -> None:
    add_dataset(store, "unscored", [Row("Who?", "", "Me.")])
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions())
    assert rebuild(manifest, store, tmp_path / "again.jsonl").sha256 == manifest.sha256


def test_other_bytes_are_said_and_kept_for_comparison(store: Store, tmp_path: Path) -> None:
    manifest = replace(curate(store, tmp_path, BY_RULE, ExportOptions()), sha256="0" * 64, versions={"duckdb": "0.1"})
    with pytest.raises(SelectionError, match=r"differs from the manifest's .* duckdb 0.1 → "):
        rebuild(manifest, store, tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").exists()


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


def test_a_saved_selection_exports_alike_after_its_dataset_was_deleted(store: Store, tmp_path: Path) -> None:
    spec = replace(BY_RULE, filters=Filters((2,)))
    candidates = find_candidates(store, spec, keys_of(store))
    outcome = weigh(run_selection(store.scores, spec, candidates, MODEL), candidates)
    sources = describe_sources(store, (2,), keys_of(store))
    record = SelectionRecord.of(outcome, PROFILE.name, sources, NAMES)
    number = store.selections.save("kept", spec.as_dict(), outcome.selection.kept, record.summary())
    assert SelectionRecord.from_saved(store.selections.get(number)) == record
    options = ExportOptions(dataset=True)
    before = export_members(
        store, store.selections.members(number), record.dataset_names, tmp_path / "before.jsonl", options
    )
    store.datasets.delete(2)
    after = export_members(
        store, store.selections.members(number), record.dataset_names, tmp_path / "after.jsonl", options
    )
    assert after.sha256 == before.sha256


def test_the_prediction_of_kept_rows_is_the_rule_at_their_mean_indicators(store: Store) -> None:
    candidates = find_candidates(store, BY_RULE, keys_of(store))
    outcome = weigh(run_selection(store.scores, BY_RULE, candidates, MODEL), candidates)
    mean = outcome.kept_rows[["reward", "output_length", "knn_distance"]].mean()
    expected = 1.0694 - 0.1498 * mean["reward"] + 8.257e-5 * mean["output_length"] - 0.9350 * mean["knn_distance"]
    assert outcome.prediction is not None
    assert outcome.prediction.kept == pytest.approx(expected)
    assert outcome.prediction.kept < outcome.prediction.random_mean - 3 * outcome.prediction.random_sd
    assert outcome.prediction.random_mean == pytest.approx(outcome.prediction.everything, abs=0.1)
    assert outcome.fates["rows"].sum() == len(candidates)


def test_overlap_is_the_shared_rows_over_those_of_either(store: Store) -> None:
    store.matrix.refresh(keys_of(store))
    rows = {name: store.browse.candidates(Filters((number,)))["row_id"] for number, name in ((1, "a"), (2, "b"))}
    (found,) = overlaps(rows)
    assert (found.first, found.second, found.shared, found.jaccard) == ("a", "b", 10, 10 / 160)


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


def test_a_manifest_of_an_older_studio_with_leftovers_rebuilds(store: Store, tmp_path: Path) -> None:
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions())
    file = tmp_path / "manifest.json"
    values = json.loads(file.read_text()) | {"version": 1}
    values["selection"] |= {"descending": True, "percent": 25.0, "min_cosine_distance": 0.4}
    del values["marked_by_hand"], values["export"]["hub"], values["selection"]["by_hand"]
    file.write_text(json.dumps(values))
    assert rebuild(read_manifest(file), store, tmp_path / "again.jsonl").sha256 == manifest.sha256


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
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
