"""Results of a job that is removed while they are taken in."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.store import Store
from jobs.queue.folder import JobFolder
from jobs.queue.taking import take_parts


def test_what_is_gone_meanwhile_is_passed_over_and_no_folder_comes_back(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path / "jobs" / "20260101-000000-abcdef")
    folder.create()
    for number in (1, 2):
        line = {
            "number": number,
            "steps": 1,
            "train_loss_nats_per_token": 1.0,
            "trained_tokens": 9,
            "tuning_seconds": 1.0,
        }
        pq.write_table(pa.Table.from_pylist([line]), folder.parts / f"tuned-{number:04d}.parquet")
    parts = folder.finished_parts()
    with Store.open(tmp_path / "studio.duckdb") as store:
        parts[0].unlink()
        assert take_parts(store, folder, parts) == 1
        folder.remove()
        assert take_parts(store, folder, parts) == 0
        assert store.parts.taken(folder.job_id) == {"tuned-0002.parquet"}
    assert list((tmp_path / "jobs").iterdir()) == []
