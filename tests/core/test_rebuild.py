"""From its manifest an export is made again, byte for byte, also in another store; what stands in the way is named."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.datasets.loading import load_files
from core.errors import SelectionError
from core.export import ExportOptions, Layout
from core.export.manifest import Manifest, read_manifest
from core.formats.choices import ReadingChoices
from core.formats.columns import ColumnMap
from core.paths import StudioPaths
from core.progress import Silent
from core.rebuild import load_sources, main, rebuild
from core.rows.filters import Filters, KeySet
from core.rows.marks import Mark
from core.rows.row import Row
from core.selection.pipeline import settle
from core.selection.select import Diversity, Quotas, RankBy, SelectionSpec
from core.selection.source_dataset import describe_sources
from core.sources.resolve import unpacked
from core.sources.source_file import SourceFile
from core.store import Store
from core.store.score_matrix import PREDICTED
from tests.core.curated import (
    BY_RULE,
    PROFILE,
    SHARED,
    curate,
    fill,
    filled_store,
    keys_of,
    rows_of,
)
from tests.scored_store import add_dataset

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
    "by a way": SelectionSpec(rank_by=RankBy.WAY, way="random", rows=30, seed=3),
    "within a budget of tokens": replace(BY_RULE, rows=None, tokens=2_000),
    "two datasets": replace(BY_RULE, filters=Filters((3, 2)), percent=30.0, rows=None),
    "a filter on the prediction": replace(
        BY_RULE, rank_by=RankBy.RANDOM, filters=Filters().with_range(PREDICTED, None, 1.0)
    ),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with filled_store(tmp_path) as opened:
        yield opened


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


@pytest.mark.parametrize("layout", [Layout.ALPACA, Layout.CSV])
def test_marks_notes_and_tags_of_the_export_are_those_of_its_rebuild(
    layout: Layout, store: Store, tmp_path: Path
) -> None:
    store.matrix.refresh(keys_of(store))
    row_id = int(store.browse.candidates(Filters())["row_id"].iloc[0])
    store.marks.mark([row_id], Mark.KEEP, "Clear.", tags=["math", "easy"])
    spec = settle(store, BY_RULE, keys_of(store))
    store.marks.mark([row_id], tags=["after selecting"])
    manifest = curate(store, tmp_path, spec, ExportOptions(layout, marks=True))
    file = tmp_path / f"best{layout.suffix}"
    lines = pd.read_csv(file) if layout is Layout.CSV else pd.read_json(file, lines=True)
    asked = next(iter(store.rows.get([row_id]).values())).instruction
    (line,) = lines[lines["instruction"] == asked].fillna("").to_dict("records")
    assert (line["mark"], line["note"], line["tags"]) == ("keep", "Clear.", "math, easy, after selecting")
    assert set(lines[lines["instruction"] != asked]["tags"].fillna("")) == {""}
    store.marks.mark([row_id], Mark.DROP, untag=["math"])
    again = tmp_path / f"again{layout.suffix}"
    assert rebuild(read_manifest(tmp_path / "manifest.json"), store, again).sha256 == manifest.sha256


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


def test_files_are_loaded_again_by_the_columns_and_encoding_that_were_chosen(tmp_path: Path) -> None:
    packed = tmp_path / "both.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("a/rows.csv", "b/rows.csv"):
            archive.writestr(name, f"one,two,three\nOù {name} ?,Là.,À côté.\n".encode("mac-roman"))
    columns = ColumnMap("pair", instruction="one", output="three")
    paths = StudioPaths(tmp_path / "data")
    with Store.open(tmp_path / "first.duckdb") as first, Store.open(tmp_path / "again.duckdb") as again:
        report = load_files(
            first,
            "both",
            unpacked([SourceFile(packed, packed.name)]),
            columns,
            Silent(),
            choices=ReadingChoices("mac-roman"),
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


def test_a_manifest_of_an_older_studio_with_leftovers_rebuilds(store: Store, tmp_path: Path) -> None:
    manifest = curate(store, tmp_path, BY_RULE, ExportOptions())
    file = tmp_path / "manifest.json"
    values = json.loads(file.read_text()) | {"version": 1}
    values["selection"] |= {"descending": True, "percent": 25.0, "min_cosine_distance": 0.4}
    del values["marked_by_hand"], values["export"]["hub"], values["selection"]["by_hand"]
    file.write_text(json.dumps(values))
    assert rebuild(read_manifest(file), store, tmp_path / "again.jsonl").sha256 == manifest.sha256
