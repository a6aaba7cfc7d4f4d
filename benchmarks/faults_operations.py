"""What is killed: each operation with the folder that it begins in, its work, and what can be seen of it afterwards."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.faults_operation import Operation, dataset_lines
from benchmarks.faults_store_operations import STORE_OPERATIONS
from benchmarks.loading import write_rows
from core.datasets import loading
from core.datasets.loading import load_files
from core.experiments.sampling import random_sets
from core.export import ExportOptions
from core.export.bundle import make_bundle
from core.finetune.settings import Precision, TuningSettings
from core.indicators.scoring import embedding_model, scorer_key
from core.models.profiles import profile
from core.paths import PROJECT, StudioPaths
from core.progress import Silent
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters
from core.selection.pipeline import curate
from core.selection.record import record_outcome
from core.selection.spec import RankBy, SelectionSpec
from core.sources.source_file import SourceFile
from core.store import Store
from jobs import worker
from jobs.client import JobClient
from jobs.experiments.experiments import Experiments
from jobs.experiments.new_experiment import NewExperiment
from jobs.queue import attempts
from jobs.queue.folder import JobFolder, folders
from jobs.queue.heartbeat import Heartbeat
from jobs.scoring.enqueue import enqueue_scoring
from tests.jobs.studio import MANY, SHORT, Studio, stored_scores
from tests.scored_store import take_embeddings, take_scores

MODELS = PROJECT / "data" / "models"
INDICATORS = ["output_length", "output_words", "mtld", "knn_distance"]
LOADED_ROWS, BATCH_ROWS, BROKEN_EVERY = 6_000, 1_000, 300
SCORED_ROWS, CHUNK_ROWS = 240, 6
EXPORTED_ROWS, KEPT_ROWS = 6_000, 4_000
EXAMPLES = [EvaluationExample("Name a primary colour.", "", ("Red is one of the three primary colours.", "Blue."))]


class Load(Operation):
    """Rows with duplicates and broken lines go in six batches into a store that has a dataset already."""

    name = "load"

    def prepare(self, root: Path) -> None:
        write_rows(root / "before.jsonl", 1_000, seed=1)
        write_rows(root / "new.jsonl", LOADED_ROWS, seed=2)
        lines = (root / "new.jsonl").read_text("utf-8").splitlines()
        lines[::BROKEN_EVERY] = [line[:-5] for line in lines[::BROKEN_EVERY]]
        (root / "new.jsonl").write_text("\n".join(lines), "utf-8")
        self._load(root, "before")

    def work(self, root: Path) -> None:
        self._load(root, "new")

    def look(self, root: Path) -> list[str]:
        with Store.open(StudioPaths(root).store) as store:
            return [line for each in store.datasets.all() for line in dataset_lines(store, each.dataset_id)]

    def _load(self, root: Path, name: str) -> None:
        loading.BATCH_ROWS = BATCH_ROWS
        with Store.open(StudioPaths(root).store) as store:
            if name not in {each.name for each in store.datasets.all()}:
                load_files(store, name, [SourceFile(root / f"{name}.jsonl", f"{name}.jsonl")], None, Silent())


class Score(Operation):
    """A worker scores rows: lengths and MTLD step by step, then the distances between all of them."""

    name = "score"
    kills_each = 3

    def prepare(self, root: Path) -> None:
        studio, number = with_embedded_rows(root, SCORED_ROWS, seed=3)
        self._enqueue(studio, number)
        studio.close()

    def work(self, root: Path) -> None:
        finish_jobs(root)

    def look(self, root: Path) -> list[str]:
        paths = StudioPaths(root)
        with Store.open(paths.store) as store:
            JobClient(paths).take_in(store)
        return _score_lines(root)

    def _enqueue(self, studio: Studio, number: int) -> None:
        studio.enqueue(number, INDICATORS, chunk_rows=CHUNK_ROWS)


class Enqueue(Score):
    """The app takes what is to be scored out of the store and queues it; then, as a user would, once more."""

    name = "enqueue"
    kills_each = 1

    def work(self, root: Path) -> None:
        paths = StudioPaths(root)
        client = JobClient(paths)
        with Store.open(paths.store) as store:
            dataset = store.datasets.all()[0]
            keys = [scorer_key(name, profile("embedded"), dataset.fingerprint) for name in INDICATORS]
            enqueue_scoring(client, store, dataset.dataset_id, keys, "embedded")
        client.close()

    def look(self, root: Path) -> list[str]:
        paths = StudioPaths(root)
        client = JobClient(paths)
        queued = [f"job {job.title}" for job in client.jobs()]
        client.close()
        with Store.open(paths.store) as store:
            return queued + [line for each in store.datasets.all() for line in dataset_lines(store, each.dataset_id)]

    def _enqueue(self, studio: Studio, number: int) -> None:
        """That is what is killed."""


class TakeIn(Score):
    """The app takes what a worker has finished into the store."""

    name = "take in"
    kills_each = 1

    def prepare(self, root: Path) -> None:
        super().prepare(root)
        pid = os.fork()
        if pid == 0:
            super().work(root)
            os._exit(0)
        os.waitpid(pid, 0)

    def work(self, root: Path) -> None:
        paths = StudioPaths(root)
        with Store.open(paths.store) as store:
            JobClient(paths).take_in(store)

    def look(self, root: Path) -> list[str]:
        Store.open(StudioPaths(root).store).close()
        return _score_lines(root)


class Export(Operation):
    """The best rows go into files where an export of the same name, of other rows, stands already."""

    name = "export"
    rows, kept = EXPORTED_ROWS, KEPT_ROWS

    def prepare(self, root: Path) -> None:
        write_rows(root / "rows.jsonl", self.rows, seed=4)
        with Store.open(StudioPaths(root).store) as store:
            source = SourceFile(root / "rows.jsonl", "rows.jsonl")
            number = load_files(store, "rows", [source], None, Silent()).dataset_id
            rows = [row for batch in store.rows.iterate(number) for _, row in batch]
            keys = [scorer_key("output_words", profile("embedded"), "")]
            take_scores(store, root, "words", rows, keys, {"output_words": [float(len(row.output)) for row in rows]})
        self._export(root, ExportOptions())

    def work(self, root: Path) -> None:
        self._export(root, ExportOptions(scores=("output_words",)))

    def look(self, root: Path) -> list[str]:
        exports = root / "exports"
        begun = ".unfinished-"
        files = [each for each in exports.rglob("*") if each.is_file() and begun not in str(each.relative_to(exports))]
        return sorted(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files)

    def _export(self, root: Path, options: ExportOptions) -> None:
        spec = SelectionSpec(
            rank_by=RankBy.INDICATOR, indicator="output_words", descending=True, rows=self.kept, seed=1
        )
        with Store.open(StudioPaths(root).store) as store:
            keys = {store.datasets.all()[0].dataset_id: [scorer_key("output_words", profile("embedded"), "")]}
            outcome = curate(store, spec, keys, embedding_model(profile("embedded")), Silent())
            record = record_outcome(store, outcome, "embedded", keys)
            make_bundle(store, "best", record, outcome.selection.kept, options, root / "exports", Silent())


class Tune(Operation):
    """A worker tunes the embedded model on six rows, a checkpoint after every step, and measures its losses."""

    name = "tune"
    kills_each = 2
    patience_seconds = 300.0

    def prepare(self, root: Path) -> None:
        studio = Studio(root, MODELS)
        studio.make_queue()
        studio.dataset("pool", [*SHORT, *MANY])
        studio.store.matrix.refresh({each.dataset_id: [] for each in studio.store.datasets.all()})
        pool = studio.store.browse.candidates(Filters())[["dataset_id", "row_id"]]
        tuning = TuningSettings(Precision.BF16, epochs=1, batch_size=2, max_tokens=48)
        sets = random_sets(pool, 1, 6, seed=3)
        wanted = NewExperiment("Colours", "embedded", sets, tuning, "one", EXAMPLES, max_evaluation_tokens=32)
        Experiments(studio.client).start(studio.store, wanted)
        studio.close()

    def work(self, root: Path) -> None:
        from core.finetune import run as tuning

        tuning.CHECKPOINT_SECONDS = 0.0
        sets = [JobFolder(self._job(root).path / "sets" / number) for number in ("0000", "0001")]
        run_worker(root, lambda: all(each.state().stage == "done" for each in sets))

    def look(self, root: Path) -> list[str]:
        paths, job = StudioPaths(root), self._job(root).job_id
        with Store.open(paths.store) as store:
            JobClient(paths).take_in(store)
            losses = store.experiments.example_losses(job).itertuples(index=False)
            return sorted(" ".join(map(str, line)) for line in losses)

    def _job(self, root: Path) -> JobFolder:
        return next(folders(StudioPaths(root).jobs))


OPERATIONS: tuple[Operation, ...] = (Load(), Score(), Enqueue(), TakeIn(), Export(), Tune(), *STORE_OPERATIONS)


def run_worker(root: Path, done: Callable[[], bool]) -> None:
    """Be the worker of a data folder, as `python -m jobs.worker` is, until a condition holds; then stop."""

    def watch() -> None:
        while Heartbeat(StudioPaths(root).jobs).state().pid != os.getpid() or not done():
            time.sleep(0.02)  # one that is only just starting may miss the signal
        os.kill(os.getpid(), signal.SIGINT)

    attempts.MOST_KILLED = 1_000  # it is killed at any moment here, not by what it is at
    os.environ["STUDIO_DATA"] = str(root)
    threading.Thread(target=watch, daemon=True).start()
    worker.main()


def with_embedded_rows(root: Path, rows: int, seed: int) -> tuple[Studio, int]:
    """A studio with a queue and one dataset of such rows, which have embeddings; and the dataset's number."""
    write_rows(root / "rows.jsonl", rows, seed=seed)
    studio = Studio(root, MODELS)
    studio.make_queue()
    number = load_files(
        studio.store, "rows", [SourceFile(root / "rows.jsonl", "rows.jsonl")], None, Silent()
    ).dataset_id
    embed(studio.store, root, number)
    return studio, number


def finish_jobs(root: Path) -> None:
    """A worker until all jobs of the folder are done."""
    run_worker(root, lambda: all(folder.state().stage == "done" for folder in folders(StudioPaths(root).jobs)))


def embed(store: Store, root: Path, number: int) -> None:
    """Embeddings that are known already, so that no model is loaded: unit vectors made of the rows' own keys."""
    import numpy as np

    rows = [row for batch in store.rows.iterate(number) for _, row in batch]
    vectors = np.stack([np.random.default_rng(int(row.key, 16)).normal(size=384) for row in rows])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    take_embeddings(store, root, "known", rows, embedding_model(profile("embedded")), vectors)


def _score_lines(root: Path) -> list[str]:
    return [" ".join(map(str, line)) for line in stored_scores(StudioPaths(root).store, 1)]
