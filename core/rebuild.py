"""Make an exported file again from its manifest: `python -m core.rebuild manifest.json`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

from core.datasets.loading import load_files
from core.datasets.score_keys import profile_of_keys
from core.environment import read_environment
from core.errors import SelectionError, StudioError
from core.export import Written
from core.export.manifest import Manifest, read_manifest
from core.export.members import export_members
from core.formats.choices import ReadingChoices
from core.formats.columns import ColumnMap
from core.indicators.scoring import embedding_model
from core.models.profiles import profile
from core.paths import StudioPaths
from core.progress import Silent
from core.selection.pipeline import find_candidates, run_selection
from core.selection.source_dataset import SourceDataset
from core.sources.resolve import unpacked
from core.sources.source_file import SourceFile
from core.store import Store
from core.store.datasets import DatasetTables
from core.store.scores import ScoreTables
from core.values import Door, read
from core.versions import versions


def rebuild(manifest: Manifest, store: Store, output: Path) -> Written:
    """Run the manifest's selection on the same data in this store, whatever their numbers here, and write the file.

    Raises:
        SelectionError: a dataset or its scores are not here, or the file came out differently.
    """
    numbers = _numbers_here(manifest, store)
    scorers = {numbers[source.dataset_id]: source.scorers for source in manifest.sources}
    for source in manifest.sources:
        _check_scores(source, numbers[source.dataset_id], store.scores)
    candidates = find_candidates(store, manifest.spec, scorers, numbers)
    selection = run_selection(store.scores, manifest.spec, candidates, embedding_model(profile(manifest.profile)))
    members = selection.kept.assign(dataset_id=selection.kept["dataset_id"].map(numbers))
    names = {numbers[source.dataset_id]: source.name for source in manifest.sources}
    spec = manifest.spec
    written = export_members(store, members, names, output, manifest.options, spec.rule, by_hand=manifest.by_hand)
    if written.sha256 != manifest.sha256:
        raise SelectionError(
            _difference(manifest, written), where=str(output), mend="Compare it with the original file."
        )
    return written


def _numbers_here(manifest: Manifest, store: Store) -> dict[int, int]:
    """This store's number of each of the manifest's datasets, found by their fingerprints."""
    free = {each.dataset_id: each.fingerprint for each in store.datasets.all()}
    numbers = {}
    for source in manifest.sources:
        found = next((number for number, fingerprint in free.items() if fingerprint == source.fingerprint), None)
        if found is None:
            raise _not_here(source, store.datasets)
        numbers[source.dataset_id] = found
        del free[found]
    return numbers


def _not_here(source: SourceDataset, datasets: DatasetTables) -> SelectionError:
    changed = next((each for each in datasets.all() if each.name == source.name), None)
    if changed is not None:
        return SelectionError(
            f"The dataset of this name has different rows ({changed.rows:,}; manifest: {source.rows:,}).",
            where=source.name,
            mend="Load the original files, or give them with --source.",
        )
    return SelectionError(
        f"This dataset ({source.rows:,} rows, fingerprint {source.fingerprint}) is not in this data folder.",
        where=source.name,
        mend="Load its files in the app, or give them with --source.",
    )


def _check_scores(source: SourceDataset, here: int, scores: ScoreTables) -> None:
    counts = scores.counts(here, source.scorers)
    lacking = [
        f"{name} ({counts.get(name, 0):,} of {rows:,} rows)"
        for name, rows in source.scored.items()
        if counts.get(name, 0) < rows
    ]
    if lacking:
        raise SelectionError(
            f"Missing scores: {', '.join(lacking)}.",
            where=source.name,
            mend="Score the dataset on the Indicators page, or give its files with --source.",
        )


def _difference(manifest: Manifest, written: Written) -> str:
    now = versions()
    changed = [
        f"{name} {old} → {now.get(name, 'none')}" for name, old in manifest.versions.items() if now.get(name) != old
    ]
    why = f"Versions differ: {', '.join(changed)}." if changed else "All versions are the same."
    return f"The new file ({written.rows:,} rows) differs from the manifest's ({manifest.rows:,} rows). {why}"


def load_sources(manifest: Manifest, files: Sequence[Path], store: Store, paths: StudioPaths) -> None:
    """Load the given files as the manifest's datasets did and score them as it says, into a store of their own.

    Raises:
        SelectionError: a file is missing or is not the one that the manifest was made from.
    """
    from core.datasets.scoring import score_dataset
    from core.models.pool import ModelPool  # these two load torch, which a rebuild from the store does without

    given = [each for file in files for each in unpacked([SourceFile(file, file.name)])]
    by_name = {Path(each.shown_name).name: each for each in given} | {each.shown_name: each for each in given}
    pools = cache(lambda models: ModelPool(models, paths.models))
    for source in manifest.sources:
        names = source.origin.get("files", [])
        found = {name: by_name.get(name) or by_name.get(Path(name).name) for name in names}
        lacking = [Path(name).name for name, file in found.items() if file is None]
        if lacking or not names:
            raise SelectionError(
                f"Missing source files: {', '.join(lacking) or 'unknown'}.",
                where=source.name,
                mend="Give all of them with --source.",
            )
        named = source.origin.get("columns")
        columns = read(ColumnMap, named, f"{source.name}: columns", Door.FILE) if named else None
        described = source.origin.get("described", {})
        chosen = [
            replace(file, columns=tuple(described.get(name, {}).items()))
            for name, file in found.items()
            if file is not None
        ]
        choices = ReadingChoices.of_origin(source.origin, source.name)
        report = load_files(store, source.name, chosen, columns, Silent(), choices=choices)
        loaded = store.datasets.get(report.dataset_id)
        if loaded.fingerprint != source.fingerprint:
            raise _not_here(source, store.datasets)
        if source.scorers:
            models = profile_of_keys(profile(manifest.profile), source.scorers, source.fingerprint)
            if models is None:
                raise SelectionError(
                    f"The model profile {manifest.profile} has changed since the export.",
                    where=source.name,
                    mend="Rebuild it with the version of the studio that the manifest names.",
                )
            score_dataset(store.scores, loaded.dataset_id, source.scorers, pools(models))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.rebuild", description=__doc__)
    parser.add_argument("manifest", type=Path, help="the manifest.json of the export")
    parser.add_argument(
        "--source", type=Path, nargs="+", default=[], help="load and score these files instead of the stored datasets"
    )
    parser.add_argument("--output", type=Path, help="output file (default: rebuilt-NAME beside the manifest)")
    asked = parser.parse_args(arguments)
    try:
        paths = read_environment(os.environ).paths
        manifest = read_manifest(asked.manifest)
        name = f"rebuilt-{manifest.name}{manifest.options.suffix}"
        with ExitStack() as stack:
            if asked.source:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                store = stack.enter_context(Store.open(folder / "studio.duckdb"))
                load_sources(manifest, asked.source, store, paths)
            else:
                store = stack.enter_context(Store.open(paths.store))
            written = rebuild(manifest, store, asked.output or asked.manifest.with_name(name))
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{written.path}: {written.rows} rows, identical (SHA-256 {written.sha256})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
