"""A proof of a saved selection of the demo data before it starts: what it compares, and rows that it leaves out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.experiments.draft import Draft
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.choice import proof_of_selection, tuning_of_proof
from core.experiments.proof.draft import draft_proof, pool_of
from core.experiments.proof.plan import Arm, ProofPlan, runs_of
from core.experiments.proof.rule_table import table_of_proof
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.progress import Cancelled, Progress, Silent
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters, Lasso
from core.rules.rule import presets
from core.selection.record import SelectionRecord
from core.selection.spec import RankBy
from core.store import SavedSelection
from core.store.score_matrix import PREDICTED
from jobs.api import Studio
from tests.measured_store import take_losses

RULE = presets()["instructmining-v1"]
TRIANGLE = ((0.0, 0.0), (9.0, 0.0), (0.0, 9.0))


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The demo data with the scores that come along; of two of the three datasets 30 rows are selected."""
    with Studio.open(tmp_path_factory.mktemp("proof")) as opened:
        opened.selections.select(rows=30, datasets=["handbook", "forum"], save="best")
        opened.selections.select(by="mtld", rows=30, save="by mtld")
        yield opened


def saved(studio: Studio, name: str = "best") -> SavedSelection:
    return next(each for each in studio.session.store.selections.all() if each.name == name)


class Told:
    """Progress that keeps what it is told, and has the work stop at one message."""

    def __init__(self, stop: str = "") -> None:
        self.stop, self.told = stop, list[tuple[int, int, str]]()

    def update(self, done: int, total: int, message: str = "") -> None:
        self.told.append((done, total, message))
        if message == self.stop:
            raise Cancelled


def drafted(
    studio: Studio, proof: ProofPlan, evaluation: str = "demo evaluation", progress: Progress | None = None
) -> Draft:
    (asked,) = [each for each in studio.session.store.evaluation_sets.all() if each.name == evaluation]
    plan = ExperimentPlan(evaluation_set=asked.evaluation_set_id, responses=9)
    keys = {
        each.dataset_id: [scorer_key(name, profile("embedded"), each.fingerprint) for name in RULE.coefficients]
        for each in studio.session.store.datasets.all()
    }
    return draft_proof(studio.session.store, plan, proof, keys, progress or Silent())


def test_a_selection_is_proved_with_the_rule_that_ranked_it(studio: Studio) -> None:
    best = saved(studio)
    usual = ProofPlan(best.selection_id, "best", seeds=3, rule=RULE)
    assert proof_of_selection(best) == usual, "three seeds are the least that tell something"
    whole = proof_of_selection(best, seeds=5, whole=True)
    assert (whole.seeds, whole.lowest, whole.whole, whole.sets) == (5, False, True, 11)
    lowest = proof_of_selection(best, 2, lowest=True)
    assert (lowest.lowest, lowest.whole, lowest.sets) == (True, False, 6)
    assert proof_of_selection(saved(studio, "by mtld")).rule is None


def test_its_tuning_keeps_what_was_chosen_and_draws_from_the_datasets_of_the_selection(studio: Studio) -> None:
    best, chosen = saved(studio), ExperimentPlan(epochs=3, responses=9, fused_sets=8, rows=5)
    plan = tuning_of_proof(chosen, best, proof_of_selection(best, 4))
    assert (plan.epochs, plan.responses) == (3, 9)
    assert (plan.fused_sets, plan.random_sets, plan.rows, plan.selection_ids) == (0, 4, 30, (best.selection_id,))
    names = {each.name: each.dataset_id for each in studio.session.store.datasets.all()}
    assert set(plan.dataset_ids) == {names["handbook"], names["forum"]}
    everything = tuning_of_proof(chosen, saved(studio, "by mtld"), proof_of_selection(saved(studio, "by mtld")))
    assert set(everything.dataset_ids) == set(names.values())


def test_a_selection_of_no_chosen_datasets_draws_from_all_that_it_was_made_of(studio: Studio) -> None:
    best = saved(studio)
    unsaid = replace(best, spec=best.spec | {"filters": best.spec["filters"] | {"dataset_ids": []}})
    names = {each.dataset_id for each in studio.session.store.datasets.all() if each.name != "scrape"}
    assert set(tuning_of_proof(ExperimentPlan(), unsaid, proof_of_selection(best)).dataset_ids) == names


def test_the_sets_come_from_the_datasets_of_the_selection(studio: Studio) -> None:
    best = saved(studio)
    made = drafted(studio, proof_of_selection(best, 2, lowest=True))
    members = studio.session.store.selections.members(best.selection_id)["row_id"].tolist()
    assert [each.rows for each in made.sets] == [30] * 6 and made.contaminated.empty
    assert [each.detail["arm"] for each in made.sets] == ["selected"] * 2 + ["random"] * 2 + ["lowest"] * 2
    assert made.sets[0].members["row_id"].tolist() == made.sets[1].members["row_id"].tolist() == members
    allowed = {each.dataset_id for each in studio.session.store.datasets.all() if each.name != "scrape"}
    assert set(made.dataset_ids) <= allowed
    predicted = RULE.predict(made.means)
    assert predicted[0] < min(predicted[2], predicted[3]) and max(predicted[2], predicted[3]) < predicted[4]
    assert sum(len(each.outputs) for each in made.examples) == 9


def test_a_draft_says_what_it_does_and_counts_only_rows_that_it_compares(studio: Studio) -> None:
    names = {each.name: each.dataset_id for each in studio.session.store.datasets.all()}
    pool = studio.session.store.browse.candidates(Filters((names["handbook"], names["forum"])))
    progress = Told()
    drafted(studio, proof_of_selection(saved(studio), 1), progress=progress)
    assert progress.told == [
        (0, 0, "Reading the scores"),
        (0, pool["row_id"].nunique(), "Finding contaminated rows"),
        (0, 0, "Drawing the sets"),
    ]


@pytest.mark.parametrize("stop", ["Reading the scores", "Drawing the sets"])
def test_a_draft_stops_where_it_is_cancelled(studio: Studio, stop: str) -> None:
    progress = Told(stop)
    with pytest.raises(Cancelled):
        drafted(studio, proof_of_selection(saved(studio), 1), progress=progress)
    assert progress.told[-1] == (0, 0, stop)


def test_rows_that_the_evaluation_set_asks_are_in_no_set(studio: Studio) -> None:
    """One of them was selected; a second one was not."""
    best = saved(studio)
    members = studio.session.store.selections.members(best.selection_id)["row_id"].tolist()
    others = studio.session.store.browse.candidates(Filters())["row_id"].tolist()
    not_selected = next(each for each in others if each not in members)
    rows = studio.session.store.rows.get([members[3], not_selected])
    examples = [EvaluationExample(row.instruction, row.input, ("An answer.",)) for row in rows.values()]
    studio.session.store.evaluation_sets.add("given away", examples)
    made = drafted(studio, proof_of_selection(best, 1, whole=True), "given away")
    assert members[3] in set(made.contaminated["row_id"])
    assert made.sets[0].members["row_id"].tolist() == [each for each in members if each != members[3]]
    assert all(each.rows == 29 for each in made.sets[:2])
    assert not set(made.contaminated["row_id"]) & {row for each in made.sets for row in each.members["row_id"]}


def test_the_pool_has_the_rule_only_where_a_filter_asks_for_its_value(studio: Studio) -> None:
    record = SelectionRecord.from_saved(saved(studio))
    pool = pool_of(record)
    assert pool.rule is None and set(pool.filters.dataset_ids) == set(record.spec.filters.dataset_ids)
    for filters in (
        record.spec.filters.with_range(PREDICTED, None, 1.0),
        record.spec.filters.with_lasso(Lasso("mtld", PREDICTED, TRIANGLE)),
    ):
        assert pool_of(replace(record, spec=replace(record.spec, filters=filters))).rule == RULE
    everything = SelectionRecord.from_saved(saved(studio, "by mtld"))
    assert pool_of(everything).filters.dataset_ids == tuple(everything.dataset_names)
    assert pool_of(everything).rank_by is RankBy.INDICATOR


def test_the_table_of_a_proof_has_the_rule_at_the_means_and_the_losses_of_the_store(
    studio: Studio, tmp_path: Path
) -> None:
    made = drafted(studio, proof_of_selection(saved(studio), 3))
    number = studio.session.store.experiments.add("Proof of best", {}, made.sets)
    studio.session.store.experiments.set_job(number, "job proof")
    take_losses(studio.session.store, tmp_path, "job proof", {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.5, 5: 0.6, 6: 0.7})
    runs = runs_of(made.sets)
    assert [run.arm for run in runs] == [Arm.SELECTED] * 3 + [Arm.RANDOM] * 3
    found = table_of_proof(
        studio.session.store.experiments, studio.session.store.experiments.get(number), RULE, runs
    ).lines
    assert found["arm"].tolist()[0] == "selected" and sorted(found["seeds"]) == [1, 1, 1, 3]
    assert found["rule_value"].tolist() == pytest.approx(sorted(set(RULE.predict(made.means).round(9))), abs=1e-6)
