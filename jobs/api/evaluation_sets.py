"""Evaluation sets: instructions with good responses, on which loss is measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from core.datasets.evaluation_file import EvaluationFile, read_evaluation_files
from core.errors import InputError
from core.formats.choices import Answers, Paths, ReadingChoices
from core.formats.rejection import Rejection
from core.rows.evaluation_parts import Parts, Shares
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters
from core.store import EvaluationSet
from core.values import Seed, read
from jobs.api.lookup import Which, datasets_of, evaluation_set_of
from jobs.api.section import Section
from jobs.api.session import Session
from jobs.api.sources import Source, SourceSection, named_columns

if TYPE_CHECKING:
    from core.experiments.question_precision import QuestionPrecision
    from core.progress import Progress

COLUMNS = (
    "number", "name", "instructions", "responses", "guide", "validation", "test", "transfer", "description",
)  # fmt: skip
HELD_OUT = "Held out of {}: no training set has these rows, or rows that ask nearly the same."


@dataclass(frozen=True)
class LoadedEvaluationSet:
    """A file as an evaluation set: what is kept, which rows could not be read, and what was passed over."""

    kept: EvaluationSet
    rejections: tuple[Rejection, ...]
    notes: tuple[str, ...]


class EvaluationSetSection(Section):
    """Evaluation sets are kept, divided, read and deleted. One is meant by its name or number."""

    name = "evaluation_sets"

    def __init__(self, session: Session, sources: SourceSection) -> None:
        """Over an open data folder, with what finds files."""
        super().__init__(session)
        self._sources = sources

    def all(self) -> list[EvaluationSet]:
        """All evaluation sets, oldest first."""
        return self._store.evaluation_sets.all()

    def get(self, which: Which) -> EvaluationSet:
        """One of them.

        Raises:
            StoreError: there is no such evaluation set.
        """
        return evaluation_set_of(self._store.evaluation_sets, which)

    def table(self) -> pd.DataFrame:
        """All evaluation sets: number, name, instructions and responses, how many instructions each part has, and a
        description. `transfer` is the name of the set that is the transfer part.
        """
        names = {each.evaluation_set_id: each.name for each in self.all()}
        lines = []
        for each in self.all():
            sizes = list(self._store.evaluation_sets.parts(each.evaluation_set_id).sizes().values())[:-1]
            about = (each.evaluation_set_id, each.name, each.examples, each.responses)
            lines.append((*about, *sizes, names.get(each.division.transfer, ""), each.description))
        return pd.DataFrame(lines, columns=list(COLUMNS))

    def load(
        self,
        source: Source,
        name: str = "",
        columns: Mapping[str, str] | None = None,
        progress: "Progress | None" = None,
        encoding: str = "",
        answers: Answers = "last",
        list_name: str = "",
        paths: Paths = "best",
    ) -> LoadedEvaluationSet:
        """Keep questions with good responses as an evaluation set.

        Args:
            source: whatever `datasets.load` takes. A response may be a list of them, and rows that ask the same become
                one question; a text file has lines that begin with `Q:` and `A:`.
            name: "" for that of the file.
            columns: those that are named by hand.
            encoding, answers, list_name, paths: as in `datasets.load`.

        Raises:
            InputError: nothing there can be read, or not one row of a file.
            StoreError: there is an evaluation set of that name.
        """
        how = ReadingChoices.given(encoding, answers, list_name, paths)
        found = self._sources.files([source], progress=progress)
        used = named_columns(found.files, columns, how)
        read_ = read_evaluation_files(found.files, used, how)
        return LoadedEvaluationSet(self.add(name or found.name, read_.examples), read_.rejections, read_.notes)

    def read(self, name: str, content: bytes | memoryview, encoding: str = "") -> EvaluationFile:
        """The examples of an uploaded file, which is kept, but not as an evaluation set.

        Raises:
            InputError: as `load`.
            StorageFull, StoreError: the upload can't be written.
        """
        return read_evaluation_files(self._sources.upload(name, content), None, ReadingChoices.given(encoding))

    def find(self, typed: str, encoding: str = "") -> EvaluationFile:
        """The examples of files of this computer; nothing is kept.

        Raises:
            InputError: as `load`.
        """
        return read_evaluation_files(self._sources.find(typed), None, ReadingChoices.given(encoding))

    def add(self, name: str, examples: Sequence[EvaluationExample]) -> EvaluationSet:
        """Keep examples as an evaluation set.

        Raises:
            StoreError: there is an evaluation set of that name.
        """
        return self.get(self._store.evaluation_sets.add(name, examples))

    def hold_out(
        self,
        *datasets: Which,
        rows: int = 100,
        name: str = "",
        seed: Seed = 0,
        filters: Filters | None = None,
    ) -> EvaluationSet:
        """Make an evaluation set of rows at random; no training set has them then, or rows that ask nearly the same.

        Args:
            datasets: all without any.
            rows: how many.
            name: "" for that of the first dataset with `held out`.
            filters: from which rows of these datasets, as `rows.filters` makes them.

        Raises:
            InputError: there is no such dataset, or nothing would be left.
            StoreError: there is an evaluation set of that name.
        """
        from core.datasets.held_out import hold_out

        used = datasets_of(self._store.datasets, datasets)
        numbers = tuple(each.dataset_id for each in used)
        examples = hold_out(self._store, replace(filters or Filters(), dataset_ids=numbers), rows, seed)
        names = ", ".join(each.name for each in used)
        wanted = name or f"{names[:100]}, held out"
        return self.get(self._store.evaluation_sets.add(wanted, examples, HELD_OUT.format(names), held_out=True))

    def examples(self, which: Which) -> list[EvaluationExample]:
        """The examples of one.

        Raises:
            StoreError: there is no such evaluation set.
        """
        return self._store.evaluation_sets.examples(self.get(which).evaluation_set_id)

    def parts(self, which: Which) -> Parts:
        """The examples of one by part: guide, validation and test.

        Raises:
            StoreError: there is no such evaluation set.
        """
        return self._store.evaluation_sets.parts(self.get(which).evaluation_set_id)

    def transfer(self, which: Which) -> tuple[EvaluationExample, ...]:
        """The examples of its transfer part; none where none is chosen.

        Raises:
            StoreError: there is no such evaluation set.
        """
        return self._store.evaluation_sets.transfer(self.get(which).evaluation_set_id)

    def precision(self, which: Which) -> "QuestionPrecision":
        """How small a difference between two models its questions can show.

        `difference(questions)` and `questions(difference)` count, in nats per token; `told(questions)` says it.

        Raises:
            StoreError: there is no such evaluation set.
        """
        from core.experiments.question_precision import precision_of

        return precision_of(self._store, self.get(which).name)

    def set_shares(
        self, which: Which, guide: float = 0.3, validation: float = 0.3, test: float = 0.4, seed: Seed = 0
    ) -> EvaluationSet:
        """Divide one anew. What was measured before was measured on the parts as they were.

        Raises:
            ValueRefused: the shares don't sum to 1.
            StoreError: there is no such evaluation set.
        """
        chosen = self.get(which)
        shares = read(Shares, {"guide": guide, "validation": validation, "test": test}, "shares")
        self._store.evaluation_sets.divide(chosen.evaluation_set_id, replace(chosen.division, shares=shares, seed=seed))
        return self.get(chosen.evaluation_set_id)

    def set_transfer(self, which: Which, other: Which = "") -> EvaluationSet:
        """Choose the evaluation set that is the transfer part of one: of another source, or form of answers.

        Args:
            other: "" for none.

        Raises:
            InputError: they are the same.
            StoreError: there is no such evaluation set.
        """
        chosen = self.get(which)
        number = self.get(other).evaluation_set_id if other else 0
        if number == chosen.evaluation_set_id:
            raise InputError(
                "An evaluation set cannot be its own transfer part.", where=chosen.name, mend="Choose another one."
            )
        self._store.evaluation_sets.divide(chosen.evaluation_set_id, replace(chosen.division, transfer=number))
        return self.get(chosen.evaluation_set_id)

    def delete(self, which: Which) -> None:
        """Delete one; experiments that used it keep their losses and a copy of its examples.

        Raises:
            StoreError: there is no such evaluation set.
        """
        self._store.evaluation_sets.delete(self.get(which).evaluation_set_id)
