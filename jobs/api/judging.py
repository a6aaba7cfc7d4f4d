"""Judging: a language model says whose answers are better."""

import math
import os
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from core.comparison_standing import PEOPLE, Standing, pairs_of, results_by_judge, standing
from core.errors import InputError
from core.judge.cost import estimate
from core.judge.endpoint import refuse_address
from core.judge.key import environment_key, travels_open
from core.judge.results import judged
from core.judge.run import JudgeRun, judge
from core.judge.settings import KNOWN_PRICES, OPENAI, JudgeSettings, Prices, judge_title
from jobs.api.comparing import Comparing
from jobs.api.comparison_results import Judged, ToAsk

BLIND = "people, blind"


class Judging(Comparing):
    """Answers are judged over an OpenAI-compatible endpoint, within a cap, and no verdict is paid for twice.

    An endpoint's key that is not given is `OPENAI_API_KEY` where the endpoint is OpenAI's own or that of
    `OPENAI_BASE_URL`, and none for any other.
    """

    def to_ask(
        self,
        comparison: str | int,
        url: str = OPENAI,
        model: str = JudgeSettings.model,
        key: str = "",
        prices: tuple[float, float] | None = None,
        unreadable_again: bool = False,
        **settings: Any,
    ) -> ToAsk:
        """What `judge` would send, and about what that costs; nothing is sent. The arguments are those of `judge`."""
        asked = _settings(url, model, prices, settings)
        stands, about_key = self._standing(comparison, asked, unreadable_again), _key(asked, key)
        about = estimate(stands.left, asked)
        return ToAsk(
            address=asked.address,
            about=about,
            key=bool(about_key),
            open=bool(about_key) and travels_open(asked.address),
            priced=asked.prices != Prices(),
            capped=about.cost > asked.max_cost or about.calls > asked.max_calls,
            so_far=self._judged(comparison, stands),
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
        asked = _settings(url, model, prices, settings)
        stands = self._standing(comparison, asked, unreadable_again)
        if unreadable_again:
            self.store.forget_unreadable_replies(stands.judge, stands.unreadable)
        run = None
        if stands.left:
            keep = self.store.keep_judge_reply
            run = judge(stands.left, asked, _key(asked, key), keep, self._progress, stay=True)
        return self._judged(comparison, self._standing(comparison, asked), run)

    def verdicts(self, comparison: str | int) -> list[Judged]:
        """What each judge, and people, have said of a comparison, whoever spoke last first.

        Raises:
            StoreError: there is no such comparison.
        """
        compared, saved = self.compared(comparison), self._comparison(comparison)
        found = results_by_judge(self.store, saved, pairs_of(self.store, saved))
        return [
            Judged(compared, BLIND if who == PEOPLE else judge_title(who), results) for who, results in found.items()
        ]

    def _standing(self, comparison: str | int, asked: JudgeSettings, unreadable_again: bool = False) -> Standing:
        self.refresh()
        pairs = pairs_of(self.store, self._comparison(comparison))
        return standing(self.store, pairs, asked, unreadable_again)

    def _judged(self, comparison: str | int, stands: Standing, run: JudgeRun | None = None) -> Judged:
        pairs = pairs_of(self.store, self._comparison(comparison))
        return Judged(self.compared(comparison), judge_title(stands.judge), judged(pairs, stands.replies), run)


def _settings(url: str, model: str, prices: tuple[float, float] | None, changes: Mapping[str, Any]) -> JudgeSettings:
    known = {each.name for each in fields(JudgeSettings)} - {"base_url", "model", "prices"}
    if unknown := sorted(set(changes) - known):
        raise InputError("A judge has no such setting.", where=", ".join(unknown), mend=f"It has {', '.join(known)}.")
    numbers = [*(prices or ()), *changes.values()]
    if not all(math.isfinite(each) and each >= 0 for each in numbers):
        raise InputError("A price, cap or setting of the judge is no number.", mend="Give numbers from 0 up.")
    charged = Prices(*prices) if prices else KNOWN_PRICES.get(model, Prices())
    asked = replace(JudgeSettings(url, model.strip(), prices=charged), **changes)
    refuse_address(asked)
    return asked


def _key(asked: JudgeSettings, given: str) -> str:
    return given.strip() or environment_key(asked.address, os.environ)
