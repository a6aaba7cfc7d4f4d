"""Why the rule says what it says of one set or row, and how much a choice of rows hangs on its digits."""

import pandas as pd
import streamlit as st

from core.humanize import counted, number
from core.regression.design import RESPONSE
from core.regression.procedure import FitReport
from core.regression.sensitivity import changed_rows, stay_over_draws
from core.regression.set_table import SetTable
from core.rules.rule import Rule
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import plain
from pages.components.rows.reader import open_row
from pages.components.selection.predicted_column import PREDICTED_LOSS, RULE_VALUE, value_title
from pages.components.wording import column_title
from pages.components.workspace import chosen_profile, filters, studio
from pages.rule.figures import waterfall_figure
from pages.rule.learned import learned_rule
from pages.rule.wording import figures_table

MOST_ROWS = 20_000
A_SET, A_ROW = "Set", "Row"


def explain_tab(table: SetTable, found: FitReport) -> None:
    """Contributions to one prediction, then the sensitivity of the best rows."""
    rule = learned_rule(table, found)
    rows = _scored_rows(rule)
    what = st.segmented_control("Explain", (A_SET, A_ROW), default=A_SET, required=True, key="explain what")
    if what == A_SET:
        _set(table, rule)
    elif rows.empty:
        _no_rows(rule)
    else:
        _row(table, rule, rows)
    st.subheader("Sensitivity to the coefficients", anchor=False, divider="gray")
    if rows.empty:
        _no_rows(rule)
    else:
        _sensitivity(rule, found, rows)


def _scored_rows(rule: Rule) -> pd.DataFrame:
    """Rows that have every score the rule needs, a sample where there are many, best first."""
    names = list(rule.indicators)
    if not set(names) <= set(studio().scores.columns()):
        return pd.DataFrame()
    rows = studio().rows.sample(filters().cleared(), names, MOST_ROWS).dropna()
    return rows.assign(value=rule.predict(rows)).sort_values("value", kind="stable", ignore_index=True)


def _no_rows(rule: Rule) -> None:
    needed = ", ".join(column_title(name) for name in rule.indicators)
    st.info(f"No row has all scores of the rule: {plain(needed)}.", icon=":material/info:")
    st.page_link("pages/indicators/page.py", label="Score on the Indicators page", icon=":material/bar_chart:")


def _waterfall(table: SetTable, rule: Rule, line: pd.DataFrame, title: str, value: str) -> None:
    """What each term adds to the rule's value at the average of the sets."""
    names = list(rule.coefficients)
    weighed = {term.name: float(term.values(line).iloc[0]) for term in rule.terms}
    average = table.sets[names].mean().to_frame().T
    parts = rule.contributions(line).iloc[0] - rule.contributions(average).iloc[0]
    start = float(rule.predict(average).iloc[0])
    st.plotly_chart(waterfall_figure(start, parts, title, value), config=COMPACT_CONFIG, key="waterfall")
    shown = [
        {
            "Indicator": column_title(name),
            "Value": number(weighed[name]),
            "Mean of the sets": number(float(average[name].iloc[0])),
            "Coefficient": number(rule.coefficients[name]),
            "Contribution": number(float(parts[name]), signed=True),
        }
        for name in names
    ]
    figures_table(pd.DataFrame(shown), "contributions")


def _set(table: SetTable, rule: Rule) -> None:
    label = st.selectbox("Set", list(table.sets.index), key="explained set")
    if label not in table.sets.index:
        return
    line = table.sets.loc[[label]]
    _waterfall(table, rule, line, str(label), PREDICTED_LOSS)
    predicted, measured = float(rule.predict(line).iloc[0]), float(line[RESPONSE].iloc[0])
    st.caption(f"Measured log loss {number(measured)}; residual {number(measured - predicted, signed=True)}.")


def _row(table: SetTable, rule: Rule, rows: pd.DataFrame) -> None:
    pick, read = st.columns([1, 4], vertical_alignment="bottom")
    rank = pick.number_input(
        "Rank by this rule", 1, len(rows), key="explained rank", help="1: the row with the lowest value."
    )
    line = rows.iloc[[int(rank) - 1]]
    place = (int(line["dataset_id"].iloc[0]), int(line["row_id"].iloc[0]))
    texts = studio().rows.members([place])
    if place in texts:
        read.caption(f"“{plain(' '.join(texts[place].instruction.split())[:160])}”")
    if read.button("Open the row", icon=":material/article:"):
        open_row([place], 0)
    value = value_title(rule, chosen_profile().name) if rule.profile else RULE_VALUE  # of a table, nobody knows
    _waterfall(table, rule, line, f"Row {int(rank):,} of {len(rows):,}", value)
    st.caption(
        "The rule was fitted to means of sets. For a single row it predicts the log loss for a set of such rows; "
        "most rows lie far outside the range of set means."
    )


def _sensitivity(rule: Rule, found: FitReport, rows: pd.DataFrame) -> None:
    total = studio().rows.count(filters().cleared())
    keep = int(st.number_input("Rows to keep", 1, len(rows), max(1, len(rows) // 4), key="sensitivity rows"))
    changed = changed_rows(rule, rows, keep)
    if changed.empty:
        st.caption("A penalised fit has no standard errors, so coefficients are not varied one at a time.")
    else:
        _moved(changed, keep, f" of a sample of {len(rows):,} of {counted(total, 'row')}" if total > MOST_ROWS else "")
    if found.over_sets is not None and set(found.over_sets.names[1:]) <= set(rule.coefficients):
        stay = stay_over_draws(rule, rows, keep, found.over_sets)
        st.markdown(
            f"Over {len(stay)} bootstrap refits **{stay.mean():.0%}** of the best {keep:,} rows are kept on average "
            f"(minimum {stay.min():.0%}); a random choice would keep {keep / len(rows):.0%}."
        )


def _moved(changed: pd.DataFrame, keep: int, of_all: str) -> None:
    """How many rows change places when one coefficient moves by its standard error."""
    shown = [
        {
            "Coefficient of": column_title(str(name)),
            "Standard error": number(line["standard_error"]),
            "Coefficient − 1 SE": f"{int(line['lower']):,} rows change ({line['lower'] / keep:.0%})",
            "Coefficient + 1 SE": f"{int(line['higher']):,} rows change ({line['higher'] / keep:.0%})",
        }
        for name, line in changed.iterrows()
    ]
    figures_table(pd.DataFrame(shown), "sensitivity")
    st.caption(
        f"How many of the best {keep:,}{of_all} are replaced when one coefficient changes by one standard error."
    )
