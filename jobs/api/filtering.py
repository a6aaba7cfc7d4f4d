"""What should not be trained on, and which rows are looked at."""

from collections.abc import Sequence
from dataclasses import replace

from core.datasets.checks import ContaminationReport, contamination_in, found_rows, near_duplicates_in
from core.datasets.contamination import NEAR_SIMILARITY
from core.datasets.near_duplicates import THRESHOLD, NearDuplicates
from core.datasets.semantic_search import MOST_ALIKE, rows_like, vector_of
from core.errors import InputError, StoreError
from core.indicators.scoring import embedding_model
from core.models.pool import ModelPool
from core.rows.filters import Filters, Marked
from core.rows.typed_filters import with_typed_ranges
from core.store.score_matrix import PREDICTED
from jobs.api.results import Alike, Found
from jobs.api.workspace import Workspace, among


class Filtering(Workspace):
    """Rows are checked and filtered; nothing is deleted."""

    def near_duplicates(self, *datasets: str, threshold: float = THRESHOLD) -> Found[NearDuplicates]:
        """Rows of these datasets (of all without any) that repeat an earlier one but for a few words.

        Args:
            threshold: share of word triples in common from which two rows are alike.

        Raises:
            InputError: there is no such dataset, or the threshold is none.
        """
        report = near_duplicates_in(self.store, self._numbers(datasets), _share(threshold), self._progress)
        names, pairs = self._names, sorted(report.found, key=lambda each: -each.similarity)
        texts = self.store.rows.get([row for each in pairs for row in (each.row.row_id, each.earlier.row_id)])
        alike = (
            Alike(
                names[each.row.dataset_id], f"{texts[each.row.row_id].prompt}\n\n→ {texts[each.row.row_id].output}",
                names[each.earlier.dataset_id],
                f"{texts[each.earlier.row_id].prompt}\n\n→ {texts[each.earlier.row_id].output}", each.similarity,
            )
            for each in pairs
        )  # fmt: skip
        return Found(report, report.rows, tuple(alike), found_rows(self.store, report.title, report.row_ids))

    def evaluation_questions(
        self, *datasets: str, evaluation_sets: Sequence[str] = (), threshold: float = NEAR_SIMILARITY
    ) -> Found[ContaminationReport]:
        """Rows of these datasets (of all without any) that ask what an evaluation set asks.

        Args:
            evaluation_sets: their names; all without any.
            threshold: cosine of the questions' weighted words from which they count as the same.

        Raises:
            InputError: there is no such dataset, or the threshold is none.
            StoreError: there is no such evaluation set.
        """
        sets = {each.evaluation_set_id: each for each in self._evaluation_sets(evaluation_sets)}
        report = contamination_in(self.store, self._numbers(datasets), list(sets), self._progress, _share(threshold))
        names, ordered = self._names, sorted(report.found, key=lambda each: -each.similarity)
        texts = self.store.rows.get([each.row.row_id for each in ordered])
        asked = {number: self.store.evaluation_sets.examples(number) for number in sets}
        alike = (
            Alike(
                names[each.row.dataset_id], texts[each.row.row_id].prompt, sets[each.evaluation_set_id].name,
                asked[each.evaluation_set_id][each.example].prompt, each.similarity,
            )
            for each in ordered
        )  # fmt: skip
        return Found(report, report.rows, tuple(alike), found_rows(self.store, report.title, report.row_ids))

    def filters(
        self,
        *datasets: str,
        where: Sequence[str] = (),
        contains: str = "",
        like: str = "",
        most: int = MOST_ALIKE,
        marked: str = "",
        leave_out: Sequence[Found] = (),
    ) -> Filters:
        """Which rows are looked at; all of it must hold.

        Args:
            datasets: all without any.
            where: ranges of scores, such as `reward>0.5` or `10<=output_length<=200`.
            contains: words that a row must have in any order; what stands in quotes is one.
            like, most: so many rows whose meaning is nearest to a text, among those that all else leaves.
            marked: keep, drop, unmarked or noted: what was noted of a row by hand.
            leave_out: what checks have found.

        Raises:
            InputError: there is no such dataset or mark, or less than one row like a text is asked for.
            SelectionError: a range is none, or of a score that is not there.
            StoreError: rows like a text are asked for, and none is embedded.
        """
        if marked not in list(Marked):
            raise InputError("Unknown mark.", where=marked, mend=among([each for each in Marked if each]))
        if most < 1:
            raise InputError(f"most is {most}.", mend="Use 1 or more.")
        found = Filters(tuple(self._numbers(datasets)), text=contains, marked=Marked(marked))
        found = with_typed_ranges(found, where, [*self.store.matrix.columns(), PREDICTED])
        for each in leave_out:
            found = found.leaving_out(each.rows)
        return self._like(found, like, most) if like else found

    def _like(self, filters: Filters, text: str, most: int) -> Filters:
        vector = vector_of(text, ModelPool(self.profile, self.paths.models), self._progress)
        found = rows_like(self.store, text, vector, filters, embedding_model(self.profile), most)
        if not found.keys:
            raise StoreError("No row has an embedding.", mend="Score the KNN distance first.")
        return replace(filters, likeness=found)

    def _numbers(self, datasets: Sequence[str]) -> list[int]:
        return [each.dataset_id for each in self._datasets(datasets)]

    @property
    def _names(self) -> dict[int, str]:
        return {each.dataset_id: each.name for each in self.store.datasets.all()}


def _share(threshold: float) -> float:
    if not 0 < threshold <= 1:
        raise InputError(f"The threshold is {threshold:g}.", mend="Use a number above 0 and up to 1.")
    return threshold
