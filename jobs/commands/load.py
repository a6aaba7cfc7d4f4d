"""`load`: files, tables, addresses or datasets of the hub become a dataset, or a file an evaluation set."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from core.datasets.loading import LoadReport
from core.datasets.unread_files import told_left_out
from core.errors import InputError
from core.formats.charset import title_of
from core.formats.choices import Answers, Paths
from core.formats.columns import ColumnMap
from core.formats.preview import Preview
from core.formats.rejection import Rejection
from core.humanize import counted
from jobs.commands.command import Command, CommandOutput, first_words
from jobs.commands.parts import described

if TYPE_CHECKING:
    from jobs.api import Studio

EXAMPLES = 5


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE",
        help="files, folders, patterns, URLs (https://…, hf://datasets/…), or hub:owner/name",
    )  # fmt: skip
    parser.add_argument("--name", default="", help="name of the dataset (default: name of the first file)")
    parser.add_argument(
        "--split", default="train", help="split of a hub dataset or folder (also: all of a folder; default: train)"
    )
    parser.add_argument("--table", default="", metavar="[SCHEMA.]NAME", help="table of a DuckDB file")
    parser.add_argument(
        "--columns", nargs="+", default=[], metavar="PART=COLUMN",
        help="columns, if not detected: instruction=…, input=…, output=…, conversation=…, system=…, history=…; of "
        "turns with other names: role_key=…, content_key=…, user_role=…, assistant_role=…",
    )  # fmt: skip
    parser.add_argument(
        "--encoding", default="", metavar="NAME", help="encoding of the text, if not found: gb18030 ..."
    )
    parser.add_argument(
        "--answers", choices=get_args(Answers), default="last",
        help="which answer of a conversation is its response: last (default), first, or each in a row of its own",
    )  # fmt: skip
    parser.add_argument(
        "--list", default="", metavar="NAME", help="list to read of a JSON object with several (default: the first)"
    )
    parser.add_argument(
        "--paths", choices=get_args(Paths), default="best",
        help="paths of trees, branches of chats: best, or the current branch (default), or all",
    )  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--apart", action="store_true", help="make one dataset per file")
    what.add_argument("--preview", action="store_true", help="show columns and first rows; do not load")
    what.add_argument("--demo", action="store_true", help="load the demo data again")
    what.add_argument("--evaluation", action="store_true", help="load the file as an evaluation set")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    columns = columns_of(asked.columns)
    if asked.demo:
        return _demo(studio, asked)
    if not asked.sources:
        raise InputError("No file to load.", mend="Give at least one file.")
    if asked.evaluation:
        return _evaluation(studio, asked)
    if asked.preview:
        seen = studio.sources.preview(asked.sources[0], asked.split, asked.table, columns, **_choices(asked))
        return _previewed(seen)
    if asked.apart:
        reports = studio.datasets.load_apart(
            *asked.sources, split=asked.split, table=asked.table, columns=columns, **_choices(asked)
        )
        return CommandOutput([asdict(each) for each in reports], "\n".join(map(_text, reports)))
    report = studio.datasets.load(
        *asked.sources, name=asked.name, split=asked.split, table=asked.table, columns=columns,
        **_choices(asked),
    )  # fmt: skip
    return CommandOutput(asdict(report), _text(report))


def _choices(asked: Namespace) -> dict[str, Any]:
    return {"encoding": asked.encoding, "answers": asked.answers, "list_name": asked.list, "paths": asked.paths}


def _demo(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.sources:
        raise InputError("--demo takes no files.", mend="Load them by a command of their own.")
    studio.workspace.load_demo()
    names = [each.name for each in studio.datasets.all()]
    return CommandOutput({"datasets": names}, "The demo data are loaded.")


def columns_of(words: list[str]) -> Mapping[str, str]:
    """Columns by what they are, from words such as `output=answer`.

    Raises:
        InputError: a word is not of that form.
    """
    pairs = [word.partition("=") for word in words]
    for word, (_, sign, _) in zip(words, pairs, strict=True):
        if not sign:
            raise InputError(f"“{word}” is not PART=COLUMN.", mend="Write instruction=COLUMN output=COLUMN.")
    return {part: column for part, _, column in pairs}


def _evaluation(studio: "Studio", asked: Namespace) -> CommandOutput:
    if len(asked.sources) > 1:
        raise InputError(
            "An evaluation set must be one source.", where=" ".join(asked.sources), mend="Load them one by one."
        )
    loaded = studio.evaluation_sets.load(
        asked.sources[0], asked.name, columns=columns_of(asked.columns), **_choices(asked)
    )
    told = described(studio, loaded.kept)
    refused = [asdict(each) for each in loaded.rejections]
    count = [f"{counted(len(refused), 'row')} rejected."] if refused else []
    lines = [told.text, *loaded.notes, *count, *_reasons(loaded.rejections)]
    return CommandOutput(told.document | {"rejected": refused, "notes": list(loaded.notes)}, "\n".join(lines))


def _previewed(seen: Preview) -> CommandOutput:
    rows = [{"instruction": each.instruction, "input": each.input, "output": each.output} for each in seen.rows]
    named = _parts(seen.columns, seen)
    refused = [asdict(each) for each in seen.rejections]
    document = {
        "columns": named,
        "there": list(seen.field_names),
        "readings": [_parts(each, seen) for each in seen.readings],
        "encoding": seen.encoding,
        "lists": list(seen.lists),
        "several_answers": seen.several_answers,
        "trees": seen.has_trees,
        "notes": list(seen.notes),
        "rows": rows,
        "refused": refused,
    }
    lines = [f"Columns: {', '.join(seen.field_names)}", f"Detected: {_words(named)}"]
    lines += [f"Also possible: {_words(_parts(each, seen))}" for each in seen.readings if each != seen.columns]
    if seen.encoding not in ("", "utf-8"):
        lines.append(f"Encoding: {title_of(seen.encoding)} (another: --encoding NAME)")
    if len(seen.lists) > 1:
        lines.append(f"Lists: {', '.join(seen.lists)} (--list NAME)")
    if seen.several_answers:
        lines.append("Conversations with several answers: the last is the response (another: --answers)")
    if seen.has_trees:
        lines.append("Trees: the best path or current branch of each is read (another: --paths)")
    lines += seen.notes
    for each in seen.rows[:EXAMPLES]:
        lines += ["", *(first_words(text) for text in (each.prompt, f"→ {each.output}"))]
    return CommandOutput(document, "\n".join(lines))


def _parts(columns: ColumnMap, seen: Preview) -> dict[str, str]:
    """The parts for which the file has a column, and what is said of its turns."""
    return {part: column for part, column in columns.as_dict().items() if column in seen.field_names} | columns.tags


def _words(named: Mapping[str, str]) -> str:
    return " ".join(f"{part}={column}" for part, column in named.items())


def _text(report: LoadReport) -> str:
    text = (
        f"{report.name}: {report.kept:,} of {counted(report.rows_read, 'row')} loaded, "
        f"{counted(report.duplicates, 'duplicate')}, {report.rejected:,} rejected."
    )
    rows = [each for each in report.rejections_sample if each not in report.unread]
    return "\n".join([text, *map(told_left_out, report.unread), *report.notes, *_reasons(rows)])


def _reasons(rejections: Sequence[Rejection]) -> list[str]:
    return [f"  {each.place}: {each.reason}" for each in rejections[:EXAMPLES]]


COMMAND = Command("load", "Load files as a dataset.", _ask, _run, "Nothing was stored. Run the same command again.", 1)
