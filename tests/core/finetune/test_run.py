"""A tuning run: what it computes, and that it comes to the same end however often it is cut off."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from peft.utils import save_and_load
from safetensors.torch import load_file
from transformers import LlamaForCausalLM, get_cosine_schedule_with_warmup

from core.errors import JobError, ModelUnavailable
from core.finetune import run
from core.finetune.batches import Example
from core.finetune.model import add_adapter
from core.finetune.run import read_curve, tune
from core.finetune.settings import TuningSettings
from core.progress import Cancelled, Silent

Tiny = Callable[[], LlamaForCausalLM]


class StopAt:
    """Progress that wants no more after a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def update(self, done: int, total: int, message: str = "") -> None:
        if done >= self.step:
            raise Cancelled


def adapter(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "adapter" / "adapter_model.safetensors")


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def whole_run(tiny: Tiny, examples: list[Example], settings: TuningSettings, folder: Path) -> dict[str, torch.Tensor]:
    tune(add_adapter(tiny(), settings, "tiny"), examples, settings, folder, Silent())
    return adapter(folder)


@pytest.fixture(scope="module")
def uninterrupted(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a run that nothing cut off."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    whole_run(tiny, examples, settings, folder)
    return folder


@pytest.fixture
def checkpoint_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHECKPOINT_SECONDS", 0.0)


def test_a_run_lowers_the_loss_and_leaves_an_adapter_that_peft_loads(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path
) -> None:
    tuned = tune(add_adapter(tiny(), settings, "tiny"), examples, settings, tmp_path, Silent())
    curve = read_curve(tmp_path / "curve.jsonl")
    assert tuned.steps == 8  # 13 rows in steps of 4, twice
    assert [point["step"] for point in curve] == list(range(1, 9))
    assert curve[-1]["loss"] < curve[0]["loss"]
    loaded = PeftModel.from_pretrained(tiny(), tmp_path / "adapter")
    assert loaded.peft_config["default"].r == settings.lora_rank
    assert not (tmp_path / "checkpoints").exists()


def test_no_save_asks_the_hub_for_the_base_model(
    tiny: Tiny,
    examples: list[Example],
    settings: TuningSettings,
    tmp_path: Path,
    checkpoint_every_step: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(save_and_load, "check_file_exists_on_hf_hub", lambda name, file: asked.append(name))
    whole_run(tiny, examples, settings, tmp_path)
    assert not asked


def test_the_same_seed_gives_the_same_adapter_and_another_seed_another(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path, uninterrupted: Path
) -> None:
    first = adapter(uninterrupted)
    assert same(first, whole_run(tiny, examples, settings, tmp_path / "b"))
    assert not same(first, whole_run(tiny, examples, replace(settings, seed=8), tmp_path / "c"))


@pytest.mark.usefixtures("checkpoint_every_step")
@pytest.mark.parametrize("step", [1, 3, 5, 7])
def test_a_run_cut_off_anywhere_ends_as_an_uninterrupted_one(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path, step: int, uninterrupted: Path
) -> None:
    folder = tmp_path / "cut"
    with pytest.raises(Cancelled):
        tune(add_adapter(tiny(), settings, "tiny"), examples, settings, folder, StopAt(step))
    said: list[str] = []
    resumed = tune(add_adapter(tiny(), settings, "tiny"), examples, settings, folder, Silent(), said.append)
    assert resumed.resumed_from_step == step - 1
    assert same(adapter(folder), adapter(uninterrupted))
    curves = [read_curve(place / "curve.jsonl") for place in (folder, uninterrupted)]
    assert [point["loss"] for point in curves[0]] == [point["loss"] for point in curves[1]]
    assert not said if step == 1 else said == [f"Resumes from step {step - 1}."]


@pytest.mark.usefixtures("checkpoint_every_step")
@pytest.mark.parametrize("damage", ["truncated", "changed", "unsealed"])
def test_a_damaged_checkpoint_is_said_and_the_one_before_is_taken(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path, damage: str, uninterrupted: Path
) -> None:
    folder = tmp_path / "cut"
    with pytest.raises(Cancelled):
        tune(add_adapter(tiny(), settings, "tiny"), examples, settings, folder, StopAt(6))
    newest = folder / "checkpoints" / "checkpoint-5"
    if damage == "unsealed":
        (newest / "seal.json").unlink()
    else:
        weights = (newest / "optimizer.pt").read_bytes()
        cut = weights[: len(weights) // 2] if damage == "truncated" else weights[:-40] + b"x" + weights[-39:]
        (newest / "optimizer.pt").write_bytes(cut)
    said: list[str] = []
    resumed = tune(add_adapter(tiny(), settings, "tiny"), examples, settings, folder, Silent(), said.append)
    assert resumed.resumed_from_step == 4
    assert said == ["checkpoint-5 is incomplete or damaged and is not used.", "Resumes from step 4."]
    assert same(adapter(folder), adapter(uninterrupted))


def test_rows_one_by_one_give_the_step_of_the_whole_batch(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path
) -> None:
    plain = replace(settings, lora_dropout=0.0)
    one = whole_run(tiny, examples, replace(plain, micro_batch_size=1), tmp_path / "one")
    four = whole_run(tiny, examples, replace(plain, micro_batch_size=4), tmp_path / "four")
    for name in one:
        assert torch.allclose(one[name], four[name], atol=2e-4), name


def test_a_step_never_has_more_rows_than_its_batch_whatever_goes_through_at_once() -> None:
    six = TuningSettings(batch_size=6)
    assert [six.rows_at_once(most) for most in (1, 2, 3, 4, 5, 6, 9)] == [1, 2, 3, 3, 3, 6, 6]
    assert TuningSettings(batch_size=7).rows_at_once(3) == 1


def test_short_memory_halves_what_goes_through_at_once_and_says_so(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path
) -> None:
    model = add_adapter(tiny(), settings, "tiny")

    def no_room(module: torch.nn.Module, args: tuple, kwargs: dict) -> None:
        if len(kwargs["input_ids"]) > 1:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    model.register_forward_pre_hook(no_room, with_kwargs=True)
    said: list[str] = []
    tuned = tune(model, examples, replace(settings, micro_batch_size=4), tmp_path, Silent(), said.append)
    assert tuned.steps == 8
    assert [text[:45] for text in said] == [
        "Out of memory: the micro-batch is now 2 rows.",
        "Out of memory: the micro-batch is now 1 rows.",
    ]


def test_memory_too_short_for_one_row_is_told_with_what_to_do(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path
) -> None:
    model = add_adapter(tiny(), settings, "tiny")

    def no_room(module: torch.nn.Module, args: tuple) -> None:
        raise MemoryError

    model.register_forward_pre_hook(no_room)
    with pytest.raises(ModelUnavailable, match="Choose 8-bit or 4-bit precision"):
        tune(model, examples, settings, tmp_path, Silent())


def test_the_learning_rate_follows_transformers_cosine_schedule(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path
) -> None:
    tune(add_adapter(tiny(), settings, "tiny"), examples, settings, tmp_path, Silent())
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=settings.learning_rate)
    schedule = get_cosine_schedule_with_warmup(optimizer, math.ceil(0.03 * 8), 8)
    for point in read_curve(tmp_path / "curve.jsonl"):
        assert point["learning_rate"] == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        schedule.step()


def test_a_run_of_a_single_step_tunes(
    tiny: Tiny, examples: list[Example], settings: TuningSettings, tmp_path: Path
) -> None:
    tune(add_adapter(tiny(), settings, "tiny"), examples[:3], replace(settings, epochs=1), tmp_path, Silent())
    assert [point["learning_rate"] for point in read_curve(tmp_path / "curve.jsonl")] == [settings.learning_rate]
    assert any(weight.abs().max() > 0 for name, weight in adapter(tmp_path).items() if "lora_B" in name)


def test_an_empty_set_is_refused(tiny: Tiny, settings: TuningSettings, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="No row of this set"):
        tune(add_adapter(tiny(), settings, "tiny"), [], settings, tmp_path, Silent())


def test_a_model_without_the_target_modules_is_told(tiny: Tiny, settings: TuningSettings) -> None:
    with pytest.raises(ModelUnavailable, match="query_key_value"):
        add_adapter(tiny(), replace(settings, target_modules=("query_key_value",)), "tiny")


def test_a_curve_cut_off_in_the_middle_of_a_line_is_read_up_to_it(tmp_path: Path) -> None:
    (tmp_path / "curve.jsonl").write_text(json.dumps({"step": 1, "loss": 2.0}) + '\n{"step": 2, "lo')
    assert read_curve(tmp_path / "curve.jsonl") == [{"step": 1, "loss": 2.0}]
