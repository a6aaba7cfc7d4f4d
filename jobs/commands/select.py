"""`select`: the best rows by a rule or an indicator."""

from argparse import ArgumentParser, Namespace

from core.rule import PAPERS_RULE
from core.selection_spec import Diversity, Quotas
from jobs.api import Chosen, Studio
from jobs.commands.command import Command, Told, ask_names


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("--rule", default=PAPERS_RULE, metavar="NAME", help=f"(default: {PAPERS_RULE})")
    parser.add_argument("--by", default="", metavar="INDICATOR", help="rank by it instead; or random, or order")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--rows", type=int, metavar="K", help="how many are kept")
    amount.add_argument("--percent", type=float, metavar="P", help="how many are kept (default: 25)")
    ask_names(parser, "--datasets", about="of which rows are selected; all if not given")
    parser.add_argument(
        "--quotas",
        type=Quotas,
        choices=[Quotas.NONE, Quotas.EQUAL, Quotas.PROPORTIONAL],
        metavar="{none,equal,proportional}",
        default=Quotas.NONE,
        help="across datasets (default: none)",
    )
    parser.add_argument(
        "--diversity",
        type=Diversity,
        choices=list(Diversity),
        metavar="{none,k_center,min_distance}",
        default=Diversity.NONE,
        help="(default: none)",
    )
    parser.add_argument(
        "--beyond-range", action="store_true", help="follow a learned rule beyond the sets that it was learned from"
    )
    parser.add_argument("--seed", type=int, default=0, help="of random choices (default: 0)")
    parser.add_argument("--save", default="", metavar="NAME", help="keep the selection under this name")


def _run(studio: Studio, asked: Namespace) -> Told:
    chosen = studio.select(
        asked.rule, asked.rows, asked.percent, asked.datasets, asked.by, asked.save,
        quotas=asked.quotas, diversity=asked.diversity, seed=asked.seed, within_range=not asked.beyond_range,
    )  # fmt: skip
    return Told(chosen.as_dict(), _text(chosen))


def _text(chosen: Chosen) -> str:
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
    lines.append(f"Saved as “{chosen.name}”." if chosen.name else "Not kept: --save NAME keeps it.")
    return "\n".join(lines)


SELECT = Command("select", "Select the best rows.", _ask, _run, "Nothing was kept. Run the same command again.")
