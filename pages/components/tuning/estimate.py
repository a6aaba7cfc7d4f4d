"""What the experiment in view will take: tokens, time and memory, by what was measured or by what runs took."""

import streamlit as st

from core.experiments.draft import Draft
from core.experiments.plan import ExperimentPlan
from core.finetune.speed import Speed
from core.progress import Progress
from pages.components.background import Background, watch
from pages.components.wording import duration, file_size, readable
from pages.components.workspace import show_error, studio

TASK = "speed task"


def estimates(plan: ExperimentPlan, made: Draft) -> None:
    """Numbers of the experiment, and a way to measure where they are not known."""
    speed = studio().measurements.speed(plan)
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
    _cache(plan, made)
    speed_measuring(plan, speed)


def _cache(plan: ExperimentPlan, made: Draft) -> None:
    """What the states of the lower layers take on the disk, where they are kept."""
    size = studio().experiments.cache_bytes(plan, made)
    if size is None:
        st.caption(f"The cache of the lower layers takes {plan.max_cache_gb:g} GB of disk at most.")
    elif size > plan.max_cache_gb * 1e9:
        st.warning(
            f"The cache of the lower layers would take about {file_size(size)}, more than its limit of "
            f"{plan.max_cache_gb:g} GB: these layers will be computed anew for each set.",
            icon=":material/hard_drive:",
        )
    elif size:
        st.caption(f"The cache of the lower layers takes about {file_size(size)} of disk until the experiment ends.")


def speed_measuring(plan: ExperimentPlan, speed: Speed | None) -> None:
    """What the estimate of time rests on, and a way to measure it."""
    task: Background[Speed] | None = st.session_state.get(TASK)
    if task is not None:
        if task.is_alive():
            watch(task)
            return
        del st.session_state[TASK]
        if task.error is None:
            st.rerun()
        show_error(task.error)
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
    owner = studio()

    def work(progress: Progress) -> Speed:
        return owner.measurements.measure_speed(plan, progress)

    st.session_state[TASK] = Background("Measuring the speed", work)
