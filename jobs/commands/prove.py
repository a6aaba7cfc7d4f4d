"""`prove`: against which other choices of rows is a selection better?"""

from argparse import ArgumentParser, Namespace
from math import isfinite
from typing import TYPE_CHECKING

from core.errors import InputError
from core.experiments.proof.plan import CONTROLS, ProofDesign
from core.humanize import duration
from jobs.commands.command import Command, CommandOutput
from jobs.commands.experiment import AGAIN, ask_size, changes, told

if TYPE_CHECKING:
    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument(
        "selection", nargs="?", default="", help="name or number of the selection (see `list selections`)"
    )
    parser.add_argument(
        "--design", choices=[ProofDesign.SUBPOOLS, ProofDesign.SELECTION], default=ProofDesign.SUBPOOLS,
        help="sub-pools: make the choice anew on sub-pools of the candidates (default); selection: the place of the "
        "saved rows among random draws",
    )  # fmt: skip
    parser.add_argument("--draws", type=int, metavar="S", help="sub-pools (default: 6), or random draws (default: 9)")
    parser.add_argument(
        "--controls", nargs="*", choices=CONTROLS, default=CONTROLS, metavar="CONTROL",
        help=f"beside random rows: {', '.join(CONTROLS)} (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--equal-tokens", action="store_true", help="add random and longest rows at equal response tokens"
    )
    parser.add_argument(
        "--most-rows", type=int, default=0, metavar="N", help="rows of a set on a sub-pool, at most (default: no limit)"
    )
    parser.add_argument("--name", default="", help="name of the experiment")
    parser.add_argument("--estimate", action="store_true", help="only sets, power and time; do not start")
    parser.add_argument(
        "--losses", default="", metavar="FILE",
        help="no tuning: the verdict on a CSV with the columns pool, sub-pool, arm, loss",
    )  # fmt: skip
    ask_size(parser)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.losses:
        return _of_table(studio, asked.losses)
    if not asked.selection:
        raise InputError("No selection.", mend="Name one (see `list selections`), or give --losses FILE.")
    choices = {
        "design": asked.design, "draws": asked.draws, "controls": asked.controls, "equal_tokens": asked.equal_tokens,
        "most_rows": asked.most_rows, "preset": asked.preset, **changes(asked),
    }  # fmt: skip
    if asked.estimate:
        return _estimated(studio, asked.selection, choices)
    proved = studio.proofs.start(asked.selection, name=asked.name, wait=asked.wait, **choices)
    return CommandOutput(proved.as_dict(), f"{told(proved.ran)}\n{proved.verdict}")


def _estimated(studio: "Studio", selection: str, choices: dict) -> CommandOutput:
    """What the proof would take and could show; nothing is started."""
    plan, proof = studio.proofs.plan(selection, **choices)
    made, speed = studio.proofs.draft(plan, proof), studio.measurements.speed(plan)
    seconds = made.foreseen.cost.seconds(speed) if speed else None
    known = [each for each in (made.proof.flattered, *made.told) if each]
    document = {
        "models": len(made.foreseen.sets), "rows": made.made.rows,
        "smallest_difference": made.smallest if isfinite(made.smallest) else None, "seconds": seconds,
        "told": known,
    }  # fmt: skip
    time = "unknown until a model was tuned here" if seconds is None else f"about {duration(seconds)} on one device"
    return CommandOutput(document, "\n".join([*known, f"Time: {time}."]))


def _of_table(studio: "Studio", path: str) -> CommandOutput:
    from jobs.api.experiment_results import proof_as_dict

    found = studio.proofs.of_table(path)
    text = "\n".join(f"{pool}: {proof.verdict}" for pool, proof in found.items())
    return CommandOutput({pool: proof_as_dict(proof) for pool, proof in found.items()}, text)


COMMAND = Command("prove", "Run a proof: a selection against other choices of the same rows.", _ask, _run, AGAIN, 13)
