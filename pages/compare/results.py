"""What came of a comparison: figures, the plot, every verdict with both answers, and files of them."""

import pandas as pd
import streamlit as st

from core.comparison.progress import PEOPLE
from core.errors import StudioError
from core.export.table_file import csv_text, json_lines
from core.judge.answer_pair import AnswerPair
from core.judge.results import Results
from core.judge.settings import judge_title
from core.judge.verdict import VerdictOutcome
from core.judge.wording import remarks, ruling
from core.store import SavedComparison
from jobs.api import BLIND
from pages.compare.figure import tally_figure
from pages.compare.shown import spec_of
from pages.components.answer_text import answer_text
from pages.components.figures import CONFIG
from pages.components.foreign_text import plain
from pages.components.workspace import show_error, studio

OUTCOMES = {
    VerdictOutcome.A: "A wins",
    VerdictOutcome.B: "B wins",
    VerdictOutcome.TIE: "Tie",
    VerdictOutcome.UNREADABLE: "Unreadable",
}


def results_tab(saved: SavedComparison, pairs: list[AnswerPair]) -> None:
    """The results of one judge, chosen among those who have said something."""
    found = studio().verdicts.results(saved.comparison_id)
    if not found:
        st.info(
            f"No verdicts yet for {len(pairs)} pairs of answers. Use an LLM judge or a blind comparison.",
            icon=":material/gavel:",
        )
        _answers(pairs)
        return
    judge = st.segmented_control(
        "Judged by", list(found), default=next(iter(found)), format_func=lambda key: plain(_title(key)), required=True,
        key=f"results of {saved.comparison_id}",
    )  # fmt: skip
    judge = judge if judge in found else next(iter(found))
    results = found[judge]
    _figures(saved, results, judge)
    _verdicts(saved, results)


def _title(judge: str) -> str:
    return "You" if judge == PEOPLE else judge_title(judge)


def _figures(saved: SavedComparison, results: Results, judge: str) -> None:
    spec, found = spec_of(saved), results.tally
    if not found.decided:
        st.info("No verdicts yet.")
        return
    told, counts = ruling(found)
    st.markdown(f"**{plain(told)}** {counts}")
    titles = [model.label if spec.models[0].title == spec.models[1].title else model.title for model in spec.models]
    st.plotly_chart(tally_figure(found, *titles), config=CONFIG, key="comparison figure")
    st.caption(plain(" ".join(remarks(results))))
    _together(saved, judge)


def _together(saved: SavedComparison, judge: str) -> None:
    """The verdict over several models a side: with other comparisons, whose A and B mean the same."""
    others = {each.comparison_id: each.name for each in studio().comparisons.all() if each is not saved}
    others.pop(saved.comparison_id, None)
    if not others:
        return
    chosen = st.multiselect(
        "Judge together with", list(others), format_func=others.__getitem__, key=f"together {saved.comparison_id}",
        help="Other comparisons of other models, in which A and B mean the same, such as selected and random rows.",
    )  # fmt: skip
    if not chosen:
        return
    try:
        over = studio().verdicts.together([saved.comparison_id, *chosen], BLIND if judge == PEOPLE else _title(judge))
    except StudioError as error:
        show_error(error)
        return
    st.markdown(f"**{plain(over.verdict)}**")


def _verdicts(saved: SavedComparison, results: Results) -> None:
    """The table, filtered by outcome; a tick opens a line."""
    lines = results.lines
    st.subheader("Verdicts", anchor=False)
    present = [each for each in OUTCOMES if (lines["outcome"] == str(each)).any()]
    wanted = st.pills(
        "Outcome", present, selection_mode="multi", format_func=OUTCOMES.__getitem__, key="verdict outcomes"
    )
    shown = lines[lines["outcome"].isin([str(each) for each in wanted])] if wanted else lines
    shown = shown.assign(outcome=[OUTCOMES[VerdictOutcome(each)] for each in shown["outcome"]])
    _table(shown, ["outcome", "instruction", "a", "b", "reply_a_first", "reply_b_first"])
    stem = f"comparison-{saved.comparison_id}"
    with st.container(horizontal=True):
        st.download_button(
            "Download results (CSV)", csv_text(lines), f"{stem}.csv", "text/csv", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Download as JSON Lines", json_lines(lines), f"{stem}.jsonl", "application/jsonl",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _answers(pairs: list[AnswerPair]) -> None:
    st.subheader("Answers", anchor=False)
    _table(pd.DataFrame([{"instruction": each.prompt, "a": each.a, "b": each.b} for each in pairs]))


def _table(lines: pd.DataFrame, columns: list[str] | None = None) -> None:
    """Lines of answers; a tick opens one in a dialog."""
    generation = st.session_state.get("verdict generation", 0)
    event = st.dataframe(
        lines[columns] if columns else lines,
        hide_index=True,
        height="content" if len(lines) < 10 else 380,
        key=f"verdicts {generation}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "outcome": st.column_config.TextColumn("Outcome", width="small"),
            "instruction": st.column_config.TextColumn("Instruction", width="medium"),
            "a": st.column_config.TextColumn("A's answer", width="large"),
            "b": st.column_config.TextColumn("B's answer", width="large"),
            "reply_a_first": st.column_config.TextColumn("Verdict (A first)", width="medium"),
            "reply_b_first": st.column_config.TextColumn("Verdict (B first)", width="medium"),
        },
    )
    st.caption("Tick a row to open it.")
    if event["selection"]["rows"]:
        st.session_state["verdict generation"] = generation + 1
        _read({str(name): value for name, value in lines.iloc[event["selection"]["rows"][0]].items()})


@st.dialog("Answers and verdicts", width="large")
def _read(line: dict[str, str]) -> None:
    given = f"{line['instruction']}\n\n{line['input']}" if line.get("input") else line["instruction"]
    answer_text("Instruction", given)
    for column, side in zip(st.columns(2, gap="medium"), ("a", "b"), strict=True):
        with column:
            answer_text(f"{side.upper()}'s answer", line[side])
            if line.get(f"reply_{side}_first"):
                answer_text(
                    f"Judge's reply with {side.upper()}'s answer shown first (as “A”)", line[f"reply_{side}_first"]
                )
