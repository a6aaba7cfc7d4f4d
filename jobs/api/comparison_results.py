"""What the studio's Python interface gives back of comparisons: answers, and what judges said of them."""

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from jobs.api.results import plain

if TYPE_CHECKING:
    from core.judge.cost import Estimate
    from core.judge.over_models import OverModels
    from core.judge.results import Results
    from core.judge.run import JudgeRun
    from core.judge.tally import Share

BLIND = "human, blind"


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison of two models and how far their answers are.

    Attributes:
        a, b: the models, as pages show them.
        status: queued, running, failed or cancelled, as the job that makes the answers; done where all are there; gone
            where some are missing and their job is, too.
        instructions: asked of both.
        answers: a line an instruction that both have answered: instruction, input, a, b.
    """

    number: int
    name: str
    a: str
    b: str
    status: str
    instructions: int
    answers: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "comparison": self.number,
            "name": self.name,
            "a": self.a,
            "b": self.b,
            "status": self.status,
            "instructions": self.instructions,
            "answers": plain(self.answers),
        }


@dataclass(frozen=True, eq=False)
class JudgeResult:
    """What a judge has said of a comparison.

    Attributes:
        judge: as pages show it.
        run: what was asked now; None where nothing was sent.
        results: of all that it said, now and earlier.
    """

    compared: Compared
    judge: str
    results: "Results"
    run: "JudgeRun | None" = None

    @property
    def by_people(self) -> bool:
        return self.judge == BLIND

    @property
    def verdict(self) -> str:
        """In a sentence."""
        from core.judge.wording import ruling

        return " ".join(filter(None, ruling(self.results.tally))) if self._through else "No verdicts yet."

    @property
    def told(self) -> str:
        """The verdict, the rates, and what else is to be known."""
        from core.judge.wording import remarks, share_text

        if not self._through:
            return self.verdict
        found = self.results.tally
        rates = (("A wins", found.a), ("B wins", found.b), ("Ties", found.tie))
        lines = [f"{what}: {share_text(share)}." for what, share in rates]
        return "\n".join([self.verdict, *lines, *remarks(self.results)])

    @property
    def _through(self) -> bool:
        """Whether there is more to tell than that some answers are the same text."""
        from core.judge.results import SAME

        asked = self.results.lines["reply_a_first"] != SAME
        return self.results.tally.decided > 0 and (bool(asked.any()) or not self.results.waiting)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values, without the single verdicts."""
        found = self.results.tally
        return {
            "comparison": self.compared.number,
            "name": self.compared.name,
            "judge": self.judge,
            "run": asdict(self.run) if self.run else None,
            "verdict": self.verdict,
            "instructions": found.decided,
            "a_wins": _share(found.a) | {"model": self.compared.a},
            "b_wins": _share(found.b) | {"model": self.compared.b},
            "ties": _share(found.tie),
            "unreadable": found.unreadable,
            "waiting": self.results.waiting,
            "sign_test_p": found.sign_p_value if math.isfinite(found.sign_p_value) else None,
            "first_shown_wins": _share(found.position),
            "same_in_both_orders": _share(found.agreement) if found.agreement else None,
            "cost": self.results.cost,
        }


@dataclass(frozen=True, eq=False)
class JudgedTogether:
    """What one judge has said of several pairs of models, taken together.

    Attributes:
        names: of the comparisons, in the order of `found.nets`.
    """

    judge: str
    names: tuple[str, ...]
    found: "OverModels"

    @property
    def verdict(self) -> str:
        """In sentences."""
        return self.found.told

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; net win rates of A from -1 to 1."""
        numbers = {"mean": self.found.mean, "low": self.found.low, "high": self.found.high}
        numbers |= {"p": self.found.p_value, "exact_p": self.found.exact_p_value}
        return {
            "judge": self.judge,
            "verdict": self.verdict,
            "net_win_rates": dict(zip(self.names, self.found.nets, strict=True)),
            **{name: value if math.isfinite(value) else None for name, value in numbers.items()},
        }


@dataclass(frozen=True, eq=False)
class JudgeRequest:
    """What a judge would be sent.

    Attributes:
        about: calls, tokens and cost in US dollars, of what it has not replied to yet.
        key: whether a key goes along.
        open: whether that could be read on the way.
        priced: whether its prices are known; else the cost is 0, and no cap in money holds.
        capped: whether the cap is below that.
        so_far: what it has said already.
    """

    address: str
    about: "Estimate"
    key: bool
    open: bool
    priced: bool
    capped: bool
    so_far: JudgeResult

    def as_dict(self) -> dict[str, Any]:
        """As JSON values, without what is said already."""
        told = {name: getattr(self, name) for name in ("address", "key", "open", "priced", "capped")}
        return told | asdict(self.about)


def _share(share: "Share") -> dict[str, Any]:
    known = share.total > 0
    return {
        "count": share.count,
        "of": share.total,
        "share": share.value if known else None,
        "low": share.low if known else None,
        "high": share.high if known else None,
    }
