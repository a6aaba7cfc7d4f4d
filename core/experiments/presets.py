"""Sizes of experiment to start from: what each tunes and measures, and what it is for."""

from dataclasses import dataclass

from core.errors import InputError
from core.finetune.settings import TuningSettings

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class ExperimentPreset:
    """The size of an experiment; everything else has the paper's defaults.

    Attributes:
        name: its key in `PRESETS` and in stored specs.
        description: what it is for and what it takes, for the user.
        sets, rows: candidate sets, and rows of each.
        responses: of the evaluation set on which loss is measured; 0 for all.
        max_evaluation_tokens: the most of a prompt, and of a response, that is measured.
        batch_size, learning_rate, lora_dropout, target_modules, tuned_layers: as of `TuningSettings`.
        fused: the paper's fused sets, in place of designed ones.
        paper_precision: tune in 8 bits as the paper does, also where another precision is faster.
    """

    name: str
    title: str
    description: str
    profile: str
    sets: int
    rows: int
    epochs: int
    responses: int
    max_evaluation_tokens: int
    batch_size: int = TuningSettings.batch_size
    learning_rate: float = TuningSettings.learning_rate
    lora_dropout: float = TuningSettings.lora_dropout
    target_modules: tuple[str, ...] = TuningSettings.target_modules
    tuned_layers: int = TuningSettings.tuned_layers
    fused: bool = False
    paper_precision: bool = False


PRESETS = {
    each.name: each
    for each in (
        ExperimentPreset(
            "taste",
            "Quick trial",
            "Runs every step once with the embedded model: 5 to 6 minutes on 2 CPU cores. Its learning rate was "
            "chosen on the demo data.",
            profile="embedded",
            sets=8,
            rows=16,
            epochs=1,
            responses=32,
            max_evaluation_tokens=256,
            # Few rows, so small steps in number and large in size: see "A quick trial" in docs/experiments.md.
            batch_size=2,
            learning_rate=3e-3,
            lora_dropout=0.0,
            target_modules=ALL_LINEAR,
            tuned_layers=10,
        ),
        ExperimentPreset(
            "workstation",
            "Workstation run",
            "Enough sets to learn a first rule with the embedded model: hours on a CPU, minutes on a GPU.",
            profile="embedded",
            sets=24,
            rows=128,
            epochs=1,
            responses=64,
            max_evaluation_tokens=256,
        ),
        ExperimentPreset(
            "paper",
            "Paper replication",
            "The paper's design with LLaMA-7B in 8 bits: days on a GPU with 24 GB.",
            profile="paper",
            sets=78,
            rows=2_000,
            epochs=3,
            responses=0,
            max_evaluation_tokens=512,
            fused=True,
            paper_precision=True,
        ),
    )
}
NAMES = {"quick-trial": "taste", "workstation": "workstation", "paper": "paper"}


def preset_named(name: str) -> ExperimentPreset:
    """A preset by the name that commands and notebooks take, or by its key.

    Raises:
        InputError: there is no such preset.
    """
    key = NAMES.get(name, name)
    if key not in PRESETS:
        raise InputError("Unknown preset.", where=name, mend=f"Choose from {', '.join(NAMES)}.")
    return PRESETS[key]
