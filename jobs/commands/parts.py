"""`parts`: how an evaluation set is divided into guide, validation and test, and what measures transfer."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.humanize import counted
from core.rows.evaluation_parts import Part, Shares
from core.store import EvaluationSet
from jobs.commands.command import UNTOUCHED, Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import Studio

NONE = "none"


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("which", metavar="EVALUATION-SET", help="number or name (see `list evaluation-sets`)")
    parser.add_argument(
        "--shares", nargs=3, type=float, metavar=("GUIDE", "VALIDATION", "TEST"),
        help="divide it anew; the shares sum to 1 (new ones: 0.3 0.3 0.4)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, help="another division by the same shares")
    parser.add_argument("--transfer", metavar="EVALUATION-SET", help=f"the set that is its transfer part, or {NONE}")
    parser.add_argument(
        "--difference", type=float, metavar="NATS", help="count the questions that tell so small a difference of loss"
    )


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    kept = studio.evaluation_sets.get(asked.which)
    if asked.shares or asked.seed is not None:
        shares = Shares(*asked.shares) if asked.shares else kept.division.shares
        seed = kept.division.seed if asked.seed is None else asked.seed
        kept = studio.evaluation_sets.set_shares(asked.which, shares.guide, shares.validation, shares.test, seed)
    if asked.transfer:
        other = "" if asked.transfer == NONE else asked.transfer
        kept = studio.evaluation_sets.set_transfer(asked.which, other)
    told = described(studio, kept)
    if asked.difference is None:
        return told
    needed = studio.evaluation_sets.precision(kept.evaluation_set_id).questions(asked.difference)
    line = f"A difference of {asked.difference:g} nats/token needs {counted(needed, 'question')} (95%, power 80%)."
    return CommandOutput(told.document | {"questions_needed": needed}, f"{told.text}\n{line}")


def described(studio: "Studio", kept: EvaluationSet) -> CommandOutput:
    """An evaluation set with its parts."""
    number = kept.evaluation_set_id
    sizes = studio.evaluation_sets.parts(number).sizes(studio.evaluation_sets.transfer(number))
    precision, test = studio.evaluation_sets.precision(number), sizes[Part.TEST]
    document = {
        "evaluation_set": kept.evaluation_set_id, "name": kept.name, "instructions": kept.examples,
        "responses": kept.responses, "held_out": kept.held_out, "parts": sizes, **kept.division.as_dict(),
        "spread": precision.spread, "difference_shown_by_test": precision.difference(test) if test else None,
    }  # fmt: skip
    lines = [f"{kept.name}: {kept.examples:,} instructions with {kept.responses:,} reference responses."]
    lines += [f"  {part:<10} {size:>6,}  {part.use}" for part, size in sizes.items()]
    lines += [f"{precision.told(test)} {precision.source}"]
    return CommandOutput(document, "\n".join(lines))


COMMAND = Command("parts", "Show or set the parts of an evaluation set.", _ask, _run, UNTOUCHED, 6)
