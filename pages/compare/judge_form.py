"""Which judge is asked, what it costs, and how much may be spent: kept between sessions, but for the key."""

import streamlit as st

from core.judge.settings import KNOWN_PRICES, JudgeSettings, Prices
from core.values import mended
from pages.components.workspace import set_setting, setting

SETTING = "judge"
DRAWN = "judge as drawn"  # what the fields of this window said when it was drawn last


def kept_judge() -> JudgeSettings:
    """The settings as they were last left; what is not known any more falls away."""
    return mended(JudgeSettings, setting(SETTING, {}))


def judge_form() -> JudgeSettings:
    """Ask for a judge."""
    kept = kept_judge()
    for name, value in (("input", kept.prices.input), ("output", kept.prices.output)):
        st.session_state.setdefault(f"judge {name} price", value)
    place, model = st.columns([3, 2])
    base_url = place.text_input(
        "Endpoint", kept.base_url, key="judge endpoint",
        help="Base URL of an OpenAI-compatible API, including /v1: OpenAI, vLLM, llama.cpp, Ollama, LM Studio.",
    )  # fmt: skip
    known = list(dict.fromkeys([*KNOWN_PRICES, kept.model]))
    name = model.selectbox(
        "Model", known, known.index(kept.model), key="judge model", on_change=_use_known_prices,
        accept_new_options=True, help="Other names can be entered.",
    )  # fmt: skip
    columns = st.columns(4)
    given = columns[0].number_input(
        "Input price ($ per million tokens)", 0.0, step=0.5, format="%.2f", key="judge input price"
    )
    taken = columns[1].number_input(
        "Output price ($ per million tokens)", 0.0, step=0.5, format="%.2f", key="judge output price"
    )
    cost = columns[2].number_input(
        "Maximum cost ($)", 0.0, value=kept.max_cost, step=0.5, format="%.2f", key="judge cap",
        help="Per run. No call is sent that could exceed it.",
    )  # fmt: skip
    calls = columns[3].number_input(
        "Maximum calls", 1, 1_000_000, kept.max_calls, step=100, key="judge calls", help="Per run, including retries."
    )
    with st.expander("More settings"):
        more = st.columns(4)
        at_once = more[0].number_input("Concurrent calls", 1, 32, kept.at_once, key="judge at once")
        temperature = more[1].number_input("Temperature", 0.0, 2.0, kept.temperature, step=0.1, key="judge temperature")
        longest = more[2].number_input("Maximum tokens per reply", 8, 4_096, kept.max_reply_tokens, key="judge tokens")
        seconds = more[3].number_input("Timeout (s)", 1.0, 600.0, kept.timeout_seconds, step=10.0, key="judge seconds")
    asked = JudgeSettings(
        base_url=base_url,
        model=str(name or kept.model).strip(),
        temperature=float(temperature),
        max_reply_tokens=int(longest),
        prices=Prices(float(given), float(taken)),
        max_cost=float(cost),
        max_calls=int(calls),
        at_once=int(at_once),
        timeout_seconds=float(seconds),
    )
    _keep(asked, kept)
    return asked


def _keep(asked: JudgeSettings, kept: JudgeSettings) -> None:
    """Keep what was changed in this window and nothing else: another one may have changed the rest meanwhile."""
    before = st.session_state.get(DRAWN, kept).as_dict()
    changed = {name: value for name, value in asked.as_dict().items() if value != before[name]}
    if not asked.holds_secret:
        if changed:
            set_setting(SETTING, kept.as_dict() | changed)
        st.session_state[DRAWN] = asked


def _use_known_prices() -> None:
    """A model of OpenAI's brings its prices along; another's have to be entered."""
    prices = KNOWN_PRICES.get(st.session_state["judge model"] or "", Prices())
    st.session_state["judge input price"] = prices.input
    st.session_state["judge output price"] = prices.output
