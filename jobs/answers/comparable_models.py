"""Which models can be compared: every tuned set whose adapter is here, and each experiment's model before tuning."""

from dataclasses import replace

from core.comparison.spec import ComparedModel
from core.errors import InputError, JobError, StudioError
from core.experiments.proof.plan import Arm, proof_of, runs_of
from core.finetune.settings import TuningSettings
from core.rows.candidate_set import UNTUNED, UNTUNED_NAME
from core.store import SavedExperiment, Store
from core.store.experiments import ExperimentTables
from core.values import Door, read
from jobs.experiments.experiments import Experiments


def comparable_models(store: Store, experiments: Experiments) -> dict[str, ComparedModel]:
    """The models by a key of their own (`3.1`: set 1 of experiment 3), of the newest experiment first."""
    found = {}
    for saved in store.experiments.all():
        for model in _models_of(store, experiments, saved):
            found[f"{saved.experiment_id}.{model.number}"] = model
    return found


def natural_pair(store: Store, models: dict[str, ComparedModel]) -> tuple[str, str]:
    """The keys of two models that ask to be compared: the sides of the newest proof, else the best set and no tuning.

    Args:
        models: at least two, of `comparable_models`.
    """
    for saved in store.experiments.all():
        if proof_of(saved.spec) is not None:
            sides = _sides(store.experiments, saved, models)
            if sides is not None:
                return sides
    first, *others = models
    newest = first.split(".")[0]
    measured = _losses(store.experiments, store.experiments.get(int(newest)))
    losses = {f"{newest}.{n}": loss for n, loss in measured.items() if n != UNTUNED}
    known = [key for key in losses if key in models]
    best = min(known, key=losses.__getitem__) if known else others[0]
    return best, f"{newest}.{UNTUNED}"


def wanted_pair(store: Store, models: dict[str, ComparedModel], a: str, b: str) -> tuple[str, str]:
    """The keys of the two models that are asked for by key, by name, or by name and experiment as pages show them.

    Of models of one name that of the newest experiment is meant; beside a tuned model `untuned` is that of its own.

    Args:
        a, b: "" for the natural pair, and for b alone the model before A's tuning.

    Raises:
        JobError: no model is tuned yet.
        InputError: there is no such model, or both are the same one.
    """
    if not models:
        raise JobError("No tuned models.", mend="Run an experiment or a proof first.")
    if not a and not b:
        return natural_pair(store, models)
    one = "" if a == UNTUNED_NAME else _key(models, a)
    other = "" if b in ("", UNTUNED_NAME) else _key(models, b)
    beside = (one or other or next(iter(models))).split(".")[0]
    pair = (one or f"{beside}.{UNTUNED}", other or f"{beside}.{UNTUNED}")
    if pair[0] == pair[1]:
        raise InputError("Both models are the same.", where=models[pair[0]].label, mend="Choose two different models.")
    return pair


def _key(models: dict[str, ComparedModel], wanted: str) -> str:
    """The key of a model by key, label or title."""
    by_name = {name: key for key, model in reversed(models.items()) for name in (model.title, model.label, key)}
    if wanted not in by_name:
        mend = f"Choose one of `list models`, for example {next(iter(models))}."
        raise InputError("Unknown model.", where=wanted, mend=mend)
    return by_name[wanted]


def _sides(
    experiments: ExperimentTables, saved: SavedExperiment, models: dict[str, ComparedModel]
) -> tuple[str, str] | None:
    """A selected and a random model of a proof, of one sub-pool where that can be."""
    runs = [
        run
        for run in runs_of(experiments.candidate_sets(saved.experiment_id))
        if f"{saved.experiment_id}.{run.number}" in models
    ]
    selected, random = ([run for run in runs if run.arm is arm] for arm in (Arm.SELECTED, Arm.RANDOM))
    pairs = [(one, other) for one in selected for other in random]
    if not pairs:
        return None
    one, other = min(pairs, key=lambda pair: (pair[0].seed != pair[1].seed, pair[0].seed, pair[1].seed))
    return f"{saved.experiment_id}.{one.number}", f"{saved.experiment_id}.{other.number}"


def _models_of(store: Store, experiments: Experiments, saved: SavedExperiment) -> list[ComparedModel]:
    if not saved.job_id:
        return []
    try:
        tuning = read(TuningSettings, saved.spec["tuning"], f"The experiment “{saved.name}”: tuning", Door.STORE)
    except (StudioError, KeyError):
        return []  # made by a studio whose settings are not known any more
    sets = store.experiments.candidate_sets(saved.experiment_id)
    measured = _losses(store.experiments, saved)
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
        if number in measured and _adapter_is_here(experiments, saved.job_id, number)
    ]
    untuned = ComparedModel(UNTUNED_NAME, saved.name, saved.job_id, UNTUNED, saved.spec["profile"], tuning)
    return [*tuned, untuned] if tuned else []


def _adapter_is_here(experiments: Experiments, job_id: str, number: int) -> bool:
    try:
        return (experiments.adapter(job_id, number).path / "adapter").is_dir()
    except JobError:  # a store may name a job that can have no folder
        return False


def _losses(experiments: ExperimentTables, saved: SavedExperiment) -> dict[int, float]:
    table = experiments.losses(saved.job_id)
    return {int(number): float(loss) for number, loss in zip(table["number"], table["loss_per_example"], strict=True)}
