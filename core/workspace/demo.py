"""The demo data that come with the studio: three datasets of different care, and an evaluation set."""

from core.datasets.loading import load_files
from core.errors import InputError
from core.paths import DEMO
from core.progress import Silent
from core.rows.evaluation_set import EvaluationExample, from_lines
from core.sources.source_file import SourceFile
from core.store import Dataset, Store
from core.store.evaluation_sets import EvaluationTables
from core.workspace.demo_scores import EMBEDDINGS, FOLDER, SCORES, take_demo_scores

DESCRIPTIONS = {
    "handbook": "Demo. Carefully written: nearly all responses are good.",
    "forum": "Demo. Mixed quality: good responses and curt, rambling or wrong ones.",
    "scrape": "Demo. Mostly bad: garbled, repetitive, truncated or off-topic responses.",
}
EVALUATION = "demo evaluation"


def load_demo(store: Store) -> None:
    """Load the three demo datasets, with the scores that come along.

    Raises:
        InputError: a file of them is gone.
    """
    if not _is_there():
        raise InputError("The demo data are gone.", where="data/demo", mend="Put the studio's folder data/demo back.")
    load_demo_datasets(store)
    take_demo_scores(store)


def load_demo_datasets(store: Store) -> None:
    """Load the three demo datasets, not scored."""
    for name, description in DESCRIPTIONS.items():
        path = DEMO / f"{name}.jsonl"
        load_files(store, name, [SourceFile(path, path.name)], None, Silent(), description=description)


def is_demo(dataset: Dataset) -> bool:
    """Whether a dataset is one of the demo's, as it was loaded."""
    return DESCRIPTIONS.get(dataset.name) == dataset.description


def load_demo_once(store: Store) -> None:
    """Give a new store the demo data, and one without evaluation sets the demo's; what was deleted stays so.

    Where the demo's own files are gone, as by deleting the whole folder `data`, the store stays without until they
    are back.
    """
    if not _is_there():
        return
    if not store.settings.get("demo_loaded", False):
        load_demo(store)
        store.settings.set("demo_loaded", True)
    if not store.settings.get("demo_evaluation_loaded", False):
        load_demo_evaluation(store.evaluation_sets)
        store.settings.set("demo_evaluation_loaded", True)


def load_demo_evaluation(evaluation_sets: EvaluationTables) -> None:
    """Keep the demo evaluation set, where there is none of that name."""
    if EVALUATION not in {each.name for each in evaluation_sets.all()}:
        evaluation_sets.add(
            EVALUATION,
            demo_evaluation(),
            "Demo. Written for the studio; shares no instructions with the demo datasets.",
        )


def demo_evaluation() -> list[EvaluationExample]:
    """The demo evaluation set."""
    return from_lines((DEMO / "evaluation.jsonl").read_text("utf-8"))


def _is_there() -> bool:
    """Whether all files of the demo lie where they came with the studio."""
    tables = [DEMO / f"{name}.jsonl" for name in (*DESCRIPTIONS, "evaluation")]
    return all(path.is_file() for path in (*tables, FOLDER / SCORES, FOLDER / EMBEDDINGS))
