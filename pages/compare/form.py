"""A new comparison: which two models, on which instructions, and how they answer."""

from collections.abc import Mapping

import streamlit as st

from core.comparison.spec import USUAL_INSTRUCTIONS, ComparedModel, ComparisonSpec
from core.errors import StudioError
from core.models.generation import AnswerSettings
from core.rows.evaluation_set import EvaluationExample, limit
from pages.compare.shown import show
from pages.components.tuning.evaluation_load import no_evaluation_sets
from pages.components.wording import duration
from pages.components.workspace import show_error, studio

USUAL_TOKENS_PER_SECOND = 15.0  # of the embedded model in bfloat16 on one core


def nothing_to_compare() -> None:
    """What to do first."""
    st.info(
        "Compare the answers of two tuned models. No model is tuned yet: run an experiment, or a proof of a saved "
        "selection.",
        icon=":material/compare_arrows:",
    )
    with st.container(horizontal=True):
        st.page_link("pages/experiments/page.py", label="New experiment", icon=":material/science:")
        st.page_link("pages/select/page.py", label="Proof of a selection", icon=":material/checklist:")


def comparison_form() -> None:
    """Ask for a comparison and start it."""
    models = studio().comparisons.models()
    if not models:
        nothing_to_compare()
        return
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        pair = _models(models)
    with right, st.container(border=True):
        asked = _prompts()
    if asked is None:
        return
    evaluation, prompts, settings, seed = asked
    if pair[0] == pair[1]:
        st.warning("Choose two different models.", icon=":material/warning:")
        return
    spec = ComparisonSpec((models[pair[0]], models[pair[1]]), settings, evaluation, seed)
    _start(spec, prompts)


def _models(models: Mapping[str, ComparedModel]) -> tuple[str, str]:
    st.markdown("**Compare**")
    pair = studio().comparisons.natural_pair() or ("", "")
    for key, usual in zip(("comparison a", "comparison b"), pair, strict=True):
        if st.session_state.get(key) not in models:
            st.session_state[key] = usual
    labels = {key: model.label for key, model in models.items()}
    a = st.selectbox("Model A", list(models), format_func=labels.__getitem__, key="comparison a")
    b = st.selectbox("Model B", list(models), format_func=labels.__getitem__, key="comparison b")
    st.caption("“untuned”: the base model. Each model uses the prompt template it was tuned with.")
    return a, b


def _prompts() -> tuple[str, list[EvaluationExample], AnswerSettings, int] | None:
    """The evaluation set's name, the instructions drawn from it, how they are answered, and the seed."""
    st.markdown("**Ask**")
    sets = {each.evaluation_set_id: each for each in studio().evaluation_sets.all()}
    if not sets:
        no_evaluation_sets()
        return None
    number = st.selectbox("Evaluation set", list(sets), format_func=lambda n: sets[n].name, key="comparison evaluation")
    available = sets[number].examples
    columns = st.columns(3)
    count = columns[0].number_input(
        "Instructions", 1, available, min(USUAL_INSTRUCTIONS, available), key=f"comparison prompts {number}",
        help=f"Drawn at random from {available:,}.",
    )  # fmt: skip
    most = columns[1].number_input(
        "Maximum tokens", 8, 4_096, 128, step=32, help="Per answer.", key="comparison tokens"
    )
    seed = columns[2].number_input("Seed", 0, key="comparison seed")
    temperature = st.slider(
        "Temperature", 0.0, 2.0, 0.0, 0.1, key="comparison temperature",
        help="0: greedy decoding (deterministic). Above 0: sampling.",
    )  # fmt: skip
    prompts = limit(studio().evaluation_sets.examples(number), int(count), int(seed))
    settings = AnswerSettings(max_new_tokens=int(most), temperature=float(temperature), seed=int(seed))
    return sets[number].name, prompts, settings, int(seed)


def _start(spec: ComparisonSpec, prompts: list[EvaluationExample]) -> None:
    """What it takes, a name, and the button."""
    missing = studio().comparisons.unknown_answers(spec, prompts)
    st.caption(_estimate(spec, missing))
    if missing and not studio().jobs.worker().alive:
        st.warning(
            "The worker is not running, so the job will wait. Start one with `python start.py`.",
            icon=":material/warning:",
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", placeholder=spec.title, max_chars=120, key="comparison name")
        label = "Generate answers" if missing else "Compare"
        if not st.button(label, type="primary", icon=":material/play_arrow:"):
            return
    try:
        with st.spinner("Writing the prompts …"):
            number = studio().comparisons.begin(name.strip() or spec.title, spec, prompts)
    except StudioError as error:
        show_error(error)
        return
    show(number)
    st.rerun()


def _estimate(spec: ComparisonSpec, missing: int) -> str:
    if not missing:
        return "All answers exist already."
    speed, source = studio().comparisons.answer_speed(), "at the speed of earlier answers"
    if speed is None and {model.profile for model in spec.models} == {"embedded"}:
        speed, source = USUAL_TOKENS_PER_SECOND, "at a typical speed on one CPU core"
    text = f"{missing:,} answers will be generated in the background."
    if speed is None:
        return f"{text} The time is known after the first answers."
    longest = missing * spec.answers.max_new_tokens / speed
    return f"{text} At most about {duration(longest)}, {source}; less if answers are short."
