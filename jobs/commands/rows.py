"""`rows`: look at rows with their marks, tags and scores."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.humanize import counted, number
from core.rows.view import FILE_ORDER
from core.selection.spec import RankBy
from core.store.browse import SIMILARITY
from core.store.score_matrix import PREDICTED
from jobs.commands.command import Command, CommandOutput, first_words
from jobs.commands.row_filters import ask_filters, asked_filters, filters_given

if TYPE_CHECKING:
    from jobs.api import RowPage, Studio


def _ask(parser: ArgumentParser) -> None:
    from jobs.api.rows import USUAL_ROWS

    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="dataset names (default: all)")
    parser.add_argument(
        "--sort", default="", metavar="INDICATOR",
        help="indicator (see `list indicators`) or predicted_log_loss, best first (default: file order; with --like "
             "most similar first)",
    )  # fmt: skip
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--highest", dest="descending", action="store_const", const=True, help="first")
    end.add_argument("--lowest", dest="descending", action="store_const", const=False, help="first")
    parser.add_argument(
        "--rows", type=int, default=USUAL_ROWS, metavar="N", help=f"number of rows to show (default: {USUAL_ROWS})"
    )
    parser.add_argument(
        "--view", default="", metavar="NAME", help="a saved view (see `list views`): its filters and sort"
    )
    ask_filters(parser)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.descending is not None and not (asked.sort or asked.like or asked.like_row is not None):
        raise InputError("--highest and --lowest need a score.", mend="Add --sort INDICATOR.")
    if asked.view:
        return _viewed(studio, asked)
    found = studio.rows.browse(
        sort=asked.sort, descending=asked.descending, rows=asked.rows, filters=asked_filters(studio, asked)
    )
    return CommandOutput(found.as_dict(), _text(found))


def _viewed(studio: "Studio", asked: Namespace) -> CommandOutput:
    """The rows of a saved view.

    Raises:
        InputError: there is no such view, or other filters are asked for as well.
    """
    if filters_given(asked) or asked.sort:
        raise InputError("--view has its own filters and sort.", mend="Leave the others out.")
    view = studio.views.get(asked.view).view
    sort = str(RankBy.ORDER) if view.sort == FILE_ORDER else view.sort
    found = studio.rows.browse(sort=sort, descending=view.descending, rows=asked.rows, filters=view.filters)
    return CommandOutput(found.as_dict(), _text(found))


def _text(found: "RowPage") -> str:
    from jobs.api.results import plain

    if not found.total:
        return "No row passes all filters."
    shown = found.rows
    counts = counted(found.total, "row")
    if len(shown) < found.total:
        counts = f"{len(shown):,} of {counts} shown (--rows N)"
    lines = [f"{counts}, {_order(found)}."]
    if found.sort in shown and len(shown) and shown[found.sort].isna().all():
        made_by = "`select` by a rule" if found.sort == PREDICTED else f"`score --indicators {found.sort}`"
        lines.append(f"None of them has this score: {made_by} computes it.")
    wide = {name: max((len(str(each)) for each in shown[name]), default=0) for name in ("row_id", "dataset")}
    for line in plain(shown):
        lines += ["", *_row(line, found.sort, wide)]
    if len(shown):
        first = shown["row_id"].iloc[0]
        hint = f"Use --json for full texts and all scores, `mark {first} --keep`, --drop or --none to mark a row."
        lines += ["", hint]
    return "\n".join(lines)


def _order(found: "RowPage") -> str:
    if found.sort == RankBy.ORDER:
        return "in reverse file order" if found.descending else "in file order"
    if found.sort == SIMILARITY:
        return f"{'most' if found.descending else 'least'} similar first"
    return f"{'highest' if found.descending else 'lowest'} {found.sort} first"


def _row(line: dict[str, Any], sort: str, wide: dict[str, int]) -> list[str]:
    """A row on three lines, or four with its note: what it is, what is asked, what is answered."""
    about = [f"row {line['row_id']:>{wide['row_id']}}", f"{line['dataset']:<{wide['dataset']}}"]
    doubt = " (unreliable: short response)" if sort in line["unreliable"].split(", ") else ""
    about += [] if sort == RankBy.ORDER else [f"{sort} {number(line[sort])}{doubt}"]
    about += [line["mark"].upper()] if line["mark"] else []
    about += [f"#{each}" for each in line["tags"]]
    texts = [first_words(f"{line['instruction']} {line['input']}"), f"→ {first_words(line['output'])}"]
    texts += [f"Note: {line['note']}"] if line["note"] else []
    return ["  ".join(about).rstrip(), *(f"    {each}" for each in texts)]


COMMAND = Command("rows", "Show rows with their marks and scores.", _ask, _run, "Nothing was changed.", 3)
