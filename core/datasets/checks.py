"""What should not be trained on, looked for in the store: rows that repeat others, and rows that give the exam away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.datasets.contamination import NEAR_SIMILARITY, EvaluationPrompts
from core.datasets.near_duplicates import Member, NearDuplicates, find_near_duplicates
from core.humanize import counted
from core.progress import Progress
from core.rows.filters import KeySet
from core.rows.row import Row
from core.store import Store
from core.store.rows import RowTables

BATCH = 2_000


@dataclass(frozen=True)
class ContaminatedRow:
    """A row that asks what an example of an evaluation set asks; `similarity` 1 for the same words in order."""

    row: Member
    evaluation_set_id: int
    example: int
    similarity: float


@dataclass(frozen=True)
class ContaminationReport:
    """What was found among so many rows, looked through for so many evaluation questions."""

    found: tuple[ContaminatedRow, ...]
    rows: int
    questions: int
    threshold: float

    @property
    def exact(self) -> int:
        """How many rows ask in the same words in order."""
        return sum(each.similarity >= 1.0 for each in self.found)

    @property
    def ratio(self) -> float:
        return len(self.found) / max(1, self.rows)

    @property
    def title(self) -> str:
        """What the rows are, for the user."""
        return f"Contamination ≥ {self.threshold:.2f}"

    @property
    def row_ids(self) -> tuple[int, ...]:
        """The rows that could be left out."""
        return tuple(dict.fromkeys(each.row.row_id for each in self.found))


def found_rows(rows: RowTables, title: str, row_ids: Sequence[int]) -> KeySet:
    """Rows that were found, by their keys, as a filter leaves them out."""
    return KeySet(title, tuple(sorted(rows.keys(row_ids).values())), outside=True)


def near_duplicates_in(
    store: Store, dataset_ids: Sequence[int], threshold: float, progress: Progress
) -> NearDuplicates:
    """Near-duplicates within and across datasets: of rows that are alike, that of the first dataset stays.

    Raises:
        StoreError: a dataset is not here any more.
        Cancelled: `progress` said so.
    """
    total = sum(store.datasets.get(each).rows for each in dataset_ids)
    members = (pair for batch in _members(store.rows, dataset_ids) for pair in batch)
    return find_near_duplicates(members, total, threshold, progress)


def contamination_in(
    store: Store,
    dataset_ids: Sequence[int],
    evaluation_set_ids: Sequence[int],
    progress: Progress,
    threshold: float = NEAR_SIMILARITY,
) -> ContaminationReport:
    """Rows that ask what an evaluation set asks.

    Args:
        threshold: cosine of the questions' weighted words from which they count as the same, or where that is more
            than `CONTAINED`, share of a question's runs of words that a prompt contains.

    Raises:
        StoreError: a dataset is not here any more.
        Cancelled: `progress` said so.
    """
    asked = [
        (number, place, example)
        for number in evaluation_set_ids
        for place, example in enumerate(store.evaluation_sets.examples(number))
    ]
    prompts = EvaluationPrompts([example for _, _, example in asked], threshold)
    total = sum(store.datasets.get(each).rows for each in dataset_ids)
    found: list[ContaminatedRow] = []
    done = 0
    for batch in _members(store.rows, dataset_ids):
        for each in prompts.find([row.prompt for _, row in batch]):
            number, place, _ = asked[each.example]
            found.append(ContaminatedRow(batch[each.row][0], number, place, each.similarity))
        done += len(batch)
        progress.update(done, total, f"Finding contamination: {counted(len(found), 'row')} so far")
    return ContaminationReport(tuple(found), total, len(asked), threshold)


def _members(rows: RowTables, dataset_ids: Sequence[int]) -> Iterator[list[tuple[Member, Row]]]:
    for dataset_id in dataset_ids:
        for batch in rows.iterate(dataset_id, BATCH):
            yield [(Member(dataset_id, row_id), row) for row_id, row in batch]
