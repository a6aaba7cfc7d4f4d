"""Least squares of the log loss on all mean indicators (paper, Equations 2 and 3), with what to doubt in it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.regression.design import CONSTANT, Design, design, listed
from core.statistics import LEVEL

OVERLAP = 5.0
SAME_THING = 10.0
ALIKE = 0.7  # absolute correlation from which a warning names the partner
EXACT = 1e-18  # residual share of the variance below which nothing but rounding is left


@dataclass(frozen=True)
class Coefficient:
    """One coefficient on its indicator's own scale, in log nats per unit of the indicator.

    Attributes:
        name: the indicator, or `constant`.
        low, high: confidence interval by Student's t.
        robust_*: the same from HC3 errors, which stay right where the noise differs between sets
            (MacKinnon and White 1985; Long and Ervin 2000 recommend HC3 below 250 observations).
        vif: variance inflation factor, 1 / (1 − R²) of this indicator on the others; NaN for the constant.
    """

    name: str
    estimate: float
    standard_error: float
    t: float
    p: float
    low: float
    high: float
    robust_standard_error: float
    robust_t: float
    robust_p: float
    robust_low: float
    robust_high: float
    vif: float


@dataclass(frozen=True, eq=False)
class OlsFit:
    """A least-squares fit of `log_loss` on mean indicators.

    Attributes:
        constant, terms: coefficients on the original scales.
        level: of the confidence intervals.
        degrees_of_freedom: sets − indicators − 1.
        residual_standard_error: in log nats per token.
        aic, bic: −2·log-likelihood + 2k and + k·log(n), k counting coefficients and the constant but not the variance.
            R's `AIC` is greater by 2, its `step` smaller by n·(1 + log 2π); differences between fits are the same.
        f, f_p: all indicators together against the constant alone; NaN without indicators.
        condition_number: largest over smallest singular value of the standardised indicators; 1 without indicators.
        fitted, residuals: log nats per token, shape (sets,).
        design: what was fitted.
    """

    constant: Coefficient
    terms: tuple[Coefficient, ...]
    level: float
    degrees_of_freedom: int
    r_squared: float
    adjusted_r_squared: float
    residual_standard_error: float
    aic: float
    bic: float
    f: float
    f_p: float
    condition_number: float
    fitted: np.ndarray
    residuals: np.ndarray
    design: Design

    @property
    def sets(self) -> int:
        return self.design.sets

    @property
    def indicators(self) -> tuple[str, ...]:
        return self.design.indicators

    @property
    def intercept(self) -> float:
        return self.constant.estimate

    @property
    def coefficients(self) -> dict[str, float]:
        """Coefficient by indicator, without the constant."""
        return {term.name: term.estimate for term in self.terms}

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard error by indicator, without the constant."""
        return {term.name: term.standard_error for term in self.terms}

    @property
    def table(self) -> pd.DataFrame:
        """Constant and indicators, one line each, one column an attribute of `Coefficient`."""
        return pd.DataFrame([asdict(each) for each in (self.constant, *self.terms)]).set_index("name")

    @property
    def summary(self) -> str:
        """The fit in a sentence."""
        if not self.terms:
            return f"{self.sets} sets, no indicators: the fit predicts the mean, {self.intercept:.4g}."
        return (
            f"{self.sets} sets: {len(self.terms)} indicator{'s' * (len(self.terms) > 1)} explain "
            f"{self.r_squared:.1%} of the variance of log loss (adjusted {self.adjusted_r_squared:.1%}; "
            f"F = {self.f:.3g}, p = {self.f_p:.2g})."
        )

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the coefficients must know: indicators that say the same thing, and a fit without noise."""
        found = [self._overlap(term) for term in self.terms if term.vif > OVERLAP]
        if self.terms and 1 - self.r_squared < EXACT:
            found.append("All residuals are 0, so standard errors and p-values are meaningless: check the losses.")
        return tuple(found)

    def predict(self, indicators: pd.DataFrame) -> pd.Series:
        """Predicted log loss of each line of mean indicators; NaN where one is missing.

        Raises:
            RegressionError: an indicator is not among the columns.
        """
        return predict_linear(self.intercept, self.coefficients, indicators)

    def _overlap(self, term: Coefficient) -> str:
        place = self.indicators.index(term.name)
        alike = np.abs(np.atleast_2d(np.corrcoef(self.design.standardised, rowvar=False))[place])
        partners = [f"'{n}'" for n, r in zip(self.indicators, alike, strict=True) if r > ALIKE and n != term.name]
        others = listed(partners) if partners else "the other indicators"
        if term.vif > SAME_THING:
            return (
                f"'{term.name}' is nearly collinear with {others} (VIF {term.vif:.1f}): do not interpret its "
                "coefficient or sign; keep only one of them."
            )
        return (
            f"'{term.name}' is correlated with {others} (VIF {term.vif:.1f}): its standard error is "
            f"{np.sqrt(term.vif):.1f} times what it would be without them."
        )


def predict_linear(intercept: float, coefficients: dict[str, float], indicators: pd.DataFrame) -> pd.Series:
    """Intercept plus coefficients times columns, one value a line; NaN where a value is missing.

    Raises:
        RegressionError: an indicator is not among the columns.
    """
    lacking = [name for name in coefficients if name not in indicators]
    if lacking:
        raise RegressionError(f"The sets have no column {', '.join(lacking)}, which the fit needs.")
    predicted = pd.Series(intercept, index=indicators.index, dtype=float)
    for name, coefficient in coefficients.items():
        predicted = predicted + coefficient * indicators[name]
    return predicted


def fit_ols(sets: pd.DataFrame, indicators: Sequence[str], level: float = LEVEL) -> OlsFit:
    """Least squares of `log_loss` on `indicators` and a constant.

    Args:
        sets: one line a candidate set: mean indicators, and `log_loss` in log nats per token.
        indicators: columns of `sets`; none gives the constant alone.
        level: of the confidence intervals, between 0 and 1.

    Raises:
        RegressionError: too few sets, or an unfit column (see `design`).
    """
    return fit_design(design(sets, indicators), level)


def fit_design(data: Design, level: float = LEVEL) -> OlsFit:
    """Least squares of a design that is already checked.

    Raises:
        RegressionError: the level is not between 0 and 1.
    """

    import statsmodels.api as sm
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    if not 0 < level < 1:
        raise RegressionError(f"The confidence level must be between 0 and 1, not {level:g}.", mend="Use 0.95.")
    result = sm.OLS(data.log_loss, data.regressors).fit()
    with np.errstate(divide="ignore", invalid="ignore"):  # a set with leverage 1 has no HC3 error
        robust = result.get_robustcov_results("HC3", use_t=True)
    plain, hc3 = result.t_test(data.back), robust.t_test(data.back)
    vifs = [np.nan, *(variance_inflation_factor(data.regressors, i + 1) for i in range(len(data.indicators)))]
    if len(data.indicators) == 1:
        vifs[1] = 1.0
    columns = [plain.effect, plain.sd, plain.tvalue, plain.pvalue, *plain.conf_int(1 - level).T]
    columns += [hc3.sd, hc3.tvalue, hc3.pvalue, *hc3.conf_int(1 - level).T, vifs]
    lines = zip((CONSTANT, *data.indicators), *(np.ravel(column) for column in columns), strict=True)
    constant, *terms = [Coefficient(name, *map(float, numbers)) for name, *numbers in lines]
    singular = np.linalg.svd(data.standardised, compute_uv=False) if terms else np.ones(1)
    return OlsFit(
        constant=constant,
        terms=tuple(terms),
        level=level,
        degrees_of_freedom=int(result.df_resid),
        r_squared=float(result.rsquared) if terms else 0.0,
        adjusted_r_squared=float(result.rsquared_adj) if terms else 0.0,
        residual_standard_error=float(np.sqrt(result.mse_resid)),
        aic=float(result.aic),
        bic=float(result.bic),
        f=float(result.fvalue) if terms else np.nan,
        f_p=float(result.f_pvalue) if terms else np.nan,
        condition_number=float(singular[0] / singular[-1]),
        fitted=result.fittedvalues,
        residuals=result.resid,
        design=data,
    )
