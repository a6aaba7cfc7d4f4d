"""Judge (paper, section 4): whose answers are better, by a language model or by people, from every comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.comparison.spec import ComparedModel, compared_models
from core.experiments.proof.plan import Arm, runs_of
from core.judge.question import both_orders
from core.judge.results import chosen_by_people, judged
from core.judge.settings import judge_title
from core.judge.tally import Tally
from core.report.findings import ReplicationStatus
from core.statistics import SIGNIFICANT
from core.store import SavedComparison, Store


@dataclass(frozen=True, eq=False)
class JudgeLine:
    """What one judge said of one comparison.

    Attributes:
        a, b: what the two models were tuned on.
        told: whether it agrees with the paper; "" where the comparison is not one of selected rows with others.
    """

    comparison: str
    a: str
    b: str
    judge: str
    tally: Tally
    told: str


def judge_lines(store: Store) -> tuple[JudgeLine, ...]:
    """A line a comparison and judge that has decided something, newest comparison first."""
    jobs = {each.job_id: each.experiment_id for each in store.experiments.all()}
    arms: dict[str, Mapping[int, Arm]] = {
        job: {run.number: run.arm for run in runs_of(store.experiments.candidate_sets(number))}
        for job, number in jobs.items()
    }
    return tuple(line for saved in store.comparisons.all() for line in _lines(store, saved, arms))


def _lines(store: Store, saved: SavedComparison, arms: Mapping[str, Mapping[int, Arm]]) -> Sequence[JudgeLine]:
    spec = compared_models(saved.spec, saved.name)
    pairs = store.comparisons.answer_pairs(saved.comparison_id, spec.answer_key(0), spec.answer_key(1))
    replies = store.verdicts.replies([question.key for pair in pairs for question in both_orders(pair)])
    tallies = {
        judge_title(judge): judged(pairs, [each for each in replies if each.judge == judge]).tally
        for judge in dict.fromkeys(each.judge for each in reversed(replies))
    }
    choices = store.verdicts.human(saved.comparison_id)
    if choices:
        tallies["human, blind"] = chosen_by_people(pairs, choices).tally
    a, b = spec.models
    sides = _arm(a, arms), _arm(b, arms)
    return [
        JudgeLine(saved.name, a.label, b.label, judge, found, _told(found, *sides))
        for judge, found in tallies.items()
        if found.decided
    ]


def _arm(model: ComparedModel, arms: Mapping[str, Mapping[int, Arm]]) -> Arm | None:
    return arms.get(model.job_id, {}).get(model.number)


def _told(found: Tally, a: Arm | None, b: Arm | None) -> str:
    """By the sign test, for a comparison of selected rows with random or all rows."""
    others = (Arm.RANDOM, Arm.WHOLE)
    if not ((a is Arm.SELECTED and b in others) or (b is Arm.SELECTED and a in others)):
        return ""
    if not found.sign_p_value < SIGNIFICANT:
        return f"{ReplicationStatus.UNTOLD}: sign test not significant"
    selected_wins = (found.a.count > found.b.count) == (a is Arm.SELECTED)
    return str(ReplicationStatus.AGREES if selected_wins else ReplicationStatus.DISAGREES)
