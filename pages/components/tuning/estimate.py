"""What the experiment in view will take: tokens, time and memory, by what was measured or by what runs took."""

import streamlit as st

from core.experiments.draft import Draft
from core.experiments.plan import ExperimentPlan
from core.finetune.probe import measure_here
from core.finetune.settings import Precision
from core.finetune.speed import Speed
from core.progress import Progress
from pages.components.background import Background, watch
from pages.components.wording import duration, file_size, readable
from pages.components.workspace import paths, set_setting, setting, show_error, store

TASK = "speed task"


def estimates(plan: ExperimentPlan, made: Draft) -> None:
    """Numbers of the experiment, and a way to measure where they are not known."""
    speed = known_speed(plan)
    sets, rows, tokens, time, memory = st.columns(5)
    sets.metric("Candidate sets", f"{len(made.sets):,}", help="The base model is evaluated as well.")
    rows.metric("Rows (total)", f"{made.drawn_rows:,}", help=f"{made.distinct_rows:,} unique rows.")
    total = made.cost.trained_tokens + made.cost.measured_tokens
    tokens.metric(
        "Tokens (estimate)",
        readable(float(f"{total:.2g}")),
        help=f"About {made.cost.trained_tokens:,} for tuning and {made.cost.measured_tokens:,} for evaluation, "
        "estimated from text lengths.",
    )
    time.metric("Time (estimate)", duration(made.cost.seconds(speed)) if speed else "unknown", help="On one device.")
    memory.metric("Memory (estimate)", file_size(speed.peak_bytes) if speed and speed.peak_bytes else "unknown")
    _measure(plan, speed)


def known_speed(plan: ExperimentPlan) -> Speed | None:
    """As measured for this model, precision and length; else by finished runs; None where neither is there."""
    kept = setting(_key(plan))
    return Speed(**kept) if kept else _speed_of_runs(plan)


def _speed_of_runs(plan: ExperimentPlan) -> Speed | None:
    tokens, seconds = 0, 0.0
    for each in store().experiments.all():
        tuning = each.spec.get("tuning", {})
        if (each.spec.get("profile"), tuning.get("precision")) == (plan.profile, plan.precision):
            runs = store().experiments.losses(each.job_id).dropna(subset=["trained_tokens", "tuning_seconds"])
            tokens += int(runs["trained_tokens"].sum())
            seconds += float(runs["tuning_seconds"].sum())
    return Speed.of_runs(tokens, seconds) if tokens and seconds else None


def _key(plan: ExperimentPlan) -> str:
    return f"speed {plan.profile} {plan.precision} {plan.max_tokens}"


def _measure(plan: ExperimentPlan, speed: Speed | None) -> None:
    running: tuple[str, Background[Speed]] | None = st.session_state.get(TASK)
    if running is not None:
        _, task = running
        if task.is_alive():
            watch(task)
            return
        _take(*running)
        del st.session_state[TASK]
        if task.error is None:
            st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_told(speed))
        if speed is None or not speed.peak_bytes:
            wanted = st.button("Measure speed (about 30 s)", icon=":material/speed:")
        else:
            wanted = st.button("Measure speed again", icon=":material/speed:", type="tertiary")
    if wanted:
        _begin(plan)
        st.rerun()


def _told(speed: Speed | None) -> str:
    if speed is None:
        return "Time and memory are unknown until speed is measured on this computer."
    rates = f"{readable(speed.trained_tokens_per_second)} tokens/s in tuning"
    return f"Based on {rates} and {readable(speed.measured_tokens_per_second)} tokens/s in evaluation, {speed.source}."


def _begin(plan: ExperimentPlan) -> None:
    models = paths().models

    def work(progress: Progress) -> Speed:
        return measure_here(plan.profile, Precision(plan.precision), plan.max_tokens, models, progress)

    st.session_state[TASK] = (_key(plan), Background("Measuring the speed", work))


def _take(key: str, task: Background[Speed]) -> None:
    if task.error is not None:
        show_error(task.error)
    elif task.result is not None:
        set_setting(key, task.result.as_dict())
