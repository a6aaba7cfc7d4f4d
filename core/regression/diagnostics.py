"""What the plots of a fit need: residuals, their quantiles, leverage, Cook's distance, added-variable pairs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.regression.ols import OlsFit
from core.regression.validation import ALONE

DOUBT = 0.05  # p below which a sentence says that residuals are not as least squares takes them to be


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """Residuals of a fit and the weight of each set in it.

    Attributes:
        table: one line a set, indexed as the sets: fitted, residual (log nats per token), studentised (internally),
            deleted (externally studentised: by the noise of a fit without the set), leverage, cooks_distance (Cook
            1977), normal_quantile (where `studentised` would stand if normal: Blom 1958). A set of leverage 1 has no
            residual to speak of: studentised, deleted, cooks_distance and normal_quantile are NaN.
        high_leverage: twice the mean leverage (Hoaglin and Welsch 1978).
        high_cooks: 4 / sets, above which a set moves the fit notably.
        equal_variance_p: Breusch-Pagan test in Koenker's form (1981); NaN without indicators.
        normal_p: Shapiro-Wilk test of the residuals.
        linear_p: RESET test (Ramsey 1969) of a square of the fitted values; NaN without indicators or with too few
            sets.
    """

    table: pd.DataFrame
    high_leverage: float
    high_cooks: float
    equal_variance_p: float
    normal_p: float
    linear_p: float = np.nan

    @property
    def influential(self) -> pd.DataFrame:
        """The sets that move the fit notably, the strongest first."""
        found = self.table[self.table["cooks_distance"] > self.high_cooks]
        return found.sort_values("cooks_distance", ascending=False)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tests and the influential sets say; empty where there is nothing to say."""
        found = []
        if self.linear_p < DOUBT:
            found.append(not_linear(self.linear_p))
        if self.equal_variance_p < DOUBT:
            found.append(
                f"Residuals are heteroscedastic (Breusch-Pagan p = {self.equal_variance_p:.2g}): use the HC3 "
                "standard errors."
            )
        if self.normal_p < DOUBT:
            found.append(
                f"Residuals are not normal (Shapiro-Wilk p = {self.normal_p:.2g}): prefer the bootstrap intervals to "
                "the p-values."
            )
        if len(self.influential):
            names = ", ".join(map(str, self.influential.index[:5]))
            count = len(self.influential)
            found.append(
                f"{count} set{'s' * (count > 1)} {'is' if count == 1 else 'are'} influential (Cook's distance above "
                f"{self.high_cooks:.2g}): {names}{', …' if count > 5 else ''}."
            )
        return tuple(found)


@dataclass(frozen=True, eq=False)
class AddedVariable:
    """An indicator and the log loss, each less what the other indicators explain of it.

    The slope through these points is the indicator's coefficient in the whole fit (Frisch and Waugh 1933).

    Attributes:
        indicator_left: in units of the indicator, shape (sets,).
        log_loss_left: log nats per token, shape (sets,).
        partial_correlation: of the two.
    """

    indicator: str
    indicator_left: np.ndarray
    log_loss_left: np.ndarray
    slope: float
    partial_correlation: float


def diagnose(fit: OlsFit) -> Diagnostics:
    """Residuals, quantiles, leverage and Cook's distance of a fit (Cook and Weisberg 1982, chapter 2)."""

    from scipy import stats
    from statsmodels.stats.diagnostic import het_breuschpagan

    data, free = fit.design, fit.degrees_of_freedom
    own = np.where(data.leverage > ALONE, np.nan, data.leverage)
    with np.errstate(divide="ignore", invalid="ignore"):  # one degree of freedom leaves no noise without the set
        studentised = fit.residuals / (fit.residual_standard_error * np.sqrt(1 - own))
        deleted = studentised * np.sqrt((free - 1) / (free - studentised**2))
    ranks = stats.rankdata(studentised, nan_policy="omit")
    table = pd.DataFrame(
        {
            "fitted": fit.fitted,
            "residual": fit.residuals,
            "studentised": studentised,
            "deleted": deleted,
            "leverage": data.leverage,
            "cooks_distance": studentised**2 * own / (1 - own) / (len(fit.terms) + 1),
            "normal_quantile": stats.norm.ppf((ranks - 0.375) / (np.isfinite(ranks).sum() + 0.25)),
        },
        index=data.labels,
    )
    return Diagnostics(
        table=table,
        high_leverage=2 * (len(fit.terms) + 1) / data.sets,
        high_cooks=4 / data.sets,
        equal_variance_p=float(het_breuschpagan(fit.residuals, data.regressors)[1]) if fit.terms else np.nan,
        normal_p=float(stats.shapiro(fit.residuals).pvalue) if data.sets >= 3 else np.nan,
        linear_p=reset_p(fit),
    )


def not_linear(p: float) -> str:
    """What a RESET test that rejects means."""
    return (
        f"The relation is not linear (RESET p = {p:.2g}): take skewed indicators on a log scale, or add a squared term."
    )


def reset_p(fit: OlsFit) -> float:
    """p of the RESET test: F test that a square of the fitted values adds nothing; NaN where the sets are too few."""
    import statsmodels.api as sm
    from statsmodels.stats.diagnostic import linear_reset

    if not fit.terms or fit.degrees_of_freedom < 2:
        return np.nan
    plain = sm.OLS(fit.design.log_loss, fit.design.regressors).fit()
    return float(linear_reset(plain, power=2, test_type="fitted", use_f=True).pvalue)


def added_variable(fit: OlsFit, indicator: str) -> AddedVariable:
    """The points of the partial-regression plot of one indicator.

    Raises:
        RegressionError: the fit has no such indicator.
    """
    if indicator not in fit.indicators:
        raise RegressionError(f"'{indicator}' is not in the fit.", mend=f"It has {', '.join(fit.indicators)}.")
    data = fit.design
    place = fit.indicators.index(indicator)
    others = np.delete(data.regressors, place + 1, axis=1)
    both = np.column_stack([data.standardised[:, place], data.log_loss])
    left = both - others @ np.linalg.lstsq(others, both, rcond=None)[0]
    indicator_left, log_loss_left = left[:, 0] * data.scale[place], left[:, 1]
    return AddedVariable(
        indicator=indicator,
        indicator_left=indicator_left,
        log_loss_left=log_loss_left,
        slope=float(indicator_left @ log_loss_left / (indicator_left @ indicator_left)),
        partial_correlation=float(np.corrcoef(indicator_left, log_loss_left)[0, 1]),
    )
