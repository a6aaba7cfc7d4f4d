"""Step 2 of an experiment: which model is tuned, how, and on what its loss is measured."""

import streamlit as st

from core.experiments.plan import ExperimentPlan
from core.finetune.settings import LEARNING_RATES, METHOD_TITLES, PRECISION_TITLES, QUANTISED, Method, Precision
from core.models.profiles import profiles
from pages.components.foreign_text import plain
from pages.components.shown_value import tied
from pages.components.tuning.experiment_settings import bound, change_plan, current_plan, precisions
from pages.components.workspace import studio
from pages.experiments.evaluation import evaluation_choice

MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
TEMPLATES = {"alpaca": "Alpaca (as in the paper)", "chat": "The model's chat template"}


def model_step(plan: ExperimentPlan) -> None:
    """Ask for model, tuning and measure."""
    tuning, measure = st.columns(2, gap="large")
    with tuning, st.container(border=True):
        _tuning(plan)
    with measure, st.container(border=True):
        evaluation_choice(plan)


def _tuning(plan: ExperimentPlan) -> None:
    st.markdown("**Tuning**")
    titles = {name: each.title for name, each in profiles().items()}
    st.selectbox("Model", list(titles), format_func=titles.__getitem__, **bound(plan, "profile", list(titles)))
    methods = list(METHOD_TITLES)
    st.radio(
        "Method",
        methods,
        format_func=METHOD_TITLES.__getitem__,
        horizontal=True,
        help="LoRA trains small adapters over frozen weights. Full tuning changes the weights themselves: it needs "
        "about 16 bytes of memory per weight, and each set keeps a whole model on the disk.",
        **tied("experiment method", plan.method, _choose_method, methods),
    )
    st.caption(
        f"Base model: {plain(profiles()[plan.profile].language_model.base_name)}, {METHOD_TITLES[plan.method]}, "
        "learning rate "
        f"{plan.learning_rate:g}."
    )
    offered = [each for each in precisions() if plan.method == "lora" or each not in QUANTISED]
    st.selectbox(
        "Precision",
        offered,
        format_func=PRECISION_TITLES.__getitem__,
        help="Number format of the frozen weights, or in which full tuning computes. The first is the fastest on this "
        "computer.",
        **bound(plan, "precision", offered),
    )
    rates = studio().settings.compute_rates()
    if plan.precision is Precision.BF16 and 0 < rates.bfloat16 < rates.float32:
        st.warning(
            f"bfloat16 takes {rates.float32 / rates.bfloat16:.1f} times as long as float32 on this computer.",
            icon=":material/speed:",
        )
    left, right = st.columns(2)
    left.number_input("Epochs", 1, 100, help="3 in the paper.", **bound(plan, "epochs"))
    right.number_input(
        "Maximum tokens per row",
        16,
        8_192,
        step=64,
        help="Prompt and response together; longer rows are truncated.",
        **bound(plan, "max_tokens"),
    )
    with st.expander("Advanced"):
        _advanced(plan)


def _advanced(plan: ExperimentPlan) -> None:
    left, right = st.columns(2)
    left.number_input("Learning rate", 1e-7, 1.0, step=1e-5, format="%.1e", **bound(plan, "learning_rate"))
    right.number_input(
        "Warm-up",
        0.0,
        0.9,
        step=0.01,
        help="Share of the steps with a rising learning rate; cosine decay follows.",
        **bound(plan, "warmup_ratio"),
    )
    full = plan.method == "full"
    left.number_input("LoRA rank", 1, 1_024, disabled=full, **bound(plan, "lora_rank"))
    right.number_input("LoRA alpha", 1, 4_096, disabled=full, **bound(plan, "lora_alpha"))
    left.number_input("LoRA dropout", 0.0, 0.9, step=0.01, disabled=full, **bound(plan, "lora_dropout"))
    right.number_input("Batch size", 1, 1_024, help="Rows per optimiser step.", **bound(plan, "batch_size"))
    left.number_input(
        "Tuned layers",
        0,
        1_000,
        help="How many of the upper layers get an adapter, or are tuned. 0: all. With LoRA, the layers below are "
        "then computed once for all sets, epochs and seeds.",
        **bound(plan, "tuned_layers"),
    )
    right.number_input(
        "Cache limit (GB)",
        0.0,
        10_000.0,
        step=1.0,
        disabled=full or not plan.tuned_layers,
        help="Disk space for what the layers below the tuned ones compute, until the experiment ends. 0: no cache.",
        **bound(plan, "max_cache_gb"),
    )
    known = [*MODULES, *(name for name in plan.target_modules if name not in MODULES)]
    st.multiselect(
        "Target modules",
        known,
        accept_new_options=True,
        disabled=full,
        help="Layers that get an adapter. Names depend on the model, for example query_key_value.",
        **bound(plan, "target_modules", "default"),
    )
    names = list(TEMPLATES)
    st.selectbox("Prompt template", names, format_func=TEMPLATES.__getitem__, **bound(plan, "template", names))
    if not plan.target_modules:
        st.warning("Choose at least one target module.", icon=":material/warning:")
        st.button("Use q_proj and v_proj", on_click=change_plan, kwargs={"target_modules": ("q_proj", "v_proj")})


def _choose_method(method: Method) -> None:
    """Take the method with its usual learning rate; full tuning in a precision in which it can be."""
    plan = current_plan()
    fitting = [each for each in precisions() if method == "lora" or each not in QUANTISED]
    precision = plan.precision if plan.precision in fitting else fitting[0]
    change_plan(method=method, learning_rate=LEARNING_RATES[method], precision=precision)
