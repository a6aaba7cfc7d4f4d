"""How many rows each dataset may give to a selection."""

from collections.abc import Mapping


def share_out(wanted: int, weights: Mapping[int, float], available: Mapping[int, int]) -> dict[int, int]:
    """Share `wanted` rows by weight, nobody more than it has; what one can't take goes to the others.

    The shares add up to `wanted`, or to all that is available where that is less.
    """
    shares = dict.fromkeys(weights, 0)
    left = min(wanted, sum(available.values()))
    while left:
        open_ones = [d for d in shares if shares[d] < available[d]]
        total = sum(weights[d] for d in open_ones)
        exact = {d: left * weights[d] / total for d in open_ones}
        given = {d: min(int(exact[d]), available[d] - shares[d]) for d in open_ones}
        if not any(given.values()):  # less than one row each is left: to the largest remainders
            for d in sorted(open_ones, key=lambda d: -exact[d])[:left]:
                shares[d] += 1
            return shares
        for d, n in given.items():
            shares[d] += n
        left -= sum(given.values())
    return shares
