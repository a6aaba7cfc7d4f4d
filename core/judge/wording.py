"""The figures of a judge in sentences."""

from core.humanize import p_stated
from core.judge.results import Results
from core.judge.tally import Share, Tally
from core.statistics import SIGNIFICANT


def ruling(found: Tally) -> tuple[str, str]:
    """Whose answers are better, by the sign test, and the counts from which that is told ("" where all are ties)."""
    a, b, p = found.a, found.b, found.sign_p_value
    if p != p:
        return f"Every one of {found.decided} instructions is a tie.", ""
    counts = f"A wins {a.count}, B wins {b.count}, {found.tie.count} of {found.decided} are ties"
    counts += f" (sign test {p_stated(p)})."
    if p >= SIGNIFICANT:
        return "No difference is shown:", counts
    return f"{'A' if a.count > b.count else 'B'} answers better:", counts


def remarks(results: Results) -> list[str]:
    """What else is to be known: the effect of the order, what counts in no share, what is not judged, the cost."""
    found = results.tally
    told = [f"The answer shown first won {share_told(found.position)} of the single verdicts for one of the two."]
    if found.agreement is not None:
        told.append(f"Both orders gave the same verdict in {share_told(found.agreement)}.")
    if found.unreadable:
        told.append(f"{found.unreadable} instructions have an unreadable verdict and count in no share.")
    if results.waiting:
        told.append(f"{results.waiting} instructions are not judged yet.")
    if results.cost:
        told.append(f"These verdicts cost ${results.cost:.4f}.")
    return [*told, "Intervals are Wilson's, 95%; the sign test leaves ties out."]


def share_told(share: Share) -> str:
    """`5 of 10 (50%, 24% to 76%)`."""
    if not share.total:
        return "none"
    return f"{share.count} of {share.total} ({share.value:.0%}, {share.low:.0%} to {share.high:.0%})"
