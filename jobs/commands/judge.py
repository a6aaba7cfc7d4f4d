"""`judge`: a language model says whose answers are better."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.export.table_file import refuse_kind, write_table
from core.judge.run import JudgeRun
from core.judge.settings import OPENAI, JudgeSettings
from jobs.commands.command import Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import JudgeRequest, JudgeResult, Studio

USUAL = JudgeSettings()


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("comparison", help="number or name of the comparison (see `list comparisons`)")
    parser.add_argument(
        "--url", default=OPENAI, help=f"base URL of an OpenAI-compatible API, with /v1 (default: {OPENAI})"
    )
    parser.add_argument("--model", default=USUAL.model, help=f"judge model (default: {USUAL.model})")
    parser.add_argument(
        "--prices",
        nargs=2,
        type=float,
        metavar=("IN", "OUT"),
        help="input and output price in $ per million tokens (known for OpenAI's models)",
    )
    for flag, field, kind, about in (
        ("--cap-money", "max_cost", float, "maximum cost of this run in $"),
        ("--cap-calls", "max_calls", int, "maximum calls of this run, including retries"),
        ("--at-once", "at_once", int, "concurrent calls"),
        ("--temperature", "temperature", float, "temperature of the judge"),
        ("--max-tokens", "max_reply_tokens", int, "maximum tokens per reply"),
        ("--time-out", "timeout_seconds", float, "timeout per call in seconds"),
    ):
        usual = getattr(USUAL, field)
        parser.add_argument(
            flag, dest=field, type=kind, default=usual, metavar="N", help=f"{about} (default: {usual:g})"
        )
    parser.add_argument("--unreadable-again", action="store_true", help="ask again where a reply has no verdict")
    parser.add_argument("--yes", action="store_true", help="send; without it only the cost is estimated")
    parser.add_argument(
        "--together", nargs="+", default=[], metavar="NAME",
        help="other comparisons, of other models with A and B alike: also the verdict over all these models",
    )  # fmt: skip
    parser.add_argument(
        "--out", default="", metavar="FILE", help="write all verdicts to a .csv, .jsonl or .parquet file"
    )


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.out:
        refuse_kind(Path(asked.out))
    settings = {
        name: getattr(asked, name)
        for name in ("max_cost", "max_calls", "at_once", "temperature", "max_reply_tokens", "timeout_seconds")
    }
    prices = tuple(asked.prices) if asked.prices else None
    named: dict[str, Any] = {"url": asked.url, "model": asked.model, "prices": prices, **settings}
    done = (
        studio.verdicts.judge(asked.comparison, unreadable_again=asked.unreadable_again, **named) if asked.yes else None
    )
    left = studio.verdicts.to_ask(asked.comparison, unreadable_again=asked.unreadable_again and not asked.yes, **named)
    said = done or left.so_far
    if asked.out:
        write_table(said.results.lines, Path(asked.out))
    document, text = (
        said.as_dict() | {"to_ask": left.as_dict(), "file": asked.out or None},
        _text(said, left, asked.out),
    )
    if asked.together:
        over = studio.verdicts.together([asked.comparison, *asked.together], said.judge)
        document["together"], text = over.as_dict(), f"{text}\n{len(over.names)} comparisons: {over.verdict}"
    return CommandOutput(document, text)


def _text(said: "JudgeResult", left: "JudgeRequest", out: str) -> str:
    compared = said.compared
    lines = [f"{said.judge} on comparison {compared.number}, {compared.name}. A is {compared.a}, B is {compared.b}."]
    if len(compared.answers) < compared.instructions:
        lines.append(f"{len(compared.answers)} of {compared.instructions} instructions have both answers so far.")
    if said.run is not None:
        lines.append(_ran(said.run))
    lines.append(said.told)
    lines += [f"All verdicts with answers: {out}"] if out else []
    return "\n".join([*lines, *(_to_ask(left) if left.about.calls else [])])


def _ran(run: JudgeRun) -> str:
    text = f"{run.replies:,} of {run.questions:,} verdicts in {run.calls:,} calls, ${run.cost:.4f} spent."
    return f"Cap reached: {text} Raise it, or run the same command again." if run.capped else text


def _to_ask(left: "JudgeRequest") -> list[str]:
    """What is not asked yet, and what it takes."""
    about = left.about
    lines = [
        f"Not sent: {about.calls:,} calls, about {about.input_tokens:,} input tokens and {about.output_tokens:,} "
        f"output tokens, to {left.address}, {'with' if left.key else 'without'} an API key. --yes sends them.",
        f"Estimated cost: ${about.cost:.4f}."
        if left.priced
        else "The cost is unknown and the cost cap has no effect: give --prices IN OUT.",
    ]
    lines += ["The cap is lower: the run stops before it."] if left.capped else []
    return lines + (["The key would be sent to this address unencrypted."] if left.open else [])


COMMAND = Command(
    "judge", "Judge the answers of a comparison with a language model.", _ask, _run,
    "Verdicts so far are kept. Run the same command again for the others.", 16,
)  # fmt: skip
