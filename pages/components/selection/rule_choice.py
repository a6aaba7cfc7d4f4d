"""The rule to rank by: chosen, shown as the paper writes it, made by hand, taken in and given out as JSON."""

import json
import re

import pandas as pd
import streamlit as st

from core.errors import InputError, StudioError
from core.humanize import true_minus
from core.indicators import Scope, registry
from core.rules.rule import Rule, Term, kept_rule, presets
from core.rules.transform import Transform
from core.workspace.deletion import FATE
from pages.components.attempt import attempt
from pages.components.foreign_text import plain, prose
from pages.components.selection.selection_settings import SelectionForm, bound, change_form
from pages.components.wording import column_title
from pages.components.workspace import chosen_profile, studio

SAVED = "saved "


def known_rules() -> dict[str, Rule]:
    """The presets and the user's own rules, by the name under which the form keeps them."""
    own = {f"{SAVED}{each.rule_id}": kept_rule(each) for each in studio().rules.saved()}
    return presets() | own


def chosen_rule(form: SelectionForm) -> Rule:
    """The rule of the form; the paper's where that was deleted."""
    rules = known_rules()
    return rules.get(form.rule) or next(iter(rules.values()))


def rule_choice(form: SelectionForm) -> None:
    """Choose a rule, read it, and manage one's own."""
    rules = known_rules()
    shown = form.rule if form.rule in rules else next(iter(rules))
    names = list(rules)
    st.selectbox("Rule", names, format_func=lambda key: rules[key].title, **bound(form, "rule", names, shown))
    rule = rules[shown]
    st.latex(rule_latex(rule))
    of_dataset = [registry()[name].title for name in rule.indicators if _of_dataset(name)]
    if of_dataset:
        st.caption(f"{plain(', '.join(of_dataset))}: within each row's dataset, not within the selection.")
    foreign = rule.profile_mismatch(chosen_profile().name)
    if foreign:
        st.caption(f":material/info: {plain(foreign)}")
    if rule.learned is not None:
        st.toggle(
            "Avoid extrapolation",
            help="Drops extreme rows so that the mean indicators of the selection stay within the range of the sets "
            "on which the rule was learned. Outside this range the rule's predictions are untested.",
            **bound(form, "within_range"),
        )
    with st.expander("Coefficients and sources"):
        _coefficients(rule)
    with st.container(horizontal=True, gap="small"):
        if st.button("New rule", icon=":material/add:", on_click=_forget_fault):
            _new_rule(rule)
        with st.popover("Import or export", icon=":material/swap_vert:"):
            _exchange(rule)
        if shown.startswith(SAVED):
            with st.popover("Delete", icon=":material/delete:"):
                st.markdown(f"Delete the rule **{plain(rule.title)}**? {FATE['rule']}")
                st.button("Delete this rule", type="primary", on_click=_delete, args=(shown,))


def _of_dataset(name: str) -> bool:
    return name in registry() and registry()[name].scope is Scope.POOL


def rule_latex(rule: Rule) -> str:
    """As the paper writes Equation (4), a term a line."""
    lines = [rf"& \log L(M_{{ft}}, D_{{eval}}) \propto {_number(rule.intercept)}"]
    for term in rule.terms:
        sign = "-" if term.coefficient < 0 else "+"
        lines.append(rf"& \quad {sign}\; {_number(abs(term.coefficient))} \cdot {_weighed(term)}")
    lines[-1] += r" + \epsilon"
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def _number(value: float) -> str:
    mantissa, _, exponent = f"{value:.6g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def _symbol(term: Term) -> str:
    found = re.fullmatch(r"([A-Za-z]+)(?:_([A-Za-z0-9]+))?", term.symbol)
    if not found:
        return rf"\text{{{re.sub(r'[^A-Za-z0-9 -]', ' ', column_title(term.indicator))}}}"
    base = rf"\mathrm{{{found[1]}}}"
    return rf"{base}_{{\mathrm{{{found[2]}}}}}" if found[2] else base


def _weighed(term: Term) -> str:
    """What a coefficient weighs: the symbol, its logarithm (with a bar: the mean of the rows' own), or a square."""
    symbol = _symbol(term)
    if term.transform is Transform.SQUARE:
        centre = f" {'+' if term.centre < 0 else '-'} {_number(abs(term.centre))}" if term.centre else ""
        return f"({symbol}{centre})^2"
    logs = {Transform.LOG: rf"\log {symbol}", Transform.MEAN_LOG: rf"\overline{{\log {symbol}}}"}
    return logs.get(term.transform, symbol)


def _coefficients(rule: Rule) -> None:
    lines = [("Intercept", true_minus(f"{rule.intercept:g}"), rule.intercept_source)]
    lines += [(column_title(term.name), true_minus(f"{term.coefficient:g}"), term.source) for term in rule.terms]
    table = pd.DataFrame(lines, columns=["Term", "Coefficient", "Source"]).replace("", "–")
    st.table(table.map(plain), border="horizontal", hide_index=True)
    for text in (rule.source, rule.notes):
        if text:
            st.caption(prose(text))


@st.dialog("New rule", width="medium")
def _new_rule(start: Rule) -> None:
    """Constant and coefficients by hand, begun from the rule in view."""
    if st.session_state.pop("rule saved", False):
        st.rerun()
    st.text_input("Name", key="rule name", placeholder="My rule")
    st.number_input("Intercept", value=start.intercept, step=0.01, format="%.6g", key="rule intercept")
    st.caption("Coefficients by indicator (0: not used). Lower rule values are better.")
    left, right = st.columns(2)
    for place, (name, about) in enumerate(registry().items()):
        (left, right)[place % 2].number_input(
            plain(about.title),
            value=start.coefficients.get(name, 0.0),
            step=0.01,
            format="%.6g",
            key=f"rule coefficient {name}",
        )
    if st.session_state.get("rule fault"):
        st.error(prose(st.session_state["rule fault"]))
    st.button("Save rule", type="primary", on_click=_save_by_hand)


def _forget_fault() -> None:
    st.session_state["rule fault"] = ""


def _save_by_hand() -> None:
    state = st.session_state
    terms = tuple(
        Term(name, state[f"rule coefficient {name}"], "by hand", about.symbol)
        for name, about in registry().items()
        if state.get(f"rule coefficient {name}")
    )
    name = state["rule name"].strip()
    keep_rule(Rule(name, name, state["rule intercept"] or 0.0, terms, "by hand", "by hand"))


def keep_rule(rule: Rule) -> None:
    """Keep a rule and choose it on the Select page, or leave in `rule fault` what is wrong with it."""
    try:
        number = studio().rules.save(rule)
    except StudioError as error:
        st.session_state["rule fault"], st.session_state["rule saved"] = str(error), False
        return
    st.session_state["rule fault"], st.session_state["rule saved"] = "", True
    change_form(rule=f"{SAVED}{number}")


def _delete(key: str) -> None:
    def delete() -> None:
        studio().rules.delete(int(key.removeprefix(SAVED)))
        change_form(rule=next(iter(presets())))

    attempt(delete)
    st.rerun()


def _exchange(rule: Rule) -> None:
    if st.session_state.get("rule fault"):
        st.error(prose(st.session_state["rule fault"]))  # above all else, where it is seen however low the window ends
    st.download_button(
        "Export this rule as JSON",
        json.dumps(rule.as_dict(), indent=2, ensure_ascii=False),
        file_name=f"{re.sub(r'[^a-z0-9]+', '-', rule.title.lower()).strip('-')}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )
    st.file_uploader("Import a rule from JSON", type="json", max_upload_size=1, key="rule file", on_change=_import)


def _import() -> None:
    upload = st.session_state.get("rule file")
    if upload is None:
        st.session_state["rule fault"] = ""
        return
    try:
        rule = studio().rules.read(upload.getvalue())
    except InputError as error:
        st.session_state["rule fault"] = f"{str(error).rstrip('.')}. A rule has a name, an intercept, and terms."
        return
    keep_rule(rule)
    st.session_state["rule saved"] = False
    st.rerun()
