"""A run of judging: questions that have no reply yet are asked, a few at once, within a cap; each reply is kept."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import JudgeError
from core.judge.budget import Budget
from core.judge.cost import most_cost
from core.judge.endpoint import Endpoint, Exchange
from core.judge.question import WORDING, Message, Question, reminded
from core.judge.settings import JudgeSettings
from core.judge.verdict import Verdict, read_verdict
from core.progress import Progress

TIMES_ASKED = 2  # a reply without a verdict is asked for once more
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class JudgeReply:
    """A judge's reply to one question, as it is kept.

    Attributes:
        judge: of `JudgeSettings.judge_key`.
        question: of `Question.key`.
        reply: its whole text, "" where the server's answer held none.
        cost: of all calls for it, in US dollars.
    """

    judge: str
    question: str
    verdict: Verdict
    reply: str
    input_tokens: int
    output_tokens: int
    cost: float
    asked_at: datetime


@dataclass(frozen=True)
class JudgeRun:
    """What came of a run.

    Attributes:
        replies: how many were kept, `unreadable` among them.
        calls: sent, retries and those asked again included.
        capped: whether the cap ended it.
    """

    questions: int
    replies: int
    unreadable: int
    calls: int
    cost: float
    capped: bool


def ask_judge(
    questions: Sequence[Question],
    settings: JudgeSettings,
    key: str,
    keep: Callable[[JudgeReply], None],
    progress: Progress,
    stay: bool = False,
) -> JudgeRun:
    """Ask all questions and keep each reply as it comes.

    When it is cancelled, or fails, calls under way are still waited for and their replies kept: they are paid for.

    Args:
        questions: those that this judge has not replied to yet.
        key: of the endpoint, "" where it asks for none.
        stay: do that waiting before it raises, as a process that ends then has to; else in the background.

    Raises:
        JudgeError: the endpoint can't be used; what was kept stays.
        Cancelled: `progress` said so.
    """
    run = _Run(questions, settings, Endpoint(settings, key), keep)
    return run.watch(progress, stay)


class _Run:
    """The threads of a run and what they share."""

    def __init__(
        self,
        questions: Sequence[Question],
        settings: JudgeSettings,
        endpoint: Endpoint,
        keep: Callable[[JudgeReply], None],
    ) -> None:
        self._settings, self._endpoint, self._keep = settings, endpoint, keep
        self._budget = Budget(settings.max_cost, settings.max_calls)
        self._total = len(questions)
        self._waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()
        for question in questions:
            self._waiting.put(question)
        self._stop, self._ended, self._counting = threading.Event(), threading.Event(), threading.Lock()
        self._replies = self._unreadable = self._working = 0
        self._capped = False
        self._fault: Exception | None = None
        self._threads = [
            threading.Thread(target=self._work, name="judge", daemon=True) for _ in range(max(1, settings.at_once))
        ]

    def watch(self, progress: Progress, stay: bool) -> JudgeRun:
        """Start the threads and report until the last one ends."""
        try:
            for thread in self._threads:
                with self._counting:
                    self._working += 1
                thread.start()
            while self._working:
                self._ended.wait(_LOOK_SECONDS)
                progress.update(self._replies, self._total, self._message)
        finally:
            self._stop.set()
            while stay and self._working:  # Thread.join, once interrupted, takes a running thread for ended
                self._ended.wait(_LOOK_SECONDS)
        self._endpoint.close()
        if self._fault is not None:
            raise self._fault
        return JudgeRun(
            self._total, self._replies, self._unreadable, self._budget.sent, self._budget.spent, self._capped
        )

    @property
    def _message(self) -> str:
        return f"Judging: {self._replies:,} of {self._total:,} verdicts, ${self._budget.spent:.4f} spent"

    def _work(self) -> None:
        """What each thread does: one question after the other."""
        try:
            while not self._stop.is_set():
                reply = self._ask(self._waiting.get_nowait())
                if reply is None:
                    self._stop.set()
                    return
                self._keep(reply)
                with self._counting:
                    self._replies += 1
                    self._unreadable += reply.verdict is Verdict.UNREADABLE
        except queue.Empty:
            return
        except Exception as error:
            with self._counting:
                self._fault = self._fault or error
            self._stop.set()
        finally:
            with self._counting:
                self._working -= 1
                if not self._working:
                    self._ended.set()

    def _ask(self, question: Question) -> JudgeReply | None:
        """The reply to a question, asked again where it has no verdict; None when the cap is reached before it.

        Raises:
            JudgeError: the endpoint can't be used.
        """
        messages, verdict = question.messages, Verdict.UNREADABLE
        exchanges: list[Exchange] = []
        cost = 0.0
        for _ in range(TIMES_ASKED):
            exchange, charged = self._exchange(messages)
            if exchange is None:
                break
            exchanges.append(exchange)
            cost += charged
            verdict = read_verdict(exchange.text or "")
            if verdict is not Verdict.UNREADABLE:
                break
            messages = reminded(messages, exchange.text) if exchange.text else messages
        if not exchanges:
            return None
        texts = [each.text for each in exchanges if each.text is not None]
        if not texts and not self._replies:
            raise JudgeError(
                "The server's reply is not that of an OpenAI-compatible endpoint.",
                where=self._settings.address,
                mend="Check the address; it usually ends in /v1.",
            )
        return JudgeReply(
            judge=self._settings.judge_key(WORDING),
            question=question.key,
            verdict=verdict,
            reply="\n\n".join(texts),
            input_tokens=sum(each.input_tokens or 0 for each in exchanges),
            output_tokens=sum(each.output_tokens or 0 for each in exchanges),
            cost=cost,
            asked_at=datetime.now(UTC),
        )

    def _exchange(self, messages: list[Message]) -> tuple[Exchange | None, float]:
        """One call within the cap and what it cost; no exchange when the cap is reached."""
        most = most_cost(messages, self._settings)
        granted = self._budget.grant(most, self._settings.retries + 1)
        if not granted:
            self._capped = True
            return None, 0.0
        sent, cost = granted, granted * most
        try:
            exchange = self._endpoint.ask(messages, granted)
            sent, cost = exchange.sent, exchange.lost * most + self._charged(exchange, most)
        finally:
            self._budget.settle(granted, most, sent, cost)
        if exchange.error is not None:
            raise exchange.error
        return exchange, cost

    def _charged(self, exchange: Exchange, most: float) -> float:
        """What the answered attempt cost: by the endpoint's count of tokens, else the most that it can be."""
        if exchange.error is not None:
            return 0.0
        if exchange.input_tokens is None or exchange.output_tokens is None:
            return most
        return self._settings.prices.cost(exchange.input_tokens, exchange.output_tokens)


def unanswered(questions: Sequence[Question], replies: Sequence[JudgeReply], judge_key: str) -> list[Question]:
    """The questions to which this judge has not replied yet, each text once."""
    known = {each.question for each in replies if each.judge == judge_key}
    return [each for each in {q.key: q for q in questions}.values() if each.key not in known]
