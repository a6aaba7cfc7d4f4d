"""A dataset of the Hugging Face hub as local Parquet files."""

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.files import not_written
from core.humanize import file_size
from core.progress import Cancelled, Progress
from core.sources.network_fault import network_fault

_PART_ROWS = 50_000
_BATCH_ROWS = 1_000
TICK_SECONDS = 0.5  # between two looks at what has arrived


@dataclass(frozen=True)
class HubSource:
    """A dataset on the hub: `owner/name`, its split, and the folder for its files."""

    dataset_id: str
    split: str
    destination: Path


def hub_files(dataset_id: str, split: str, destination: Path, progress: Progress) -> list[Path]:
    """Fetch a dataset through `datasets` and write it to `destination` as Parquet.

    Args:
        dataset_id: as on the hub, `owner/name`, or `owner/name:configuration`.
        split: `train`, or a slice such as `train[:1000]`.
        destination: a folder, made where it is not there.
        progress: told rows written of rows in all.

    Raises:
        InputError: the hub can't be reached, it has no such dataset or split, or the dataset's files are elsewhere.
        Cancelled: `progress` said so; nothing stays in `destination` of what was written.
        StorageFull: the disk is full.
        StoreError: `destination` can't be written.
    """
    import datasets

    name, _, configuration = dataset_id.strip().partition(":")
    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", name, re.ASCII) or ".." in name or "//" in dataset_id:
        raise InputError("This is not a dataset id of the hub.", where=dataset_id, mend="Use owner/name.")

    def download() -> Any:
        refuse_elsewhere(_named_files(name), dataset_id)
        builder = datasets.load_dataset_builder(name, configuration or None)
        refuse_elsewhere(chain.from_iterable((builder.config.data_files or {}).values()), dataset_id)
        builder.download_and_prepare()
        return builder.as_dataset(split=split)

    try:
        table = _beside(download, name, progress)
    except (InputError, Cancelled):
        raise
    except Exception as error:  # the library raises a dozen families, from its own to the system's
        raise _told(error, dataset_id, split) from error
    folder = destination / re.sub(r"[^\w.-]+", "_", f"{name}-{configuration}-{split}")
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for start in range(0, len(table), _PART_ROWS):
            progress.update(start, len(table), f"Writing {name}")
            path = folder / f"{start // _PART_ROWS:05d}.parquet"
            part = table.select(range(start, min(start + _PART_ROWS, len(table))))
            # With content-defined chunks, Arrow 26 aborts the whole process where the disk is full.
            part.to_parquet(str(path), batch_size=_BATCH_ROWS, use_content_defined_chunking=False)
            files.append(path)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise not_written(error, "the dataset", destination) from error
        raise
    if not files:
        raise InputError("The split has no rows.", where=f"{dataset_id}, {split}", mend="Choose another split.")
    return files


def _beside(download: Callable[[], Any], name: str, progress: Progress) -> Any:
    """What `download` gives, on a thread of its own: the library tells of nothing and can't be stopped.

    Raises:
        Cancelled: `progress` said so; what is on its way still comes into the library's cache.
        Exception: what `download` raises.
    """
    found: Future[Any] = Future()

    def work() -> None:
        try:
            found.set_result(download())
        except BaseException as error:
            found.set_exception(error)

    told, before = f"Downloading {name} from the hub", _cached_bytes(name)
    progress.update(0, 0, told)
    threading.Thread(target=work, name=told, daemon=True).start()
    while not wait([found], TICK_SECONDS).done:
        arrived = _cached_bytes(name) - before
        progress.update(0, 0, f"{told}: {file_size(arrived)} so far" if arrived > 0 else told)
    return found.result()


def _cached_bytes(name: str) -> int:
    """How much of a dataset lies in the cache of the hub's client, half files too."""
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE) / f"datasets--{name.replace('/', '--')}" / "blobs"
    total = 0
    for each in folder.glob("*"):
        with suppress(OSError):  # renamed when it is whole
            total += each.stat().st_size
    return total


def refuse_elsewhere(files: Iterable[str], dataset_id: str) -> None:
    """See that a dataset's files are on the hub: its card may name any address, and any file of this computer.

    Args:
        files: paths in the dataset, or addresses; of one in an archive the archive's comes last, after "::".

    Raises:
        InputError: one is not.
    """
    for each in files:
        place = str(each).rpartition("::")[2]
        upwards = ".." in re.split(r"[/\\]", place)
        elsewhere = upwards or "://" in place or re.match(r"[/\\~]|[A-Za-z]:", place)
        if elsewhere and not place.startswith("hf://"):
            raise InputError(
                f"The dataset names a file that is not on the hub: {place[:200]}",
                where=dataset_id,
                mend="It is not asked for. Load that file by itself if you trust it.",
            )


def _named_files(name: str) -> list[str]:
    """What the dataset's card says of where its files are; nothing where it has none, or can't be had."""
    from huggingface_hub import DatasetCard

    try:
        card = DatasetCard.load(name).data.to_dict()
        configurations = [each for each in card.get("configs") or [] if isinstance(each, dict)]
    except Exception:  # what the hub is asked next tells it in words
        return []
    return [text for each in configurations for name in ("data_dir", "data_files") for text in _texts(each.get(name))]


def _texts(value: Any) -> Iterator[str]:
    """All texts in lists and objects, but for their names."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)


def _told(error: Exception, dataset_id: str, split: str) -> InputError:
    text = f"{type(error).__name__}: {error}"
    where = f"{dataset_id}, {split}"
    if isinstance(error, ValueError) and "split" in text.lower():
        return InputError(f"The dataset has no split “{split}”.", where=where, mend=f"The hub says: {str(error)[:300]}")
    if ("Config" in text and "missing" in text) or "BuilderConfig" in text:
        return InputError(
            "The dataset has several configurations.",
            where=where,
            mend=f"Write owner/name:configuration. {error}"[:500],
        )
    return network_fault(error, "The hub", where, "dataset")
