"""`score`: compute what is not scored yet."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.errors import InputError
from core.humanize import counted, duration, file_size
from jobs.commands.command import YES, Command, CommandOutput, ask_names, table
from jobs.commands.row_filters import ask_filters, asked_filters

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="dataset names (default: all)")
    about = "indicator names (see `list indicators`; default: all but influence and loss_drop, which need a target)"
    ask_names(parser, "--indicators", about=about)
    parser.add_argument(
        "--target", metavar="SET", help="evaluation set that rows are chosen for, from now on (default: the first)"
    )
    parser.add_argument("--forget-gradients", action="store_true", help="delete what influence keeps; scores stay")
    parser.add_argument("--yes", action="store_true", help="delete; without it only shows what would be deleted")
    parser.add_argument("--missing", action="store_true", help="only count the rows without a score, by indicator")
    ask_filters(parser)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.forget_gradients:
        size = studio.scores.kept_bytes()
        told = f"Gradients and tuned models that influence and loss drop keep: {file_size(size)}."
        if not asked.yes:
            return CommandOutput({"kept_bytes": size}, f"{told} {YES}")
        studio.scores.forget_gradients()
        return CommandOutput({"kept_bytes": 0, "deleted_bytes": size}, f"{told} Deleted; scores stay.")
    filters = asked_filters(studio, asked)
    if asked.missing and filters.active:
        raise InputError("--missing counts whole datasets.", mend="Leave the filters out.")
    if asked.target:
        studio.scores.choose_target(asked.target)
    if asked.missing:
        lacking = studio.scores.missing(*asked.datasets, indicators=asked.indicators)
        lines = [f"{name}: {counted(rows, 'row')} without a score" for name, rows in lacking.items()]
        seconds = studio.scores.expected_seconds(max(lacking.values(), default=0))
        if lacking and seconds is not None:
            lines.append(f"By the rate of the last scoring this takes about {duration(seconds)}.")
        room = studio.scores.gradient_bytes(*asked.datasets) if "influence" in lacking else None
        if room is not None:
            lines.append(f"Influence will keep gradients of about {file_size(room)} on the disk.")
        return CommandOutput(dict(lacking), "\n".join(lines) or "All rows are scored.")
    within = filters if filters.active else None
    scored = studio.scores.score(*asked.datasets, indicators=asked.indicators, filters=within)
    aim = f"Target: {studio.scores.target}.\n" if {"influence", "loss_drop"} & set(asked.indicators) else ""
    return CommandOutput(
        scored.as_dict(), f"{aim}{scored.new:,} new scores and embeddings. Means:\n{table(scored.means)}"
    )


COMMAND = Command(
    "score", "Score datasets.", _ask, _run,
    "The job stays queued. Run the same command, the app or a worker to continue.", 6,
)  # fmt: skip
