"""Which rows a command is about: the filters that the pages have."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

from core.datasets.semantic_search import MOST_ALIKE
from core.errors import InputError
from core.rows.filters import Filters, Marked
from jobs.commands.check import ask_checks, checked
from jobs.commands.command import ask_names

if TYPE_CHECKING:
    from jobs.api import Studio


def ask_filters(parser: ArgumentParser) -> None:
    """Add the filters; the command's own argument `datasets` says whose rows."""
    filters = parser.add_argument_group("filters (all must hold)")
    filters.add_argument(
        "--where",
        nargs="+",
        default=[],
        metavar="RANGE",
        help='score range: "reward>0.5", "10<=output_length<=200"; without a score: "reward=missing"; to leave rows '
        'out: "not reward<0"',
    )
    filters.add_argument(
        "--contains", default="", metavar="WORDS", help=('keyword search: all words, in any order; "…" for a phrase')
    )
    filters.add_argument("--like", default="", metavar="TEXT", help="semantic search: rows most similar to this text")
    filters.add_argument("--like-row", type=int, metavar="ROW", help="semantic search: rows most similar to this row")
    filters.add_argument(
        "--most",
        type=int,
        default=MOST_ALIKE,
        metavar="N",
        help=f"number of similar rows (default: {MOST_ALIKE})",
    )
    filters.add_argument("--marked", choices=[each.value for each in Marked if each], default="", help="by mark")
    ask_names(filters, "--tag", about="rows that have all of these tags")
    ask_names(filters, "--without-tag", about="rows that have none of these tags")
    filters.add_argument(
        "--cluster",
        nargs="+",
        default=[],
        metavar="NAME",
        help='clusters of the map (see `map`), by name or number; "none" for rows in no cluster; to leave rows out: '
        '"not NAME"',
    )
    ask_checks(filters, "--leave-out", about="rows found by a check")


def filters_given(asked: Namespace) -> bool:
    """Whether anything narrows the rows."""
    words = asked.contains.strip()
    alike = asked.like or asked.like_row is not None
    tags = asked.tag or asked.without_tag
    return any([asked.datasets, asked.where, words, alike, asked.marked, tags, asked.cluster, asked.checks])


def asked_filters(studio: "Studio", asked: Namespace) -> Filters:
    """The filters that were asked for.

    Raises:
        InputError, SelectionError, StoreError: as `Studio.filters` and the checks.
    """
    found = checked(studio, asked.checks, asked.datasets, asked.evaluation_sets)
    filters = studio.rows.filters(
        *asked.datasets, where=asked.where, contains=asked.contains, like=asked.like, most=asked.most,
        marked=asked.marked, leave_out=found, clusters=asked.cluster, tags=asked.tag, without_tags=asked.without_tag,
    )  # fmt: skip
    return filters if asked.like_row is None else _like_row(studio, filters, asked)


def _like_row(studio: "Studio", filters: Filters, asked: Namespace) -> Filters:
    """The filters, of whose rows those most similar to a row are left.

    Raises:
        InputError: rows like a text are asked for as well, or there is no such row.
        StoreError: it is not embedded.
    """
    if asked.like:
        raise InputError("Both --like and --like-row are given.", mend="Use one of the two.")
    row = studio.rows.get([asked.like_row]).get(asked.like_row)
    if row is None:
        raise InputError("Row not found.", where=str(asked.like_row), mend="Use `rows` to list rows.")
    return replace(filters, likeness=studio.rows.like_row(asked.like_row, row.instruction, filters, asked.most))
