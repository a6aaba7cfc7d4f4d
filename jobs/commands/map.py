"""`map`: rows projected to a plane, similar rows close together."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.export.table_file import refuse_kind, write_table
from core.humanize import counted
from jobs.commands.command import Command, CommandOutput, table
from jobs.queue.job import DONE

if TYPE_CHECKING:
    from jobs.api import MapResult, Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="dataset names (default: all)")
    parser.add_argument(
        "--out",
        default="",
        metavar="FILE",
        help="write coordinates, clusters, marks and scores to a .csv, .parquet or .jsonl file",
    )
    parser.add_argument("--wait", action="store_true", help="wait until it is computed; starts a worker if none runs")
    parser.add_argument(
        "--automatic", choices=("on", "off"), default="",
        help="whether the open app computes the map after scoring (up to 50,000 rows); computes none now",
    )  # fmt: skip
    parser.add_argument("--again", action="store_true", help="compute a new map even if one exists")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.automatic:
        return _automatic(studio, asked)
    if asked.out:
        refuse_kind(Path(asked.out))
    made = studio.maps.make(*asked.datasets, wait=asked.wait or bool(asked.out), again=asked.again)
    if asked.out:
        write_table(made.points, Path(asked.out))
    return CommandOutput(made.as_dict() | {"file": asked.out or None}, _text(made, asked.out))


def _automatic(studio: "Studio", asked: Namespace) -> CommandOutput:
    """Switch maps after scoring on or off.

    Raises:
        InputError: a map is asked for as well.
    """
    if asked.datasets or asked.out or asked.wait or asked.again:
        raise InputError("--automatic stands alone.", mend="Leave the others out.")
    studio.maps.choose_automatic(asked.automatic == "on")
    told = "computes" if studio.maps.automatic else "does not compute"
    return CommandOutput({"automatic": studio.maps.automatic}, f"The app {told} the map after scoring.")


def _text(made: "MapResult", out: str) -> str:
    of = ", ".join(made.datasets)
    if made.status != DONE:
        return f"The map of {of} is {made.status}. Run the same command with --wait, the app or a worker."
    text = f"{counted(len(made.points), 'row')} of {of}, {made.method} of {made.fitted:,} embeddings."
    written = f"Coordinates, clusters, marks and scores: {out}" if out else "Use --out FILE to write the coordinates."
    return f"{text} {written}\n\n{_clusters(made)}"


def _clusters(made: "MapResult") -> str:
    """The clusters with their size, and how to go on with one."""
    if made.clusters["cluster"].isna().all():
        return "No clusters were found."
    listed = table(made.clusters[["cluster", "name", "rows"]].astype({"cluster": "string"}).fillna(""))
    return f"{listed}\n\n`rows --cluster 1` shows the rows of the first; --json has the means of their scores."


COMMAND = Command(
    "map", "Compute a map of the embeddings (UMAP), with named clusters (HDBSCAN).", _ask, _run,
    "The job stays queued. Run the same command, the app or a worker to continue.", 7,
)  # fmt: skip
