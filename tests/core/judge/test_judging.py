"""A run of judging against a real HTTP server that answers well, badly, late or not at all."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import JudgeError
from core.judge.answer_pair import AnswerPair
from core.judge.cost import estimate
from core.judge.question import REMINDER, WORDING, Question, both_orders
from core.judge.run import JudgeReply, JudgeRun, ask_judge, unanswered
from core.judge.settings import JudgeSettings, Prices
from core.judge.verdict import Verdict
from core.progress import Cancelled, Silent
from core.store import Store
from tests.judge_server import JudgeServer, Served, judge_server, prefers, refused, said

KEY = "sk-secret-0123456789abcdef"
PAIRS = [AnswerPair(i, f"Question {i}?", "", f"short {i}", f"a longer answer {i}") for i in range(4)]
QUESTIONS = [each for pair in PAIRS for each in both_orders(pair)]


def settings(server: JudgeServer, **changes: object) -> JudgeSettings:
    plain = JudgeSettings(server.url, "gpt-4", prices=Prices(1.0, 2.0), at_once=1, retries=2, timeout_seconds=5.0)
    return replace(plain, **changes)


def run(
    server: JudgeServer, questions: Sequence[Question] = QUESTIONS, **changes: object
) -> tuple[JudgeRun, list[JudgeReply]]:
    kept: list[JudgeReply] = []
    return ask_judge(questions, settings(server, **changes), KEY, kept.append, Silent()), kept


def test_every_question_is_asked_once_with_the_key_and_each_reply_is_kept() -> None:
    with judge_server(behave=prefers(len)) as server:
        done, kept = run(server, at_once=3)
        assert set(server.keys) == {f"Bearer {KEY}"}
        assert {each["model"] for each in server.requests} == {"gpt-4"}
    assert (done.replies, done.calls, done.unreadable, done.capped) == (8, 8, 0, False)
    verdicts = {each.question: each.verdict for each in kept}
    assert [verdicts[each.key] for each in QUESTIONS] == [Verdict.SECOND, Verdict.FIRST] * 4
    assert done.cost == pytest.approx(8 * (100 * 1.0 + 10 * 2.0) / 1e6)
    assert unanswered(QUESTIONS, kept, kept[0].judge) == []


def test_what_has_a_reply_in_the_store_is_not_sent_again(tmp_path: Path) -> None:
    with judge_server(said("Both alike.\ntie")) as server, Store.open(tmp_path / "studio.duckdb") as store:
        asked = settings(server)
        for _ in range(2):
            known = store.verdicts.replies([each.key for each in QUESTIONS])
            ask_judge(
                unanswered(QUESTIONS, known, asked.judge_key(WORDING)), asked, KEY, store.verdicts.keep_reply, Silent()
            )
        assert len(server.requests) == len(QUESTIONS)
        other = replace(asked, model="gpt-3.5-turbo")
        known = store.verdicts.replies([each.key for each in QUESTIONS])
        assert len(unanswered(QUESTIONS, known, other.judge_key(WORDING))) == len(QUESTIONS)


def test_a_rate_limit_is_waited_out_as_the_server_asks() -> None:
    busy = refused(429, "Slow down.", Retry_After="1")
    with judge_server(busy, said("A")) as server:
        done, kept = run(server, QUESTIONS[:1])
    assert [each.verdict for each in kept] == [Verdict.FIRST]
    assert done.calls == 2
    assert done.cost == pytest.approx(120e-6), "a refused call costs nothing"


def test_a_server_out_of_order_is_tried_again_and_then_told() -> None:
    with judge_server(refused(500, "Oops."), said("B")) as server:
        assert run(server, QUESTIONS[:1])[1][0].verdict is Verdict.SECOND
    with judge_server(refused(500, "Oops.")) as server, pytest.raises(JudgeError, match=r"failed \(status 500\)"):
        run(server, retries=1)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "bad",
    [
        said("Both have their merits, and A is better."),
        said(""),
        said(None),
        Served(b'{"choices": [{"mess'),
        Served(b"<html>Bad gateway</html>", headers={"Content-Type": "text/html"}),
        Served(b'{"choices": []}'),
    ],
    ids=["prose", "empty", "null", "cut JSON", "HTML", "no choice"],
)
def test_an_answer_without_a_verdict_is_asked_for_once_more_and_then_unreadable(bad: Served) -> None:
    with judge_server(said("A"), bad, said("tie"), bad) as server:
        done, kept = run(server, QUESTIONS[:3])
    assert [each.verdict for each in kept] == [Verdict.FIRST, Verdict.TIE, Verdict.UNREADABLE]
    assert len(server.requests) == 5
    assert done.unreadable == 1


def test_the_second_time_the_judge_is_reminded_of_the_form() -> None:
    with judge_server(said("Hm."), said("Verdict: tie")) as server:
        _, kept = run(server, QUESTIONS[:1])
    assert server.asked[1][-2:] == [{"role": "assistant", "content": "Hm."}, {"role": "user", "content": REMINDER}]
    assert kept[0].reply == "Hm.\n\nVerdict: tie"
    assert kept[0].input_tokens == 200


def test_a_server_that_is_no_such_endpoint_is_told_at_once() -> None:
    with (
        judge_server(Served(b"<html>hello</html>", headers={"Content-Type": "text/html"})) as server,
        pytest.raises(JudgeError, match="not that of an OpenAI-compatible endpoint"),
    ):
        run(server)
    assert len(server.requests) == 2


def test_a_broken_connection_is_tried_again_and_may_have_cost() -> None:
    with judge_server(Served(b"{", cut=True), said("A")) as server:
        done, kept = run(server, QUESTIONS[:1])
    assert kept[0].verdict is Verdict.FIRST
    assert done.calls == 2
    assert done.cost > 120e-6


def test_a_server_that_does_not_answer_is_told_after_the_time_out() -> None:
    with judge_server(Served(hang=True)) as server, pytest.raises(JudgeError, match="timed out"):
        run(server, timeout_seconds=0.3, retries=0)


def test_an_address_where_nothing_answers_is_told() -> None:
    with judge_server(said("A")) as server:
        pass
    with pytest.raises(JudgeError, match="No connection to the endpoint") as told:
        run(server, retries=0)
    assert "network and the server" in told.value.mend


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (refused(401, f"Incorrect API key provided: {KEY}."), "rejected the API key"),
        (refused(403, "Not for you."), "no access to this model"),
        (refused(404, "The model does not exist."), "The endpoint has no model gpt-4"),
        (refused(400, "max_tokens is too large"), r"rejected the request \(status 400\)"),
        (refused(429, "You exceeded your current quota."), "rate limit or the account's quota"),
    ],
)
def test_what_the_server_refuses_is_told_in_one_sentence_without_the_key(answer: Served, says: str) -> None:
    with judge_server(answer) as server, pytest.raises(JudgeError, match=says) as told:
        run(server, retries=0)
    assert len(server.requests) == 1
    assert KEY not in str(told.value)


def test_an_address_or_a_key_that_can_be_none_is_refused_before_anything_is_sent() -> None:
    with judge_server(said("A")) as server:
        with pytest.raises(JudgeError, match="http:// or https://"):
            run(server, base_url="api.openai.com/v1")
        with pytest.raises(JudgeError, match="user name or password") as told:
            run(server, base_url=server.url.replace("http://", "http://me:hidden@"))
        assert "hidden" not in str(told.value)
        with pytest.raises(JudgeError, match="invalid characters"):
            ask_judge(QUESTIONS, settings(server), "sk-ключ", print, Silent())
    assert server.requests == []


def test_a_cap_in_calls_is_never_passed_and_the_run_goes_on_later() -> None:
    with judge_server(refused(500, "Oops."), said("A")) as server:
        done, kept = run(server, max_calls=5, at_once=3)
    assert len(server.requests) == done.calls <= 5
    assert done.capped
    assert 1 <= len(kept) < len(QUESTIONS)
    assert len(unanswered(QUESTIONS, kept, kept[0].judge)) == len(QUESTIONS) - len(kept)


def test_a_cap_in_money_is_never_passed_even_where_the_server_counts_the_most_it_may() -> None:
    dear = said("A", input_tokens=1_000, output_tokens=200)
    with judge_server(dear) as server:
        done, _ = run(server, max_cost=0.006, at_once=3)
    assert done.capped
    assert 0 < done.cost <= 0.006


def test_without_a_count_of_tokens_the_most_is_charged() -> None:
    with judge_server(said("A", usage=False)) as server:
        done, _ = run(server, QUESTIONS[:1])
        likely = estimate(QUESTIONS[:1], settings(server)).cost
    assert done.cost > likely


def test_a_cancelled_run_stops_and_what_is_under_way_is_still_kept() -> None:
    kept: list[JudgeReply] = []
    answered = threading.Event()

    class Impatient:
        def update(self, done: int, total: int, message: str = "") -> None:
            if server.requests:
                raise Cancelled

    def keep(reply: JudgeReply) -> None:
        kept.append(reply)
        answered.set()

    def slow(messages: object) -> Served:
        server.over.wait(0.5)
        return said("A")

    with judge_server(behave=slow) as server:
        with pytest.raises(Cancelled):
            ask_judge(QUESTIONS, settings(server), KEY, keep, Impatient())
        assert answered.wait(10)
        server.over.wait(0.2)
        assert len(server.requests) == len(kept) == 1


def test_the_key_stands_neither_in_the_store_nor_in_a_reply_that_repeats_it(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    with judge_server(said(f"Your key is {KEY}.\nA")) as server, Store.open(path) as store:
        ask_judge(QUESTIONS[:2], settings(server), KEY, store.verdicts.keep_reply, Silent())
        (first, *_) = store.verdicts.replies([QUESTIONS[0].key])
    assert first.reply == "Your key is [key].\nA"
    for file in tmp_path.iterdir():
        assert KEY.encode() not in file.read_bytes()


def test_the_estimate_is_of_the_order_of_what_the_texts_take(tmp_path: Path) -> None:
    with judge_server(said("A")) as server:
        found = estimate(QUESTIONS, settings(server))
    characters = sum(len(each["content"]) for question in QUESTIONS for each in question.messages)
    assert found.calls == len(QUESTIONS)
    assert found.input_tokens == pytest.approx(characters / 4, rel=0.1)
    assert found.cost == pytest.approx((found.input_tokens * 1.0 + found.output_tokens * 2.0) / 1e6)
