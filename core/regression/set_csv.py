"""A table of candidate sets from a CSV file, for those who tuned and measured elsewhere."""

import csv
import io
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import InputError
from core.humanize import counted
from core.indicators import registry
from core.regression.design import RESPONSE, listed
from core.regression.outcome import Outcome
from core.regression.repeated_sets import once_each, same_indicators
from core.regression.set_table import SetTable
from core.regression.univariate import KIND
from core.rows.candidate_set import UNTUNED_NAME

LOSSES = ("loss", "inference_loss", "loss_nats_per_token", "loss_per_example")
PER_TOKEN = "loss_per_token"
NAMES = ("name", "set", "set_name", "dataset")
# What was measured after tuning, as the table of an experiment has it: it can't predict the loss, it came with it.
OUTCOMES = ("standard_error", "relative_quality", "tuning_seconds")
NUMBERING = ("number", "rows", "scored_rows", "seed", "run", "repeat")
NO_VALUE = {"", "na", "n/a", "nan", "none", "null", "-", "–"}
WHAT = "A table has one line per candidate set: mean indicators, and log_loss or loss."


def read_set_csv(name: str, content: bytes, outcome: Outcome = Outcome.EXAMPLE) -> SetTable:
    """Candidate sets, one a line: columns named after indicators (or their titles), `log_loss` or `loss`.

    A column `kind` tells how a set was made, `name` what it is called. Lines of equal indicators are seeds of one set.
    By tokens the response is the column `loss_per_token`. Comma, semicolon and tab all divide cells; with semicolons a
    comma may be the decimal point.

    Raises:
        InputError: no text, no lines, no loss, or a loss that is no number or not positive.
    """
    sheet = _Sheet.read(name, content)
    table, remarks = pd.DataFrame(index=range(len(sheet.cells))), []
    by_role = {_role(str(heading)): str(heading) for heading in sheet.cells}
    if len(by_role) < len(sheet.cells.columns):
        raise InputError("Two columns have the same meaning.", where=name, mend="Keep one of them.")
    log_loss, remark = _log_loss(sheet, by_role, outcome)
    remarks += [remark] if remark else []
    told = (RESPONSE, *LOSSES, *([PER_TOKEN] if outcome is Outcome.TOKEN else []))
    measured_with = [role for role in by_role if role not in told and _is_outcome(role)]
    if measured_with:
        unused = listed([f"'{by_role[role]}'" for role in measured_with])
        remarks.append(f"Not used as indicators (measured with the loss): {unused}.")
    indicators = []
    for role, heading in by_role.items():
        if role in (KIND, *NAMES, *NUMBERING) or _is_outcome(role):
            continue
        values = sheet.numbers(heading)
        if values is None:
            remarks.append(f"The column '{heading}' is not numeric and is not used.")
            continue
        table[role] = values
        indicators.append(role)
    table.insert(0, KIND, sheet.cells[by_role[KIND]].str.lower() if KIND in by_role else "")
    table[RESPONSE] = log_loss
    label = next((by_role[each] for each in NAMES if each in by_role), None)
    labels = sheet.cells[label] if label else pd.Series([f"line {line}" for line in sheet.lines])
    place = labels.groupby(labels).cumcount()
    table.index = pd.Index(labels.where(place == 0, labels + " (" + (place + 1).astype(str) + ")"), name="set")
    if KIND in by_role and (table[KIND] == UNTUNED_NAME).any():
        remarks.append("The base model is not a candidate set and is not used in the fit.")
        table = table[table[KIND] != UNTUNED_NAME]
    measured = table[RESPONSE].notna()
    if not measured.all():
        remarks.append(f"Excluded: {counted(int((~measured).sum()), 'line')} without a loss.")
    if KIND not in by_role:
        table = table.drop(columns=KIND)
    table = table[measured.to_numpy()]
    if indicators:
        table, _, remark = once_each(table, same_indicators(table, tuple(indicators)), "have the same indicators")
        remarks += [remark] if remark else []
    return SetTable(table, tuple(indicators), tuple(remarks), data=(name,))


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The cells as text, and where each line stands in the file."""

    name: str
    cells: pd.DataFrame
    lines: list[int]
    decimal_comma: bool

    @classmethod
    def read(cls, name: str, content: bytes) -> "_Sheet":
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError("The file is not UTF-8 text.", where=name, mend="Save it as CSV in UTF-8.") from error
        head = text.split("\n", 1)[0]
        divider = max(",;\t", key=head.count)
        found = [(number, line) for number, line in enumerate(csv.reader(io.StringIO(text), delimiter=divider), 1)]
        found = [(number, [cell.strip() for cell in line]) for number, line in found if any(map(str.strip, line))]
        if len(found) < 2:
            raise InputError("The table has no lines.", where=name, mend=WHAT)
        (_, header), *body = found
        for number, line in body:
            if len(line) != len(header):
                raise InputError(
                    f"Line {number} has {len(line)} cells, the header {len(header)}.", where=name, mend=WHAT
                )
        if len(set(header)) < len(header):
            raise InputError("A column name occurs twice.", where=name, mend="Name each column once.")
        cells = pd.DataFrame([line for _, line in body], columns=header, dtype=str)
        return cls(name, cells, [number for number, _ in body], divider == ";")

    def numbers(self, heading: str) -> pd.Series | None:
        """A column as numbers, NaN for empty cells; None where a cell is something else."""
        values = self._parsed(heading)
        return None if (values.isna() & ~self._empty(heading)).any() or values.isna().all() else values

    def loss(self, heading: str) -> pd.Series:
        values = self._parsed(heading)
        broken = values.isna() & ~self._empty(heading)
        if broken.any():
            place = int(broken.to_numpy().argmax())
            raise InputError(
                f"Line {self.lines[place]}: the {heading} '{self.cells[heading].iloc[place]}' is not a number.",
                where=self.name,
                mend="Enter the loss as a number, or leave the cell empty.",
            )
        return values

    def _parsed(self, heading: str) -> pd.Series:
        text = self.cells[heading]
        text = text.str.replace(",", ".", regex=False) if self.decimal_comma else text
        return pd.to_numeric(text, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)

    def _empty(self, heading: str) -> pd.Series:
        return self.cells[heading].str.lower().isin(NO_VALUE)


def _log_loss(sheet: _Sheet, by_role: dict[str, str], outcome: Outcome) -> tuple[pd.Series, str]:
    """The response, and a remark where two columns could have been it."""
    by_token = outcome is Outcome.TOKEN
    plain = next((each for each in ((PER_TOKEN,) if by_token else LOSSES) if each in by_role), None)
    if by_token and plain is None:
        raise InputError(
            f"There is no column {PER_TOKEN}.", where=sheet.name, mend="Add it, or use the loss per example."
        )
    if RESPONSE in by_role and not by_token:
        remark = f"'{by_role[RESPONSE]}' is used as the loss; '{by_role[plain]}' is ignored." if plain else ""
        return sheet.loss(by_role[RESPONSE]), remark
    if plain is None:
        raise InputError("There is no column log_loss or loss.", where=sheet.name, mend=WHAT)
    values = sheet.loss(by_role[plain])
    if (values <= 0).any():
        place = int((values <= 0).to_numpy().argmax())
        raise InputError(
            f"Line {sheet.lines[place]}: a loss of {values.iloc[place]:g} has no logarithm.",
            where=sheet.name,
            mend="Name the column log_loss if it holds logarithms.",
        )
    return np.log(values), ""


def _is_outcome(role: str) -> bool:
    """Whether a column holds a loss, or something else that is known only once a set was tuned on."""
    return "loss" in role.split("_") or role in OUTCOMES


def _role(heading: str) -> str:
    """What a column is: an indicator's name where the heading is its name, title or symbol, else the heading itself."""
    plain = re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_")
    for name, about in registry().items():
        aliases = {name, about.title.lower().replace(" ", "_"), about.symbol.lower()}
        if plain in aliases - {""}:
            return name
    return plain or heading
