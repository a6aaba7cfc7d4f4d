"""Verdicts: whose answers are better, by a language model or by people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.comparison.progress import PEOPLE, JudgeProgress, blind_round, judge_progress, results_by_judge
from core.comparison.spec import compared_models
from core.errors import InputError
from core.judge.answer_pair import AnswerPair
from core.judge.cost import estimate
from core.judge.endpoint import refuse_address
from core.judge.human_verdicts import BlindPair, BlindRound
from core.judge.key import environment_key, travels_open
from core.judge.results import Results, judged
from core.judge.run import JudgeRun, ask_judge
from core.judge.settings import KNOWN_PRICES, OPENAI, JudgeSettings, Prices, judge_title
from core.judge.verdict import Verdict
from core.store import SavedComparison
from core.values import changed
from jobs.api.comparison_results import BLIND, JudgedTogether, JudgeRequest, JudgeResult
from jobs.api.comparisons import ComparisonSection
from jobs.api.lookup import Which
from jobs.api.section import Section
from jobs.api.session import Session

if TYPE_CHECKING:
    from core.progress import Progress


class VerdictSection(Section):
    """Answers are judged over an OpenAI-compatible endpoint, within a cap, and no verdict is paid for twice; or blind.

    An endpoint's key that is not given is `OPENAI_API_KEY` where the endpoint is OpenAI's own or that of
    `OPENAI_BASE_URL`, and none for any other. Every method that is asked of a comparison raises StoreError where there
    is none.
    """

    name = "verdicts"

    def __init__(self, session: Session, comparisons: ComparisonSection) -> None:
        super().__init__(session)
        self._comparisons = comparisons

    def to_ask(self, comparison: Which, key: str = "", unreadable_again: bool = False, **asked: Any) -> JudgeRequest:
        """What `judge` would send, and about what that costs; nothing is sent. The arguments are those of `judge`."""
        settings = judge_settings(**asked)
        stands = self.progress_of(self._answered(comparison), settings, unreadable_again)
        about = estimate(stands.left, settings)
        return JudgeRequest(
            address=settings.address,
            about=about,
            key=bool(key.strip()) or self.has_environment_key(settings.address),
            open=self.key_travels_open(settings.address, key),
            priced=settings.prices != Prices(),
            capped=about.cost > settings.max_cost or about.calls > settings.max_calls,
            so_far=self._judged(comparison, stands),
        )

    def judge(
        self,
        comparison: Which,
        url: str = OPENAI,
        model: str = JudgeSettings.model,
        key: str = "",
        prices: tuple[float, float] | None = None,
        unreadable_again: bool = False,
        progress: "Progress | None" = None,
        **settings: Any,
    ) -> JudgeResult:
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
        asked = judge_settings(url, model, prices, **settings)
        pairs = self._answered(comparison)
        if unreadable_again:
            self.forget_unreadable(pairs, asked)
        run = self.ask(pairs, asked, key, progress, stay=True)
        return self._judged(comparison, self.progress_of(pairs, asked), run)

    def ask(
        self,
        pairs: Sequence[AnswerPair],
        settings: JudgeSettings,
        key: str,
        progress: "Progress | None" = None,
        stay: bool = False,
    ) -> JudgeRun | None:
        """Ask a judge what it has not replied to yet of these pairs; None where there is nothing left.

        Args:
            key: that is sent along, "" for the environment's where it belongs to the endpoint.
            stay: as `core.judge.run.ask_judge`.

        Raises:
            JudgeError: the endpoint can't be used; what it has replied stays.
        """
        left = self.progress_of(pairs, settings).left
        if not left:
            return None
        keep, told = self._store.verdicts.keep_reply, progress or self._session.progress
        sent_along = key.strip() or environment_key(settings.address, self._session.environment)
        return ask_judge(left, settings, sent_along, keep, told, stay=stay)

    def has_environment_key(self, address: str) -> bool:
        """Whether the environment holds a key that goes to this endpoint."""
        return bool(environment_key(address, self._session.environment))

    def key_travels_open(self, address: str, key: str = "") -> bool:
        """Whether a key would be sent to this endpoint so that it could be read on the way."""
        return travels_open(address) and (bool(key.strip()) or self.has_environment_key(address))

    def progress_of(
        self, pairs: Sequence[AnswerPair], settings: JudgeSettings, unreadable_again: bool = False
    ) -> JudgeProgress:
        """How far the judge of these settings is with these pairs, as `core.comparison.progress.judge_progress`."""
        return judge_progress(self._store.verdicts, pairs, settings, unreadable_again)

    def forget_unreadable(self, pairs: Sequence[AnswerPair], settings: JudgeSettings) -> None:
        """Forget the replies of a judge that hold no verdict, so that it is asked again."""
        stands = self.progress_of(pairs, settings)
        self._store.verdicts.forget_unreadable(stands.judge, stands.unreadable)

    def results(self, comparison: Which) -> dict[str, Results]:
        """Results by the judge's key, whoever spoke last first; under `PEOPLE` what was chosen blind."""
        saved = self._comparisons.get(comparison)
        return results_by_judge(self._store.verdicts, saved, self._comparisons.pairs(saved.comparison_id))

    def all(self, comparison: Which) -> list[JudgeResult]:
        """What each judge, and people, have said of a comparison, whoever spoke last first."""
        compared = self._comparisons.status(comparison)
        return [
            JudgeResult(compared, BLIND if who == PEOPLE else judge_title(who), results)
            for who, results in self.results(comparison).items()
        ]

    def together(self, comparisons: Sequence[Which], judge: str = "") -> JudgedTogether:
        """What one judge says over several comparisons, each of other models: the unit is the pair of models.

        A and B mean the same in all of them, such as models tuned on selected and on random rows.

        Args:
            judge: as `all` names it; "" for the one that spoke last of the first comparison.

        Raises:
            StoreError: there is no such comparison.
            InputError: a model is in two of them, or the judge has said nothing of one.
        """
        from core.judge.over_models import over_models

        saved = list({each.comparison_id: each for each in map(self._comparisons.get, comparisons)}.values())
        if not saved:
            raise InputError("No comparison.", mend="Name at least one.")
        self._refuse_shared_models(saved)
        by_key = [self.results(each.comparison_id) for each in saved]
        found = [{BLIND if key == PEOPLE else judge_title(key): said for key, said in of.items()} for of in by_key]
        wanted = judge or next(iter(found[0]), "")
        for each, said in zip(saved, found, strict=True):
            if wanted not in said or not said[wanted].tally.decided:
                who = f"The judge {wanted}" if wanted else "No judge"
                raise InputError(f"{who} has decided nothing here.", where=each.name, mend="Judge it first.")
        tallies = [said[wanted].tally for said in found]
        return JudgedTogether(wanted, tuple(each.name for each in saved), over_models(tallies))

    @staticmethod
    def _refuse_shared_models(comparisons: Sequence[SavedComparison]) -> None:
        """Pairs that share a model are no two pairs."""
        seen: dict[str, str] = {}
        for each in comparisons:
            for model in compared_models(each.spec, each.name).models:
                if seen.setdefault(model.key, each.name) != each.name:
                    raise InputError(
                        f"{model.label} is in {seen[model.key]}, too.",
                        where=each.name,
                        mend="Give comparisons of different models.",
                    )

    def blind_round(self, comparison: Which) -> BlindRound:
        """The pairs of a comparison as people choose between them, not knowing whose answer is whose."""
        saved = self._comparisons.get(comparison)
        return blind_round(self._store, saved, self._comparisons.pairs(saved.comparison_id))

    def choose(self, comparison: Which, shown: BlindPair, verdict: Verdict | None) -> None:
        """Keep what somebody chose of a pair: the first answer, the second, a tie, or None to pass it over."""
        self._store.verdicts.keep_human(self._comparisons.get(comparison).comparison_id, shown.chosen(verdict))

    def take_back(self, comparison: Which, positions: Sequence[int]) -> None:
        """Forget what was chosen of some pairs.

        Args:
            positions: `position` of each choice in `blind_round(comparison).chosen`.
        """
        self._store.verdicts.forget_human(self._comparisons.get(comparison).comparison_id, positions)

    def _answered(self, comparison: Which) -> list[AnswerPair]:
        """The instructions that both models have answered so far."""
        self._session.refresh()
        return self._comparisons.pairs(comparison)

    def _judged(self, comparison: Which, stands: JudgeProgress, run: JudgeRun | None = None) -> JudgeResult:
        pairs = self._comparisons.pairs(comparison)
        results = judged(pairs, stands.replies)
        return JudgeResult(self._comparisons.answered(comparison), judge_title(stands.judge), results, run)


def judge_settings(
    url: str = OPENAI, model: str = JudgeSettings.model, prices: tuple[float, float] | None = None, **changes: Any
) -> JudgeSettings:
    """The settings of a judge as a user gives them.

    Raises:
        InputError: there is no such setting, or it makes no sense.
    """
    charged = dict(zip(("input", "output"), prices, strict=True)) if prices else KNOWN_PRICES.get(model, Prices())
    given = {"base_url": url, "model": model.strip(), "prices": charged}
    asked = changed(JudgeSettings(), changes | given, "judge")
    refuse_address(asked)
    return asked
