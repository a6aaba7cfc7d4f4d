"""Whether a rule was learned on questions that its proof asks: what it then shows is flattered.

Experiments leave the test part to proofs. Those of earlier versions did not, and a division can be changed later. A
rule keeps the digest of the questions on which its sets were measured, so which they were is found among those that an
experiment on this evaluation set may ask.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.experiments.plan import ExperimentPlan
from core.experiments.questions import BEFORE_PROOF, before_proof, evaluation_title, questions_of_proof, titles_of
from core.humanize import counted
from core.rows.evaluation_parts import Part
from core.rows.evaluation_set import EvaluationExample, digest_of, limit
from core.rules.rule import Rule
from core.store.evaluation_sets import EvaluationTables

MEND = "Learn it anew from experiments on the other parts before you rely on this proof."


def learned_on_test(sets: EvaluationTables, plan: ExperimentPlan, rule: Rule | None) -> str:
    """A sentence where the rule was, or may have been, learned on questions of this proof, else "".

    Args:
        plan: of the proof.

    Raises:
        StoreError: the evaluation set is not here any more.
    """
    settings = rule.learned.settings if rule is not None and rule.learned is not None else {}
    name = sets.get(plan.evaluation_set).name
    if settings.get("evaluation") not in titles_of(name):
        return ""
    known = _asked(sets, plan.evaluation_set, name, settings)
    if known is None:
        return f"The rule was learned on questions of this evaluation set as it was divided before. {MEND}"
    questions, of_test = questions_of_proof(sets, plan)
    tested = {each.prompt for each in questions.measured[:of_test]}
    shared = len(tested & {each.prompt for each in known})
    if not shared:
        return ""
    return (
        f"The rule was learned on losses of {shared:,} of the {counted(of_test, 'question')} that this proof asks, "
        f"which flatters it. {MEND}"
    )


def _asked(
    sets: EvaluationTables, number: int, name: str, settings: Mapping[str, Any]
) -> Sequence[EvaluationExample] | None:
    """The questions on which the sets of a rule were measured; None where none that they may be have the digest.

    Without a digest, as rules of earlier versions are, the name of the questions tells which part they are of.
    """
    whole, parts = sets.examples(number), sets.parts(number)
    of_parts: dict[str, Sequence[EvaluationExample]] = {
        BEFORE_PROOF: before_proof(parts),
        str(Part.VALIDATION): parts.validation,
        str(Part.TEST): parts.test,
        "": whole,
    }
    titled = {evaluation_title(name, part): examples for part, examples in of_parts.items()}
    chosen = settings.get("responses", 0), settings.get("tuning", {}).get("seed", 0)
    if "questions" not in settings:
        return limit(titled[settings["evaluation"]], *chosen)
    asked = (limit(examples, *chosen) for examples in titled.values())
    return next((each for each in asked if digest_of(each) == settings["questions"]), None)
