"""`compare`: two models answer the same instructions."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.comparison.spec import USUAL_INSTRUCTIONS
from core.models.generation import AnswerSettings
from jobs.commands.command import Command, CommandOutput
from jobs.queue.job import ACTIVE, DONE

if TYPE_CHECKING:
    from jobs.api import Compared, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument(
        "a", nargs="?", default="", metavar="A", help="model A (see `list models`), or untuned for the base model"
    )
    parser.add_argument(
        "b", nargs="?", default="", metavar="B",
        help="model B (default: untuned). Without both: the arms of the newest proof, else the best set and untuned",
    )  # fmt: skip
    ask, usual = parser.add_argument, AnswerSettings()
    ask(
        "--instructions",
        type=int,
        default=USUAL_INSTRUCTIONS,
        metavar="N",
        help=f"number of instructions, 0 for all (default: {USUAL_INSTRUCTIONS})",
    )
    ask("--evaluation-set", default="", metavar="NAME", help="evaluation set (default: the first)")
    ask(
        "--max-tokens",
        type=int,
        default=usual.max_new_tokens,
        help=f"maximum tokens per answer (default: {usual.max_new_tokens})",
    )
    ask(
        "--temperature",
        type=float,
        default=usual.temperature,
        help="sampling temperature; 0: greedy decoding (default: 0)",
    )
    ask("--seed", type=int, default=0, help="seed of the instructions and of sampling (default: 0)")
    ask("--name", default="", help="name of the comparison")
    ask("--wait", action="store_true", help="wait until both models have answered; starts a worker if none runs")


def comparison_text(compared: "Compared") -> str:
    """A comparison for people."""
    number, there = compared.number, len(compared.answers)
    lines = [
        f"Comparison {number}, {compared.name}: {compared.status}.",
        f"A is {compared.a}.",
        f"B is {compared.b}.",
        f"{there} of {compared.instructions} instructions have both answers.",
    ]
    if compared.status in ACTIVE:
        lines.append(f"It is queued. Run `python -m jobs wait --comparison {number}`, the app or a worker.")
    if compared.status == DONE:
        lines.append(f"`python -m jobs judge {number}` estimates the cost of judging.")
    return "\n".join(lines)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    compared = studio.comparisons.start(
        asked.a, asked.b, asked.instructions, asked.evaluation_set, asked.name, asked.wait, asked.seed,
        max_new_tokens=asked.max_tokens, temperature=asked.temperature,
    )  # fmt: skip
    return CommandOutput(compared.as_dict(), comparison_text(compared))


COMMAND = Command(
    "compare", "Generate answers of two models to the same instructions.", _ask, _run,
    "The job stays queued. Run `python -m jobs wait --comparison NUMBER`, the app or a worker to continue.",
    15,
)  # fmt: skip
