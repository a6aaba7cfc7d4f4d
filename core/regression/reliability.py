"""How much of what sets differ by in their losses is the sets, and how much the evaluation examples that were drawn."""

import numpy as np

DOUBTFUL = 0.7  # below which a measure does not tell apart what it measures (Nunnally 1978)


def reliability(losses: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Cronbach's α of the sets' mean losses (Cronbach 1951).

    For equal weights it is 1 − MS(sets × examples) / MS(sets) of the analysis of variance (Hoyt 1941).

    It estimates the squared correlation of the measured losses with those over all examples of the kind, so it is the
    share of their variance that a rule can explain at most.

    Args:
        losses: nats per token of each example under each set's model, shape (sets, examples).
        weights: of the examples in the mean, shape (examples,); None for equal ones.

    Returns: at most 1, below 0 where chance alone would have the sets differ more; NaN where that can't be told: fewer
        than two sets or examples, or sets that don't differ.
    """
    sets, examples = losses.shape
    shares = losses if weights is None else losses * weights
    total = float(np.var(shares.sum(axis=1), ddof=1)) if sets > 1 else 0.0
    if examples < 2 or not total > 0:
        return float("nan")
    return examples / (examples - 1) * (1 - float(np.var(shares, axis=0, ddof=1).sum()) / total)


def unreliable(found: float) -> str:
    """What to say of a reliability that is too low."""
    share = max(0, round(100 * found))
    return (
        f"Measured with other evaluation examples, these sets would rank differently (reliability {found:.2f}, "
        f"Cronbach's α): a rule can explain some {share} % of the variance of log loss at most. Use more evaluation "
        "examples, larger sets, or sets that differ more."
    ).replace("reliability -", "reliability −")
