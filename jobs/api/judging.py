"""Judging: a language model says whose answers are better."""

import os
from collections.abc import Sequence
from typing import Any

from core.comparison.progress import PEOPLE, JudgeProgress, blind_round, judge_progress, pairs_of, results_by_judge
from core.judge.answer_pair import AnswerPair
from core.judge.cost import estimate
from core.judge.endpoint import refuse_address
from core.judge.human_verdicts import BlindPair, BlindRound
from core.judge.key import environment_key, travels_open
from core.judge.results import judged
from core.judge.run import JudgeRun, ask_judge
from core.judge.settings import KNOWN_PRICES, OPENAI, JudgeSettings, Prices, judge_title
from core.judge.verdict import Verdict
from core.store import SavedComparison
from core.values import changed
from jobs.api.comparing import Comparing
from jobs.api.comparison_results import Judged, ToAsk

BLIND = "human, blind"


class Judging(Comparing):
    """Answers are judged over an OpenAI-compatible endpoint, within a cap, and no verdict is paid for twice.

    An endpoint's key that is not given is `OPENAI_API_KEY` where the endpoint is OpenAI's own or that of
    `OPENAI_BASE_URL`, and none for any other.
    """

    def to_ask(self, comparison: str | int, key: str = "", unreadable_again: bool = False, **asked: Any) -> ToAsk:
        """What `judge` would send, and about what that costs; nothing is sent. The arguments are those of `judge`."""
        settings = _settings(**asked)
        saved, pairs = self._answered(comparison)
        stands = judge_progress(self.store, pairs, settings, unreadable_again)
        about, sent_along = estimate(stands.left, settings), bool(_key(settings, key))
        return ToAsk(
            address=settings.address,
            about=about,
            key=sent_along,
            open=sent_along and travels_open(settings.address),
            priced=settings.prices != Prices(),
            capped=about.cost > settings.max_cost or about.calls > settings.max_calls,
            so_far=self._judged(saved, pairs, stands),
        )

    def judge(
        self,
        comparison: str | int,
        url: str = OPENAI,
        model: str = JudgeSettings.model,
        key: str = "",
        prices: tuple[float, float] | None = None,
        unreadable_again: bool = False,
        **settings: Any,
    ) -> Judged:
        """Ask a judge what it has not replied to yet, each pair of answers in both orders, and keep every reply.

        Args:
            url: of an OpenAI-compatible endpoint, up to and with `/v1`.
            prices: of a million tokens in and out, in US dollars; None for OpenAI's list prices where they are known,
                else 0, and then no cap in money holds.
            unreadable_again: ask anew where its reply held no verdict.
            settings: other fields of `core.judge.settings.JudgeSettings`, such as max_cost, max_calls or at_once.

        Raises:
            StoreError: there is no such comparison.
            InputError: there is no such setting, or it makes no sense.
            JudgeError: the endpoint can't be used; what it has replied stays.
        """
        asked = _settings(url, model, prices, **settings)
        saved, pairs = self._answered(comparison)
        stands = judge_progress(self.store, pairs, asked, unreadable_again)
        if unreadable_again:
            self.store.verdicts.forget_unreadable(stands.judge, stands.unreadable)
        run = None
        if stands.left:
            keep = self.store.verdicts.keep_reply
            run = ask_judge(stands.left, asked, _key(asked, key), keep, self._progress, stay=True)
        return self._judged(saved, pairs, judge_progress(self.store, pairs, asked), run)

    def verdicts(self, comparison: str | int) -> list[Judged]:
        """What each judge, and people, have said of a comparison, whoever spoke last first.

        Raises:
            StoreError: there is no such comparison.
        """
        saved, pairs = self._answered(comparison)
        compared, found = self._compared(saved, pairs), results_by_judge(self.store, saved, pairs)
        return [
            Judged(compared, BLIND if who == PEOPLE else judge_title(who), results) for who, results in found.items()
        ]

    def blind_round(self, comparison: str | int) -> BlindRound:
        """The pairs of a comparison as people choose between them, not knowing whose answer is whose.

        Raises:
            StoreError: there is no such comparison.
        """
        saved, pairs = self._answered(comparison)
        return blind_round(self.store, saved, pairs)

    def choose(self, comparison: str | int, shown: BlindPair, verdict: Verdict | None) -> None:
        """Keep what somebody chose of a pair: the first answer, the second, a tie, or None to pass it over.

        Raises:
            StoreError: there is no such comparison.
        """
        self.store.verdicts.keep_human(self._comparison(comparison).comparison_id, shown.chosen(verdict))

    def take_back(self, comparison: str | int, positions: Sequence[int]) -> None:
        """Forget what was chosen of some pairs.

        Args:
            positions: `position` of each choice in `blind_round(comparison).chosen`.

        Raises:
            StoreError: there is no such comparison.
        """
        self.store.verdicts.forget_human(self._comparison(comparison).comparison_id, positions)

    def _answered(self, comparison: str | int) -> tuple[SavedComparison, list[AnswerPair]]:
        """A comparison, and the instructions that both models have answered so far."""
        self.refresh()
        saved = self._comparison(comparison)
        return saved, pairs_of(self.store, saved)

    def _judged(
        self, saved: SavedComparison, pairs: Sequence[AnswerPair], stands: JudgeProgress, run: JudgeRun | None = None
    ) -> Judged:
        return Judged(self._compared(saved, pairs), judge_title(stands.judge), judged(pairs, stands.replies), run)


def _settings(
    url: str = OPENAI, model: str = JudgeSettings.model, prices: tuple[float, float] | None = None, **changes: Any
) -> JudgeSettings:
    charged = dict(zip(("input", "output"), prices, strict=True)) if prices else KNOWN_PRICES.get(model, Prices())
    given = {"base_url": url, "model": model.strip(), "prices": charged}
    asked = changed(JudgeSettings(), changes | given, "judge")
    refuse_address(asked)
    return asked


def _key(asked: JudgeSettings, given: str) -> str:
    return given.strip() or environment_key(asked.address, os.environ)
