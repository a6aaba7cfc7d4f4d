"""The part of a scoring job that depends on a target: a model is tuned a little, then rows are measured with it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import JobError
from core.indicators import indicator
from core.indicators.base import Scope
from core.indicators.target import Measure, TargetedPool
from core.models.pool import ModelPool
from core.models.threads import use_free_cores
from core.progress import WithoutBar
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row
from jobs.queue.durable import DurableStep
from jobs.queue.folder import JobFolder, job_file, raising_storage_full
from jobs.queue.progress import JobProgress
from jobs.queue.tables import naming_damaged_tables
from jobs.scoring.chunks import TEXTS, rows_of, write_scores
from jobs.scoring.spec import ScoringSpec

_GUIDE, _ROWS = "guide.jsonl", "targeted.parquet"


@dataclass(frozen=True)
class TargetedRows:
    """The rows of the job's dataset, short ones first, and which of them lack a score."""

    rows: tuple[Row, ...]
    keys: tuple[str, ...]
    lacking: tuple[frozenset[str], ...]

    def without(self, name: str) -> list[int]:
        """Places of the rows that lack an indicator."""
        return [place for place, names in enumerate(self.lacking) if name in names]

    def characters(self, places: Sequence[int]) -> int:
        """Of text in some rows, the measure of the work."""
        return sum(len(self.rows[place].prompt) + len(self.rows[place].output) for place in places)


def write_targeted(
    folder: JobFolder, rows: Sequence[Row], lacking: dict[str, set[str]], guide: Sequence[EvaluationExample]
) -> int:
    """Write what targeted indicators need: the whole dataset with what each row lacks, and the guide questions.

    Args:
        rows: of the dataset.
        lacking: by key, the targeted indicators that a row lacks.

    Returns: how many scores are lacking.
    """
    ordered = sorted(rows, key=lambda row: len(row.prompt) + len(row.output))
    keys = [row.key for row in ordered]
    columns = {name: pa.array([getattr(row, name) for row in ordered], pa.string()) for name in TEXTS}
    names = [",".join(sorted(lacking.get(key, ()))) for key in keys]
    table = pa.table({"key": pa.array(keys, pa.string()), **columns, "lacking": pa.array(names, pa.string())})
    with job_file(folder.input / _ROWS) as file:
        pq.write_table(table, file, compression="zstd")
    with job_file(folder.input / _GUIDE) as file:
        file.write_text("".join(json.dumps(asdict(each)) + "\n" for each in guide), "utf-8")
    return sum(map(len, lacking.values()))


def read_targeted(folder: JobFolder) -> TargetedRows:
    """What `write_targeted` wrote of the rows.

    Raises:
        JobError: the input is gone or damaged.
    """
    with naming_damaged_tables(folder):
        table = pq.read_table(folder.input / _ROWS)
    names = (frozenset(filter(None, each.split(","))) for each in table["lacking"].to_pylist())
    return TargetedRows(tuple(rows_of(table)), tuple(table["key"].to_pylist()), tuple(names))


def _read_guide(folder: JobFolder) -> list[EvaluationExample]:
    try:
        lines = (folder.input / _GUIDE).read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines]
        return [EvaluationExample(each["instruction"], each["input"], tuple(each["outputs"])) for each in told]
    except (OSError, ValueError) as error:
        raise JobError(
            "A file of this job is missing or damaged.", where=str(folder.path), mend="Start the job again."
        ) from error


class TargetedScoring:
    """The targeted indicators of a scoring job, one after the other, so that one tuned model is loaded at a time."""

    def __init__(self, folder: JobFolder, spec: ScoringSpec, cache: Path) -> None:
        self._folder, self._spec, self._cache = folder, spec, cache
        self._names = [name for name in spec.indicators if indicator(name).scope is Scope.TARGET]
        self._found = read_targeted(folder) if self._names else TargetedRows((), (), ())
        self._measure: Measure | None = None

    @property
    def characters(self) -> int:
        """Of text that is read, the measure of the work."""
        return sum(self._found.characters(self._found.without(name)) for name in self._names)

    def run(self, step: DurableStep, models: ModelPool, progress: JobProgress) -> None:
        """Compute what is missing.

        Raises:
            Cancelled: the user has cancelled the job.
            StudioError: what stops it, in words for the user.
        """
        for name in self._names:
            self._measure = None
            progress.begin("scoring", message=f"{indicator(name).title}: loading the language model")
            step(f"prepare-{name}", partial(self._prepare, name, models, progress))
            for part, places in self._chunks(name):
                ready = (self._folder.parts / part).exists()
                step(part, partial(self._score, name, models, progress, part, places))
                progress.finish(len(places), self._found.characters(places), computed=not ready)

    def _chunks(self, name: str) -> Iterator[tuple[str, list[int]]]:
        """Names of parts, each with the places of its rows; always the same."""
        places: list[int] = []
        number = 0
        for place in self._found.without(name):
            some = [*places, place]
            full = len(some) > self._spec.chunk_rows or self._found.characters(some) > self._spec.chunk_characters
            if places and full:
                yield f"scores-{name}-{number:05d}.parquet", places
                number, some = number + 1, [place]
            places = some
        if places:
            yield f"scores-{name}-{number:05d}.parquet", places

    def _prepare(self, name: str, models: ModelPool, progress: JobProgress) -> int:
        """Tune, and get ready to measure; where an earlier run has tuned, only the latter."""
        targeted = indicator(name).targeted
        assert targeted is not None
        use_free_cores()
        with raising_storage_full(self._cache):
            self._cache.mkdir(parents=True, exist_ok=True)
            self._measure = targeted.prepare(
                TargetedPool(
                    models,
                    self._found.rows,
                    _read_guide(self._folder),
                    self._cache,
                    self._spec.max_gradient_bytes,
                    WithoutBar(progress),
                    self._folder.log,
                )
            )
        return len(self._found.rows)

    def _score(self, name: str, models: ModelPool, progress: JobProgress, part: str, places: list[int]) -> int:
        """Measure one chunk and write its part."""
        progress.raise_if_cancelled()
        if (self._folder.parts / part).exists():
            return len(places)
        if self._measure is None:  # an earlier run had prepared
            self._prepare(name, models, progress)
        assert self._measure is not None
        use_free_cores()
        progress.begin("scoring", len(places), self._found.characters(places))
        with raising_storage_full(self._cache):
            values = self._measure([self._found.rows[i] for i in places], progress)
        write_scores(self._folder, part, [self._found.keys[i] for i in places], {name: values}, self._spec)
        return len(places)
