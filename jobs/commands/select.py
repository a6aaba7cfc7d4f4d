"""`select`: the best rows by a rule, an indicator or a way of choosing."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.humanize import counted
from core.rules.rule import PAPERS_RULE
from core.selection.spec import USUAL_SIMILARITY, Diversity, Quotas
from jobs.commands.command import Command, CommandOutput, ask_names
from jobs.commands.row_filters import ask_filters, asked_filters

if TYPE_CHECKING:
    from core.selection.within_range import LeverageLimit
    from jobs.api import SelectionResult, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--rule", default="", metavar="NAME", help=f"rule to rank by (default: {PAPERS_RULE}; with --all none)"
    )
    parser.add_argument("--by", default="", metavar="INDICATOR", help="rank by an indicator, or: random, order")
    parser.add_argument("--way", default="", metavar="NAME", help="choose by a way; `ways` lists them")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--highest", dest="descending", action="store_const", const=True, help="of this indicator")
    end.add_argument("--lowest", dest="descending", action="store_const", const=False, help="of this indicator")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--rows", type=int, metavar="K", help="number of rows to keep")
    amount.add_argument("--percent", type=float, metavar="P", help="percentage of rows to keep (default: 25)")
    amount.add_argument("--tokens", type=int, metavar="N", help="budget of response tokens for the kept rows")
    amount.add_argument("--all", action="store_true", help="keep all rows that are not excluded below")
    ask_names(parser, "--datasets", about="datasets to select from (default: all)")
    ask_filters(parser)
    _ask_spread(parser)
    parser.add_argument("--beyond-range", action="store_true", help="allow extrapolation of a learned rule")
    parser.add_argument("--seed", type=int, default=0, help="seed of random selections (default: 0)")
    parser.add_argument("--save", default="", metavar="NAME", help="save the selection under this name")


def _ask_spread(parser: ArgumentParser) -> None:
    spread = parser.add_argument_group("spread")
    spread.add_argument(
        "--quotas",
        type=Quotas,
        choices=[Quotas.NONE, Quotas.EQUAL, Quotas.PROPORTIONAL],
        metavar="{none,equal,proportional}",
        default=Quotas.NONE,
        help="quotas across datasets (default: none)",
    )
    spread.add_argument(
        "--quota", nargs="+", default=[], metavar="DATASET=ROWS", help="maximum rows of a dataset; others unlimited"
    )
    spread.add_argument(
        "--diversity",
        type=Diversity,
        choices=list(Diversity),
        metavar="{none,k_center,min_distance}",
        default=Diversity.NONE,
        help="diversity method (default: none)",
    )
    spread.add_argument(
        "--min-distance",
        type=float,
        metavar="COSINE",
        help="minimum cosine distance to better-ranked rows (DEITA: 0.1)",
    )
    spread.add_argument(
        "--no-near-duplicates", nargs="?", type=float, const=USUAL_SIMILARITY, metavar="COSINE",
        help=f"drop rows more similar than this to a better-ranked row (usual: {USUAL_SIMILARITY})",
    )  # fmt: skip


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    chosen = studio.selections.select(
        asked.rule, asked.rows, asked.percent, by=asked.by, save=asked.save, everything=asked.all,
        way=asked.way, tokens=asked.tokens, filters=asked_filters(studio, asked), most=_quotas(asked.quota),
        **_changes(asked),
    )  # fmt: skip
    return CommandOutput(chosen.as_dict(), _text(chosen))


def _quotas(words: list[str]) -> dict[str, int]:
    """The most rows by dataset, from words such as `forum=100`."""
    pairs = [word.rpartition("=") for word in words]
    for word, (_, sign, rows) in zip(words, pairs, strict=True):
        if not sign or not rows.isdecimal():
            raise InputError(f"“{word}” is not a quota.", mend="Write DATASET=ROWS.")
    return {name: int(rows) for name, _, rows in pairs}


def _changes(asked: Namespace) -> dict[str, Any]:
    """Fields of the spec by the options that set them."""
    changes: dict[str, Any] = {
        "diversity": asked.diversity,
        "near_duplicate_similarity": asked.no_near_duplicates,
        "seed": asked.seed,
        "within_range": not asked.beyond_range,
    }
    if not asked.quota:
        changes["quotas"] = asked.quotas
    if asked.min_distance is not None:
        changes |= {"diversity": Diversity.MIN_DISTANCE, "min_cosine_distance": asked.min_distance}
    if asked.descending is not None:
        changes["descending"] = asked.descending
    return changes


def _text(chosen: "SelectionResult") -> str:
    found, prediction = chosen.selection, chosen.outcome.prediction
    tokens = "" if found.tokens is None else f", {found.tokens:,} response tokens"
    lines = [f"{counted(len(found.kept), 'row')} of {found.considered:,} kept{tokens}."]
    lines += [f"  {count:,} dropped: {reason}" for reason, count in found.reasons.items()]
    for each in found.limits:
        bound = f"at {'most' if each.upper else 'least'} {each.value:g}"
        lines.append(f"  {each.indicator} {bound}, to avoid extrapolation of the rule")
    if found.leverage is not None:
        lines.append(f"  {_leverage(found.leverage)}")
    if prediction is not None:
        lines.append(
            f"Rule value {prediction.kept:.4f}; all rows {prediction.everything:.4f}, random ones "
            f"{prediction.random_mean:.4f} ± {prediction.random_sd:.4f}. Lower is better."
        )
    lines += [str(chosen.flagged)] if chosen.flagged else []
    lines += [f"Warning: {each}" for each in chosen.doubts]
    lines.append(f"Saved as “{chosen.name}”." if chosen.name else "Not saved. Use --save NAME to save it.")
    return "\n".join(lines)


def _leverage(held: "LeverageLimit") -> str:
    return (
        f"{held.rows:,} rows farthest from the rule's sets passed over: leverage {held.without:.3g} would be above "
        f"{held.limit:.3g}, the greatest of the sets"
    )


COMMAND = Command("select", "Select the best rows.", _ask, _run, "Nothing was saved. Run the same command again.", 11)
