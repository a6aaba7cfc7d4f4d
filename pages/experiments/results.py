"""What an experiment came to: numbers, the table of sets, loss against an indicator, curves, files."""

import pandas as pd
import streamlit as st

from core.export.table_file import csv_text
from core.humanize import fixed, interval, p_value
from core.indicators import registry
from core.regression.set_table import PAPERS_TERMS
from core.statistics import paired_difference
from core.store import SavedExperiment
from pages.components.figures import CONFIG
from pages.components.foreign_text import plain
from pages.components.palette import SET_LOOKS
from pages.components.wording import column_title, in_sentence, readable
from pages.components.workspace import studio
from pages.experiments.figures import loss_figure
from pages.experiments.proof_verdict import proof_verdict
from pages.experiments.runs import adapters, training_curves
from pages.experiments.size_verdict import size_verdict
from pages.experiments.tournament_standings import tournament_standings

AGAINST = "loss against"
TITLES = {
    "name": "Set",
    "kind": "Kind",
    "rows": "Rows",
    "status": "Status",
    "loss_per_example": "Loss per example (nats/token)",
    "standard_error": "± standard error",
    "loss_per_token": "Loss per token (nats/token)",
    "log_loss": "Log loss",
    "relative_quality": "Relative quality",
    "tuning_seconds": "Tuning time (s)",
}
DIGITS = {
    "loss_per_example": "%.4f",
    "standard_error": "%.4f",
    "loss_per_token": "%.4f",
    "log_loss": "%.4f",
    "relative_quality": "%.3f",
    "tuning_seconds": "%.0f",
}
HELP = {
    "loss_per_example": "Mean over responses, then over instructions.",
    "standard_error": "Standard error of the mean over instructions.",
    "loss_per_token": "Mean over all tokens of all responses.",
    "relative_quality": "Loss of the base model divided by this model's loss (Equation 1). Above 1: tuning helped.",
}


def experiment_results(saved: SavedExperiment) -> None:
    """Everything that is measured so far."""
    proof_verdict(saved)
    size_verdict(saved)
    tournament_standings(saved)
    table = studio().measurements.table(saved.experiment_id)
    columns = [name for name in registry() if name in table and table[name].notna().any()]
    _numbers(table)
    if table.loc[table["number"] > 0, "log_loss"].notna().any() and columns:
        if st.session_state.get(AGAINST) not in columns:
            st.session_state[AGAINST] = next((each for each in PAPERS_TERMS if each in columns), columns[0])
        st.pills(
            "Indicator (mean of the set)",
            columns,
            format_func=lambda n: plain(column_title(n)),
            required=True,
            key=AGAINST,
        )
        st.plotly_chart(loss_figure(table, st.session_state[AGAINST]), config=CONFIG, key="loss figure")
    elif not columns and len(table) > 1:
        st.caption(":material/info: Score the datasets to plot loss against the mean indicators of the sets.")
    _table(saved, table, columns)
    _comparison(saved, table)
    training_curves(saved, table)
    adapters(saved, table)


def _numbers(table: pd.DataFrame) -> None:
    measured = table[(table["number"] > 0) & table["loss_per_example"].notna()]
    untuned = table["loss_per_example"].iloc[0]
    first, best, worst, spread = st.columns(4)
    first.metric("Base model loss", readable(untuned), help="Evaluation loss before tuning, nats/token.")
    if measured.empty:
        return
    ordered = measured.sort_values("loss_per_example")
    for column, label, line in ((best, "Best set", ordered.iloc[0]), (worst, "Worst set", ordered.iloc[-1])):
        column.metric(
            label,
            f"{line['loss_per_example']:.3f}",
            plain(line["name"]),
            "off",
            delta_arrow="off",
            help="Loss per example, nats/token.",
        )
    spread.metric(
        "SD of log loss",
        readable(float(measured["log_loss"].std())),
        help="Standard deviation of log loss over the sets, and below it the mean standard error of one set (noise).",
        delta=f"standard error {readable(float(measured['log_loss_error'].mean()))}",
        delta_color="off",
        delta_arrow="off",
    )


def _table(saved: SavedExperiment, table: pd.DataFrame, indicators: list[str]) -> None:
    kinds = [kind for kind in table["kind"].unique() if kind != "untuned"]
    chosen = kinds
    if len(kinds) > 1:
        of_kind = {str(kind): look[0] for kind, look in SET_LOOKS.items()}
        chosen = (
            st.pills(
                "Kinds (none chosen: all)",
                kinds,
                selection_mode="multi",
                format_func=lambda kind: plain(of_kind.get(kind, kind)),
                key=f"shown kinds {saved.experiment_id}",
            )
            or kinds
        )
    shown = table[table["kind"].isin([*chosen, "untuned"])][[*TITLES, *indicators]]
    titles = TITLES | {name: f"Mean {in_sentence(column_title(name))}" for name in indicators}
    formats = DIGITS | dict.fromkeys(indicators, "%.3f")
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(title, format=formats[name], help=HELP.get(name))
            if name in formats
            else st.column_config.Column(title, pinned=name == "name")
            for name, title in titles.items()
        },
        placeholder="–",
        key="result table",
    )
    st.download_button(
        "Download results (CSV)",
        csv_text(table.drop(columns="number")).encode(),
        f"{saved.name}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _comparison(saved: SavedExperiment, table: pd.DataFrame) -> None:
    """Two sets over the same examples: what differs is then not the examples."""
    measured = table[table["loss_per_example"].notna()]
    if len(measured) < 2:
        return
    names = dict(zip(measured["number"].tolist(), measured["name"].tolist(), strict=True))
    with st.expander("Compare two sets (paired by example)"):
        left, right = st.columns(2)
        first = left.selectbox(
            "Set", list(names), 1, format_func=names.__getitem__, key=f"compared first {saved.experiment_id}"
        )
        second = right.selectbox(
            "Compared with", list(names), 0, format_func=names.__getitem__, key=f"compared second {saved.experiment_id}"
        )
        if first == second:
            st.caption("Choose two different sets.")
            return
        losses = studio().measurements.example_losses(saved.experiment_id, [first, second])
        found = paired_difference(losses[losses["number"] == first], losses[losses["number"] == second])
        verdict = "not significantly different" if found.low <= 0 <= found.high else "significantly different"
        st.markdown(
            f"Loss of **{plain(names[first])}** minus loss of **{plain(names[second])}**: "
            f"{fixed(found.mean, 4, signed=True)} nats "
            f"per token (95% interval {interval(found.low, found.high, '+.4f')}, p {p_value(found.p_value)}, "
            f"{found.examples} instructions): {verdict}."
        )
