"""`curate`: from a file to the rows worth training on."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.errors import InputError
from core.humanize import counted, duration, file_size
from jobs.commands.command import Command, CommandOutput

if TYPE_CHECKING:
    from jobs.api import CurationResult, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", help="paths, patterns, addresses, or hub:owner/name")
    parser.add_argument("--keep", type=int, metavar="ROWS", help="rows to keep")
    parser.add_argument("--target", help="questions with good answers: a file, or an evaluation set's name")
    parser.add_argument("--quick", action="store_true", help="cheap scores and one way: no tournament, no proof")
    parser.add_argument("--layout", default="alpaca", help="of the file that is written (see `export`)")
    parser.add_argument("--name", default="", help="name of the curation and of the selection that it makes")
    parser.add_argument("--estimate", action="store_true", help="load the files and only estimate models and time")
    parser.add_argument("--resume", default="", metavar="NAME", help="go on with a curation that was stopped")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.resume and (asked.files or asked.keep):
        raise InputError("--resume takes no files and no --keep.", mend="Leave them out.")
    if asked.resume:
        found = studio.curations.go_on(asked.resume)
    elif not asked.files or not asked.keep:
        raise InputError("A curation needs files and --keep.", mend="For example: curate mine.jsonl --keep 500.")
    elif asked.estimate:
        return _estimated(studio, asked)
    else:
        found = studio.curations.curate(
            *asked.files, keep=asked.keep, target=asked.target, quick=asked.quick, name=asked.name, layout=asked.layout
        )
    return CommandOutput(found.as_dict(), _told(found))


def _estimated(studio: "Studio", asked: Namespace) -> CommandOutput:
    loaded = studio.curations.load(*asked.files)
    cost = studio.curations.foresee([loaded], asked.keep, asked.target, asked.quick)
    if cost.speed is None:
        studio.measurements.measure_speed(cost.plan)
        cost = studio.curations.foresee([loaded], asked.keep, asked.target, asked.quick)
    time = "unknown" if cost.seconds is None else f"about {duration(cost.seconds)}"
    disk = f" Disk while it runs: about {file_size(cost.disk_bytes)}." if cost.disk_bytes and cost.models else ""
    models = f"At most {counted(cost.models, 'model')} will be tuned" if cost.models else "No model will be tuned"
    text = f"{models}; time: {time}.{disk}"
    return CommandOutput({"models": cost.models, "seconds": cost.seconds, "disk_bytes": cost.disk_bytes}, text)


def _told(found: "CurationResult") -> str:
    from core.workspace.curation import NO_CHOICE, NOTHING_TO_PROVE

    curation = found.curation
    lines = [f"{curation.keep:,} rows are kept, chosen by: {found.way}."]
    lines += [f"Left out before: {rows:,} {what}." for what, rows in curation.left_out.items() if rows]
    lines += [each for each in (found.standings and found.standings.told, found.proof and found.proof.verdict) if each]
    if curation.way == NO_CHOICE:
        lines.append(NOTHING_TO_PROVE)
    if curation.quick:
        lines.append("Quick: nothing was tuned, so nothing shows that these rows train a better model.")
    return "\n".join([*lines, f"Selection “{curation.name}”; file: {curation.files}"])


COMMAND = Command(
    "curate", "From a file to the rows worth training on: check, score, compete, prove, export.", _ask, _run,
    "Run `python -m jobs curate --resume NAME` to go on.", 3,
)  # fmt: skip
