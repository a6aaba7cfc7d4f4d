"""What a proof came to: against which other choices of rows is the selection better, and by how much?

Each comparison stands by its own: it was planned before anything was measured, and no best one is looked for. A
selection is called better where the whole 95% interval of the difference is below 0, so falsely in 2.5% of the cases.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from core.experiments.proof.contrast import (
    Contrast,
    DifferenceEstimate,
    beside,
    contrast,
    paired,
    placed,
    rank,
    ratio,
)
from core.experiments.proof.losses import ProofLosses, losses_of_runs
from core.experiments.proof.outcome import ArmLoss, Comparison, Proof
from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan, proof_of, runs_of
from core.experiments.proof.wording import verdict_of
from core.statistics import sign_flips
from core.store import SavedExperiment
from core.store.experiments import ExperimentTables


def proof_so_far(experiments: ExperimentTables, saved: SavedExperiment, plan: ProofPlan | None = None) -> Proof:
    """What the proof of an experiment has come to by the losses in the store.

    Args:
        plan: of the proof, where it is read already.
    """
    plan = plan or proof_of(saved.spec) or ProofPlan(0, "", ProofDesign.SEEDS)
    runs = runs_of(experiments.candidate_sets(saved.experiment_id))
    measured, end = experiments.example_losses(saved.job_id), plan.test_examples or None
    transfer = losses_of_runs(measured, runs, plan.test_examples) if plan.transfer_examples else None
    return judge_proof(losses_of_runs(measured, runs, 0, end), plan, transfer)


def judge_proof(losses: ProofLosses, plan: ProofPlan, transfer: ProofLosses | None = None) -> Proof:
    """Compare the selection with every other side by the losses that are there.

    Args:
        plan: says what is repeated, and how alike sub-pools are.
        transfer: the same models on the transfer part.
    """
    design = plan.design
    sides = {arm: losses.of(arm) for arm in losses.arms}
    arms = tuple(ArmLoss(a, tuple(of), tuple(float(q.mean()) for q in of.values())) for a, of in sides.items())
    others = [arm for arm in sides if arm is not Arm.SELECTED] if Arm.SELECTED in sides else []
    comparisons = tuple(
        Comparison(arm, found, _contrast(transfer, arm, plan) if transfer else None)
        for arm in others
        if (found := _contrast(losses, arm, plan)) is not None
    )
    both = _with_gain(losses, plan)
    untuned = None if losses.untuned is None else float(losses.untuned.mean())
    proof = Proof(
        design,
        arms,
        comparisons,
        None if both is None else contrast(_second_turned(both), _units(losses, design)),
        None if both is None else ratio(both),
        _by_length(losses, design),
        untuned,
        len(losses.models),
        losses.wanted,
        plan.overlap,
        plan.flattered,
    )
    return replace(proof, verdict=verdict_of(proof))


def _contrast(losses: ProofLosses, arm: Arm, plan: ProofPlan) -> Contrast | None:
    """The selection less one side; None where no pair of them is measured."""
    selected, other = losses.of(Arm.SELECTED), losses.of(arm)
    if plan.design is ProofDesign.SUBPOOLS:
        common = sorted(selected.keys() & other.keys())
        if not common:
            return None
        pairs = np.stack([selected[draw] - other[draw] for draw in common])
        exact = sign_flips(pairs.mean(axis=1).tolist()) if not plan.overlap else (np.nan, np.nan)
        return contrast(paired(pairs[None], losses.weights, plan.alike.get(arm, 0.0)), len(common), exact)
    if not selected or not other:
        return None
    one, control = next(iter(selected.values())), np.stack(list(other.values()))
    if len(control) > 1:
        exact = rank(float(one.mean()), control.mean(axis=1).tolist())
        return contrast(placed(one, control, losses.weights), len(control), exact)
    random = losses.of(Arm.RANDOM)
    if arm is Arm.RANDOM or not random:
        return contrast(placed(one, control, losses.weights), 1)
    draws = np.stack(list(random.values()))
    return contrast(beside(one, control[0], draws, losses.weights), len(draws))


def _with_gain(losses: ProofLosses, plan: ProofPlan) -> DifferenceEstimate | None:
    """The difference to random rows, and beside it what tuning on these gains over the untuned model."""
    selected, random = losses.of(Arm.SELECTED), losses.of(Arm.RANDOM)
    if losses.untuned is None or not selected or not random:
        return None
    if plan.design is not ProofDesign.SUBPOOLS:
        return placed(next(iter(selected.values())), np.stack(list(random.values())), losses.weights, losses.untuned)
    common = sorted(selected.keys() & random.keys())
    if not common:
        return None
    pairs = np.stack([selected[draw] - random[draw] for draw in common])
    gains = np.stack([losses.untuned - random[draw] for draw in common])
    return paired(np.stack([pairs, gains]), losses.weights, plan.alike.get(Arm.RANDOM, 0.0))


def _second_turned(both: DifferenceEstimate) -> DifferenceEstimate:
    """The second quantity alone, as a loss less that of the untuned model."""
    return DifferenceEstimate(-both.means[1:], both.covariance[1:, 1:], both.degrees[1:], both.of_questions[1:])


def _units(losses: ProofLosses, design: ProofDesign) -> int:
    random = losses.of(Arm.RANDOM)
    return len(losses.of(Arm.SELECTED).keys() & random.keys()) if design is ProofDesign.SUBPOOLS else len(random)


def _by_length(losses: ProofLosses, design: ProofDesign) -> float | None:
    """Mean loss of random rows less that of length-matched ones, in the same sub-pools."""
    random, matched = losses.of(Arm.RANDOM), losses.of(Arm.LENGTH)
    if design is ProofDesign.SUBPOOLS:
        common = losses.of(Arm.SELECTED).keys() & random.keys() & matched.keys()
        random, matched = ({draw: of[draw] for draw in common} for of in (random, matched))
    if not random or not matched:
        return None
    return _mean(random.values()) - _mean(matched.values())


def _mean(models: Iterable[np.ndarray]) -> float:
    return float(np.mean([each.mean() for each in models]))
