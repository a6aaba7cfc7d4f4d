"""Which models can be compared: every tuned set whose adapter is here, and each experiment's model before tuning."""

from dataclasses import replace

from core.comparison import ComparedModel
from core.errors import StudioError
from core.experiment_results import UNTUNED_NAME
from core.finetune.settings import TuningSettings
from core.proof import Arm, proof_of, runs_of
from core.store import UNTUNED, SavedExperiment
from pages.components.experiment_standing import experiments
from pages.components.workspace import store


def comparable_models() -> dict[str, ComparedModel]:
    """The models by a key of their own, of the newest experiment first."""
    found = {}
    for saved in store().experiments():
        for model in _models_of(saved):
            found[f"{saved.experiment_id}.{model.number}"] = model
    return found


def natural_pair(models: dict[str, ComparedModel]) -> tuple[str, str]:
    """The keys of two models that ask to be compared: the sides of the newest proof, else the best set and no tuning.

    Args:
        models: at least two, of `comparable_models`.
    """
    for saved in store().experiments():
        if proof_of(saved.spec) is not None:
            sides = _sides(saved, models)
            if sides is not None:
                return sides
    first, *others = models
    newest = first.split(".")[0]
    losses = {f"{newest}.{n}": loss for n, loss in _losses(store().experiment(int(newest))).items() if n != UNTUNED}
    known = [key for key in losses if key in models]
    best = min(known, key=losses.__getitem__) if known else others[0]
    return best, f"{newest}.{UNTUNED}"


def _sides(saved: SavedExperiment, models: dict[str, ComparedModel]) -> tuple[str, str] | None:
    """A selected and a random model of a proof, tuned with the same seed."""
    runs = runs_of(store().candidate_sets(saved.experiment_id))
    by_side = {(run.arm, run.seed): f"{saved.experiment_id}.{run.number}" for run in runs}
    for seed in sorted({run.seed for run in runs}):
        pair = by_side.get((Arm.SELECTED, seed)), by_side.get((Arm.RANDOM, seed))
        if pair[0] in models and pair[1] in models:
            return pair[0] or "", pair[1] or ""
    return None


def _models_of(saved: SavedExperiment) -> list[ComparedModel]:
    if not saved.job_id:
        return []
    try:
        tuning = TuningSettings.from_dict(saved.spec["tuning"])
    except (StudioError, KeyError):
        return []  # made by a studio whose settings are not known any more
    sets = store().candidate_sets(saved.experiment_id)
    measured = _losses(saved)
    tuned = [
        ComparedModel(
            each.name,
            saved.name,
            saved.job_id,
            number,
            saved.spec["profile"],
            replace(tuning, seed=each.detail.get("tuning_seed", tuning.seed)),
        )
        for number, each in enumerate(sets, start=1)
        if number in measured and (experiments().adapter(saved.job_id, number).path / "adapter").is_dir()
    ]
    untuned = ComparedModel(UNTUNED_NAME, saved.name, saved.job_id, UNTUNED, saved.spec["profile"], tuning)
    return [*tuned, untuned] if tuned else []


def _losses(saved: SavedExperiment) -> dict[int, float]:
    table = store().set_losses(saved.job_id)
    return {int(number): float(loss) for number, loss in zip(table["number"], table["loss_per_example"], strict=True)}
