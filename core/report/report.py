"""The report as one typed value, which the page and the exported file both draw."""

from dataclasses import dataclass
from datetime import datetime

from core.report.design import DesignLine
from core.report.indicators import IndicatorTable
from core.report.judged import JudgeLine
from core.report.regression import Regressions
from core.report.rule_beside import RuleBeside
from core.report.univariate import Univariate
from core.report.unseen import UnseenDataResult


@dataclass(frozen=True)
class Missing:
    """A section that has nothing yet.

    Attributes:
        what: why, in a sentence.
        mend: what to do first, in a sentence.
        page: on which page of the app, by the name of its file.
    """

    what: str
    mend: str
    page: str


@dataclass(frozen=True)
class Provenance:
    """What the numbers come from.

    Attributes:
        versions: of the studio, Python and the packages on which numbers depend.
        facts: what was used, by its name: datasets, models, settings, seeds.
    """

    made_at: datetime
    versions: dict[str, str]
    facts: dict[str, str]


@dataclass(frozen=True, eq=False)
class PaperReport:
    """The paper's results in its order, each rebuilt from runs of one's own, or what is missing for it."""

    provenance: Provenance
    design: tuple[DesignLine, ...] | Missing
    indicators: IndicatorTable | Missing
    univariate: Univariate | Missing
    regressions: Regressions | Missing
    rule: RuleBeside | Missing
    unseen: UnseenDataResult | Missing
    judge: tuple[JudgeLine, ...] | Missing
