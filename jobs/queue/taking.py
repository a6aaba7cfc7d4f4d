"""Results on their way into the store; those that can't be read are set aside, so that they keep nothing else back."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StorageFull, StoreBusy, StoreError
from jobs.queue.folder import JobFolder

if TYPE_CHECKING:
    from core.store import Store


def take_parts(store: "Store", folder: JobFolder, parts: list[Path]) -> int:
    """Take parts in, how many lines were new: without those that can't be read, which are set aside, and those of a job
    that is being removed."""
    try:
        return store.parts.take(folder.job_id, parts)
    except (StorageFull, StoreBusy):
        raise
    except StoreError:
        from core.store.parts import unreadable

        there = [part for part in parts if part.exists()]
        damaged = [part for part in there if unreadable(part)]
        if len(there) == len(parts) and not damaged:
            raise
        for part in damaged:
            folder.set_part_aside(part)
        return store.parts.take(folder.job_id, [part for part in there if part not in damaged])
