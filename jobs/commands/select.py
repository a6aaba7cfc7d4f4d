"""`select`: the best rows by a rule or an indicator."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.rules.rule import PAPERS_RULE
from core.selection.spec import USUAL_SIMILARITY, Diversity, Quotas
from jobs.commands.command import Command, Told, ask_names
from jobs.commands.row_filters import ask_filters, asked_filters

if TYPE_CHECKING:
    from jobs.api import Chosen, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("--rule", default=PAPERS_RULE, metavar="NAME", help=f"(default: {PAPERS_RULE})")
    parser.add_argument("--by", default="", metavar="INDICATOR", help="rank by it instead; or random, or order")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--highest", dest="descending", action="store_const", const=True, help="of that indicator")
    end.add_argument("--lowest", dest="descending", action="store_const", const=False, help="of that indicator")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--rows", type=int, metavar="K", help="how many are kept")
    amount.add_argument("--percent", type=float, metavar="P", help="how many are kept (default: 25)")
    amount.add_argument("--all", action="store_true", help="every row that is not left out below")
    ask_names(parser, "--datasets", about="of which rows are selected; all if not given")
    ask_filters(parser)
    _ask_spread(parser)
    parser.add_argument(
        "--beyond-range", action="store_true", help="follow a learned rule beyond the sets that it was learned from"
    )
    parser.add_argument("--seed", type=int, default=0, help="of random choices (default: 0)")
    parser.add_argument("--save", default="", metavar="NAME", help="keep the selection under this name")


def _ask_spread(parser: ArgumentParser) -> None:
    spread = parser.add_argument_group("spread")
    spread.add_argument(
        "--quotas",
        type=Quotas,
        choices=[Quotas.NONE, Quotas.EQUAL, Quotas.PROPORTIONAL],
        metavar="{none,equal,proportional}",
        default=Quotas.NONE,
        help="across datasets (default: none)",
    )
    spread.add_argument(
        "--quota", nargs="+", default=[], metavar="DATASET=ROWS", help="the most that it gives; others all they have"
    )
    spread.add_argument(
        "--diversity",
        type=Diversity,
        choices=list(Diversity),
        metavar="{none,k_center,min_distance}",
        default=Diversity.NONE,
        help="(default: none)",
    )
    spread.add_argument(
        "--min-distance", type=float, metavar="COSINE", help="of every row to a better one; DEITA has 0.1"
    )
    spread.add_argument(
        "--no-near-duplicates", nargs="?", type=float, const=USUAL_SIMILARITY, metavar="COSINE",
        help=f"leave out rows whose embedding is more like a better row's (usual: {USUAL_SIMILARITY})",
    )  # fmt: skip


def _run(studio: "Studio", asked: Namespace) -> Told:
    chosen = studio.select(
        asked.rule, asked.rows, asked.percent, by=asked.by, save=asked.save, everything=asked.all,
        filters=asked_filters(studio, asked), most=_quotas(asked.quota), **_changes(asked),
    )  # fmt: skip
    return Told(chosen.as_dict(), _text(chosen))


def _quotas(words: list[str]) -> dict[str, int]:
    """The most rows by dataset, from words such as `forum=100`."""
    pairs = [word.rpartition("=") for word in words]
    if wrong := next((word for word, (_, sign, rows) in zip(words, pairs, strict=True) if not rows.isdecimal()), ""):
        raise InputError(f"“{wrong}” is no quota.", mend="Write DATASET=ROWS.")
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


def _text(chosen: "Chosen") -> str:
    found, prediction = chosen.selection, chosen.outcome.prediction
    lines = [f"{len(found.kept):,} of {found.considered:,} rows are kept."]
    lines += [f"  {count:,} dropped: {reason}" for reason, count in found.reasons.items()]
    for each in found.limits:
        bound = f"at {'most' if each.upper else 'least'} {each.value:g}"
        lines.append(f"  {each.indicator} {bound}, to stay within what the rule was learned on")
    if prediction is not None:
        lines.append(
            f"Rule value {prediction.kept:.4f}; all rows {prediction.everything:.4f}, random ones "
            f"{prediction.random_mean:.4f} ± {prediction.random_sd:.4f}. Lower is better."
        )
    lines += [chosen.doubt] if chosen.doubt else []
    lines.append(f"Saved as “{chosen.name}”." if chosen.name else "Not kept: --save NAME keeps it.")
    return "\n".join(lines)


COMMAND = Command("select", "Select the best rows.", _ask, _run, "Nothing was kept. Run the same command again.", 11)
