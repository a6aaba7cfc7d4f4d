"""Where a tournament stands: the loss of each way over draws, beside that of random rows of the same draws."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.experiments.tournament.ladder import Ladder, Role, Round, Runner, rounds_so_far
from core.experiments.tournament.plan import RANDOM
from core.humanize import counted, fixed, interval
from core.statistics import LEVEL


@dataclass(frozen=True)
class Gap:
    """Loss less that of other rows of the same draws, in nats per token: mean over draws and Student's interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Standing:
    """How one way does, in the last round in which it is measured on every draw.

    Attributes:
        role: the way itself, or random rows of the lengths that it keeps.
        round: from 0.
        tokens: of the responses of a set, mean over draws.
        losses: one a draw, in nats per token.
        to_random: None for random rows themselves.
        out: whether others went on and this one did not.
    """

    entrant: str
    role: Role
    round: int
    rows: float
    tokens: float
    losses: tuple[float, ...]
    to_random: Gap | None
    out: bool

    @property
    def loss(self) -> float:
        return sum(self.losses) / len(self.losses)


@dataclass(frozen=True)
class Standings:
    """A tournament so far.

    Attributes:
        lines: those that went furthest first, and of these the best.
        winner: of the last round; "" before it is through.
        told: in a sentence or two.
    """

    lines: tuple[Standing, ...]
    winner: str
    told: str

    def of(self, entrant: str, role: Role = Role.ENTRANT) -> Standing | None:
        return next((each for each in self.lines if (each.entrant, each.role) == (entrant, role)), None)


def standings(ladder: Ladder, losses: Mapping[int, float], titles: Mapping[str, str]) -> Standings:
    """Where a tournament stands.

    Args:
        losses: validation loss by number of the set, averaged as `ladder.outcome` says.
        titles: of the entrants, for people.
    """
    rounds = rounds_so_far(ladder, losses)
    if not rounds:
        return Standings((), "", "No set is measured yet.")
    found: dict[tuple[str, Role], Standing] = {}
    for each in rounds:
        for key, runners in _by_way(each.runners).items():
            if all(runner.number in losses for runner in runners):
                found[key] = _standing(key, each, runners, losses, rounds[-1])
    lines = sorted(found.values(), key=lambda line: (-line.round, line.loss))
    through = rounds[-1].through and rounds[-1].number == ladder.rounds - 1
    winner = rounds[-1].entrants[0] if through else ""
    per = ladder.outcome.told
    told = _winner_told(winner, found, titles, per) if winner else _progress_told(rounds[-1], ladder, losses)
    absent = [title for name, title in titles.items() if name not in ladder.entrants]
    if absent:
        told += f" Took no part, as they can keep hardly a row of some draw: {', '.join(absent)}."
    return Standings(tuple(lines), winner, told)


def _by_way(runners: Sequence[Runner]) -> dict[tuple[str, Role], list[Runner]]:
    found: dict[tuple[str, Role], list[Runner]] = {}
    for each in runners:
        found.setdefault((each.entrant, each.role), []).append(each)
    return found


def _standing(
    key: tuple[str, Role], held: Round, runners: Sequence[Runner], losses: Mapping[int, float], latest: Round
) -> Standing:
    entrant, role = key
    own = {each.draw: losses[each.number] for each in runners}
    random = {
        each.draw: losses[each.number]
        for each in held.runners
        if each.entrant == RANDOM and each.role is Role.ENTRANT and each.number in losses
    }
    to_random = None
    if key != (RANDOM, Role.ENTRANT) and set(own) <= set(random):
        to_random = gap([own[draw] for draw in sorted(own)], [random[draw] for draw in sorted(own)])
    return Standing(
        entrant,
        role,
        held.number,
        float(np.mean([each.rows for each in runners])),
        float(np.mean([each.tokens for each in runners])),
        tuple(own[draw] for draw in sorted(own)),
        to_random,
        role is Role.ENTRANT and entrant not in latest.entrants,
    )


def gap(first: Sequence[float], second: Sequence[float]) -> Gap:
    """Compare losses of the same draws: mean difference with Student's interval over the draws."""
    from scipy import stats

    differences = np.subtract(first, second)
    if len(differences) < 2:
        return Gap(float(differences.mean()), math.nan, math.nan)
    found = stats.ttest_1samp(differences, 0.0).confidence_interval(LEVEL)
    return Gap(float(differences.mean()), float(found.low), float(found.high))


def _progress_told(latest: Round, ladder: Ladder, losses: Mapping[int, float]) -> str:
    done = sum(each.number in losses for each in latest.runners)
    return (
        f"Round {latest.number + 1} of {ladder.rounds}: {done} of {len(latest.runners)} sets measured, "
        f"{len(latest.entrants)} ways left."
    )


def _winner_told(winner: str, found: Mapping[tuple[str, Role], Standing], titles: Mapping[str, str], per: str) -> str:
    best, title = found[winner, Role.ENTRANT], titles.get(winner, winner)
    if best.to_random is None:
        return (
            f"No way has a lower validation loss than random rows ({best.loss:.4f} nats/token, {per}). Nothing is "
            "gained here by choosing."
        )
    beside = f"{fixed(best.to_random.mean, 4, signed=True)} to random rows"
    if not math.isnan(best.to_random.low):
        beside += f", 95% interval {interval(best.to_random.low, best.to_random.high, '+.4f')}"
    draws = counted(len(best.losses), "draw")
    told = f"{title} has the lowest validation loss {per}: {best.loss:.4f} nats/token ({beside}, {draws})."
    matched = found.get((winner, Role.MATCHED))
    if matched is not None:
        apart = best.loss - matched.loss
        told += f" To random rows of the same lengths: {fixed(apart, 4, signed=True)}."
    return f"{told} The winner was chosen on these losses, so they flatter it: run a proof on the test part."
