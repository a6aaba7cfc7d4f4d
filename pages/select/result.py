"""What a selection keeps: its numbers, kept rows by dataset, how kept and dropped rows differ."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.humanize import counted, number
from core.indicators import registry
from core.rows.marks import counted_marks
from core.rules.rule import Rule
from core.selection.doubts import SPREADS
from core.selection.outcome import Prediction, SelectionOutcome
from core.selection.select import DropReason, RankBy
from core.selection.spec import TOKENS
from core.store import Dataset
from core.store.score_matrix import PREDICTED
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import plain
from pages.components.rows.opening_table import opening_table
from pages.components.scoring_panel import scoring_panel
from pages.components.selection.predicted_column import PREDICTED_LOSS, value_title
from pages.components.wording import column_title, readable, titled
from pages.components.workspace import chosen_profile, studio
from pages.select.figures import FATE_WORDS, distribution_figure
from pages.select.kept_bars import kept_rows_bars

SAMPLE = 12
NUMBER_WIDTH = 156  # pixels, of the longest heading; where a line has no room for all, the next one takes the rest
EXACT_DECIMALS = 12  # of a log loss; what is behind them comes of the order in which the same rows are added up


def selection_numbers(outcome: SelectionOutcome) -> None:
    """How many rows were kept, and what the rule predicts for them against a random choice and all rows."""
    selection, prediction = outcome.selection, outcome.prediction
    some = selection.rankable < selection.considered
    of = f"of {selection.rankable:,} that can be ranked" if some else f"of {selection.considered:,}"
    with st.container(horizontal=True):
        st.metric("Kept", f"{len(selection.kept):,}", of, "off", delta_arrow="off", width=NUMBER_WIDTH)
        _share(outcome)
        if prediction is not None:
            _rule_values(selection.spec.rule, prediction)


def _rule_values(rule: Rule | None, prediction: Prediction) -> None:
    assert rule is not None, "what has a prediction is ranked by a rule"
    title = value_title(rule, chosen_profile().name)
    what = "Log loss" if title == PREDICTED_LOSS else title  # short, as it stands above a number
    help_text = (
        f"{rule.title} at the mean indicators of the kept rows; lower is better. "
        f"{rule.profile_mismatch(chosen_profile().name)}"
    )
    change = round(prediction.kept - prediction.random_mean, EXACT_DECIMALS)
    clear = abs(change) > SPREADS * round(prediction.random_sd, EXACT_DECIMALS)
    st.metric(
        f"{what}, kept",
        number(prediction.kept),
        f"{number(change, signed=True)} vs. random",
        # Streamlit knows a negative number by its hyphen, which is none here.
        "off" if not clear else "normal" if change < 0 else "inverse",
        delta_arrow="off" if not change else "down" if change < 0 else "up",
        width=NUMBER_WIDTH,
        help=help_text if clear else f"{help_text} Within the spread of random selections.",
    )
    st.metric(
        f"{what}, random",
        number(prediction.random_mean),
        f"± {readable(round(prediction.random_sd, EXACT_DECIMALS))}",
        "off",
        delta_arrow="off",
        width=NUMBER_WIDTH,
        help="Mean ± standard deviation over 20 random selections of the same size and quotas.",
    )
    st.metric(f"{what}, all", number(prediction.everything), width=NUMBER_WIDTH, help=help_text)


def _share(outcome: SelectionOutcome) -> None:
    """What part of the pool is kept, in response tokens where they are counted."""
    selection, tokens = outcome.selection, outcome.rows.get(TOKENS)
    everything = 0.0 if tokens is None else float(tokens.sum())
    if selection.tokens is None or not everything:
        st.metric("Share of rows", f"{100 * selection.kept_ratio:.1f}%", width=NUMBER_WIDTH)
        return
    st.metric(
        "Share of tokens",
        f"{100 * selection.tokens / everything:.1f}%",
        f"{selection.tokens:,} of {everything:,.0f}",
        "off",
        delta_arrow="off",
        width=NUMBER_WIDTH,
        help="Response tokens of the kept rows, of all rows that pass the filters.",
    )


def shortfall(outcome: SelectionOutcome) -> None:
    """Say when fewer rows could be kept than asked for."""
    selection = outcome.selection
    _by_hand(outcome)
    if selection.shortfall:
        why = "there are no more rows" if selection.wanted > selection.considered else "the others were dropped"
        st.info(
            f"{len(selection.kept):,} of {selection.wanted:,} requested rows kept: {why}.",
            icon=":material/info:",
        )


def _by_hand(outcome: SelectionOutcome) -> None:
    """Say how many rows were decided by hand, which goes before the ranking."""
    marks = counted_marks(outcome.selection.spec.by_hand)
    if any(marks.values()):
        st.info(
            f"Marks override the ranking: {counted(marks['kept'], 'row')} marked keep, {marks['dropped']:,} marked "
            "drop. They are recorded in the manifest.",
            icon=":material/front_hand:",
        )


def beyond_learning(outcome: SelectionOutcome) -> None:
    """Say how the selection was held within what its rule was learned from, and where it lies beyond all the same."""
    for limit in outcome.selection.limits:
        title, (low, high) = column_title(limit.indicator), limit.mean_range
        st.info(
            f"{counted(limit.rows, 'row')} with {plain(title)} {'above' if limit.upper else 'below'} "
            f"{readable(limit.value)} dropped: the rule was learned on sets with a mean of {readable(low)} to "
            f"{readable(high)}.",
            icon=":material/straighten:",
        )
    held = outcome.selection.leverage
    if held is not None:
        st.info(
            f"{counted(held.rows, 'row')} dropped that lie farthest from the sets on which the rule was learned, its "
            f"indicators taken together: leverage would be {readable(held.without)}, that of the sets is at most "
            f"{readable(held.limit)}.",
            icon=":material/straighten:",
        )
    made = outcome.prediction
    if (outcome.selection.limits or held) and made is not None and made.kept > made.random_mean:
        st.caption(
            "Random selections have a lower value because they are not restricted to this range; outside it the "
            "rule is untested."
        )
    rule = outcome.selection.spec.rule
    sentences = rule.applied_outside(outcome.kept_rows) if rule is not None and outcome.prediction is not None else ()
    if sentences:
        with st.expander("The kept rows are outside the range of this rule", icon=":material/info:"):
            st.markdown("\n".join(f"- {plain(titled(each))}" for each in sentences))


def nothing_scored(outcome: SelectionOutcome, datasets: Sequence[Dataset]) -> bool:
    """Whether no row could be ranked; then offers to score them, or shows how far the worker is."""
    selection = outcome.selection
    if not selection.kept.empty or set(selection.reasons) != {str(DropReason.NO_SCORE)}:
        return False
    needed = ", ".join(column_title(name) for name in selection.spec.indicators)
    lacking = f"None of the {counted(selection.considered, 'row')} has the scores for the ranking: {needed}."
    said = st.empty()
    under_way = scoring_panel(datasets)
    if not under_way and (undefined := _undefined(outcome, datasets)):
        said.info(f"{plain(undefined)} Choose another ranking, or datasets with more rows.", icon=":material/info:")
        return True
    mend = "They are being computed." if under_way else "Score them first, or choose another ranking."
    said.info(plain(f"{lacking} {mend}"), icon=":material/info:")
    return True


def _undefined(outcome: SelectionOutcome, datasets: Sequence[Dataset]) -> str:
    """Which score is undefined for every row although all are scored, such as KNN distance of very few rows."""
    ranking, missing = (
        outcome.selection.spec.indicators,
        studio().scores.missing(*(each.dataset_id for each in datasets)),
    )
    if missing.keys() & set(ranking):
        return ""
    empty = [column_title(name) for name in ranking if name in outcome.rows and outcome.rows[name].isna().all()]
    return f"{', '.join(empty)}: undefined for all {counted(outcome.selection.considered, 'row')}." if empty else ""


def selection_plots(outcome: SelectionOutcome, names: Mapping[int, str]) -> None:
    """Kept rows by dataset, and an indicator's distribution over kept and dropped."""
    st.html(kept_rows_bars(outcome.fates, names))
    columns = [
        name
        for name in (PREDICTED, *registry())
        if name in outcome.rows and outcome.rows[name].notna().any()
    ]  # fmt: skip
    if not columns:
        return
    ranked_by = _ranked_by(outcome)
    start = ranked_by if ranked_by in columns else columns[0]
    if st.session_state.get("distribution column") not in columns:
        st.session_state["distribution column"] = start
    rule = outcome.selection.spec.rule
    titles = {PREDICTED: value_title(rule, chosen_profile().name)} if rule is not None else {}
    st.pills(
        "Compare kept and dropped rows by",
        columns,
        format_func=lambda name: plain(titles.get(name, column_title(name))),
        required=True,
        key="distribution column",
    )
    column: str = st.session_state["distribution column"]
    about = registry().get(column)
    st.plotly_chart(
        distribution_figure(
            column,
            outcome.kept_rows[column],
            outcome.dropped_rows[column],
            title=titles.get(column, ""),
            unit=about.unit if about else "",
            log=bool(about and about.skewed),
        ),
        config=COMPACT_CONFIG,
        key="distribution",
    )


def _ranked_by(outcome: SelectionOutcome) -> str:
    spec = outcome.selection.spec
    if spec.rank_by is RankBy.WAY:
        return next(iter(spec.known_way().needs), PREDICTED)
    return spec.indicator if spec.rank_by is RankBy.INDICATOR else PREDICTED


def sample_rows(outcome: SelectionOutcome, names: Mapping[int, str]) -> None:
    """The best of the kept beside the best of the dropped; a click opens the pair."""
    selection = outcome.selection
    column = _ranked_by(outcome)
    best, worse = selection.kept.head(SAMPLE), selection.dropped.head(SAMPLE)
    shown = outcome.rows[outcome.rows["row_id"].isin([*best["row_id"], *worse["row_id"]])]
    values = shown.set_index(["dataset_id", "row_id"])[column] if column in shown else None
    kept, dropped = st.columns(2)
    with kept:
        st.markdown("**Kept rows, best first**")
        _table(best, values, names, "kept", rank=[f"{rank + 1:,}" for rank in best["rank"]])
    with dropped:
        st.markdown("**Dropped rows, best value first**")
        _table(worse, values, names, "dropped")
    st.caption("Click a row to open it.")


def _table(
    lines: pd.DataFrame, values: pd.Series | None, names: Mapping[int, str], title: str, rank: list[str] | None = None
) -> None:
    if lines.empty:
        st.caption("None.")
        return
    pairs = [(int(d), int(r)) for d, r in zip(lines["dataset_id"], lines["row_id"], strict=True)]
    texts = studio().rows.members(pairs)
    shown = pd.DataFrame(
        {
            "Value": [readable(values[pair]) if values is not None else "–" for pair in pairs],
            "Dataset": [names.get(pair[0], "?") for pair in pairs],
            "Instruction": [texts[pair].instruction[:200] if pair in texts else "" for pair in pairs],
        }
    )
    if rank is not None:
        shown.insert(0, "Rank", rank)
    else:
        shown.insert(1, "Reason", [FATE_WORDS.get(reason, reason) for reason in lines["reason"]])
    opening_table(
        shown,
        pairs,
        f"{title} sample",
        height="content",
        column_config={
            "Rank": st.column_config.TextColumn(width=45, alignment="right"),
            "Value": st.column_config.TextColumn(width=60, alignment="right"),
            "Reason": st.column_config.TextColumn(width=150),
            "Instruction": st.column_config.TextColumn(width=150 if rank is None else 205),
            "Dataset": st.column_config.TextColumn(width=70),
        },
    )
