"""What came of a comparison: figures, the plot, every verdict with both answers, and files of them."""

import json

import pandas as pd
import streamlit as st

from core.comparison import AnswerPair
from core.judge.question import both_orders
from core.judge.results import Results, chosen_by_people, judged
from core.judge.settings import judge_title
from core.judge.tally import Share, Tally
from core.judge.verdict import Outcome
from core.store import SavedComparison
from pages.components.answer_text import answer_text
from pages.components.compare_figure import tally_figure
from pages.components.compare_shown import spec_of
from pages.components.figures import CONFIG
from pages.components.workspace import store

PEOPLE = "people"
OUTCOMES = {Outcome.A: "A wins", Outcome.B: "B wins", Outcome.TIE: "Tie", Outcome.UNREADABLE: "Unreadable"}


def results_tab(saved: SavedComparison, pairs: list[AnswerPair]) -> None:
    """The results of one judge, chosen among those who have said something."""
    found = _by_judge(saved, pairs)
    if not found:
        st.info(
            f"{len(pairs)} pairs of answers wait for a verdict: ask a language model, or judge yourself without "
            "knowing whose answer is whose.",
            icon=":material/gavel:",
        )
        _answers(pairs)
        return
    judge = st.segmented_control(
        "Judged by", list(found), default=next(iter(found)), format_func=_title, required=True,
        key=f"results of {saved.comparison_id}",
    )  # fmt: skip
    results = found[judge if judge in found else next(iter(found))]
    _figures(saved, results)
    _verdicts(saved, results)


def _by_judge(saved: SavedComparison, pairs: list[AnswerPair]) -> dict[str, Results]:
    """Results by judge, whoever spoke last first."""
    replies = store().judge_replies([question.key for pair in pairs for question in both_orders(pair)])
    judges = list(dict.fromkeys(each.judge for each in reversed(replies)))
    found = {judge: judged(pairs, [each for each in replies if each.judge == judge]) for judge in judges}
    choices = store().human_verdicts(saved.comparison_id)
    return found | ({PEOPLE: chosen_by_people(pairs, choices)} if choices else {})


def _title(judge: str) -> str:
    return "You" if judge == PEOPLE else judge_title(judge)


def _figures(saved: SavedComparison, results: Results) -> None:
    spec, found = spec_of(saved), results.tally
    if not found.decided:
        st.info("No verdict is through yet.")
        return
    st.markdown(_sentence(found))
    titles = [model.label if spec.models[0].title == spec.models[1].title else model.title for model in spec.models]
    st.plotly_chart(tally_figure(found, *titles), config=CONFIG, key="comparison figure")
    parts = [f"The answer shown first won {_told(found.position)} of the single verdicts for one of the two."]
    if found.agreement is not None:
        parts.append(f"Both orders gave the same verdict in {_told(found.agreement)}.")
    if found.unreadable:
        parts.append(f"{found.unreadable} instructions have an unreadable verdict and count in no share.")
    if results.waiting:
        parts.append(f"{results.waiting} instructions are not judged yet.")
    if results.cost:
        parts.append(f"These verdicts cost \\${results.cost:.4f}.")
    st.caption(" ".join(parts) + " Intervals are Wilson's, 95 %; the sign test leaves ties out.")


def _sentence(found: Tally) -> str:
    a, b, p = found.a, found.b, found.sign_p_value
    if p != p:
        return f"**Every one of {found.decided} instructions is a tie.**"
    text = f"A wins {a.count}, B wins {b.count}, {found.tie.count} of {found.decided} are ties"
    if p >= 0.05:
        return f"**No difference is shown:** {text} (sign test p = {p:.2g})."
    return f"**{'A' if a.count > b.count else 'B'} answers better:** {text} (sign test p = {p:.2g})."


def _told(share: Share) -> str:
    if not share.total:
        return "none"
    return f"{share.count} of {share.total} ({share.value:.0%}, {share.low:.0%} to {share.high:.0%})"


def _verdicts(saved: SavedComparison, results: Results) -> None:
    """The table, filtered by outcome; a tick opens a line."""
    lines = results.lines
    st.subheader("Verdicts", anchor=False)
    present = [each for each in OUTCOMES if (lines["outcome"] == str(each)).any()]
    wanted = st.pills(
        "Outcome", present, selection_mode="multi", format_func=OUTCOMES.__getitem__, key="verdict outcomes"
    )
    shown = lines[lines["outcome"].isin([str(each) for each in wanted])] if wanted else lines
    shown = shown.assign(outcome=[OUTCOMES[Outcome(each)] for each in shown["outcome"]])
    _table(shown, ["outcome", "instruction", "a", "b", "reply_a_first", "reply_b_first"])
    stem = f"comparison-{saved.comparison_id}"
    with st.container(horizontal=True):
        st.download_button(
            "Download as CSV", lines.to_csv(index=False), f"{stem}.csv", "text/csv", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
        records = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines.to_dict("records"))
        st.download_button(
            "Download as JSON Lines", records, f"{stem}.jsonl", "application/jsonl", icon=":material/download:",
            on_click="ignore",
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
            "reply_a_first": st.column_config.TextColumn("Verdict, A's first", width="medium"),
            "reply_b_first": st.column_config.TextColumn("Verdict, B's first", width="medium"),
        },
    )
    st.caption("Tick a row to read it whole.")
    if event["selection"]["rows"]:
        st.session_state["verdict generation"] = generation + 1
        _read({str(name): value for name, value in lines.iloc[event["selection"]["rows"][0]].items()})


@st.dialog("Two answers", width="large")
def _read(line: dict[str, str]) -> None:
    given = f"{line['instruction']}\n\n{line['input']}" if line.get("input") else line["instruction"]
    answer_text("Instruction", given)
    for column, side in zip(st.columns(2, gap="medium"), ("a", "b"), strict=True):
        with column:
            answer_text(f"{side.upper()}'s answer", line[side])
            if line.get(f"reply_{side}_first"):
                answer_text(f"The judge, with {side.upper()}'s answer shown first as “A”", line[f"reply_{side}_first"])
