"""A proof of a saved selection of the demo data before it starts: what it compares, and rows that it leaves out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ValueRefused
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.choice import proof_of_selection, tuning_of_proof
from core.experiments.proof.draft import ProofDraft, draft_proof, pool_of
from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan, runs_of
from core.experiments.proof.power import USUAL_SPREAD, spread_of_draws
from core.experiments.proof.rule_table import table_of_proof
from core.experiments.questions import Questions, questions_before_proof
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.progress import Cancelled, Progress, Silent
from core.rows.candidate_set import Kind
from core.rows.evaluation_parts import Division, split
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters, Lasso
from core.rules.rule import presets
from core.selection.record import SelectionRecord
from core.selection.spec import RankBy
from core.store import SavedSelection
from core.store.score_matrix import PREDICTED
from jobs.api import Studio
from tests.measured_store import SPEC, take_losses

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
) -> ProofDraft:
    (asked,) = [each for each in studio.session.store.evaluation_sets.all() if each.name == evaluation]
    plan = ExperimentPlan(evaluation_set=asked.evaluation_set_id, responses=9)
    keys = {
        each.dataset_id: [scorer_key(name, profile("embedded"), each.fingerprint) for name in RULE.coefficients]
        for each in studio.session.store.datasets.all()
    }
    return draft_proof(studio.session.store, plan, proof, keys, "", progress or Silent())


def test_a_selection_is_proved_with_the_rule_that_ranked_it_on_six_sub_pools(studio: Studio) -> None:
    best = saved(studio)
    assert proof_of_selection(best) == ProofPlan(best.selection_id, "best", draws=6, rule=RULE)
    assert proof_of_selection(best, design="selection").draws == 9
    assert proof_of_selection(best, design="selection", draws=4).draws == 4
    assert proof_of_selection(saved(studio, "by mtld")).rule is None
    with pytest.raises(ValueRefused, match=r"^proof\.draws: 0 is less than 1"):
        proof_of_selection(best, draws=0)


def test_its_tuning_keeps_what_was_chosen_and_draws_from_the_datasets_of_the_selection(studio: Studio) -> None:
    best, chosen = saved(studio), ExperimentPlan(epochs=3, responses=9, fused_sets=8, rows=5)
    plan = tuning_of_proof(chosen, best, proof_of_selection(best, draws=4))
    assert (plan.epochs, plan.responses) == (3, 9)
    assert (plan.fused_sets, plan.random_sets, plan.rows, plan.selection_ids) == (0, 4, 30, (best.selection_id,))
    names = {each.name: each.dataset_id for each in studio.session.store.datasets.all()}
    assert set(plan.dataset_ids) == {names["handbook"], names["forum"]}


def test_the_sets_come_from_the_datasets_of_the_selection_and_the_questions_from_the_test_part(studio: Studio) -> None:
    made = drafted(studio, proof_of_selection(saved(studio), draws=2))
    assert [each.rows for each in made.foreseen.sets[:2]] == [15, 15] and made.foreseen.contaminated.empty
    allowed = {each.dataset_id for each in studio.session.store.datasets.all() if each.name != "scrape"}
    assert set(made.foreseen.dataset_ids) <= allowed
    predicted = RULE.predict(made.foreseen.means)
    assert predicted[0] < min(predicted[1:5])
    test = split(studio.session.store.evaluation_sets.examples(1)).test
    assert {each.prompt for each in made.foreseen.examples} <= {each.prompt for each in test}
    assert made.proof.test_examples == len(made.foreseen.examples) == 9
    assert len(made.foreseen.evaluation) > len(test), "no row may ask anything of the whole evaluation set"
    assert made.foreseen.evaluation_part == "test"


@pytest.mark.parametrize("responses", [0, 9])
def test_what_is_measured_before_a_proof_is_nothing_of_the_test_part(studio: Studio, responses: int) -> None:
    sets, plan = studio.session.store.evaluation_sets, studio.experiments.plan(responses=responses)
    parts, found = sets.parts(1), questions_before_proof(sets, plan)
    asked = {each.prompt for each in found.measured}
    assert asked and not asked & {each.prompt for each in parts.test} and set(parts.test) < set(found.whole)
    assert responses or len(asked) == len(parts.guide) + len(parts.validation)
    assert found.part == "guide and validation" == studio.experiments.draft(plan).evaluation_part


def test_a_set_of_one_question_is_measured_whole(studio: Studio) -> None:
    sets = studio.session.store.evaluation_sets
    plan = studio.experiments.plan(evaluation_set=sets.add("one", [EvaluationExample("Why?", "", ("So.",))]))
    assert questions_before_proof(sets, plan) == Questions((found := tuple(sets.examples(plan.evaluation_set))), found)


def test_what_it_can_show_is_told_from_the_usual_spread_and_from_earlier_draws(studio: Studio, tmp_path: Path) -> None:
    made = drafted(studio, proof_of_selection(saved(studio), design="selection", draws=4))
    assert made.spread.value == USUAL_SPREAD and "Smallest difference" in made.told[-1]
    assert "4 draws of each control" in made.told[0]
    store = studio.session.store
    number = store.experiments.add("Earlier", {**SPEC, "profile": "other"}, made.foreseen.sets, "job earlier")
    random = [run.number for run in runs_of(made.foreseen.sets) if run.arm is Arm.RANDOM]
    take_losses(store, tmp_path, "job earlier", {n: 0.1 * i for i, n in enumerate(random)})
    losses = store.experiments.losses("job earlier").set_index("number")["loss_per_token"][random]
    found = spread_of_draws(store.experiments, 30, 1, "other")
    assert (found.value, found.draws) == (pytest.approx(np.std(losses, ddof=1)), 4)
    for rows, epochs in ((90, 1), (30, 2)):
        assert spread_of_draws(store.experiments, rows, epochs, "other").draws == 0
    store.experiments.delete(number)


def test_the_spread_of_draws_is_told_within_rounds_and_without_rows_of_chosen_lengths(
    studio: Studio, tmp_path: Path
) -> None:
    store, sets = studio.session.store, drafted(studio, proof_of_selection(saved(studio), draws=4)).foreseen.sets[:1]
    kinds = [("random", "entrant", 0, 0.0), ("random", "entrant", 1, 0.5), ("longest", "matched", 1, 1.0)]
    made = [
        replace(sets[0], kind=Kind.RANDOM, detail={"entrant": entrant, "role": role, "round": number, "draw": draw})
        for entrant, role, number, _ in kinds
        for draw in range(4)
    ]
    number = store.experiments.add("Earlier", {**SPEC, "profile": "other"}, made, "job rounds")
    apart = [level + 0.01 * draw for *_, level in kinds for draw in range(4)]
    take_losses(store, tmp_path, "job rounds", dict(enumerate(apart, start=1)))
    losses = store.experiments.losses("job rounds")["loss_per_token"].to_numpy().reshape(3, 4)[:2]
    found = spread_of_draws(store.experiments, made[0].rows, 1, "other")
    assert (found.value, found.draws) == (pytest.approx(np.sqrt(losses.var(axis=1, ddof=1).mean())), 8)
    store.experiments.delete(number)


def test_the_transfer_part_is_measured_after_the_test_part(studio: Studio) -> None:
    store = studio.session.store
    asked = [EvaluationExample(f"Question {i}?", "", ("Yes.",)) for i in range(4)]
    number = store.evaluation_sets.add("elsewhere", asked)
    store.evaluation_sets.divide(1, Division(transfer=number))
    made = drafted(studio, proof_of_selection(saved(studio), draws=2))
    store.evaluation_sets.divide(1, Division())
    assert (made.proof.test_examples, made.proof.transfer_examples) == (9, 4)
    assert [each.instruction[:8] for each in made.foreseen.examples[9:]] == ["Question"] * 4
    assert "4 of the transfer part" in " ".join(made.told)


@pytest.mark.parametrize("stop", ["Reading the scores", "Drawing the sets"])
def test_a_draft_stops_where_it_is_cancelled(studio: Studio, stop: str) -> None:
    progress = Told(stop)
    with pytest.raises(Cancelled):
        drafted(studio, proof_of_selection(saved(studio), draws=1), progress=progress)
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
    made = drafted(studio, proof_of_selection(best, design="selection", draws=2), "given away").foreseen
    assert members[3] in set(made.contaminated["row_id"])
    assert made.sets[0].members["row_id"].tolist() == [each for each in members if each != members[3]]
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
    plan = proof_of_selection(saved(studio), design=ProofDesign.SELECTION, draws=3, controls=[])
    made = drafted(studio, plan).foreseen
    number = studio.session.store.experiments.add("Proof of best", {}, made.sets, "job proof")
    take_losses(studio.session.store, tmp_path, "job proof", {1: 0.1, 2: 0.5, 3: 0.6, 4: 0.7})
    runs = runs_of(made.sets)
    assert [run.arm for run in runs] == [Arm.SELECTED] + [Arm.RANDOM] * 3
    found = table_of_proof(
        studio.session.store.experiments, studio.session.store.experiments.get(number), RULE, runs
    ).lines
    assert found["arm"].tolist()[0] == "selected" and found["seeds"].tolist() == [1] * 4
    assert found["rule_value"].tolist() == pytest.approx(sorted(RULE.predict(made.means)), abs=1e-6)
