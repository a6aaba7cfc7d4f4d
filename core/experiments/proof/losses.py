"""The losses of a proof's models, question by question where these are known, from the store or from a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import InputError
from core.experiments.proof.plan import Arm, ProofRun
from core.rows.candidate_set import UNTUNED, UNTUNED_NAME

COLUMNS = ("pool", "sub-pool", "arm", "loss")


@dataclass(frozen=True, eq=False)
class ModelLoss:
    """One model: its side, its sub-pool or draw, its tuning seed, and what each question adds to its loss.

    Attributes:
        questions: nats of a question's responses over the mean tokens of a question, shape (questions,): their mean is
            the loss per response token.
    """

    arm: Arm
    draw: int
    seed: int
    questions: np.ndarray

    @property
    def loss(self) -> float:
        """In nats per response token."""
        return float(self.questions.mean())


@dataclass(frozen=True, eq=False)
class ProofLosses:
    """All models of a proof that are measured, on the same questions.

    Attributes:
        weights: response tokens of each question over their mean, shape (questions,).
        untuned: as `ModelLoss.questions`, of the model before tuning; None where it is not measured.
        wanted: how many models there will be.
    """

    models: tuple[ModelLoss, ...]
    weights: np.ndarray
    untuned: np.ndarray | None
    wanted: int

    def of(self, arm: Arm) -> dict[int, np.ndarray]:
        """The models of a side by draw, those of one draw averaged."""
        found: dict[int, list[np.ndarray]] = {}
        for each in self.models:
            if each.arm is arm:
                found.setdefault(each.draw, []).append(each.questions)
        return {draw: np.mean(models, axis=0) for draw, models in sorted(found.items())}

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Those of which a model is measured."""
        there = {each.arm for each in self.models}
        return tuple(arm for arm in Arm if arm in there)


def losses_of_runs(
    losses: pd.DataFrame, runs: Sequence[ProofRun], first: int = 0, end: int | None = None
) -> ProofLosses:
    """The losses of an experiment's models on some of its evaluation examples.

    Args:
        losses: number, example, tokens, loss_nats_per_token; a line a response.
        first, end: which examples count, by their number.
    """
    counted = losses[(losses["example"] >= first) & (losses["example"] < (math.inf if end is None else end))]
    counted = counted.assign(nats=counted["loss_nats_per_token"] * counted["tokens"])
    sums = counted.groupby(["number", "example"])[["nats", "tokens"]].sum()
    nats = sums["nats"].unstack("number")
    there = [run for run in runs if run.number in nats]
    untuned = [UNTUNED] if UNTUNED in nats else []
    nats = nats[[*untuned, *(run.number for run in there)]].dropna()  # what every model was measured on
    tokens = sums["tokens"].groupby("example").first().reindex(nats.index).to_numpy(float)
    scaled = nats / tokens.mean() if len(tokens) else nats
    return ProofLosses(
        tuple(ModelLoss(run.arm, run.draw, run.seed, scaled[run.number].to_numpy()) for run in there),
        tokens / tokens.mean() if len(tokens) else tokens,
        scaled[UNTUNED].to_numpy() if untuned else None,
        len(runs),
    )


def read_loss_table(path: Path) -> dict[str, ProofLosses]:
    """The losses of models that were tuned elsewhere, by pool.

    Args:
        path: a CSV with the columns pool, sub-pool, arm and loss (nats per response token), a line a model; arms as in
            `Arm`, and `untuned` once a pool.

    Raises:
        InputError: the file can't be read, or a line of it.
    """
    try:
        table = pd.read_csv(path, dtype={"pool": str, "arm": str})
    except (OSError, ValueError) as error:
        raise InputError("This is not a readable CSV file.", where=str(path), mend="Check the path.") from error
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        raise InputError(
            f"The table has no column {', '.join(lacking)}.", where=path.name, mend=f"Give {', '.join(COLUMNS)}."
        )
    return {str(pool): _of_pool(lines, path.name) for pool, lines in table.groupby("pool", sort=False, dropna=False)}


def _of_pool(lines: pd.DataFrame, name: str) -> ProofLosses:
    models: list[ModelLoss] = []
    untuned = None
    subpools: dict[str, int] = {}
    for at, (subpool, arm, loss) in zip(
        lines.index, lines[list(COLUMNS[1:])].itertuples(index=False, name=None), strict=True
    ):
        where = f"{name}, line {at + 2}"
        value = pd.to_numeric(loss, errors="coerce")
        if not math.isfinite(value):
            raise InputError("The loss is not a number.", where=where, mend="Correct or remove the line.")
        if arm == UNTUNED_NAME:
            untuned = np.array([float(value)])
            continue
        if arm not in set(Arm):
            raise InputError(f"Unknown arm “{arm}”.", where=where, mend=f"Use {', '.join(Arm)} or {UNTUNED_NAME}.")
        draw = subpools.setdefault(str(subpool), len(subpools))
        models.append(ModelLoss(Arm(arm), draw, draw, np.array([float(value)])))
    return ProofLosses(tuple(models), np.ones(1), untuned, len(models))
