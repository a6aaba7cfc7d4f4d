"""Which rows a command is about: the filters that the pages have."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.datasets.semantic_search import MOST_ALIKE
from core.rows.filters import Filters, Marked
from jobs.commands.check import ask_checks, checked

if TYPE_CHECKING:
    from jobs.api import Studio


def ask_filters(parser: ArgumentParser) -> None:
    """Add the filters; the command's own argument `datasets` says whose rows."""
    filters = parser.add_argument_group("filters (all must hold)")
    filters.add_argument(
        "--where", nargs="+", default=[], metavar="RANGE", help='score range: "reward>0.5", "10<=output_length<=200"'
    )
    filters.add_argument(
        "--contains", default="", metavar="WORDS", help=('keyword search: all words, in any order; "…" for a phrase')
    )
    filters.add_argument("--like", default="", metavar="TEXT", help="semantic search: rows most similar to this text")
    filters.add_argument(
        "--most", type=int, default=MOST_ALIKE, metavar="N", help=f"number of rows of --like (default: {MOST_ALIKE})"
    )
    filters.add_argument("--marked", choices=[each.value for each in Marked if each], default="", help="by mark")
    ask_checks(filters, "--leave-out", about="rows found by a check")


def filters_given(asked: Namespace) -> bool:
    """Whether anything narrows the rows."""
    words = asked.contains.strip()
    return any([asked.datasets, asked.where, words, asked.like, asked.marked, asked.checks])


def asked_filters(studio: "Studio", asked: Namespace) -> Filters:
    """The filters that were asked for.

    Raises:
        InputError, SelectionError, StoreError: as `Studio.filters` and the checks.
    """
    found = checked(studio, asked.checks, asked.datasets, asked.evaluation_sets)
    return studio.rows.filters(
        *asked.datasets, where=asked.where, contains=asked.contains, like=asked.like, most=asked.most,
        marked=asked.marked, leave_out=found,
    )  # fmt: skip
