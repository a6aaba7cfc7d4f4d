"""All indicators together (Equations 2 and 3): the fit with every term, and the stepwise one that the paper keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.errors import RegressionError
from core.humanize import counted
from core.progress import Progress
from core.regression.design import listed
from core.regression.ols import OlsFit, fit_ols
from core.regression.procedure import Procedure, RuleMethod
from core.regression.set_table import PAPERS_TERMS, SetTable
from core.regression.steps import Criterion, StepwiseFit, StepwiseSettings
from core.regression.stepwise import stepwise
from core.regression.validation import Validation, k_fold, leave_one_out
from core.report.indicators import papers_indicators

BY_P = StepwiseSettings(criterion=Criterion.P_VALUE)
PROCEDURE = Procedure(RuleMethod.STEPWISE, BY_P)


@dataclass(frozen=True, eq=False)
class Regressions:
    """Both fits, each with how well it predicts sets that it has not seen; None where that can't be measured.

    Attributes:
        remarks: sentences on what takes no part and why.
    """

    every_term: OlsFit
    every_term_alone: Validation | None
    chosen: StepwiseFit
    chosen_alone: Validation | None
    remarks: tuple[str, ...]

    @property
    def kept(self) -> str:
        """What the stepwise choice keeps, beside what the paper's kept, in a sentence."""
        ours, theirs = set(self.chosen.kept), set(PAPERS_TERMS)
        told = _named(self.chosen.kept) or "no indicator"
        both = _named([name for name in PAPERS_TERMS if name in ours]) or "none"
        return (
            f"Stepwise selection keeps {told}. The paper's kept reward, output length and KNN-6; of these three it "
            f"keeps {both if len(ours & theirs) < len(theirs) else 'all'}."
        )


def regressions(table: SetTable, progress: Progress) -> Regressions:
    """Fit the paper's indicators, as many as the sets carry.

    Raises:
        RegressionError: too few sets, or no indicator that varies.
        Cancelled: `progress` said so.
    """
    titles = papers_indicators()
    fit = [name for name in table.fit if name in titles]
    remarks = [f"{titles[name].title} {why}." for name, why in table.unfit.items() if name in titles]
    taken = fit
    if len(fit) + 2 > len(table.sets):
        taken = [name for name in table.first_choice if name in titles]
        remarks.append(
            f"{counted(len(table.sets), 'set')} are too few for all {len(fit)} indicators; {len(taken)} are used, "
            "those of the paper's rule first."
        )
    if not taken:
        raise RegressionError("The paper's indicators are constant over these sets.", mend="Score the datasets first.")
    progress.update(0, 0, "Fitting")
    every_term = fit_ols(table.sets, taken)
    chosen = stepwise(table.sets, taken, BY_P)
    return Regressions(
        every_term,
        _alone(lambda: leave_one_out(every_term)),
        chosen,
        _alone(
            lambda: k_fold(
                table.sets, lambda some: PROCEDURE.learn(some, taken), len(table.sets), progress=progress, nested=True
            )
        ),
        tuple(remarks),
    )


def _named(indicators: Sequence[str]) -> str:
    """`Reward and KNN distance`; nothing for none."""
    titles = papers_indicators()
    return listed([titles[name].title for name in indicators]) if indicators else ""


def _alone(measure: Callable[[], Validation]) -> Validation | None:
    try:
        return measure()
    except RegressionError:
        return None
