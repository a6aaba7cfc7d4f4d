"""All indicators together: coefficients with what to doubt in them, and how well the fit predicts unseen sets."""

import math

import pandas as pd
import streamlit as st

from core.humanize import fixed, interval, number, p_value, share
from core.regression.averaging import AveragedFit
from core.regression.bootstrap import CHOICES, CoefficientDraws
from core.regression.design import CONSTANT
from core.regression.ols import OVERLAP, OlsFit
from core.regression.procedure import FitReport
from core.regression.shrinkage import ShrinkageFit
from core.regression.steps import Criterion, StepwiseFit
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import plain, prose
from pages.components.wording import column_title, in_sentence, titled
from pages.rule.figures import coefficient_figure, penalty_figure
from pages.rule.wording import figures_table, term_title

PENALISED = (
    "A penalised fit has no standard errors. The intervals are de-biased: those of least squares, which the penalty "
    "does not shrink, so a coefficient may lie outside its own."
)
REFITS = (
    "Bars: the middle {level:.0%} of bootstrap refits. They are no confidence intervals: every refit is pulled towards "
    "0 as the fit is."
)


def fit_tab(found: FitReport) -> None:
    """The fit: its quality, its coefficients, and how they were chosen."""
    _quality(found)
    if isinstance(found.fit, StepwiseFit):
        _steps(found.fit)
        _stability(found)
    if isinstance(found.fit, ShrinkageFit):
        _penalty(found.fit)
    if isinstance(found.fit, AveragedFit):
        _averaged(found.fit)
    for sentence in found.fit.warnings:
        st.warning(prose(titled(sentence)), icon=":material/warning:")
    lines = _standardised(found)
    if lines.empty:
        st.info("The fit has no indicators: it predicts the mean for every set.")
        return
    level = _level(found)
    st.plotly_chart(coefficient_figure(lines, level), config=COMPACT_CONFIG, key="coefficients")
    st.caption(
        "Per standard deviation over the sets, so indicators on different scales are comparable. "
        + "Grey: the interval includes 0. The table has the raw coefficients." * bool(level)
    )
    if isinstance(found.linear, OlsFit):
        _coefficients(found.linear)
        return
    if found.over_sets is None:
        st.caption("These coefficients have no intervals; the reason is above.")
    else:
        st.caption(PENALISED if found.over_sets.covers else REFITS.format(level=level))
    _penalised(found.linear, found.over_sets)


def trust(found: FitReport) -> str:
    """How far to trust the fit, in a sentence or two."""
    inside, alone = found.linear.r_squared, found.alone
    if alone is None:
        return "Its predictions for held-out sets could not be measured: do not rely on it yet."
    if alone.predicted_r_squared <= 0:
        return (
            f"On held-out sets it is no better than the mean (predicted R² {share(alone.predicted_r_squared)}, "
            f"{alone.method}), although in-sample R² is {share(inside)}: do not select by it."
        )
    return (
        f"It explains {inside:.0%} of the variance of log loss on the fitted sets (R², in-sample) and "
        f"{alone.predicted_r_squared:.0%} on held-out sets (predicted R², {alone.method}). Rely on the second number; "
        "the difference is overfitting."
    )


def _quality(found: FitReport) -> None:
    linear = found.linear
    again = "the whole procedure is repeated without it" if found.chosen else "the model is fitted to the others"
    shown = [("R², in-sample", share(linear.r_squared), "On the sets used for the fit.")]
    if isinstance(linear, OlsFit):
        noise = "R² corrected for the number of indicators."
        shown.append(("Adjusted R²", share(linear.adjusted_r_squared), noise))
    kind = "nested " if found.chosen else ""
    for measured, how, what in (
        (found.alone, "leave-one-out", f"Leave-one-out: each set is predicted while held out; {again}."),
        (found.folds, "10-fold", "10-fold cross-validation, refitted for each fold."),
    ):
        told = share(measured.predicted_r_squared) if measured else "–"
        shown.append((f"Predicted R², {kind}{how}", told, what))
    if isinstance(linear, OlsFit):
        together = f"F test of all indicators together: p {p_value(linear.f_p)}."
        shown.append(("F", number(linear.f), together))
    for place, (title, text, what) in zip(st.columns(len(shown)), shown, strict=True):
        place.metric(title, text, help=what)
    st.markdown(trust(found))
    if isinstance(linear, OlsFit):
        st.caption(
            f"{linear.sets} sets, {linear.degrees_of_freedom} degrees of freedom; F test p {p_value(linear.f_p)}; "
            f"residual standard error {number(linear.residual_standard_error)}; AIC {linear.aic:.2f}, BIC "
            f"{linear.bic:.2f} (comparable between fits to the same sets only).".replace(" -", " −")
        )
    for doubt in found.doubts:
        st.info(prose(titled(doubt)), icon=":material/info:")


def _level(found: FitReport) -> float:
    """Of the intervals of the coefficients; 0 where there are none."""
    if isinstance(found.linear, OlsFit):
        return found.linear.level
    return found.over_sets.level if found.over_sets is not None else 0.0


def _standardised(found: FitReport) -> pd.DataFrame:
    """estimate, low, high by indicator, per standard deviation over the sets; NaN for an interval that is not known."""
    linear = found.linear
    scale = dict(zip(linear.design.indicators, linear.design.scale, strict=True))
    if not isinstance(linear, OlsFit):
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
        f"HC3: standard errors robust to heteroscedasticity. VIF: variance inflation factor; from {OVERLAP:g} on a "
        "warning is shown above. " + ("" if alike else "None here.")
    )


def _penalised(fit: ShrinkageFit | AveragedFit, redrawn: CoefficientDraws | None) -> None:
    values = {CONSTANT: fit.intercept, **fit.coefficients}
    lines = [
        {
            "Term": term_title(name),
            "Coefficient": number(value) if value else "0",
            "Per standard deviation": number(fit.standardised.get(name)),
        }
        for name, value in values.items()
    ]
    if redrawn is not None:
        for line, (_, drawn) in zip(lines, redrawn.table.iterrows(), strict=True):
            over = f"{redrawn.level:.0%} interval" if redrawn.covers else f"Middle {redrawn.level:.0%} of refits"
            line[over] = interval(drawn["low"], drawn["high"])
            line["Same sign"] = f"{drawn['same_sign']:.1%}"
    figures_table(pd.DataFrame(lines), "coefficient table")


def _penalty(fit: ShrinkageFit) -> None:
    st.markdown(f"**{fit.title[0].upper()}{fit.title[1:]}.**")
    st.plotly_chart(penalty_figure(fit.path, fit.penalty), config=COMPACT_CONFIG, key="penalties")


def _averaged(fit: AveragedFit) -> None:
    """The rule of each indicator alone, and its share of the average."""
    st.markdown(f"**Single-term rules and their weights** (mean of all sets: {fit.constant_weight:.0%}).")
    lines = [
        {
            "Indicator": term_title(str(name)),
            "Intercept": number(line["intercept"]),
            "Coefficient": number(line["slope"]),
            "Predicted R², leave-one-out": share(line["predicted_r_squared"]),
            "Weight": f"{line['weight']:.0%}",
        }
        for name, line in fit.singles.sort_values("weight", ascending=False).iterrows()
    ]
    figures_table(pd.DataFrame(lines), "single-term rules")


def _stability(found: FitReport) -> None:
    """How often each indicator is chosen when other sets are drawn."""
    shares = {name: share for name, share in found.chosen_in.items() if share == share}
    if shares:
        ordered = sorted(shares.items(), key=lambda each: -each[1])
        told = ", ".join(f"{in_sentence(column_title(name))} {share:.0%}" for name, share in ordered)
        st.markdown(f"Share of {CHOICES} bootstrap repetitions in which an indicator is chosen: {plain(told)}.")


def _steps(fit: StepwiseFit) -> None:
    """Every step with its reason, and everything that was tried."""
    title = fit.settings.title
    st.markdown(f"**{title[0].upper()}{title[1:]}**, steps:")
    reasons = (titled(step.reason).replace(" -", " −") for step in fit.steps)
    st.markdown("\n".join(f"{place}. {plain(reason)}" for place, reason in enumerate(reasons, start=1)))
    with st.expander("All candidates of each step"):
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
                    "Chosen": shown["chosen"].map({True: "yes", False: ""}),
                }
            ),
            "steps tried",
        )
