"""The learned rule as the paper writes one: beside others, against what was measured, and kept under a name."""

from typing import Any

import pandas as pd
import streamlit as st

from core.humanize import interval, number
from core.indicators import registry
from core.regression.bootstrap import CoefficientDraws
from core.regression.learn import learn_rule
from core.regression.procedure import FitReport, RuleMethod
from core.regression.set_table import SetTable
from core.rules.rule import Rule
from core.rules.transform import Transform, parted
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import plain, prose
from pages.components.selection.rule_choice import keep_rule, known_rules, rule_latex
from pages.components.wording import column_title, in_sentence
from pages.rule.figures import predicted_figure
from pages.rule.fit import trust
from pages.rule.wording import figures_table, term_title

NO_INTERVAL = (
    "The middle of the refits is no confidence interval: every refit is pulled towards 0 as the fit is, so it leaves "
    "out the true coefficient more often than it says."
)


def learned_rule(table: SetTable, found: FitReport, name: str = "This rule") -> Rule:
    """The rule that the fit amounts to, with its provenance.

    Raises:
        RegressionError: no indicator is left.
    """
    return learn_rule(
        found.fit,
        name,
        name,
        validation=found.alone,
        profile=table.profile,
        model=table.model,
        settings=table.settings,
        data=table.data,
        draws=found.over_sets,
        terms=table.terms,
    )


def rule_tab(table: SetTable, found: FitReport, method: RuleMethod) -> None:
    """The rule, how far to trust it, and a way to keep it."""
    rule = learned_rule(table, found)
    left, right = st.columns([5, 4], gap="large")
    with left:
        st.latex(rule_latex(rule))
        st.markdown(trust(found))
        _provenance(rule)
    with right:
        _keep(table, found, rule)
    _beside_others(rule)
    if found.alone is not None:
        st.plotly_chart(
            predicted_figure(
                table.sets, found.alone.predicted, f"Measured against predicted log loss ({found.alone.method})"
            ),
            config=COMPACT_CONFIG,
            key="predicted",
        )
        st.caption(found.alone.summary)
    if found.over_sets is not None:
        _redrawn(found.over_sets, found.over_examples)
    if found.over_sets is not None and found.chosen:
        kept = {RuleMethod.AVERAGED: "", RuleMethod.STEPWISE: "the indicators are fixed"}.get(
            method, "the penalty is fixed"
        )
        if kept:
            st.caption(f"In these refits {kept}; with the choice repeated, they would vary more.")


def _provenance(rule: Rule) -> None:
    about = rule.learned
    assert about is not None
    of_data = [f"of {', '.join(about.data)}"] if about.data else []
    told = [
        " ".join([f"Learned from {about.sets} sets", *of_data, f"({about.method})"]),
        f"tuning {about.model}" if about.model else "",
        f"on scores of the '{rule.profile}' profile" if rule.profile else "",
        f"measured on {about.settings['evaluation']}" if about.settings.get("evaluation") else "",
    ]
    st.caption(plain(", ".join(filter(None, told)) + "."))


def _keep(table: SetTable, found: FitReport, rule: Rule) -> None:
    unknown = [column_title(each) for each in rule.indicators if each not in registry()]
    if unknown:
        st.info(
            f"Unknown indicators: {plain(', '.join(unknown))}. Rows cannot be ranked by this rule; remove them on the "
            "left "
            "to save it.",
            icon=":material/info:",
        )
        return
    with st.container(border=True):
        if "learned rule name" not in st.session_state:
            st.session_state["learned rule name"] = _free_title(rule)
        st.text_input("Rule name", key="learned rule name", max_chars=80)
        # No callback: it would keep the rule last drawn, not the one of what is chosen at the click.
        if st.button("Save rule", type="primary", icon=":material/bookmark_add:"):
            _save(table, found)
            st.rerun()
        if st.session_state.get("rule fault"):
            st.error(prose(st.session_state["rule fault"]))
        kept = st.session_state.get("learned rule kept")
        if kept:
            st.success(f"“{plain(kept)}” is saved and chosen on the Select page.", icon=":material/check_circle:")
            st.page_link("pages/select/page.py", label="Select rows by this rule", icon=":material/checklist:")
        else:
            st.caption("The rule is saved with its data and settings. Export it as JSON on the Select page.")


def _save(table: SetTable, found: FitReport) -> None:
    name = st.session_state["learned rule name"].strip()
    keep_rule(learned_rule(table, found, name))
    saved = st.session_state.pop("rule saved", False)
    st.session_state["learned rule kept"] = name if saved else ""
    if saved:
        del st.session_state["learned rule name"]


def _free_title(rule: Rule) -> str:
    about = rule.learned
    assert about is not None
    wish = f"Rule of {about.sets} sets"
    taken, free, place = {each.title for each in known_rules().values()}, wish, 2
    while free in taken:
        free, place = f"{wish} ({place})", place + 1
    return free


def _beside_others(rule: Rule) -> None:
    """The coefficients beside those of presets and saved rules."""
    others = known_rules()
    chosen = st.multiselect(
        "Compare with",
        list(others),
        default=[next(iter(others))],
        format_func=lambda key: others[key].title,
        key="rules beside",
        wrap=True,
    )
    known = {key: others[key] for key in chosen if key in others}
    names = dict.fromkeys(name for each in (rule, *known.values()) for name in each.coefficients)
    lines: list[dict[str, Any]] = [
        {"Term": "Intercept", "This rule": number(rule.intercept)}
        | {each.title: number(each.intercept) for each in known.values()}
    ]
    for name in names:
        line = {"Term": term_title(name), "This rule": number(rule.coefficients.get(name))}
        transform, indicator = parted(name)
        own = None if transform is Transform.SQUARE else _signed(rule).get(indicator)
        signs = []
        for each in known.values():
            line[each.title] = number(each.coefficients.get(name))
            other = _signed(each).get(indicator)
            if own is not None and other is not None:
                signs.append(own * other > 0)
        if known:
            line["Same sign as this rule"] = "–" if not signs else "yes" if all(signs) else "no"
        lines.append(line)
    figures_table(pd.DataFrame(lines).fillna("–"), "rules beside each other")
    st.caption("Coefficients are comparable between rules of the same profile only; signs always.")


def _signed(rule: Rule) -> dict[str, float]:
    """Coefficients by indicator, of which only the sign counts: a logarithm rises as its indicator does."""
    return {term.indicator: term.coefficient for term in rule.terms if term.transform is not Transform.SQUARE}


def _redrawn(over_sets: CoefficientDraws, over_examples: CoefficientDraws | None) -> None:
    """Intervals of the bootstrap: had other sets, or other evaluation examples, been drawn."""
    st.markdown("**Bootstrap of the coefficients**")
    level = f"{over_sets.level:.0%}"
    over = f"{level} interval, sets" if over_sets.covers else f"Middle {level} of refits"
    examples = over_examples.table.to_dict("index") if over_examples is not None else None
    shown = []
    for name, line in over_sets.table.iterrows():
        cells = {
            "Term": term_title(str(name)),
            "Coefficient": number(line["estimate"]),
            over: interval(line["low"], line["high"]),
            "Same sign": f"{line['same_sign']:.1%}",
        }
        if examples is not None:
            other = examples[name]
            cells[f"{level} interval, examples"] = interval(other["low"], other["high"])
            cells["Same sign "] = f"{other['same_sign']:.1%}"
        shown.append(cells)
    figures_table(pd.DataFrame(shown), "redrawn")
    st.caption(
        f"{len(over_sets.draws):,} refits to resampled sets"
        + ("" if examples is None else ", and as many to resampled evaluation examples")
        + ". Same sign: share of refits in which the coefficient has the same sign."
    )
    if over_sets.debiased is not None:
        st.caption("The intervals are de-biased: those of least squares, which the penalty does not shrink.")
    if not over_sets.covers:
        st.caption(NO_INTERVAL)
        return
    unsure = [name for name, line in over_sets.table.iloc[1:].iterrows() if line["low"] <= 0 <= line["high"]]
    if unsure:
        named = ", ".join(in_sentence(column_title(str(name))) for name in unsure)
        st.caption(f":material/info: The interval includes 0 for {plain(named)}: the sign is not certain.")
