"""Who is tuned next in a tournament, and when it is over, by the losses so far alone: so it goes on after a crash."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.experiments.tournament.plan import FINALISTS, LONGEST, RANDOM, TournamentPlan, survivors
from core.regression.outcome import Outcome
from core.rows.candidate_set import CandidateSet
from core.values import NotNegative, Positive, Seed, Value


class Role(StrEnum):
    """What a set is in the tournament."""

    ENTRANT = "entrant"
    MATCHED = "matched"  # random rows of the lengths that the entrant keeps


@dataclass(frozen=True)
class Runner(Value):
    """One set that a tournament may tune on.

    Attributes:
        number: of the set, among all that may be tuned on or among those that were.
        entrant: whose rows these are, or whose lengths they have.
        draw: on which part of the pool.
        round: in which, from 0.
        tokens: of its responses.
    """

    number: Positive
    name: str
    entrant: str
    draw: NotNegative
    round: NotNegative
    rows: Positive
    role: Role = Role.ENTRANT
    tokens: NotNegative = 0
    tuning_seed: Seed = 0

    @property
    def is_chosen(self) -> bool:
        """Whether these rows are not random."""
        return self.role is Role.ENTRANT and self.entrant != RANDOM


@dataclass(frozen=True)
class Ladder(Value):
    """The sets of a tournament: all that it may tune on, or those that it has.

    Attributes:
        outcome: by which loss it is decided; one that an earlier version has queued, per example.
    """

    runners: tuple[Runner, ...]
    rounds: Positive
    most_models: Positive
    outcome: Outcome = Outcome.EXAMPLE

    @property
    def entrants(self) -> tuple[str, ...]:
        """Who competes."""
        return tuple(dict.fromkeys(each.entrant for each in self.runners if not each.round))

    def of_round(self, number: int) -> list[Runner]:
        return [each for each in self.runners if each.round == number]


@dataclass(frozen=True)
class Round:
    """One round of a tournament: who is in it, and in which order they came out where all are measured.

    Attributes:
        entrants: who competes, in the order of the ladder, or the best first where `through`; in the last round
            random rows and the longest too.
        runners: all sets of the round, those that it is measured against among them.
    """

    number: int
    entrants: tuple[str, ...]
    runners: tuple[Runner, ...]
    through: bool


def rounds_so_far(ladder: Ladder, losses: Mapping[int, float]) -> list[Round]:
    """The rounds that are through and the one that is under way.

    Args:
        losses: validation loss by number of the set, averaged as `ladder.outcome` says.
    """
    found: list[Round] = []
    entrants = ladder.entrants
    for number in range(ladder.rounds):
        finalists = entrants[:FINALISTS]
        if number == ladder.rounds - 1:  # whom random rows beat has not won, whatever came before
            measures = (each for each in (RANDOM, LONGEST) if each in ladder.entrants)
            entrants = tuple(dict.fromkeys([*entrants, *measures]))
        runners = tuple(_in(ladder, number, entrants, finalists))
        if not runners:
            break
        through = all(each.number in losses for each in runners)
        order = tuple(sorted(entrants, key=lambda name: mean_loss(runners, name, losses))) if through else entrants
        found.append(Round(number, order, runners, through))
        if not through:
            break
        entrants = order[: survivors(len(order), number, ladder.rounds)]
    return found


def due(ladder: Ladder, losses: Mapping[int, float]) -> list[Runner]:
    """The sets that are to be tuned on now; none when the tournament is over."""
    latest = rounds_so_far(ladder, losses)[-1]
    return [each for each in latest.runners if each.number not in losses]


def mean_loss(runners: Sequence[Runner], entrant: str, losses: Mapping[int, float]) -> float:
    """Mean over the draws."""
    own = [losses[each.number] for each in runners if each.entrant == entrant and each.role is Role.ENTRANT]
    return sum(own) / len(own)


def _in(ladder: Ladder, number: int, entrants: Sequence[str], finalists: Sequence[str]) -> list[Runner]:
    """The sets of a round: the entrants', random rows to measure by, and random rows of the finalists' lengths."""
    return [
        each
        for each in ladder.of_round(number)
        if each.entrant in (finalists if each.role is Role.MATCHED else {RANDOM, *entrants})
    ]


def ladder_of(plan: TournamentPlan, sets: Iterable[tuple[int, CandidateSet]]) -> Ladder:
    """The ladder of numbered sets, from what their details say."""
    runners = (
        Runner(
            number,
            each.name,
            str(each.detail["entrant"]),
            int(each.detail["draw"]),
            int(each.detail["round"]),
            each.rows,
            Role(each.detail["role"]),
            int(each.detail["tokens"]),
            int(each.detail["tuning_seed"]),
        )
        for number, each in sets
    )
    return Ladder(tuple(runners), plan.rounds, plan.most_models, plan.outcome)
