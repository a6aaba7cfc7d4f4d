"""What the runs of `ways.py` come to: each way against random rows, and the regret of a tournament's winner.

    python benchmarks/ways_table.py docs/runs/ways.csv [--draws 3]

The unit is the sub-pool. A way's difference is its loss on the test questions less the mean of the random draws of the
same sub-pool, with Student's interval over the sub-pools in which both are measured. The winner of a tournament is the
way with the lowest validation loss over `--draws` sub-pools; its regret is its test loss on the *other* sub-pools above
that of the way that is best there, as a share of what that way gains over random rows. It is averaged over all choices
of so many of the sub-pools in which every way is measured.
"""

import argparse
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

LOSS = "token"  # weighted by response tokens; `response` weighs every question the same


def wide(lines: pd.DataFrame, part: str) -> pd.DataFrame:
    """Loss by sub-pool and way, random draws averaged; NaN where it is not measured."""
    return lines.pivot_table(f"{part}_{LOSS}", "sub_pool", "way", aggfunc="mean")


def against_random(lines: pd.DataFrame) -> pd.DataFrame:
    """A line a way: rows and tokens of a set, difference to random rows with its interval, sub-pools won."""
    losses = wide(lines, "test")
    sizes = lines.groupby("way")[["rows", "response_tokens"]].mean()
    found = []
    for way in losses.columns.difference(["random"]):
        apart = (losses[way] - losses["random"]).dropna()
        half = stats.sem(apart) * stats.t.ppf(0.975, len(apart) - 1) if len(apart) > 1 else np.nan
        found.append(
            {
                "way": way,
                "rows": round(sizes.loc[way, "rows"]),
                "tokens": round(sizes.loc[way, "response_tokens"]),
                "to random": apart.mean(),
                "low": apart.mean() - half,
                "high": apart.mean() + half,
                "better in": f"{int((apart < 0).sum())} of {len(apart)}",
            }
        )
    return pd.DataFrame(found).sort_values("to random", ignore_index=True)


def regret(lines: pd.DataFrame, draws: int) -> tuple[float, pd.Series, float]:
    """Mean regret of the winner, how often each way wins, and in what share of the other sub-pools it beats random."""
    validation, test = wide(lines, "validation").dropna(), wide(lines, "test").dropna()
    ways = [each for each in test.columns if ": " not in each]
    shares, winners, won = [], [], []
    for chosen in combinations(test.index, min(draws, len(test) - 1)):
        others = test.drop(index=list(chosen))
        winner = validation.loc[list(chosen), ways].mean().idxmin()
        best = others[ways].mean().min()
        gain = others["random"].mean() - best
        shares.append((others[winner].mean() - best) / gain if gain > 0 else 0.0)
        winners.append(winner)
        won.append((others[winner] < others["random"]).mean())
    return float(np.mean(shares)), pd.Series(winners).value_counts(normalize=True), float(np.mean(won))


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("table", type=Path)
    lines.add_argument("--draws", type=int, default=3, help="sub-pools of a tournament")
    chosen = lines.parse_args()
    table = pd.read_csv(chosen.table)
    tuned = table["way"] != "untuned"
    print(f"Untuned {table.loc[~tuned, f'test_{LOSS}'].mean():.4f}")
    for (pool, budget), part in table[tuned].groupby(["pool", "budget"]):
        losses = wide(part, "test")
        print(f"\nPool {pool}, equal {budget}: {len(losses)} sub-pools; random rows {losses['random'].mean():.4f}")
        print(against_random(part).round(4).to_string(index=False))
        if len(losses.dropna()) < 2:
            print("Every way is measured in one sub-pool at most: too few for a tournament.")
            continue
        share, winners, won = regret(part, chosen.draws)
        print(f"winner of {chosen.draws} sub-pools: {winners.round(2).to_dict()}")
        print(f"its regret {share:.0%} of the best way's gain; better than random rows in {won:.0%} of other sub-pools")


if __name__ == "__main__":
    main()
