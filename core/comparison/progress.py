"""How far a judge is with a comparison: what it has said, what it has still to be asked, what it said in no form."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.comparison.spec import compared_models
from core.judge.answer_pair import AnswerPair
from core.judge.human_verdicts import BlindRound, blind_pairs
from core.judge.question import WORDING, Question, both_orders
from core.judge.results import Results, chosen_by_people, judged
from core.judge.run import JudgeReply, unanswered
from core.judge.settings import JudgeSettings
from core.judge.verdict import Verdict
from core.store import SavedComparison, Store
from core.store.verdicts import VerdictTables

PEOPLE = "people"


@dataclass(frozen=True)
class JudgeProgress:
    """Of one judge.

    Attributes:
        total: questions in all; those with a reply are not asked again.
        left: questions to ask, each text once.
        unreadable: keys of the questions whose reply holds no verdict.
    """

    judge: str
    total: int
    replies: tuple[JudgeReply, ...]
    left: tuple[Question, ...]
    unreadable: tuple[str, ...]


def judge_progress(
    verdicts: VerdictTables, pairs: Sequence[AnswerPair], settings: JudgeSettings, unreadable_again: bool = False
) -> JudgeProgress:
    """How far the judge of these settings is with these pairs.

    Args:
        unreadable_again: whether what has an unreadable reply is left to ask.
    """
    judge, questions = settings.judge_key(WORDING), _questions(pairs)
    replies = tuple(each for each in verdicts.replies([q.key for q in questions]) if each.judge == judge)
    readable = [each for each in replies if each.verdict is not Verdict.UNREADABLE]
    unreadable = tuple(each.question for each in replies if each.verdict is Verdict.UNREADABLE)
    left = unanswered(questions, readable if unreadable_again else replies, judge)
    return JudgeProgress(judge, len(questions), replies, tuple(left), unreadable)


def pairs_of(store: Store, saved: SavedComparison) -> list[AnswerPair]:
    """The instructions of a comparison that both models have answered so far."""
    spec = compared_models(saved.spec, saved.name)
    return store.comparisons.answer_pairs(saved.comparison_id, spec.answer_key(0), spec.answer_key(1))


def blind_round(store: Store, saved: SavedComparison, pairs: Sequence[AnswerPair]) -> BlindRound:
    """How far people are with a comparison of which these pairs are answered."""
    seed = compared_models(saved.spec, saved.name).seed
    return BlindRound(blind_pairs(pairs, saved.prompts, seed), store.verdicts.human(saved.comparison_id))


def results_by_judge(
    verdicts: VerdictTables, saved: SavedComparison, pairs: Sequence[AnswerPair]
) -> dict[str, Results]:
    """Results by the judge's key, whoever spoke last first; under `PEOPLE` what was chosen blind."""
    replies = verdicts.replies([question.key for question in _questions(pairs)])
    judges = dict.fromkeys(each.judge for each in reversed(replies))
    found = {judge: judged(pairs, [each for each in replies if each.judge == judge]) for judge in judges}
    choices = verdicts.human(saved.comparison_id)
    return found | ({PEOPLE: chosen_by_people(pairs, choices)} if choices else {})


def _questions(pairs: Sequence[AnswerPair]) -> list[Question]:
    return [question for pair in pairs for question in both_orders(pair)]
