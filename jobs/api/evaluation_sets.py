"""Evaluation sets: instructions with good responses, on which loss is measured."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from core.rows.evaluation_set import EvaluationExample, read_evaluation_file
from core.store import EvaluationSet
from jobs.api.lookup import Which, evaluation_set_of
from jobs.api.section import Section

COLUMNS = ("number", "name", "instructions", "responses", "description")


class EvaluationSetSection(Section):
    """Evaluation sets are kept, read and deleted. One is meant by its name or number."""

    name = "evaluation_sets"

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
        """All evaluation sets: number, name, instructions, responses, description."""
        lines = [(e.evaluation_set_id, e.name, e.examples, e.responses, e.description) for e in self.all()]
        return pd.DataFrame(lines, columns=list(COLUMNS))

    def load(self, file: str | Path, name: str = "") -> EvaluationSet:
        """Keep a file of instructions with good responses as an evaluation set.

        Args:
            file: JSON Lines or a JSON array with `instruction`, `input` and `outputs`, a list, or `output`.
            name: "" for that of the file.

        Raises:
            InputError: the file, or one of its rows, is not of that form.
            StoreError: there is an evaluation set of that name.
        """
        place = Path(file).expanduser()
        return self.add(name or place.stem, read_evaluation_file(place))

    def read(self, name: str, content: bytes | memoryview) -> list[EvaluationExample]:
        """The examples of an uploaded file; nothing is kept.

        Raises:
            InputError: the file, or one of its rows, is not of the form that `load` takes.
        """
        with TemporaryDirectory() as folder:
            place = Path(folder) / "evaluation.jsonl"
            place.write_bytes(content)
            return read_evaluation_file(place, name)

    def add(self, name: str, examples: Sequence[EvaluationExample]) -> EvaluationSet:
        """Keep examples as an evaluation set.

        Raises:
            StoreError: there is an evaluation set of that name.
        """
        return self.get(self._store.evaluation_sets.add(name, examples))

    def examples(self, which: Which) -> list[EvaluationExample]:
        """The examples of one.

        Raises:
            StoreError: there is no such evaluation set.
        """
        return self._store.evaluation_sets.examples(self.get(which).evaluation_set_id)

    def delete(self, which: Which) -> None:
        """Delete one; experiments that used it keep their losses and a copy of its examples.

        Raises:
            StoreError: there is no such evaluation set.
        """
        self._store.evaluation_sets.delete(self.get(which).evaluation_set_id)
