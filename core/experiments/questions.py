"""On which questions of an evaluation set models are measured: those of its test part are for a proof alone."""

from dataclasses import dataclass

from core.experiments.plan import ExperimentPlan
from core.rows.evaluation_parts import Part, Parts
from core.rows.evaluation_set import EvaluationExample, limit
from core.store.evaluation_sets import EvaluationTables

BEFORE_PROOF = f"{Part.GUIDE} and {Part.VALIDATION}"
WITH_TRANSFER = f"{Part.TEST} and {Part.TRANSFER}"


@dataclass(frozen=True)
class Questions:
    """What an experiment asks.

    Attributes:
        whole: the evaluation set, of which no training row may ask anything.
        measured: of it, on which every set is measured.
        part: which part of it they are from, in words; "" where it is not divided for them.
    """

    whole: tuple[EvaluationExample, ...]
    measured: tuple[EvaluationExample, ...]
    part: str = ""


def questions_before_proof(sets: EvaluationTables, plan: ExperimentPlan) -> Questions:
    """All but those of the test part: a rule or a size that was learned on these could not be proved on them.

    Of an evaluation set that has no others, as one of a single question, they are all; none where it is not here.
    """
    whole = tuple(sets.examples(plan.evaluation_set))
    if not whole:
        return Questions((), ())
    open_ones = before_proof(sets.parts(plan.evaluation_set))
    return Questions(whole, _limited(open_ones, plan), BEFORE_PROOF if len(open_ones) < len(whole) else "")


def before_proof(parts: Parts) -> tuple[EvaluationExample, ...]:
    """The examples on which experiments and searches of the size may be measured."""
    return (*parts.guide, *parts.validation) or parts.test


def questions_of_tournament(sets: EvaluationTables, plan: ExperimentPlan) -> Questions:
    """Those of the validation part.

    Raises:
        StoreError: the evaluation set is not here any more.
    """
    whole, parts = tuple(sets.examples(plan.evaluation_set)), sets.parts(plan.evaluation_set)
    return Questions(whole, _limited(parts.validation, plan), str(Part.VALIDATION))


def questions_of_proof(sets: EvaluationTables, plan: ExperimentPlan) -> tuple[Questions, int]:
    """Those of the test part, then those of the transfer part; and how many the first are.

    Raises:
        StoreError: the evaluation set is not here any more.
    """
    whole, parts = tuple(sets.examples(plan.evaluation_set)), sets.parts(plan.evaluation_set)
    test, transfer = _limited(parts.test, plan), _limited(sets.transfer(plan.evaluation_set), plan)
    return Questions(whole, (*test, *transfer), WITH_TRANSFER if transfer else str(Part.TEST)), len(test)


def evaluation_title(name: str, part: str) -> str:
    """What an experiment calls its questions: the evaluation set, and the part of it."""
    return f"{name}, {part}" if part else name


def titles_of(name: str) -> set[str]:
    """All that experiments call questions of this evaluation set alone."""
    return {evaluation_title(name, part) for part in ("", BEFORE_PROOF, str(Part.VALIDATION), str(Part.TEST))}


def _limited(examples: tuple[EvaluationExample, ...], plan: ExperimentPlan) -> tuple[EvaluationExample, ...]:
    return tuple(limit(examples, plan.responses, plan.seed))
