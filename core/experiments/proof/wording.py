"""The verdict of a proof in sentences."""

from core.experiments.proof.contrast import Contrast
from core.experiments.proof.outcome import FEWEST_UNITS, Comparison, Proof, Ruling
from core.experiments.proof.plan import Arm, ProofDesign
from core.humanize import counted, fixed, interval
from core.statistics import SIGNIFICANT

TITLES = {
    Arm.SELECTED: "selected rows",
    Arm.RANDOM: "random rows",
    Arm.LENGTH: "random rows of the same lengths",
    Arm.SOURCE: "random rows of the same datasets",
    Arm.LONGEST: "the longest rows",
    Arm.RANDOM_TOKENS: "random rows of as many tokens",
    Arm.LONGEST_TOKENS: "the longest rows of as many tokens",
    Arm.LOWEST: "lowest-ranked rows",
    Arm.WHOLE: "all rows",
}
NO_VERDICT = "No verdict before selected and random rows are both measured."


def verdict_of(proof: Proof) -> str:
    """The sentences, most important first."""
    first = proof.against(Arm.RANDOM)
    said = NO_VERDICT if first is None else _judged(proof, first)
    if proof.design is ProofDesign.SEEDS:
        said = f"{_of_before(proof)} {said}"
    if proof.measured < proof.wanted:
        said = f"{proof.measured} of {proof.wanted} models measured so far. {said}"
    return f"{said} {proof.flattered}".strip()


def units_of(proof: Proof, count: int) -> str:
    """`6 disjoint sub-pools`, `9 random draws`."""
    if proof.design is not ProofDesign.SUBPOOLS:
        return counted(count, "random draw")
    if not proof.overlap:
        return counted(count, "disjoint sub-pool")
    return f"{counted(count, 'sub-pool')} that share {proof.overlap:.0%} of their rows"


def _judged(proof: Proof, first: Comparison) -> str:
    found = first.found
    if first.ruling is Ruling.TOO_FEW:
        return (
            f"Inconclusive: {units_of(proof, found.units)} cannot show the spread of the difference "
            f"({_signed(found.difference)} nats/token). Use at least {FEWEST_UNITS}."
        )
    parts = [_against_random(proof, first), *_others(proof)]
    told = ["; ".join(parts) + ".", f"Over {units_of(proof, found.units)}.", _caveat(proof, found), _transfer(first)]
    if proof.design is ProofDesign.SELECTION:
        told.append("This holds for the saved rows, not for what the same settings choose from other data.")
    return " ".join(each for each in told if each)


def _against_random(proof: Proof, first: Comparison) -> str:
    found = first.found
    if first.ruling is not Ruling.BETTER:
        words = "Worse than random rows" if first.ruling is Ruling.WORSE else "Not shown to be better than random rows"
        return f"{words}: loss difference {_signed(found.difference)} nats/token ({_interval(found)})"
    text = f"Better than random rows by {_gain(found)}"
    if proof.share is not None:
        size = interval(proof.share.low, proof.share.high, ".1f")
        text += f", {fixed(proof.share.value, 1)} times what tuning on random rows gains ({size})"
    if proof.by_length is not None:
        text += f"; of that, length explains {_explained(proof.by_length, -found.difference)}"
    return text


def _explained(by_length: float, gain: float) -> str:
    if by_length <= 0:
        return "nothing"
    return fixed(by_length, 4) if by_length < gain else "all"


def _others(proof: Proof) -> list[str]:
    """What holds against every other control, those that are not beaten together."""
    others = [each for each in proof.comparisons if each.against is not Arm.RANDOM]
    told = [f"better than {TITLES[each.against]} by {_gain(each.found)}" for each in _with(others, Ruling.BETTER)]
    told += [f"worse than {TITLES[each.against]} by {_gain(each.found, -1)}" for each in _with(others, Ruling.WORSE)]
    names = [TITLES[each.against] for each in _with(others, Ruling.NOT_SHOWN)]
    return [*told, *([f"not shown to be better than {' or '.join(names)}"] if names else [])]


def _with(comparisons: list[Comparison], ruling: Ruling) -> list[Comparison]:
    return [each for each in comparisons if each.ruling is ruling]


def _gain(found: Contrast, sign: int = 1) -> str:
    """`0.0210 nats/token (95% interval 0.0100 to 0.0320)`."""
    ends = (-found.high, -found.low) if sign > 0 else (found.low, found.high)
    return f"{fixed(abs(found.difference), 4)} nats/token (95% interval {interval(*ends, '.4f')})"


def _interval(found: Contrast) -> str:
    return f"95% interval {interval(found.low, found.high, '+.4f')}"


def _signed(value: float) -> str:
    return fixed(value, 4, signed=True)


def _caveat(proof: Proof, found: Contrast) -> str:
    """What stands against a difference of few units, or would make it clearer."""
    if found.low <= 0 <= found.high:
        if found.of_questions > 0.5:
            return "Most of the uncertainty comes from the questions: a larger test part would narrow the interval."
        more = "sub-pools" if proof.design is ProofDesign.SUBPOOLS else "random draws"
        return f"More {more} or larger sets would narrow the interval."
    if proof.design is ProofDesign.SUBPOOLS and found.least_p_value >= SIGNIFICANT:
        return (
            f"With {found.units} sub-pools an exact test cannot give p below {found.least_p_value:.2g}, so this "
            "assumes normally distributed differences."
        )
    return ""


def _transfer(first: Comparison) -> str:
    """Whether a gain is there on questions of another source or format, too."""
    there = first.transfer
    if there is None or first.ruling is not Ruling.BETTER:
        return ""
    basis = f"({_signed(there.difference)} nats/token, {_interval(there)})"
    if there.high < 0:
        return f"On the transfer part the gain holds {basis}."
    if there.low > first.found.difference:
        return f"On the transfer part the gain vanishes {basis}: what was learned is the format of the answers."
    return f"On the transfer part no gain is shown {basis}: what was learned may be the format of the answers."


def _of_before(proof: Proof) -> str:
    """What a proof of an earlier version lacks."""
    random = proof.arm(Arm.RANDOM)
    draws = counted(len(random.losses), "random draw") if random else "random draws"
    return (
        "This proof is of an earlier version: it tuned one selection with several seeds, and seeds of one selection "
        f"say nothing about other draws. Judged anew, the selection counts once, beside {draws}."
    )
