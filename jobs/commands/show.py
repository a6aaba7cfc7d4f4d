"""`show`: one thing of the data folder, in full."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError, StoreError
from core.files import write_text
from core.rows.filters import Filters
from core.rows.marks import RowMark
from core.rows.row import message_of
from jobs.commands.command import UNTOUCHED, Command, CommandOutput, first_words, table

if TYPE_CHECKING:
    import pandas as pd

    from jobs.api import Studio


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=[*SHOWN, *TABLES], metavar="KIND", help=", ".join([*SHOWN, *TABLES]))
    parser.add_argument("which", help="number or name (see `list`); of a row: its number (see `rows`)")
    parser.add_argument("--out", default="", metavar="FILE", help="write the table to a .csv, .jsonl or .parquet file")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    if asked.kind in SHOWN:
        told = SHOWN[asked.kind](studio, asked.which)
        if asked.out:
            write_text(Path(asked.out), json.dumps(told.document, ensure_ascii=False, indent=2) + "\n")
        return told
    from core.export.table_file import refuse_kind, write_table
    from jobs.api.results import plain

    if asked.out:
        refuse_kind(Path(asked.out))
    frame = TABLES[asked.kind](studio, asked.which)
    if asked.out:
        write_table(frame, Path(asked.out))
    short = frame.map(lambda value: first_words(value) if isinstance(value, str) else value)
    return CommandOutput(plain(frame), f"{len(frame):,} lines: {asked.out}" if asked.out else table(short))


def _row(studio: "Studio", which: str) -> CommandOutput:
    """A row as it stands in each dataset that has it.

    Raises:
        InputError: this is no number of a row.
    """
    if not which.isdecimal():
        raise InputError("This is not a row number.", where=which, mend="See `rows`.")
    number, documents, parts = int(which), [], []
    mark = studio.marks.of([number]).get(number, RowMark())
    others = list(dict.fromkeys(row for _, row in studio.rows.other_responses(number)))
    for dataset in studio.datasets.all():
        place = (dataset.dataset_id, number)
        try:
            origin = studio.rows.origin(*place)
        except StoreError:  # it is in another dataset
            continue
        scores = studio.rows.percentiles(*place)
        shown = studio.rows.members([place])[place]
        known: dict[str, Any] = {
            "row": number,
            "dataset": dataset.name,
            **origin,
            "mark": str(mark.mark),
            "note": mark.note,
            "tags": list(mark.tags),
        }
        measured = scores.dropna().set_index("indicator")[["value", "percentile"]].to_dict("index")
        absent = {name: why for name, why in zip(scores["indicator"], scores["reason"], strict=True) if why}
        held = (("tools", shown.tools), ("rejected", shown.rejected), ("label", shown.label))
        beside = {name: each for name, each in held if each not in (None, [])}
        response = len(shown.conversation)
        documents.append(
            known
            | {"conversation": shown.turns, "response": response, **beside}
            | {"scores": measured, "no_score": absent, "other_responses": others}
        )
        parts.append(f"Row {number} of {dataset.name}: {origin['source_file']}, row {origin['source_row']}.")
        parts += [f"Marked {mark.mark}."] * bool(mark.mark) + [f"Note: {mark.note}"] * bool(mark.note)
        parts += [f"Tags: {', '.join(mark.tags)}"] * bool(mark.tags)
        for turn, each in enumerate(map(message_of, shown.turns), 1):
            scored = " (scored)" if turn == response < len(shown.turns) else ""
            parts.append(f"\n{each.role.capitalize()}{scored}\n{each.text}")
        parts += [f"\n{name.capitalize()}\n{json.dumps(each, ensure_ascii=False)}" for name, each in beside.items()]
        parts += ["", table(scores)]
    if others:
        parts += ["", f"Other responses to this instruction: rows {', '.join(map(str, others))}."]
    if not documents:
        raise InputError("Row not found.", where=which, mend="See `rows`.")
    return CommandOutput(documents, "\n".join(parts))


def _rule(studio: "Studio", which: str) -> CommandOutput:
    """The JSON that `rule` reads."""
    rules = studio.rules.all()
    if which not in rules:
        raise InputError("Rule not found.", where=which, mend=f"Choose from {', '.join(rules)}.")
    document = rules[which].as_dict()
    return CommandOutput(document, json.dumps(document, ensure_ascii=False, indent=2))


def _proof(studio: "Studio", which: str) -> CommandOutput:
    from jobs.api.experiment_results import proof_as_dict

    found = studio.proofs.verdict(which)
    return CommandOutput(proof_as_dict(found), f"{_losses(studio, which)}\n{found.verdict}")


def _search(studio: "Studio", which: str) -> CommandOutput:
    from jobs.api.experiment_results import sizes_as_dict

    found = studio.sizes.verdict(which)
    return CommandOutput(sizes_as_dict(found), f"{_losses(studio, which)}\n{found.told}")


def _losses(studio: "Studio", which: str) -> str:
    """The sets of an experiment and what they came to."""
    columns = ["number", "name", "rows", "status", "loss_per_example", "tuning_seconds"]
    return table(studio.measurements.table(which)[columns])


def _summary(studio: "Studio", which: str) -> "pd.DataFrame":
    dataset = studio.datasets.get(which)
    return studio.rows.summary(Filters((dataset.dataset_id,)), studio.scores.columns())


def _correlations(studio: "Studio", which: str) -> "pd.DataFrame":
    dataset = studio.datasets.get(which)
    found = studio.rows.correlations(studio.scores.columns(), Filters((dataset.dataset_id,)))
    return found.rename_axis("indicator").reset_index()


def _examples(studio: "Studio", which: str) -> "pd.DataFrame":
    import pandas as pd

    examples = studio.evaluation_sets.examples(which)
    lines = [(each.instruction, each.input, output) for each in examples for output in each.outputs]
    return pd.DataFrame(lines, columns=["instruction", "input", "output"])


SHOWN: "dict[str, Callable[[Studio, str], CommandOutput]]" = {
    "row": _row, "rule": _rule, "proof": _proof, "size-search": _search,
}  # fmt: skip
TABLES: "dict[str, Callable[[Studio, str], pd.DataFrame]]" = {
    "dataset": _summary,
    "correlations": _correlations,
    "rejections": lambda studio, which: studio.datasets.rejections(which),
    "evaluation-set": _examples,
    "experiment": lambda studio, which: studio.measurements.table(which),
    "selection": lambda studio, which: studio.selections.members(which),
    "answers": lambda studio, which: studio.comparisons.status(which).answers,
}
COMMAND = Command("show", "Show one item in full, as text, JSON or a table file.", _ask, _run, UNTOUCHED, 2)
