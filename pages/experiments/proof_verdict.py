"""The verdict of a proof, above the other results of its experiment."""

import streamlit as st

from core.errors import SelectionError
from core.experiments.proof.outcome import Comparison, Proof, Ruling
from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan, proof_of
from core.experiments.proof.rule_table import FEWEST_SUBSETS
from core.humanize import NONE, fixed, interval, p_value
from core.report.proof_figures import intervals_figure, losses_figure, title_of
from core.store import SavedExperiment
from pages.components.figures import CONFIG
from pages.components.foreign_text import plain
from pages.components.workspace import studio
from pages.experiments.proof_figures import rule_figure

SHOWN = {
    Ruling.BETTER: (st.success, ":material/verified:"),
    Ruling.WORSE: (st.error, ":material/trending_down:"),
    Ruling.NOT_SHOWN: (st.info, ":material/balance:"),
    Ruling.TOO_FEW: (st.info, ":material/help:"),
    Ruling.UNMEASURED: (st.info, ":material/hourglass_empty:"),
}
HOW = {
    ProofDesign.SUBPOOLS: "Differences are paired by sub-pool: t interval, and an exact sign-flip test (two-sided; "
    "none where sub-pools share rows).",
    ProofDesign.SELECTION: "The place of the saved rows among random draws: t interval, and their rank (one-sided).",
    ProofDesign.SEEDS: "The place of the selection among random draws: t interval, and its rank (one-sided).",
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
    st.plotly_chart(losses_figure(found), config=CONFIG, key="proof losses figure")
    if any(each.found.low == each.found.low for each in found.comparisons):
        st.plotly_chart(intervals_figure(found), config=CONFIG, key="proof intervals figure")
    _comparisons(found)
    _rule(saved, plan)


def _comparisons(found: Proof) -> None:
    if not found.comparisons:
        return
    st.dataframe([_line(each) for each in found.comparisons], hide_index=True, key="proof comparisons")
    gain = ""
    if found.gain is not None:
        gain = (
            f" Tuning on random rows changes the loss by {fixed(found.gain.difference, 4, signed=True)} nats/token "
            f"({interval(found.gain.low, found.gain.high, '+.4f')})."
        )
    st.caption(
        f"{HOW[found.design]} Loss per response token on the test part. The 95% intervals also count what the "
        f"questions add beyond that.{gain}"
    )


def _line(each: Comparison) -> dict[str, object]:
    found = each.found
    line: dict[str, object] = {
        "Selected rows minus": title_of(each.against).lower(),
        "Difference (nats/token)": fixed(found.difference, 4, signed=True),
        "95% interval": interval(found.low, found.high, "+.4f"),
        "p (t)": p_value(found.p_value) if found.p_value == found.p_value else NONE,
        "p (exact)": p_value(found.exact_p_value) if found.exact_p_value == found.exact_p_value else NONE,
        "Pairs or draws": found.units,
        "Ruling": str(each.ruling),
    }
    if each.transfer is not None:
        line["Transfer part"] = fixed(each.transfer.difference, 4, signed=True)
        line["95% interval (transfer)"] = interval(each.transfer.low, each.transfer.high, "+.4f")
    return line


def _rule(saved: SavedExperiment, plan: ProofPlan) -> None:
    """The paper's table: rule value and loss of each subset."""
    try:
        table = studio().proofs.rule_table(saved.experiment_id)
    except SelectionError:
        st.caption(":material/info: The rule value of the sets is unknown: scores of its indicators are missing.")
        return
    if plan.rule is None or table is None:
        return
    with st.expander(f"Rule value against loss ({plain(plan.rule.title)})", expanded=True):
        if table.pearson == table.pearson:
            st.markdown(
                f"Correlation over {len(table.lines)} sets: Pearson {fixed(table.pearson, 2, signed=True)} (p "
                f"{p_value(table.p_value)}), Spearman {fixed(table.spearman, 2, signed=True)}. A valid rule has "
                "lower values where the loss is lower."
            )
        else:
            st.caption(f"A correlation needs at least {FEWEST_SUBSETS} different sets with losses and scores.")
        shown = table.lines.assign(arm=table.lines["arm"].map(lambda arm: title_of(Arm(arm))))
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
