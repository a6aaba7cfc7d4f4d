"""The figures of a judge in sentences."""

from core.humanize import p_stated
from core.judge.results import Results
from core.judge.tally import Share, Tally
from core.statistics import SIGNIFICANT

ONE_MODEL = (
    "It rests on one model a side: another draw of rows, or another tuning seed, may come out differently. Several "
    "comparisons can be judged together."
)


def ruling(found: Tally) -> tuple[str, str]:
    """Whose answers are better, by the sign test, and the counts from which that is told ("" where all are ties)."""
    a, b, p = found.a, found.b, found.sign_p_value
    if p != p:
        return f"All {found.decided} instructions are ties.", ""
    counts = f"A wins {a.count}, B wins {b.count}, {found.tie.count} of {found.decided} are ties"
    counts += f" (sign test {p_stated(p)})."
    if p >= SIGNIFICANT:
        return "No significant difference:", counts
    return f"{'A' if a.count > b.count else 'B'} is better:", counts


def remarks(results: Results) -> list[str]:
    """What else is to be known: the effect of the order, what counts in no share, what is not judged, the cost."""
    found = results.tally
    told = [
        f"Position bias: the answer shown first won {share_text(found.position)} of the verdicts that are not ties."
    ]
    if found.agreement is not None:
        told.append(f"Agreement of the two orders: {share_text(found.agreement)}.")
    if found.unreadable:
        told.append(f"{found.unreadable} instructions have an unreadable verdict and are excluded.")
    if results.waiting:
        told.append(f"{results.waiting} instructions are not judged yet.")
    if results.cost:
        told.append(f"Cost: ${results.cost:.4f}.")
    return [*told, "Intervals: Wilson, 95%. The sign test ignores ties.", ONE_MODEL]


def share_text(share: Share) -> str:
    """`5 of 10 (50%, 24% to 76%)`."""
    if not share.total:
        return "none"
    return f"{share.count} of {share.total} ({share.value:.0%}, {share.low:.0%} to {share.high:.0%})"
