"""Influence and loss drop belong to a target: its guide part alone is read, and scores of two targets never mix."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from core.errors import InputError
from core.indicators import built_in
from core.indicators.target import Measure, Targeted, TargetedPool
from core.paths import StudioPaths
from core.progress import Cancelled, Progress
from core.rows.evaluation_parts import split
from core.rows.evaluation_set import EvaluationExample, digest_of
from core.rows.row import Row
from jobs.api import Studio
from jobs.client import JobClient
from jobs.queue.folder import JobFolder
from jobs.queue.resources import Models
from jobs.scoring.enqueue import new_scoring_folder
from jobs.scoring.job import ScoringJob
from jobs.scoring.spec import ScoringSpec
from tests.jobs.shell import Shell
from tests.jobs.studio import SHORT, start_worker, until
from tests.scored_store import add_dataset, take_scores
from tests.worker_forks import WorkerForks

QUESTIONS = [EvaluationExample(f"What is {i} and {i}?", "", (f"It is {2 * i}.", f"{2 * i}")) for i in range(12)]


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio.open(tmp_path) as studio:
        for each in studio.session.store.evaluation_sets.all():
            studio.evaluation_sets.delete(each.evaluation_set_id)
        yield studio


@pytest.fixture
def dataset(studio: Studio) -> int:
    return add_dataset(studio.session.store, "short", SHORT).dataset_id


class Prepared:
    """Stands for a tuning: counts how often it is begun, and what it was shown."""

    def __init__(self) -> None:
        self.pools: list[TargetedPool] = []
        self.measured: list[str] = []
        self.stop_after = 10**9

    def __call__(self, pool: TargetedPool) -> Measure:
        self.pools.append(pool)

        def measure(rows: Sequence[Row], progress: Progress) -> np.ndarray:
            if len(self.measured) >= self.stop_after:
                raise Cancelled
            self.measured += [row.key for row in rows]
            return np.array([len(row.output) for row in rows], float)

        return measure


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """In the place of the tuning and gradients of influence."""
    prepared = Prepared()
    about = built_in()["influence"]
    targeted = Targeted(prepared, of_pool=True, needs_told=())
    monkeypatch.setitem(built_in(), "influence", replace(about, targeted=targeted))
    return prepared


def folder_of(studio: Studio, dataset: int, *names: str) -> JobFolder | None:
    keys = studio.session.wanted_scorers(names)[dataset]
    return new_scoring_folder(studio.session.store, studio.paths.jobs, dataset, keys, "embedded", studio.session.target)


def run(folder: JobFolder, models: Path, cache: Path) -> None:
    ScoringJob(folder, Models(models), lambda: False, cache=cache).run(lambda name, work: work())


def test_the_job_reads_the_guide_part_alone_and_all_rows_of_the_dataset(
    studio: Studio, dataset: int, prepared: Prepared, models_dir: Path, tmp_path: Path
) -> None:
    studio.evaluation_sets.add("sums", QUESTIONS)
    folder = folder_of(studio, dataset, "influence", "output_words")
    assert folder is not None
    run(folder, models_dir, tmp_path / "cache")
    (pool,) = prepared.pools
    assert tuple(pool.guide) == split(QUESTIONS).guide
    assert 0 < len(pool.guide) < len(QUESTIONS)
    assert {row.key for row in pool.rows} == {row.key for row in SHORT}
    studio.session.store.parts.take(folder.job_id, folder.finished_parts())
    studio.refresh()
    scored = studio.scores.table(dataset)
    assert sorted(scored["influence"]) == sorted(len(row.output) for row in SHORT)
    assert scored["output_words"].notna().all()
    assert folder.state().done == len(SHORT)


def test_a_job_that_was_stopped_goes_on_with_the_rows_that_are_left(
    studio: Studio, dataset: int, prepared: Prepared, models_dir: Path, tmp_path: Path
) -> None:
    studio.evaluation_sets.add("sums", QUESTIONS)
    folder = folder_of(studio, dataset, "influence")
    assert folder is not None
    folder.write_spec(replace(ScoringSpec.from_dict(folder.spec()), chunk_rows=3).as_dict())
    prepared.stop_after = 3
    with pytest.raises(Cancelled):
        run(folder, models_dir, tmp_path / "cache")
    assert [part.name for part in folder.finished_parts()] == ["scores-influence-00000.parquet"]
    prepared.stop_after = 10**9
    run(folder, models_dir, tmp_path / "cache")
    assert sorted(prepared.measured) == sorted(row.key for row in SHORT)
    assert [pq.read_table(part).num_rows for part in folder.finished_parts()] == [3, 3, 2]
    studio.session.store.parts.take(folder.job_id, folder.finished_parts()[:1])
    again = folder_of(studio, dataset, "influence")
    assert again is not None and ScoringSpec.from_dict(again.spec()).targeted_rows == len(SHORT) - 3
    run(again, models_dir, tmp_path / "cache")
    assert {row.key for row in prepared.pools[-1].rows} == {row.key for row in SHORT}


def test_scores_of_two_targets_never_mix(studio: Studio, dataset: int, tmp_path: Path) -> None:
    studio.evaluation_sets.add("sums", QUESTIONS)
    studio.evaluation_sets.add("colours", [EvaluationExample(f"Colour {i}?", "", ("Red.",)) for i in range(9)])
    assert studio.scores.target == "sums"
    (key,) = studio.session.wanted_scorers(["influence"])[dataset]
    assert json.loads(key.settings)["guide"] == digest_of(split(QUESTIONS).guide)
    take_scores(studio.session.store, tmp_path, "a", SHORT, [key], {"influence": [0.5] * len(SHORT)})
    studio.refresh()
    assert studio.scores.table(dataset)["influence"].tolist() == [0.5] * len(SHORT)
    assert not studio.scores.missing(dataset, indicators=["influence"])
    studio.scores.choose_target("colours")
    assert studio.scores.table(dataset)["influence"].isna().all()
    assert studio.scores.missing(dataset, indicators=["influence"]) == {"influence": len(SHORT)}
    studio.scores.choose_target("sums")
    assert studio.scores.table(dataset)["influence"].tolist() == [0.5] * len(SHORT)


def test_influence_depends_on_the_dataset_that_warms_up_and_loss_drop_does_not(studio: Studio, dataset: int) -> None:
    studio.evaluation_sets.add("sums", QUESTIONS)
    other = add_dataset(studio.session.store, "fewer", SHORT[:5]).dataset_id
    keys = studio.session.wanted_scorers(["influence", "loss_drop"])
    (here, drop), (there, same) = keys[dataset], keys[other]
    assert here != there and drop == same


def test_targeted_indicators_are_scored_where_they_are_named(studio: Studio, dataset: int) -> None:
    assert not {"influence", "loss_drop"} & studio.scores.missing(dataset).keys()
    with pytest.raises(InputError, match="Influence needs a target"):
        studio.scores.missing(dataset, indicators=["influence"])
    studio.evaluation_sets.add("one", QUESTIONS[:1])
    with pytest.raises(InputError, match="guide part of this evaluation set is empty"):
        studio.scores.score(dataset, indicators=["loss_drop"])
    assert not {"influence", "loss_drop"} & studio.scores.missing(dataset).keys()


@pytest.fixture
def served(shell: Shell, forks: WorkerForks | None) -> Iterator[Shell]:
    """A shell whose commands find a worker that runs already."""
    paths = StudioPaths(shell.root)
    worker = start_worker(shell.root / "worker.log", forks, STUDIO_DATA=str(shell.root))
    with closing(JobClient(paths)) as client:
        until(lambda: client.worker_alive().alive, "a worker lives")
    yield shell
    worker.kill()
    worker.wait()


def test_a_real_model_scores_against_two_targets_and_reads_rows_once(served: Shell, tmp_path: Path) -> None:
    shell = served
    rows, sums, colours = (tmp_path / f"{name}.jsonl" for name in ("aimed", "sums", "colours"))
    rows.write_text("".join(json.dumps({"instruction": r.prompt, "output": r.output}) + "\n" for r in SHORT[:5]))
    for file, asked in ((sums, "What is {i} and {i}?"), (colours, "Colour {i}?")):
        told = ({"instruction": asked.format(i=i), "output": f"It is {i}."} for i in range(6))
        file.write_text("".join(json.dumps(each) + "\n" for each in told))
    shell.json("load", str(rows))
    shell.json("load", str(sums), "--evaluation")
    shell.json("load", str(colours), "--evaluation")
    first = shell.json("score", "aimed", "--indicators", "influence", "loss_drop", "--target", "sums")
    (kept,) = (shell.root / "influence").rglob("gradients.bin")
    written = kept.stat()
    second = shell.json("score", "aimed", "--indicators", "influence", "--target", "colours")
    assert (first["new"], second["new"]) == (10, 5)
    assert (kept.stat().st_size, kept.stat().st_mtime_ns) == (written.st_size, written.st_mtime_ns)
    means = [each["datasets"][0]["influence"] for each in (first, second)]
    assert means[0] != means[1] and all(-1 <= each <= 1 for each in means)
    assert shell.json("score", "aimed", "--indicators", "influence", "loss_drop", "--target", "sums") == {
        **first,
        "new": 0,
    }
    assert shell.json("score", "--forget-gradients")["kept_bytes"] > written.st_size
    assert shell.json("score", "--forget-gradients", "--yes")["kept_bytes"] == 0
    assert not kept.exists()
