"""`experiment`: candidate sets on which a model is tuned and measured."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.experiments.presets import PRESETS
from jobs.commands.command import Command, Told, ask_names, table

if TYPE_CHECKING:
    from jobs.api import Ran, Studio

QUEUED = "It waits in the queue: `python -m jobs wait {number}`, the app or a worker goes on with it."
AGAIN = "The experiment stays in the queue: `python -m jobs wait NUMBER`, the app or a worker goes on with it."


def _ask(parser: ArgumentParser) -> None:
    ask_size(parser)
    parser.add_argument("--name", default="", help="of the experiment")
    ask_names(parser, "--datasets", about="from which sets are drawn; all if not given")
    parser.add_argument("--sets", type=int, help="how many fused sets")
    parser.add_argument("--rows", type=int, help="of each set")


def ask_size(parser: ArgumentParser) -> None:
    """Add what experiments and proofs share: the preset, and what may differ from it."""
    parser.add_argument("--preset", choices=list(PRESETS), default="taste", help="size to begin with (default: taste)")
    parser.add_argument("--epochs", type=int, help="of tuning")
    parser.add_argument("--responses", type=int, help="on which loss is measured, 0 for all")
    parser.add_argument("--max-tokens", type=int, help="of a row that is tuned on")
    parser.add_argument("--max-evaluation-tokens", type=int, help="of a prompt, and of a response, that is measured")
    parser.add_argument("--seed", type=int, help="of the draws and of tuning")
    parser.add_argument(
        "--wait", action="store_true", help="until it is through, with a worker of its own if none runs"
    )


def changes(asked: Namespace, **names: str) -> dict[str, int]:
    """What differs from the preset: fields of the plan by the names of the options."""
    fields = {each: each for each in ("epochs", "responses", "max_tokens", "max_evaluation_tokens", "seed")} | names
    return {field: getattr(asked, name) for field, name in fields.items() if getattr(asked, name) is not None}


def told(ran: "Ran") -> str:
    """An experiment for people."""
    shown = table(ran.sets.drop(columns=["number", *(["error"] if not ran.sets["error"].any() else [])]))
    head = f"Experiment {ran.number}, {ran.name}: {ran.status}."
    return "\n".join([head, shown, *([QUEUED.format(number=ran.number)] if ran.status == "queued" else [])])


def _run(studio: "Studio", asked: Namespace) -> Told:
    ran = studio.experiment(
        asked.name, asked.preset, asked.datasets, asked.wait, **changes(asked, fused_sets="sets", rows="rows")
    )
    return Told(ran.as_dict(), told(ran))


COMMAND = Command("experiment", "Tune a model on candidate sets and measure each.", _ask, _run, AGAIN, 8)
