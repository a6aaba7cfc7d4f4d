"""One indicator at a time: does it go with the loss at all (paper, section 3)?"""

import pandas as pd
import streamlit as st

from core.humanize import fixed, interval, p_value
from core.regression.set_table import SetTable
from core.regression.univariate import KIND, CorrelationMethod, Correlations, correlations
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import plain
from pages.components.wording import column_title, in_sentence, titled
from pages.rule.figures import look, loss_figure
from pages.rule.wording import figures_table

DOUBT = 0.05
ALL = "all of them"


def univariate_tab(table: SetTable) -> None:
    """Correlations and the paper's figure."""
    drawable = [name for name in table.indicators if table.sets[name].notna().all() and table.sets[name].nunique() > 1]
    if not drawable:
        st.info("All indicators are constant over the sets, so there are no correlations.")
        return
    several = KIND in table.sets and table.sets[KIND].nunique() > 1
    by_kind = several and st.toggle(
        "By kind of set",
        value=True,
        key="univariate by kind",
        help=(
            "Kinds of sets are drawn differently; a correlation over all sets can come from differences between kinds."
        ),
    )
    found = _found(table.digest, bool(by_kind), table)
    _findings(found)
    if found.found:
        figures_table(_shown(found), "correlations of the rule")
        st.caption(
            "In brackets: 95% intervals (Pearson: Fisher's z; Spearman: bootstrap over sets). p-values are "
            "corrected for multiple testing: Holm (family-wise error rate) and Benjamini-Hochberg, BH (false "
            "discovery rate)."
        )
    for remark in found.left_out:
        st.caption(f":material/info: {plain(titled(remark))}")
    shown = st.pills(
        "Indicator to plot",
        [ALL, *drawable],
        default=ALL,
        required=True,
        format_func=lambda name: "All indicators" if name == ALL else plain(column_title(name)),
        key="univariate figure of",
    )
    chosen = drawable if shown == ALL or shown not in drawable else [shown]
    st.plotly_chart(loss_figure(table.sets, chosen), config=COMPACT_CONFIG, key="loss by indicator")
    st.caption("Lines: least squares per kind of set.")


@st.cache_data(max_entries=8, show_spinner="Correlating …")
def _found(digest: str, by_kind: bool, _table: SetTable) -> Correlations:
    return correlations(_table.sets, _table.indicators, by_kind)


def _findings(found: Correlations) -> None:
    """In a sentence, which correlations outlive the correction."""
    certain: dict[str, list[str]] = {}
    for each in found.found:
        if each.method is CorrelationMethod.PEARSON and each.p_holm < DOUBT:
            way = "rises" if each.coefficient > 0 else "falls"
            where = f" ({look(each.kind)[0].lower()})" if each.kind else ""
            certain.setdefault(f"{way} with%s{where}", []).append(in_sentence(column_title(each.indicator)))
    if certain:
        told = "; ".join(how % f" {', '.join(names)}" for how, names in certain.items())
        st.markdown(f"The loss {told} (Pearson, Holm-corrected p < {DOUBT:g}).")
    elif found.found:
        st.markdown("No indicator correlates significantly with the loss (Pearson, Holm-corrected).")


def _shown(found: Correlations) -> pd.DataFrame:
    """One line an indicator and kind, Pearson beside Spearman."""
    by_place: dict[tuple[str, str], dict[str, str]] = {}
    for each in found.found:
        line = by_place.setdefault((each.kind, each.indicator), {"Indicator": column_title(each.indicator)})
        if each.kind:
            line["Kind"] = look(each.kind)[0]
        line["Sets"] = str(each.sets)
        sign, last = ("Pearson r", "") if each.method is CorrelationMethod.PEARSON else ("Spearman ρ", " ")
        bracket = interval(each.low, each.high, ".2f")
        line[sign] = f"{fixed(each.coefficient, 2)} ({bracket})"
        line |= {
            f"p{last}": p_value(each.p),
            f"Holm{last}": p_value(each.p_holm),
            f"BH{last}": p_value(each.p_bh),
        }
    return pd.DataFrame(by_place.values())
