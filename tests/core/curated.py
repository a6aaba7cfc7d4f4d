"""A store of three scored datasets, and what is selected from it and exported, as the page does it."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from core.export import ExportOptions
from core.export.manifest import Manifest, make_manifest
from core.export.members import export_members, marks_along
from core.indicators.base import ScorerKey
from core.indicators.scoring import embedding_model, scorer_key
from core.models.profiles import profile
from core.rows.row import Row
from core.rules.rule import presets
from core.selection.pipeline import find_candidates, run_selection
from core.selection.select import SelectionSpec
from core.selection.source_dataset import describe_sources
from core.store import Store
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


@contextmanager
def filled_store(folder: Path) -> Iterator[Store]:
    """All three datasets in the data folder `data` of a folder."""
    with Store.open(folder / "data" / "studio.duckdb") as opened:
        fill(opened, folder, ["one", "two", "three"])
        yield opened


def curate(store: Store, folder: Path, spec: SelectionSpec, options: ExportOptions) -> Manifest:
    """Select and export as the page does, with the manifest beside the file."""
    scorers = keys_of(store)
    selection = run_selection(store.scores, spec, find_candidates(store, spec, scorers), MODEL)
    numbers = spec.filters.dataset_ids or tuple(scorers)
    sources = describe_sources(store, numbers, scorers)
    names = {source.dataset_id: source.name for source in sources}
    path = folder / f"best{options.layout.suffix}"
    by_hand = marks_along(store, selection.kept, options)
    written = export_members(store, selection.kept, names, path, options, spec.rule, by_hand=by_hand)
    manifest = make_manifest("best", PROFILE.name, sources, spec, options, written, by_hand=by_hand)
    (folder / "manifest.json").write_text(manifest.as_json(), encoding="utf-8")
    return manifest


BY_RULE = SelectionSpec(rule=RULE, rows=40)
