"""Make an exported file again from its manifest: `python -m core.rebuild manifest.json`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from core.curation import export_members, run_selection
from core.errors import SelectionError, StudioError
from core.export import Written
from core.loading import SourceFile, load_files
from core.manifest import Manifest, Source, read_manifest, versions
from core.models import ModelPool
from core.paths import StudioPaths
from core.profiles import profile
from core.progress import Silent
from core.scoring import embedding_model, score_dataset
from core.store import Store


def rebuild(manifest: Manifest, store: Store, output: Path) -> Written:
    """Run the manifest's selection on the same data in this store, whatever their numbers here, and write the file.

    Raises:
        SelectionError: a dataset or its scores are not here, or the file came out differently.
    """
    numbers = {source.dataset_id: _find(source, store) for source in manifest.sources}
    scorers = {numbers[source.dataset_id]: source.scorers for source in manifest.sources}
    for source in manifest.sources:
        missing = store.missing_scores(numbers[source.dataset_id], source.scorers).num_rows
        if missing:
            raise SelectionError(
                f"{missing} of its {source.rows} rows lack scores.",
                where=source.name,
                mend="Score the dataset on the Indicators page first, or give its files with --source.",
            )
    spec = manifest.spec
    wanted = spec.filters.dataset_ids or tuple(numbers)
    spec = replace(
        spec,
        filters=spec.filters.with_datasets(numbers[each] for each in wanted),
        custom_quotas=tuple((numbers[dataset], rows) for dataset, rows in spec.custom_quotas),
    )
    selection = run_selection(store, spec, scorers, embedding_model(profile(manifest.profile)))
    written = export_members(store, selection.kept, output, manifest.options)
    if written.sha256 != manifest.sha256:
        raise SelectionError(_difference(manifest, written), where=str(output), mend="The new file was kept beside it.")
    return written


def _find(source: Source, store: Store) -> int:
    for dataset in store.datasets():
        if dataset.fingerprint == source.fingerprint:
            return dataset.dataset_id
    raise SelectionError(
        f"The dataset with fingerprint {source.fingerprint} ({source.rows} rows) is not in this store.",
        where=source.name,
        mend="Load its files in the app, or give them with --source.",
    )


def _difference(manifest: Manifest, written: Written) -> str:
    now = versions()
    changed = [
        f"{name} {old} → {now.get(name, 'none')}" for name, old in manifest.versions.items() if now.get(name) != old
    ]
    why = f"Made with other versions: {', '.join(changed)}." if changed else "The versions are the same."
    return f"The file differs from the manifest's ({written.rows} rows, {manifest.rows} expected). {why}"


def load_sources(manifest: Manifest, files: Sequence[Path], store: Store, paths: StudioPaths) -> None:
    """Load the given files as the manifest's datasets did and score them as it says, into a store of their own."""
    by_name = {file.name: file for file in files}
    models = ModelPool(profile(manifest.profile), paths.models)
    for source in manifest.sources:
        names = [each["name"] for each in source.origin.get("files", [])]
        lacking = [name for name in names if name not in by_name]
        if lacking or not names:
            raise SelectionError(
                f"Its files are not among those given: {', '.join(lacking) or 'unknown'}.",
                where=source.name,
                mend="Name them all after --source.",
            )
        load_files(store, source.name, [SourceFile(by_name[name], name) for name in names], None, Silent())
        score_dataset(store, _find(source, store), source.scorers, models)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.rebuild", description=__doc__)
    parser.add_argument("manifest", type=Path, help="the manifest.json that was exported beside the data")
    parser.add_argument(
        "--source", type=Path, nargs="+", default=[], help="load and score these files, not the store's"
    )
    parser.add_argument("--output", type=Path, help="where to write (default: rebuilt-NAME beside the manifest)")
    asked = parser.parse_args(arguments)
    paths = StudioPaths.from_environment(os.environ)
    try:
        manifest = read_manifest(asked.manifest)
        name = f"rebuilt-{manifest.name}{manifest.options.layout.suffix}"
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
    print(f"{written.path}: {written.rows} rows, the same bytes (SHA-256 {written.sha256})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
