"""What competes in a tournament, on how many rows, and over how many draws.

No way of choosing wins on every pool, so the ways compete on the user's own. All begin with few rows a set, the better
half goes on with more, and the last two meet random rows, random rows of like lengths, and the longest: successive
halving (Jamieson & Talwalkar, AISTATS 2016), with sizes of sets in place of iterations. Each draw is a part of the pool
that no other draw shares, on which every way chooses anew; so a way is judged over draws of rows, not over seeds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

from annotated_types import Ge, Le, MinLen

from core.errors import SelectionError
from core.regression.outcome import Outcome
from core.rows.filters import Filters
from core.rules.rule import Rule
from core.selection.spec import RankBy, SelectionSpec
from core.selection.ways import Way, ways
from core.values import Door, Seed, Value, read

KEPT_AS = "tournament"  # under which name an experiment's plan holds that of a tournament
RANDOM, LONGEST = "random", "longest"  # against which the last ones are held
FEWEST_ROWS = 4  # of a set
FINALISTS = 2


@dataclass(frozen=True)
class Entrant(Value):
    """Who competes: a way of choosing by its name, or a rule.

    Attributes:
        name: unlike that of any other entrant.
        way: of `core.selection.ways`; "" for a rule.
        way_code: the digest of its code, where it is one of the user's own.
    """

    name: str
    way: str = ""
    way_code: str = ""
    rule: Rule | None = None

    @classmethod
    def of_way(cls, way: Way) -> Self:
        return cls(way.name, way=way.name, way_code=way.code)

    @classmethod
    def of_rule(cls, rule: Rule) -> Self:
        return cls(f"rule: {rule.name}", rule=rule)

    @property
    def title(self) -> str:
        """For people."""
        if self.rule is not None:
            return self.rule.title
        known = ways().get(self.way)
        return known.title if known else self.name

    def spec(self, **chosen: Any) -> SelectionSpec:
        """The selection that it makes; `chosen` are its amount, seed and filters."""
        if self.rule is not None:
            return SelectionSpec(rank_by=RankBy.RULE, rule=self.rule, **chosen)
        return SelectionSpec(rank_by=RankBy.WAY, way=self.way, way_code=self.way_code, **chosen)

    @property
    def needs(self) -> tuple[str, ...]:
        """The indicators that must be scored before it can choose."""
        return self.spec().scorers_needed

    def refusals(self) -> Iterable[tuple[str, str]]:
        if bool(self.way) == (self.rule is not None):
            yield "way", "an entrant is a way or a rule"


@dataclass(frozen=True)
class TournamentPlan(Value):
    """A tournament, kept with its experiment.

    Attributes:
        rows: of a set in the last round.
        budget: whether sets have equal rows, or response tokens equal to those of so many average rows.
        rounds: how many; each has twice the rows of the one before.
        draws: disjoint parts of the pool.
        share: of a part that a set of the last round keeps; what a selection is to keep of the pool.
        filters: which rows may be chosen.
        outcome: by which loss ways go on and win: per response token, as a proof judges; tournaments of earlier
            versions were decided per example.
    """

    entrants: Annotated[tuple[Entrant, ...], MinLen(1)]
    rows: Annotated[int, Ge(FEWEST_ROWS)] = 64
    budget: Literal["rows", "tokens"] = "rows"
    rounds: Annotated[int, Ge(1), Le(5)] = 3
    draws: Annotated[int, Ge(2)] = 3
    share: Annotated[float, Ge(0.01), Le(0.5)] = 0.2
    filters: Filters = field(default_factory=Filters)
    seed: Seed = 0
    outcome: Outcome = Outcome.TOKEN

    def refusals(self) -> Iterable[tuple[str, str]]:
        names = [each.name for each in self.entrants]
        if len(set(names)) < len(names):
            yield "entrants", "an entrant stands twice"

    @property
    def sizes(self) -> tuple[int, ...]:
        """Rows of a set in each round."""
        halvings = range(self.rounds - 1, -1, -1)
        return tuple(max(FEWEST_ROWS, self.rows // 2**halving) for halving in halvings)

    def draw_rows(self, available: int) -> int:
        """How many rows each draw has.

        Raises:
            SelectionError: the pool is too small for so many draws of so many rows.
        """
        part = min(available // self.draws, round(self.rows / self.share))
        if part < 2 * self.rows:
            raise SelectionError(
                f"{self.draws} draws of {available:,} rows have {part:,} rows each, too few to choose {self.rows:,} "
                "from.",
                mend="Use fewer rows per set, fewer draws, or more data.",
            )
        return part

    @property
    def competing(self) -> tuple[Entrant, ...]:
        """The entrants, with random rows and the longest, which every way must beat."""
        names = {each.name for each in self.entrants}
        measures = (Entrant.of_way(ways()[name]) for name in (RANDOM, LONGEST) if name not in names)
        return (*self.entrants, *measures)

    @property
    def most_sets(self) -> tuple[int, ...]:
        """How many sets a draw has in each round at most."""
        competing, found = len(self.competing), []
        left = competing
        for number in range(self.rounds):
            last = number == self.rounds - 1
            measures, matched = (2, FINALISTS) if last else (1, 0)
            found.append(min(left + measures, competing) + matched)
            left = survivors(left, number, self.rounds)
        return tuple(found)

    @property
    def most_models(self) -> int:
        """How many models are tuned at most, without the untuned one."""
        return sum(self.most_sets) * self.draws

    @property
    def most_rows(self) -> int:
        """How many rows all these models are tuned on together, at most."""
        return self.draws * sum(sets * rows for sets, rows in zip(self.most_sets, self.sizes, strict=True))


def survivors(entrants: int, number: int, rounds: int) -> int:
    """How many go on after a round: the better half, two into the last."""
    return min(entrants, FINALISTS) if number >= rounds - 2 else max(FINALISTS, -(-entrants // 2))


def tournament_of(spec: Mapping[str, Any]) -> TournamentPlan | None:
    """What an experiment lets compete, by its specification; None where it is no tournament."""
    kept = spec.get("plan", {}).get(KEPT_AS)
    return read(TournamentPlan, {"outcome": Outcome.EXAMPLE} | kept, "tournament", Door.STORE) if kept else None


def entrants_of(rules: Sequence[Rule]) -> tuple[Entrant, ...]:
    """All that can compete: every way, and these rules."""
    return (*(Entrant.of_way(way) for way in ways().values()), *(Entrant.of_rule(rule) for rule in rules))
