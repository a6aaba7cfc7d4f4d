"""May the fit be believed? Its residuals, the sets that move it, and each indicator with the others held still."""

import streamlit as st

from core.regression.diagnostics import added_variable, diagnose
from core.regression.ols import OlsFit, fit_ols
from core.regression.procedure import Examined
from core.regression.set_table import SetTable
from core.regression.shrinkage import ShrinkageFit
from pages.components.figures import COMPACT_CONFIG
from pages.components.wording import titled
from pages.rule.residual_figures import (
    cook_figure,
    leverage_figure,
    partial_figure,
    quantile_figure,
    residual_figure,
)


def diagnostics_tab(table: SetTable, found: Examined) -> None:
    """Sentences first, then the plots that they come from."""
    fit = _least_squares(table, found.linear)
    if not fit.terms:
        st.info("No indicator is left in the fit, so there is nothing to diagnose.")
        return
    diagnosed = diagnose(fit)
    for sentence in diagnosed.sentences:
        st.warning(titled(sentence), icon=":material/warning:")
    if not diagnosed.sentences:
        st.success(
            "Nothing stands out: the noise is alike over the sets and looks normal, and no set alone moves the fit.",
            icon=":material/check_circle:",
        )
    if fit.degrees_of_freedom < 10:
        st.caption(
            f":material/info: With {fit.degrees_of_freedom} degrees of freedom these tests see only gross faults; "
            "nothing found is not nothing there."
        )
    left, right = st.columns(2)
    left.plotly_chart(residual_figure(diagnosed), config=COMPACT_CONFIG, key="residuals")
    right.plotly_chart(quantile_figure(diagnosed), config=COMPACT_CONFIG, key="quantiles")
    left.plotly_chart(leverage_figure(diagnosed), config=COMPACT_CONFIG, key="leverage")
    right.plotly_chart(cook_figure(diagnosed), config=COMPACT_CONFIG, key="cook")
    st.caption(
        "Residuals should scatter evenly about 0, and lie along the dashed line of the Q-Q plot. A set far to the "
        "right of the leverage plot and far from 0 pulls the fit towards itself; such sets are orange."
    )
    st.markdown("**Each indicator with the others held still.** The slope of each line is its coefficient.")
    columns = st.columns(2)
    for place, name in enumerate(fit.indicators):
        columns[place % 2].plotly_chart(
            partial_figure(added_variable(fit, name), table.sets.index), config=COMPACT_CONFIG, key=f"partial {name}"
        )


def _least_squares(table: SetTable, linear: OlsFit | ShrinkageFit) -> OlsFit:
    if isinstance(linear, OlsFit):
        return linear
    st.caption(
        ":material/info: These diagnostics are of least squares on the indicators that the penalised fit kept, without "
        "its penalty."
    )
    return fit_ols(table.sets, linear.kept)
