"""How verdicts are read, and what they come to, against scipy, statsmodels and a published interval."""

import math

import pytest
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from core.judge.answer_pair import AnswerPair
from core.judge.question import SYSTEM, both_orders
from core.judge.tally import position_share, share, tally
from core.judge.verdict import Verdict, VerdictOutcome, outcome, read_verdict

A, B, TIE, UNREADABLE = VerdictOutcome.A, VerdictOutcome.B, VerdictOutcome.TIE, VerdictOutcome.UNREADABLE
FIRST, SECOND, SAME, NONE = Verdict.FIRST, Verdict.SECOND, Verdict.TIE, Verdict.UNREADABLE


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("A", FIRST),
        ("The first is wrong.\n\nB\n", SECOND),
        ("Both are fine.\n**tie**", SAME),
        ("Reason.\nVerdict: A.", FIRST),
        ("[[B]]", SECOND),
        ("Final verdict: **Tie**", SAME),
        ("Answer B", SECOND),
        ('{"verdict": "A"}', FIRST),
    ],
)
def test_a_last_line_of_one_word_is_a_verdict(reply: str, verdict: Verdict) -> None:
    assert read_verdict(reply) is verdict


@pytest.mark.parametrize(
    "reply",
    ["", "  \n", "A is better.", "A\nbecause it is longer", "a", "A or B", "Neither", "AB", '{"verdict": "C"}', "C"],
)
def test_nothing_is_guessed_from_any_other_last_line(reply: str) -> None:
    assert read_verdict(reply) is NONE


@pytest.mark.parametrize(
    ("a_first", "b_first", "expected"),
    [
        (FIRST, SECOND, A),
        (SECOND, FIRST, B),
        (FIRST, FIRST, TIE),
        (SECOND, SECOND, TIE),
        (FIRST, SAME, TIE),
        (SAME, SAME, TIE),
        (NONE, SECOND, UNREADABLE),
    ],
)
def test_a_model_wins_only_where_both_orders_say_so(
    a_first: Verdict, b_first: Verdict, expected: VerdictOutcome
) -> None:
    assert outcome(a_first, b_first) is expected


def test_both_orders_are_asked_with_the_same_words_and_equal_answers_not_at_all() -> None:
    one, other = both_orders(AnswerPair(3, "Sort this.", "b, a", "a, b", "b, a!"))
    assert one.messages[0]["content"] == other.messages[0]["content"] == SYSTEM
    assert (one.first, one.second, one.a_first) == (other.second, other.first, True)
    assert "Sort this.\n\nb, a" in one.messages[1]["content"]
    assert one.key != other.key
    assert both_orders(AnswerPair(3, "Sort this.", "b, a", "a, b", "a, b")) == ()


def test_shares_have_wilson_intervals_and_unreadable_ones_count_in_none() -> None:
    single = [(FIRST,)] * 70 + [(SECOND,)] * 38 + [(SAME,)] * 9
    found = tally([A] * 34 + [B] * 20 + [TIE] * 26 + [UNREADABLE] * 3, single)
    assert (found.a.count, found.tie.count, found.b.count, found.decided, found.unreadable) == (34, 26, 20, 80, 3)
    for each in (found.a, found.tie, found.b):
        assert (each.low, each.high) == pytest.approx(proportion_confint(each.count, 80, method="wilson"))
    assert found.sign_p_value == pytest.approx(binomtest(34, 54).pvalue)
    assert (found.position.count, found.position.total) == (70, 108)


def test_the_interval_is_the_published_one() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81 of 263 gives 0.2553 to 0.3662."""
    found = share(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_the_position_counts_instructions_where_both_orders_were_shown() -> None:
    """Of 40 instructions the first answer won both orders in 12, the second in 4; by hand after Agresti and Min 2005:
    (12.5 - 4.5) / 42 = 0.190 with a standard error of sqrt(17 - 8**2 / 42) / 42, halved and moved to a share."""
    found = position_share([(FIRST, FIRST)] * 12 + [(SECOND, SECOND)] * 4 + [(FIRST, SECOND)] * 24)
    error = (17 - 64 / 42) ** 0.5 / 42
    middle = 0.5 + 8 / 42 / 2
    assert (found.count, found.total, found.value) == (48, 80, 0.6)
    reach = 1.959964 * error / 2
    assert (found.low, found.high) == pytest.approx((middle - reach, middle + reach), abs=1e-5)
    steady = position_share([(FIRST, SECOND)] * 40)
    assert 0.4 < steady.low < 0.5 < steady.high < 0.6, "narrower than 80 verdicts of chance would be, but not nothing"
    assert position_share([(FIRST, FIRST)] * 5).high == 1.0


def test_the_sign_test_is_the_exact_two_sided_one() -> None:
    """9 of 10: 2 (1 + 10) / 1024."""
    assert tally([A] * 9 + [B] + [TIE] * 5, []).sign_p_value == pytest.approx(22 / 1024)


def test_without_a_verdict_no_figure_is_made_up() -> None:
    found = tally([UNREADABLE], [(NONE,)])
    assert found.decided == 0
    assert all(math.isnan(each) for each in (found.a.value, found.a.low, found.sign_p_value, found.position.value))
