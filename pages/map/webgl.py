"""Whether the browser has WebGL, which draws thousands of points at once."""

import plotly.graph_objects as go
import streamlit as st

_KEY, _MISSING = "webgl", "browser without WebGL"
# It tells only that there is none, so that no other browser draws the page twice.
_BROWSER = """
export default function ({setTriggerValue}) {
  const canvas = document.createElement("canvas");
  if (!canvas.getContext("webgl2") && !canvas.getContext("webgl")) setTriggerValue("missing", true);
}
"""
_component = st.components.v2.component("webgl_look", js=_BROWSER)


def webgl_missing() -> bool:
    """Ask the browser, once a session; False until it has answered."""
    if not st.session_state.get(_MISSING):
        _component(key=_KEY, height=1, on_missing_change=_note)
    return bool(st.session_state.get(_MISSING))


def _note() -> None:
    st.session_state[_MISSING] = True


def without_webgl(figure: go.Figure) -> go.Figure:
    """The same figure, drawn as SVG."""
    drawn = figure.to_dict()
    for trace in drawn["data"]:
        trace["type"] = "scatter" if trace["type"] == "scattergl" else trace["type"]
    return go.Figure(drawn)
