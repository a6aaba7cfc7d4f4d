"""From a fit to a rule: coefficients with their errors, and a record of what they were learned from."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import RegressionError
from core.indicators import registry
from core.regression.averaging import AveragedFit
from core.regression.bootstrap import CoefficientDraws
from core.regression.design import Design
from core.regression.ols import OlsFit
from core.regression.shrinkage import ShrinkageFit
from core.regression.steps import StepwiseFit
from core.regression.terms import SetTerm
from core.regression.validation import Validation
from core.rules.rule import Learned, Rule, Term
from core.rules.spread import SetSpread

Fit = OlsFit | StepwiseFit | ShrinkageFit | AveragedFit
KEPT_DRAWS = 100  # refits that go along with a rule, a line of coefficients each


def learn_rule(
    fit: Fit,
    name: str,
    title: str,
    *,
    validation: Validation | None = None,
    profile: str = "",
    model: str = "",
    settings: Mapping[str, Any] | None = None,
    data: Sequence[str] = (),
    notes: str = "",
    draws: CoefficientDraws | None = None,
    terms: Mapping[str, SetTerm] | None = None,
) -> Rule:
    """The rule that a fit amounts to: log L ∝ constant + Σ coefficient · indicator (Equation 3).

    Args:
        validation: how well the fit predicts sets that it has not seen; after a stepwise choice by `k_fold`, which
            repeats the choice.
        profile: the model profile that scored the sets.
        model: the model that was tuned on them.
        settings: of tuning and evaluation, JSON values by name.
        data: names of the datasets from which the sets were drawn.
        draws: refits to resampled sets, of which the rule keeps some.
        terms: which indicator, in which form, a column of the fit is; a column that is not there is one itself.

    Raises:
        RegressionError: the fit has no indicator, so that there is nothing to select by.
    """
    method, linear, design = _parts(fit)
    coefficients = {indicator: value for indicator, value in linear.coefficients.items() if value}
    if not coefficients:
        raise RegressionError(
            "The fit has no indicators, so there is no rule.",
            mend="Use more sets, or sets that differ more.",
        )
    errors = linear.standard_errors if isinstance(linear, OlsFit) else {}
    source = f"learned from {design.sets} candidate sets: {method}"
    known = {name: (terms or {}).get(name) or _as_it_is(name, design) for name in coefficients}
    return Rule(
        name=name,
        title=title,
        intercept=linear.intercept,
        terms=tuple(
            Term(
                known[name].indicator,
                value,
                source,
                _symbol(known[name].indicator),
                errors.get(name),
                known[name].transform,
                known[name].centre,
            )
            for name, value in coefficients.items()
        ),
        intercept_source=source,
        source=source,
        profile=profile,
        notes=notes,
        learned=Learned(
            method=method,
            model=model,
            settings=dict(settings or {}),
            data=tuple(data),
            sets=design.sets,
            ranges={e.indicator: (e.low, e.high) for e in known.values() if e.low == e.low},
            r_squared=linear.r_squared,
            spread=_spread(design, tuple(known.items())),
            draws=_kept_draws(draws, tuple(coefficients)),
            predicted_r_squared=validation.predicted_r_squared if validation else None,
            validation=validation.method if validation else "",
            intercept_standard_error=linear.constant.standard_error if isinstance(linear, OlsFit) else None,
        ),
    )


def _spread(design: Design, terms: Sequence[tuple[str, SetTerm]]) -> SetSpread | None:
    """Where the sets lie; None where a term was measured on another scale than rows are, so that none can be beyond."""
    if any(term.low != term.low for _, term in terms):
        return None
    return SetSpread.of({name: design.values[:, design.indicators.index(name)] for name, _ in terms})


def _kept_draws(draws: CoefficientDraws | None, names: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
    """Coefficients of the rule in the first refits; none where those are of other columns."""
    if draws is None or not set(names) <= set(draws.names):
        return ()
    columns = [draws.names.index(name) for name in names]
    return tuple(tuple(map(float, each)) for each in draws.draws[:KEPT_DRAWS, columns])


def _parts(fit: Fit) -> tuple[str, OlsFit | ShrinkageFit | AveragedFit, Design]:
    if isinstance(fit, StepwiseFit):
        return fit.settings.title, fit.fit, fit.fit.design
    return ("least squares" if isinstance(fit, OlsFit) else fit.title), fit, fit.design


def _as_it_is(name: str, design: Design) -> SetTerm:
    column = design.values[:, design.indicators.index(name)]
    return SetTerm(name, low=float(column.min()), high=float(column.max()))


def _symbol(name: str) -> str:
    known = registry().get(name)
    return known.symbol if known else ""
