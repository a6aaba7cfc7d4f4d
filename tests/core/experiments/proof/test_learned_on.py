"""Whether a rule that is proved was learned on the questions of its proof."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from core.experiments.plan import ExperimentPlan
from core.experiments.proof.learned_on import learned_on_test
from core.rows.evaluation_parts import Division
from core.rows.evaluation_set import EvaluationExample, digest_of, limit
from core.rules.rule import Learned, Rule
from core.store import Store

WORDS = ("granite", "otter", "violin", "harbour", "thunder", "lantern", "pepper", "glacier")
ASKED = [
    EvaluationExample(f"{one} {place} {other} {place * place} {one[::-1]} {other[::-1]}?", "", ("It is so.",))
    for place, (one, other) in enumerate(permutations(WORDS, 2))
][:40]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


def learned(**settings: object) -> Rule:
    about = Learned("stepwise", "a model", {"tuning": {"seed": 3}, **settings}, ("forum",), 24, {}, 0.4)
    return Rule("mine", "Mine", 1.0, (), learned=about)


def test_a_rule_is_told_to_be_flattered_where_it_was_learned_on_questions_of_the_test_part(store: Store) -> None:
    sets = store.evaluation_sets
    plan = ExperimentPlan(evaluation_set=sets.add("asked", ASKED), responses=0)
    parts = sets.parts(plan.evaluation_set)
    before = (*parts.guide, *parts.validation)

    def told(**settings: object) -> str:
        return learned_on_test(sets, plan, learned(**settings))

    shared = {each.prompt for each in limit(ASKED, 30, 3)} & {each.prompt for each in parts.test}
    of_before = told(evaluation="asked", responses=30)  # by a version that told no digest and measured on all parts
    assert 0 < len(shared) < len(parts.test)
    assert of_before.startswith(f"The rule was learned on losses of {len(shared)} of the {len(parts.test)} questions")
    now = {"evaluation": "asked, guide and validation", "responses": 12}
    assert told(**now) == told(**now, questions=digest_of(limit(before, 12, 3))) == ""
    assert told(evaluation="asked", responses=40, questions=digest_of(ASKED)).startswith(
        "The rule was learned on losses"
    )
    assert told(evaluation="another set", responses=40) == told() == learned_on_test(sets, plan, None) == ""

    digest = digest_of(limit(before, 12, 3))
    sets.divide(plan.evaluation_set, Division(seed=1))
    assert "as it was divided before" in told(**now, questions=digest)
