"""How many rows each dataset may give to a selection."""

from collections.abc import Mapping
from fractions import Fraction


def share_out(wanted: int, weights: Mapping[int, float], available: Mapping[int, int]) -> dict[int, int]:
    """Share `wanted` rows by weight, by largest remainders (Hamilton), nobody more than it has.

    What one can't take goes to the others by their weights; those of weight 0 get what no other can take.
    The shares add up to `wanted`, or to all that is available where that is less.
    """
    left = max(0, min(wanted, sum(available[each] for each in weights)))
    exact: dict[int, Fraction] = {}
    open_ones = [each for each in weights if available[each] > 0]
    while open_ones and left:
        weigh = {each: Fraction(weights[each]) for each in open_ones}
        if not any(weigh.values()):
            weigh = dict.fromkeys(open_ones, Fraction(1))
        total = sum(weigh.values())
        exact |= {each: left * weigh[each] / total for each in open_ones}
        full = [each for each in open_ones if exact[each] >= available[each]]
        exact |= {each: Fraction(available[each]) for each in full}
        left -= sum(available[each] for each in full)
        if not full:
            break
        open_ones = [each for each in open_ones if each not in full]
    shares = {each: int(exact.get(each, 0)) for each in weights}
    by_remainder = sorted(exact, key=lambda each: shares[each] - exact[each])
    for each in by_remainder[: int(sum(exact.values())) - sum(shares.values())]:
        shares[each] += 1
    return shares
