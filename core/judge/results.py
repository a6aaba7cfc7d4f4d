"""The verdicts on a comparison beside its answers, a line an instruction, and their figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.judge.answer_pair import AnswerPair
from core.judge.human_verdicts import HumanVerdict
from core.judge.question import both_orders
from core.judge.run import JudgeReply
from core.judge.tally import Tally, tally
from core.judge.verdict import Verdict, VerdictOutcome, outcome, seen_by_order

SAME = "identical answers"


@dataclass(frozen=True, eq=False)
class Results:
    """What one judge, or people, said of a comparison.

    Attributes:
        lines: position, instruction, input, a, b, outcome (of `VerdictOutcome`), a_first and b_first (the verdict where
            that side's answer was shown first, "" where it was not), reply_a_first and reply_b_first (their texts).
            Only instructions that are through.
        tally: their figures.
        waiting: instructions that are not through.
        cost: of all replies.
    """

    lines: pd.DataFrame
    tally: Tally
    waiting: int
    cost: float = 0.0


def judged(pairs: Sequence[AnswerPair], replies: Sequence[JudgeReply]) -> Results:
    """The results of one judge.

    Args:
        replies: of this judge alone.
    """
    by_question = {each.question: each for each in replies}
    lines: list[dict[str, Any]] = []
    single: list[tuple[Verdict, ...]] = []
    alike, readable, cost = 0, 0, 0.0
    for pair in pairs:
        if pair.same:
            lines.append(_line(pair, VerdictOutcome.TIE, reply=(SAME, "")))
            continue
        found = [by_question.get(question.key) for question in both_orders(pair)]
        cost += sum(each.cost for each in found if each is not None)
        if found[0] is None or found[1] is None:
            continue
        verdicts = (found[0].verdict, found[1].verdict)
        single.append(verdicts)
        if Verdict.UNREADABLE not in verdicts:
            readable += 1
            alike += seen_by_order(verdicts[0], True) is seen_by_order(verdicts[1], False)
        lines.append(_line(pair, outcome(*verdicts), verdicts, (found[0].reply, found[1].reply)))
    outcomes = [VerdictOutcome(line["outcome"]) for line in lines]
    return Results(_table(lines), tally(outcomes, single, (alike, readable)), len(pairs) - len(lines), cost)


def chosen_by_people(pairs: Sequence[AnswerPair], choices: Sequence[HumanVerdict]) -> Results:
    """The results of a blind comparison; what was passed over is left out."""
    by_position = {each.position: each for each in choices}
    lines: list[dict[str, Any]] = []
    single: list[tuple[Verdict, ...]] = []
    passed = 0
    for pair in pairs:
        choice = by_position.get(pair.position)
        if pair.same:
            lines.append(_line(pair, VerdictOutcome.TIE, reply=(SAME, "")))
        elif choice is not None and choice.verdict is not None:
            single.append((choice.verdict,))
            verdicts = (choice.verdict, "") if choice.a_first else ("", choice.verdict)
            lines.append(_line(pair, seen_by_order(choice.verdict, choice.a_first), verdicts))
        else:
            passed += choice is not None
    outcomes = [VerdictOutcome(line["outcome"]) for line in lines]
    return Results(_table(lines), tally(outcomes, single), len(pairs) - len(lines) - passed)


def _line(
    pair: AnswerPair, found: VerdictOutcome, verdicts: tuple[str, str] = ("", ""), reply: tuple[str, str] = ("", "")
) -> dict[str, Any]:
    return {
        "position": pair.position,
        "instruction": pair.instruction,
        "input": pair.input,
        "a": pair.a,
        "b": pair.b,
        "outcome": str(found),
        "a_first": str(verdicts[0]),
        "b_first": str(verdicts[1]),
        "reply_a_first": reply[0],
        "reply_b_first": reply[1],
    }


def _table(lines: list[dict[str, Any]]) -> pd.DataFrame:
    columns = [
        "position", "instruction", "input", "a", "b", "outcome", "a_first", "b_first", "reply_a_first", "reply_b_first",
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=columns)
