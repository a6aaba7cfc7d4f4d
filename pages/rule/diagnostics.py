"""May the fit be believed? Its residuals, the sets that move it, and each indicator with the others held still."""

import streamlit as st

from core.regression.averaging import AveragedFit
from core.regression.diagnostics import added_variable, diagnose
from core.regression.ols import OlsFit, fit_ols
from core.regression.procedure import FitReport
from core.regression.set_table import SETS_PER_INDICATOR, SetTable
from core.regression.shrinkage import ShrinkageFit
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import prose
from pages.components.wording import titled
from pages.rule.residual_figures import (
    cook_figure,
    leverage_figure,
    partial_figure,
    qq_figure,
    residual_figure,
)


def diagnostics_tab(table: SetTable, found: FitReport) -> None:
    """Sentences first, then the plots that they come from."""
    fit = _least_squares(table, found.linear)
    if not fit.terms:
        st.info("The fit has no indicators, so there are no diagnostics.")
        return
    diagnosed = diagnose(fit)
    for sentence in diagnosed.sentences:
        st.warning(prose(titled(sentence)), icon=":material/warning:")
    if not diagnosed.sentences:
        st.success(
            "No problems found: the relation is linear, residuals are homoscedastic and normal, and no set is "
            "influential.",
            icon=":material/check_circle:",
        )
    if fit.degrees_of_freedom < 10:
        st.caption(
            f":material/info: With {fit.degrees_of_freedom} degrees of freedom these tests have little power: no "
            "finding does not mean no problem."
        )
    left, right = st.columns(2)
    left.plotly_chart(residual_figure(diagnosed), config=COMPACT_CONFIG, key="residuals")
    right.plotly_chart(qq_figure(diagnosed), config=COMPACT_CONFIG, key="quantiles")
    left.plotly_chart(leverage_figure(diagnosed), config=COMPACT_CONFIG, key="leverage")
    right.plotly_chart(cook_figure(diagnosed), config=COMPACT_CONFIG, key="cook")
    st.caption(
        "Residuals should scatter evenly around 0 and follow the dashed line of the Q-Q plot. Sets with high "
        "leverage and a large residual are influential; they are orange."
    )
    st.markdown("**Partial regression (added-variable) plots.** The slope of each line is the coefficient.")
    columns = st.columns(2)
    for place, name in enumerate(fit.indicators):
        columns[place % 2].plotly_chart(
            partial_figure(added_variable(fit, name), table.sets.index), config=COMPACT_CONFIG, key=f"partial {name}"
        )


def _least_squares(table: SetTable, linear: OlsFit | ShrinkageFit | AveragedFit) -> OlsFit:
    if isinstance(linear, OlsFit):
        return linear
    most = max(1, len(table.sets) // SETS_PER_INDICATOR)
    first = sorted(linear.kept, key=lambda name: -abs(linear.standardised[name]))[:most]
    st.caption(
        ":material/info: These diagnostics are for an unpenalised least-squares fit on the "
        + ("indicators of the rule." if len(first) == len(linear.kept) else f"{most} indicators that count most in it.")
    )
    return fit_ols(table.sets, [name for name in linear.kept if name in first])
