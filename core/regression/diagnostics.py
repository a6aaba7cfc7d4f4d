"""What the plots of a fit need: residuals, their quantiles, leverage, Cook's distance, added-variable pairs."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import OLSInfluence

from core.errors import RegressionError
from core.regression.ols import OlsFit

DOUBT = 0.05  # p below which a sentence says that residuals are not as least squares takes them to be


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """Residuals of a fit and the weight of each set in it.

    Attributes:
        table: one line a set, indexed as the sets: fitted, residual (log nats per token), studentised (internally),
            deleted (externally studentised), leverage, cooks_distance, normal_quantile (where `studentised` would
            stand if normal: Blom 1958).
        high_leverage: twice the mean leverage (Hoaglin and Welsch 1978).
        high_cooks: 4 / sets, above which a set moves the fit notably.
        equal_variance_p: Breusch-Pagan test in Koenker's form (1981); NaN without indicators.
        normal_p: Shapiro-Wilk test of the residuals.
    """

    table: pd.DataFrame
    high_leverage: float
    high_cooks: float
    equal_variance_p: float
    normal_p: float

    @property
    def influential(self) -> pd.DataFrame:
        """The sets that move the fit notably, the strongest first."""
        found = self.table[self.table["cooks_distance"] > self.high_cooks]
        return found.sort_values("cooks_distance", ascending=False)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tests and the influential sets say; empty where there is nothing to say."""
        found = []
        if self.equal_variance_p < DOUBT:
            found.append(
                f"The noise differs between sets (Breusch-Pagan p = {self.equal_variance_p:.2g}): "
                "read the robust errors."
            )
        if self.normal_p < DOUBT:
            found.append(
                f"Residuals are not normal (Shapiro-Wilk p = {self.normal_p:.2g}): "
                "trust the bootstrap more than the p-values."
            )
        if len(self.influential):
            names = ", ".join(map(str, self.influential.index[:5]))
            count = len(self.influential)
            found.append(
                f"{count} set{'s' * (count > 1)} move{'s' * (count == 1)} the fit notably "
                f"(Cook's distance over {self.high_cooks:.2g}): {names}{', …' if count > 5 else ''}."
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
    """Residuals, quantiles, leverage and Cook's distance (1977) of a fit."""
    data = fit.design
    influence = OLSInfluence(sm.OLS(data.log_loss, data.regressors).fit())
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a set with leverage 1 has no studentised residual
        studentised = influence.resid_studentized_internal
        columns = {
            "fitted": fit.fitted,
            "residual": fit.residuals,
            "studentised": studentised,
            "deleted": influence.resid_studentized_external,
            "leverage": data.leverage,
            "cooks_distance": influence.cooks_distance[0],
            "normal_quantile": stats.norm.ppf((stats.rankdata(studentised) - 0.375) / (data.sets + 0.25)),
        }
        normal_p = float(stats.shapiro(fit.residuals).pvalue) if data.sets >= 3 else np.nan
    return Diagnostics(
        table=pd.DataFrame(columns, index=data.labels),
        high_leverage=2 * (len(fit.indicators) + 1) / data.sets,
        high_cooks=4 / data.sets,
        equal_variance_p=float(het_breuschpagan(fit.residuals, data.regressors)[1]) if fit.terms else np.nan,
        normal_p=normal_p,
    )


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
