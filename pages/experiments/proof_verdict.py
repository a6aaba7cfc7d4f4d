"""The verdict of a proof, above the other results of its experiment."""

import streamlit as st

from core.errors import SelectionError
from core.experiments.proof.plan import Arm, ProofPlan, proof_of
from core.experiments.proof.rule_table import FEWEST_SUBSETS
from core.experiments.proof.verdict import TITLES, Comparison, Proof, Ruling
from core.humanize import fixed, interval, p_value
from core.store import SavedExperiment
from pages.components.figures import CONFIG
from pages.components.workspace import studio
from pages.experiments.proof_figures import arms_figure, rule_figure

QUALITY = "Loss of the other arm divided by the loss of the selection (Equation 1). Above 1: the selection is better."
SHOWN = {
    Ruling.BETTER: (st.success, ":material/verified:"),
    Ruling.WORSE: (st.error, ":material/trending_down:"),
    Ruling.NO_BETTER: (st.warning, ":material/balance:"),
    Ruling.UNCLEAR: (st.info, ":material/help:"),
    Ruling.TOO_FEW: (st.info, ":material/help:"),
    Ruling.UNMEASURED: (st.info, ":material/hourglass_empty:"),
}


def proof_verdict(saved: SavedExperiment) -> None:
    """The sentence and what it rests on; nothing where the experiment is no proof."""
    plan = proof_of(saved.spec)
    if plan is None:
        return
    found = studio().proofs.verdict(saved.experiment_id)
    box, icon = SHOWN[found.ruling]
    box(found.verdict, icon=icon)
    if not found.arms:
        return
    st.plotly_chart(arms_figure(found.arms), config=CONFIG, key="proof arms figure")
    _comparisons(found)
    _rule(saved, plan)


def _comparisons(found: Proof) -> None:
    if not found.comparisons:
        return
    st.dataframe(
        [_line(each) for each in found.comparisons],
        hide_index=True,
        column_config={"Quality": st.column_config.NumberColumn(format="%.4f", help=QUALITY)},
        key="proof comparisons",
    )
    st.caption(
        "Over seeds: Welch's t-test and an exact permutation test on the models' mean losses. Over instructions: "
        "paired test on losses averaged over seeds. Intervals: 95%."
    )


def _line(each: Comparison) -> dict[str, object]:
    seeds, paired = each.over_seeds, each.examples
    return {
        "Selected rows minus": TITLES[each.against],
        "Difference": fixed(seeds.difference, 4, signed=True),
        "Over seeds": interval(seeds.low, seeds.high, "+.4f"),
        "p (Welch)": p_value(seeds.p_value),
        "p (permutation)": p_value(seeds.exact_p_value),
        "Over instructions": interval(paired.low, paired.high, "+.4f"),
        "p (paired)": p_value(paired.p_value),
        "Instructions": paired.examples,
        "Quality": each.quality,
    }


def _rule(saved: SavedExperiment, plan: ProofPlan) -> None:
    """The paper's table: rule value and loss of each subset."""
    try:
        table = studio().proofs.rule_table(saved.experiment_id)
    except SelectionError:
        st.caption(":material/info: The rule value of the sets is unknown: scores of its indicators are missing.")
        return
    if plan.rule is None or table is None:
        return
    with st.expander(f"Rule value against loss ({plan.rule.title})", expanded=True):
        if table.pearson == table.pearson:
            st.markdown(
                f"Correlation over {len(table.lines)} sets: Pearson {fixed(table.pearson, 2, signed=True)} (p "
                f"{p_value(table.p_value)}), Spearman {fixed(table.spearman, 2, signed=True)}. A valid rule has "
                "lower values where the loss is lower."
            )
        else:
            st.caption(f"A correlation needs at least {FEWEST_SUBSETS} different sets with losses and scores.")
        shown = table.lines.assign(arm=table.lines["arm"].map(lambda arm: TITLES[Arm(arm)].capitalize()))
        st.plotly_chart(rule_figure(table.lines), config=CONFIG, key="proof rule figure")
        st.dataframe(
            shown[["arm", "seeds", "rule_value", "loss", "log_loss"]],
            hide_index=True,
            column_config={
                "arm": "Sampling method",
                "seeds": st.column_config.NumberColumn("Models", help="Number of models whose losses are averaged."),
                "rule_value": st.column_config.NumberColumn("Rule value", format="%.4f"),
                "loss": st.column_config.NumberColumn("Loss", format="%.4f"),
                "log_loss": st.column_config.NumberColumn("Log loss", format="%.4f"),
            },
            key="proof rule table",
        )
