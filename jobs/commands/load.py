"""`load`: files, or a dataset of the hub, become a dataset."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from jobs.api import Studio
from jobs.commands.command import Command, Told


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("sources", nargs="+", metavar="FILE", help="files, or hub:owner/name")
    parser.add_argument("--name", default="", help="of the dataset; that of the first file if not given")
    parser.add_argument("--split", default="train", help="of a dataset of the hub (default: train)")


def _run(studio: Studio, asked: Namespace) -> Told:
    report = studio.load(*asked.sources, name=asked.name, split=asked.split)
    text = (
        f"{report.name}: {report.kept:,} of {report.rows_read:,} rows kept, {report.duplicates:,} duplicates, "
        f"{report.rejected:,} refused."
    )
    reasons = [f"  {each.file}, row {each.row}: {each.reason}" for each in report.rejections_sample[:5]]
    return Told(asdict(report), "\n".join([text, *reasons]))


LOAD = Command("load", "Load files as a dataset.", _ask, _run, "Nothing was stored. Run the same command again.")
