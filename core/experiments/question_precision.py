"""How small a difference between two models an evaluation set can show, and how many questions a smaller one needs.

Both models answer the same questions, so what counts is the spread of the differences: that of the losses is ten times
as large. Counted are the questions alone; draws of rows and seeds vary beside them.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from core.errors import InputError
from core.experiments.questions import titles_of
from core.rows.candidate_set import UNTUNED
from core.statistics import LEVEL, SIGNIFICANT
from core.store import Store

POWER = 0.8
SMALLEST = 1e-6  # difference that anybody asks for
LEAST_QUESTIONS = 10  # fewer say little of the spread
MOST_MODELS = 20
# SmolLM2 tuned on nine candidate sets and measured on 48 questions of D_eval: see docs/benchmarks.md.
USUAL_SPREAD = 0.57  # of one model's losses over questions, nats per token
USUAL_SHARE = 0.064  # of it, the spread of the differences of two tuned models


@dataclass(frozen=True)
class QuestionPrecision:
    """What questions can show of the difference between two models' losses.

    Attributes:
        spread: standard deviation over questions of the paired differences, nats per token.
        source: where it comes from, a sentence.
    """

    spread: float
    source: str

    def difference(self, questions: int) -> float:
        """The smallest difference, in nats per token, that so many questions show; infinite without any.

        (z(1 - alpha / 2) + z(power)) * s / sqrt(n) of the paired t test by normal quantiles (Cohen 1988, chapter 2;
        Miller 2024, arXiv 2411.00640, on power analysis), two-sided alpha 5 %, power 80 %.
        """
        return _quantiles() * self.spread / math.sqrt(questions) if questions else math.inf

    def questions(self, difference: float) -> int:
        """How many questions show such a difference, in nats per token; by the same formula.

        Raises:
            InputError: there is no such difference.
        """
        if not SMALLEST <= difference < math.inf:
            raise InputError(
                f"{difference:g} is not a difference of losses.", mend=f"Use a number from {SMALLEST:f}, in nats/token."
            )
        return max(2, math.ceil((_quantiles() * self.spread / difference) ** 2))

    def told(self, questions: int) -> str:
        """A sentence for the user."""
        if not questions:
            return "Without questions no difference can be told."
        return (
            f"With {questions:,} questions a difference of {self.difference(questions):.3f} nats/token can be told "
            f"({LEVEL:.0%}, power {POWER:.0%})."
        )


def precision_of(store: Store, name: str) -> QuestionPrecision:
    """What is known of an evaluation set of this name: from losses measured on it, else as is usual.

    Of two or more tuned models of one experiment it is the root mean square over their pairs; of the newest experiment
    that has them.
    """
    untuned, titles = None, titles_of(name)
    for each in store.experiments.all():
        if each.spec.get("evaluation") not in titles:
            continue
        losses = _by_question(store.experiments.example_losses(each.job_id, range(UNTUNED, MOST_MODELS + 1)))
        tuned = [number for number in losses if number != UNTUNED]
        if len(tuned) > 1:
            pairs = [(losses[a] - losses[b]).dropna() for a, b in combinations(tuned, 2)]
            spreads = [pair.std() for pair in pairs if len(pair) >= LEAST_QUESTIONS]
            if spreads and (spread := float(np.sqrt(np.mean(np.square(spreads))))) > 0:
                return QuestionPrecision(
                    spread, f"Measured: paired differences of {len(tuned)} models of “{each.name}”."
                )
        if untuned is None and UNTUNED in losses and losses[UNTUNED].count() >= LEAST_QUESTIONS:
            untuned = float(losses[UNTUNED].std())
    if untuned:
        return QuestionPrecision(untuned * USUAL_SHARE, "Estimated from the spread of the untuned model's losses.")
    return QuestionPrecision(
        USUAL_SPREAD * USUAL_SHARE, "Estimated from the usual spread: nothing is measured on it yet."
    )


def _by_question(losses: pd.DataFrame) -> pd.DataFrame:
    """The mean loss of each question: a line an example, a column a model's number."""
    return losses.pivot_table("loss_nats_per_token", "example", "number", "mean")


def _quantiles() -> float:
    from scipy.stats import norm

    return float(norm.isf(SIGNIFICANT / 2) + norm.ppf(POWER))
