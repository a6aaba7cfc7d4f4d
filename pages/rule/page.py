"""Rule: learn from measured candidate sets how indicators and loss go together, see why, and how far to trust it."""

from dataclasses import asdict

import streamlit as st

from core.errors import StudioError
from pages.components.other_windows import show_changes_of_other_windows
from pages.components.workspace import show_error
from pages.rule.diagnostics import diagnostics_tab
from pages.rule.explained import explain_tab
from pages.rule.fit import fit_tab
from pages.rule.form import SETTING, method_form, rule_form
from pages.rule.learned import rule_tab
from pages.rule.sets import sets_tab
from pages.rule.source import nothing_to_learn_from, source_form
from pages.rule.task import examined
from pages.rule.univariate import univariate_tab

st.title("Rule", anchor=False)
form = rule_form()
show_changes_of_other_windows({SETTING: asdict(form)})

asked, answer = st.columns([3, 8], gap="large")
with asked:
    try:
        table = source_form(form)
    except StudioError as error:
        with answer:
            show_error(error)
        st.stop()
    if table is not None and table.fit:
        method_form(form, table)
if table is None:
    with answer:
        nothing_to_learn_from(form)
    st.stop()

predictors = form.predictors(table)
with answer:
    sets, univariate, together, diagnostics, rule, explain = st.tabs(
        ["Data", "Univariate", "Multivariate", "Diagnostics", "Rule", "Explain"], key="rule tab", on_change="rerun"
    )

if sets.open:
    with sets:
        sets_tab(table, predictors)
elif univariate.open:
    with univariate:
        univariate_tab(table)
else:
    shown = next(each for each in (together, diagnostics, rule, explain) if each.open)
    with shown:
        try:
            fitted = form.fitted(table)
            found = examined(fitted, fitted.columns_of(predictors), form.procedure(table))
            if found is not None and together.open:
                fit_tab(found)
            elif found is not None and diagnostics.open:
                diagnostics_tab(fitted, found)
            elif found is not None and rule.open:
                rule_tab(fitted, found, form.method_for(table))
            elif found is not None:
                explain_tab(fitted, found)
        except StudioError as error:
            show_error(error)
