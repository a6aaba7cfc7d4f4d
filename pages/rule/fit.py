"""All indicators together: coefficients with what to doubt in them, and how well the fit foretells unseen sets."""

import math

import pandas as pd
import streamlit as st

from core.humanize import fixed, interval, number, p_value, share
from core.regression.bootstrap import CHOICES, CoefficientDraws
from core.regression.design import CONSTANT
from core.regression.ols import OVERLAP, OlsFit
from core.regression.procedure import Examined
from core.regression.shrinkage import ShrinkageFit
from core.regression.steps import Criterion, StepwiseFit
from pages.components.figures import COMPACT_CONFIG
from pages.components.wording import column_title, in_sentence, titled
from pages.rule.figures import coefficient_figure, penalty_figure
from pages.rule.wording import figures_table, term_title

PENALISED = (
    "A penalised fit has no standard errors. The intervals are of refits to sets drawn with replacement, at the same "
    "penalty: like the coefficients they are pulled towards 0 on purpose."
)


def fit_tab(found: Examined) -> None:
    """The fit: its quality, its coefficients, and how they were chosen."""
    _quality(found)
    if isinstance(found.fit, StepwiseFit):
        _steps(found.fit)
        _stability(found)
    if isinstance(found.fit, ShrinkageFit):
        _penalty(found.fit)
    for sentence in found.fit.warnings:
        st.warning(titled(sentence), icon=":material/warning:")
    lines = _standardised(found)
    if lines.empty:
        st.info("No indicator is left: every set is predicted at the mean of all.")
        return
    level = _level(found)
    st.plotly_chart(coefficient_figure(lines, level), config=COMPACT_CONFIG, key="coefficients")
    st.caption(
        "Per standard deviation over the sets, so that indicators on different scales can be compared. "
        + "Grey: the interval holds 0. The table has the raw coefficients." * bool(level)
    )
    if isinstance(found.linear, ShrinkageFit):
        st.caption(PENALISED if level else "How far these coefficients would move is not known, as the box above says.")
    if isinstance(found.linear, OlsFit):
        _coefficients(found.linear)
    else:
        _penalised(found.linear, found.over_sets)


def trust(found: Examined) -> str:
    """How far to trust the fit, in a sentence or two."""
    inside, alone = found.linear.r_squared, found.alone
    if alone is None:
        return "How well it foretells sets that it has not seen could not be measured, so don't trust it yet."
    if alone.predicted_r_squared <= 0:
        return (
            f"On sets that it has not seen it is no better than the mean of all sets (predicted R² "
            f"{share(alone.predicted_r_squared)}), whatever R² says ({share(inside)}): don't select by it."
        )
    return (
        f"It retells {inside:.0%} of the variance of log loss over the sets it was made from (R²), and foretells "
        f"{alone.predicted_r_squared:.0%} for sets that it has not seen (predicted R²). Trust the second number; the "
        "difference is what it learned by heart."
    )


def _quality(found: Examined) -> None:
    linear = found.linear
    again = "the whole procedure repeated without it" if found.chosen else "by the fit to the others"
    shown = [("R²", share(linear.r_squared), "Of the sets that the fit was made from.")]
    if isinstance(linear, OlsFit):
        noise = "R² less what indicators of pure noise would reach."
        shown.append(("Adjusted R²", share(linear.adjusted_r_squared), noise))
    for title, measured, what in (
        ("Predicted R²", found.alone, f"Each set foretold without it: {again}."),
        ("Predicted R², 10-fold", found.folds, "A tenth of the sets foretold at a time, learned anew each time."),
    ):
        shown.append((title, share(measured.predicted_r_squared) if measured else "–", what))
    if isinstance(linear, OlsFit):
        together = f"All indicators together against the mean alone: p {p_value(linear.f_p)}."
        shown.append(("F", number(linear.f), together))
    for place, (title, text, what) in zip(st.columns(len(shown)), shown, strict=True):
        place.metric(title, text, help=what)
    st.markdown(trust(found))
    if isinstance(linear, OlsFit):
        st.caption(
            f"{linear.sets} sets, {linear.degrees_of_freedom} degrees of freedom; F test p {p_value(linear.f_p)}; "
            f"typical residual {number(linear.residual_standard_error)} log nats per token; AIC {linear.aic:.2f}, BIC "
            f"{linear.bic:.2f} (only differences between fits to the same sets mean something).".replace(" -", " −")
        )
    for doubt in found.doubts:
        st.info(titled(doubt), icon=":material/info:")


def _level(found: Examined) -> float:
    """Of the intervals of the coefficients; 0 where there are none."""
    if isinstance(found.linear, OlsFit):
        return found.linear.level
    return found.over_sets.level if found.over_sets is not None else 0.0


def _standardised(found: Examined) -> pd.DataFrame:
    """estimate, low, high by indicator, per standard deviation over the sets; NaN for an interval that is not known."""
    linear = found.linear
    scale = dict(zip(linear.design.indicators, linear.design.scale, strict=True))
    if isinstance(linear, ShrinkageFit):
        plain = pd.DataFrame({"estimate": linear.standardised, "low": math.nan, "high": math.nan})
        if found.over_sets is None:
            return plain
        redrawn = found.over_sets.table.loc[plain.index]
        return plain.assign(low=redrawn["low"] * pd.Series(scale), high=redrawn["high"] * pd.Series(scale))
    lines = {
        term.name: [value * scale[term.name] for value in (term.estimate, term.low, term.high)] for term in linear.terms
    }
    return pd.DataFrame.from_dict(lines, orient="index", columns=["estimate", "low", "high"])


def _coefficients(fit: OlsFit) -> None:
    level = f"{fit.level:.0%}"
    lines = [
        {
            "Term": term_title(term.name),
            "Coefficient": number(term.estimate),
            "Std. error": number(term.standard_error),
            "t": fixed(term.t, 2),
            "p": p_value(term.p),
            f"{level} interval": interval(term.low, term.high),
            "HC3 error": number(term.robust_standard_error),
            "HC3 p": p_value(term.robust_p),
            "VIF": "–" if term.name == CONSTANT else f"{term.vif:.1f}",
        }
        for term in (fit.constant, *fit.terms)
    ]
    figures_table(pd.DataFrame(lines), "coefficient table")
    alike = [term.name for term in fit.terms if term.vif > OVERLAP]
    st.caption(
        "HC3 errors stay right where the noise differs between sets. VIF says how many times the variance of a "
        f"coefficient grows because other indicators say the same; from {OVERLAP:g} on a warning stands above. "
        + ("" if alike else "None does here.")
    )


def _penalised(fit: ShrinkageFit, redrawn: CoefficientDraws | None) -> None:
    values = {CONSTANT: fit.intercept, **fit.coefficients}
    lines = [
        {
            "Term": term_title(name),
            "Coefficient": number(value) if value else "0, left out",
            "Per standard deviation": number(fit.standardised.get(name)),
        }
        for name, value in values.items()
    ]
    if redrawn is not None:
        for line, (_, drawn) in zip(lines, redrawn.table.iterrows(), strict=True):
            line[f"{redrawn.level:.0%} interval"] = interval(drawn["low"], drawn["high"])
            line["Same sign"] = f"{drawn['same_sign']:.1%}"
    figures_table(pd.DataFrame(lines), "coefficient table")


def _penalty(fit: ShrinkageFit) -> None:
    st.markdown(f"**{fit.title[0].upper()}{fit.title[1:]}.**")
    st.plotly_chart(penalty_figure(fit.path, fit.penalty), config=COMPACT_CONFIG, key="penalties")


def _stability(found: Examined) -> None:
    """How often each indicator is chosen when other sets are drawn."""
    shares = {name: share for name, share in found.chosen_in.items() if share == share}
    if shares:
        ordered = sorted(shares.items(), key=lambda each: -each[1])
        told = ", ".join(f"{in_sentence(column_title(name))} {share:.0%}" for name, share in ordered)
        st.markdown(f"Chosen when sets are drawn anew and the choice repeated ({CHOICES} times): {told}.")


def _steps(fit: StepwiseFit) -> None:
    """Every step with its reason, and everything that was tried."""
    title = fit.settings.title
    st.markdown(f"**{title[0].upper()}{title[1:]}**, step by step:")
    reasons = (titled(step.reason).replace(" -", " −") for step in fit.steps)
    st.markdown("\n".join(f"{place}. {reason}" for place, reason in enumerate(reasons, start=1)))
    with st.expander("Everything that was tried"):
        by_p = fit.settings.criterion is Criterion.P_VALUE
        shown = fit.table
        figures_table(
            pd.DataFrame(
                {
                    "Step": shown["step"].astype(str),
                    "Change": shown["action"].str.capitalize() + " " + shown["indicator"].map(column_title),
                    "p" if by_p else str(fit.settings.criterion): [
                        p_value(v) if by_p else fixed(v, 2) for v in shown["value"]
                    ],
                    "Taken": shown["chosen"].map({True: "yes", False: ""}),
                }
            ),
            "steps tried",
        )
