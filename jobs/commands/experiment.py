"""`experiment`: candidate sets on which a model is tuned and measured."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.experiments.presets import NAMES, PRESETS
from core.finetune.settings import Precision
from core.humanize import counted, duration, file_size
from jobs.commands.command import Command, CommandOutput, ask_names, table

if TYPE_CHECKING:
    from jobs.api import ExperimentResult, Studio

QUEUED = "It is queued. Run `python -m jobs wait {number}`, the app or a worker."
SETS = {"designed_sets": "sets", "fused_sets": "fused", "rows": "rows"}  # fields of the plan by their options
AGAIN = "The experiment stays queued. Run `python -m jobs wait NUMBER`, the app or a worker to continue."


def _ask(parser: ArgumentParser) -> None:
    ask_size(parser)
    parser.add_argument("--name", default="", help="name of the experiment")
    ask_names(parser, "--datasets", about="datasets to draw from (default: all)")
    sets = parser.add_mutually_exclusive_group()
    sets.add_argument("--sets", type=int, help="number of designed sets")
    sets.add_argument("--fused", type=int, metavar="SETS", help="number of fused sets, the paper's, in their place")
    parser.add_argument("--rows", type=int, help="rows per set")
    parser.add_argument("--estimate", action="store_true", help="only estimate sets, tokens and time; do not start")
    parser.add_argument("--measure-speed", action="store_true", help="with --estimate: measure the speed first (30 s)")


def ask_size(parser: ArgumentParser) -> None:
    """Add what experiments and proofs share: the preset, and what may differ from it."""
    parser.add_argument(
        "--preset", choices=[*NAMES, *PRESETS], metavar="PRESET", default="quick-trial",
        help=f"{', '.join(NAMES)} (default: quick-trial)",
    )  # fmt: skip
    parser.add_argument("--epochs", type=int, help="epochs of tuning")
    parser.add_argument("--method", choices=["lora", "full"], help="LoRA adapters or full tuning (default: lora)")
    parser.add_argument("--precision", choices=[str(each) for each in Precision], help="number format of the weights")
    parser.add_argument("--learning-rate", type=float, help="of tuning (default: the method's usual one)")
    parser.add_argument("--responses", type=int, help="reference responses to evaluate on, 0 for all")
    parser.add_argument("--max-tokens", type=int, help="maximum tokens per training row")
    parser.add_argument(
        "--max-evaluation-tokens", type=int, help="maximum tokens per prompt and per response in the evaluation"
    )
    parser.add_argument("--tuned-layers", type=int, help="upper layers that get an adapter or are tuned, 0 for all")
    parser.add_argument(
        "--max-cache-gb", type=float, help="disk space for states of the layers below, computed once for all sets"
    )
    parser.add_argument("--seed", type=int, help="seed of sampling and of tuning")
    parser.add_argument("--wait", action="store_true", help="wait until it is done; starts a worker if none runs")


def changes(asked: Namespace, **names: str) -> dict[str, Any]:
    """What differs from the preset: fields of the plan by the names of the options."""
    shared = (
        "epochs", "method", "precision", "learning_rate", "responses", "max_tokens", "max_evaluation_tokens",
        "tuned_layers", "max_cache_gb", "seed",
    )  # fmt: skip
    fields = {each: each for each in shared} | names
    return {field: getattr(asked, name) for field, name in fields.items() if getattr(asked, name) is not None}


def told(ran: "ExperimentResult") -> str:
    """An experiment for people."""
    shown = table(ran.sets.drop(columns=["number", *(["error"] if not ran.sets["error"].any() else [])]))
    head = f"Experiment {ran.number}, {ran.name}: {ran.status}."
    return "\n".join([head, shown, *([QUEUED.format(number=ran.number)] if ran.status == "queued" else [])])


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.estimate:
        return _estimated(studio, asked)
    if asked.measure_speed:
        raise InputError("--measure-speed needs --estimate.", mend="Add it.")
    ran = studio.experiments.start(asked.name, asked.preset, asked.datasets, asked.wait, **changes(asked, **SETS))
    return CommandOutput(ran.as_dict(), told(ran))


def _estimated(studio: "Studio", asked: Namespace) -> CommandOutput:
    """What the experiment would take; nothing is started."""
    plan = studio.experiments.plan(asked.preset, asked.datasets, **changes(asked, **SETS))
    made = studio.experiments.draft(plan)
    speed = studio.measurements.measure_speed(plan) if asked.measure_speed else studio.measurements.speed(plan)
    tokens, seconds = made.cost.trained_tokens + made.cost.measured_tokens, made.cost.seconds(speed) if speed else None
    document: dict[str, Any] = {
        "sets": len(made.sets), "rows": made.drawn_rows, "contaminated": len(made.contaminated), "tokens": tokens,
        "seconds": seconds, "cache_bytes": studio.experiments.cache_bytes(plan, made),
    }  # fmt: skip
    time = "unknown: add --measure-speed" if seconds is None else f"about {duration(seconds)} on one device"
    lines = [
        f"{len(made.sets)} candidate sets, {counted(made.drawn_rows, 'row')}, about {tokens:,} tokens.",
        f"Time: {time}.",
    ]
    if document["cache_bytes"]:
        lines.append(f"Cache of the lower layers: about {file_size(document['cache_bytes'])} of disk.")
    if made.design_gain is not None:
        document["design_gain"] = made.design_gain.as_dict()
        lines.append(made.design_gain.told)
    return CommandOutput(document, "\n".join(lines))


COMMAND = Command("experiment", "Tune a model on each candidate set and evaluate it.", _ask, _run, AGAIN, 8)
