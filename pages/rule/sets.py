"""The sets that a rule is learned from: how many, which are left out, which indicators can take part and which not."""

import streamlit as st

from core.humanize import counted, number
from core.regression.design import RESPONSE
from core.regression.set_table import SetTable
from pages.components.foreign_text import plain
from pages.components.wording import column_title, readable, titled
from pages.rule.figures import kinds_of, look
from pages.rule.wording import term_title


def sets_tab(table: SetTable, predictors: tuple[str, ...]) -> None:
    """What the table holds."""
    kinds = kinds_of(table.sets).value_counts()
    sets, fit, least, untuned = st.columns(4)
    named = ", ".join(f"{count} {look(str(kind))[0].lower()}" for kind, count in kinds.items() if kind)
    sets.metric("Measured sets", len(table.sets), named or None, "off", delta_arrow="off")
    fit.metric("Usable indicators", len(table.fit), f"of {len(table.indicators)}", "off", delta_arrow="off")
    least.metric(
        "Minimum sets", len(predictors) + 2, f"for {counted(len(predictors), 'indicator')}", "off", delta_arrow="off",
        help="Minimum: one per indicator, one for the intercept and one degree of freedom. Predicted R² shows "
             "whether there are enough.",
    )  # fmt: skip
    if table.untuned_loss is not None:
        untuned.metric(
            "Base model loss", readable(table.untuned_loss), "nats/token", "off", delta_arrow="off",
            help="The base model is not a candidate set and is not used in the fit.",
        )  # fmt: skip
    for remark in table.remarks:
        st.caption(f":material/info: {plain(remark)}")
    if table.sets.empty:
        st.info("No measured set has scored rows, so there are no mean indicators. Score the datasets first.")
        st.page_link("pages/indicators/page.py", label="Score on the Indicators page", icon=":material/bar_chart:")
        return
    if table.unfit:
        with st.expander(
            f"{counted(len(table.unfit), 'indicator')} not usable", icon=":material/block:", expanded=True
        ):
            for name, reason in table.unfit.items():
                st.markdown(f"- **{plain(column_title(name))}** {plain(titled('x' + reason)[1:])}.")
    shown = table.sets.reset_index()
    columns = {
        name: st.column_config.NumberColumn(term_title(name), format="%.4g") for name in (*table.indicators, RESPONSE)
    } | {"set": st.column_config.TextColumn("Set", pinned=True), "kind": st.column_config.TextColumn("Kind")}
    first = [name for name in ("set", "kind", RESPONSE) if name in shown]
    st.dataframe(
        shown[[*first, *(name for name in shown if name not in first)]],
        hide_index=True,
        column_config=columns,
        key="sets of the rule",
    )
    st.caption(
        "One line per set: mean indicators and log loss (natural logarithm). Log losses range from "
        f"{number(table.sets[RESPONSE].min())} to {number(table.sets[RESPONSE].max())}."
    )
