"""Verdicts put beside the answers: outcomes by both orders, what waits, and the blind order of people."""

from datetime import UTC, datetime

from core.judge.answer_pair import AnswerPair
from core.judge.human_verdicts import HumanVerdict, blind_pairs
from core.judge.question import both_orders
from core.judge.results import SAME, chosen_by_people, judged
from core.judge.run import JudgeReply
from core.judge.verdict import Verdict

FIRST, SECOND, TIE, NONE = Verdict.FIRST, Verdict.SECOND, Verdict.TIE, Verdict.UNREADABLE
PAIRS = [AnswerPair(i, f"Question {i}?", "", f"a{i}", f"b{i}") for i in range(5)]
ALIKE = AnswerPair(5, "Yes?", "", "Yes.", "Yes.")


def replies(pair: AnswerPair, *verdicts: Verdict) -> list[JudgeReply]:
    """Replies to the orders of a pair, A's answer first, each at a cost of 0.5."""
    asked = zip(both_orders(pair), verdicts, strict=False)
    return [JudgeReply("judge", q.key, v, f"It is {v}.", 9, 9, 0.5, datetime.now(UTC)) for q, v in asked]


def test_outcomes_need_both_orders_and_equal_texts_tie_unasked() -> None:
    given = [(FIRST, SECOND), (SECOND, SECOND), (NONE, FIRST), (FIRST,), (TIE, TIE)]
    said = [reply for pair, verdicts in zip(PAIRS, given, strict=True) for reply in replies(pair, *verdicts)]
    found = judged([*PAIRS, ALIKE], said)
    assert found.lines["position"].tolist() == [0, 1, 2, 4, 5]
    assert found.lines["outcome"].tolist() == ["A", "tie", "unreadable", "tie", "tie"]
    assert found.lines["reply_b_first"].tolist() == ["It is second.", "It is second.", "It is first.", "It is tie.", ""]
    assert found.lines["reply_a_first"].iloc[-1] == SAME
    assert found.waiting == 1
    assert found.cost == 4.5, "what is paid counts also where an order is missing"
    assert (found.tally.a.count, found.tally.tie.count, found.tally.b.count, found.tally.unreadable) == (1, 3, 0, 1)
    assert found.tally.agreement is not None
    assert (found.tally.agreement.count, found.tally.agreement.total) == (2, 3)
    assert (found.tally.position.count, found.tally.position.total) == (2, 5)


def test_what_a_person_passed_over_is_no_outcome_and_does_not_wait() -> None:
    choices = [HumanVerdict(0, True, FIRST), HumanVerdict(1, False, FIRST), HumanVerdict(2, True, None)]
    found = chosen_by_people([*PAIRS, ALIKE], choices)
    assert found.lines["outcome"].tolist() == ["A", "B", "tie"]
    assert found.waiting == 2
    assert (found.tally.position.count, found.tally.position.total) == (2, 2)
    assert found.tally.agreement is None


def test_the_blind_order_is_mixed_by_its_seed_and_the_same_while_answers_come_in() -> None:
    pairs = [AnswerPair(i, f"Question {i}?", "", f"a{i}", f"b{i}") for i in range(200)]
    shown = blind_pairs(pairs, 200, seed=1)
    order = [each.pair.position for each in shown]
    assert sorted(order) == list(range(200)) != order
    assert 70 < sum(each.a_first for each in shown) < 130
    some = blind_pairs(pairs[:50], 200, seed=1)
    assert some == [each for each in shown if each.pair.position < 50]
    assert [each.pair.position for each in blind_pairs(pairs, 200, seed=2)] != order
    assert blind_pairs([ALIKE], 6, seed=1) == []


def test_each_side_is_shown_and_kept_by_where_it_stood() -> None:
    for each in blind_pairs(PAIRS, 5, seed=0):
        assert {each.first, each.second} == {each.pair.a, each.pair.b}
        assert (each.first == each.pair.a) is each.a_first
        assert each.chosen(SECOND) == HumanVerdict(each.pair.position, each.a_first, SECOND)
