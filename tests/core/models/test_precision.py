"""The precision that computes here is measured once a computer, and the fastest that is exact enough is taken."""

import json
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch

from core.models import precision
from core.models.precision import ComputeRates, chosen_precision, compute_rates, in_precision, measure
from core.models.profiles import profile
from core.models.threads import Look, free_cores, look, others, quota, use_free_cores

RATES = ComputeRates("cpu", "Zen 4", 2, 80.0, 200.0)


@pytest.mark.parametrize(
    ("rates", "fastest", "told"),
    [
        (RATES, "bfloat16", "bfloat16, 2.5 times as fast as float32 here"),
        (replace(RATES, bfloat16=9.0), "float32", "float32, 8.9 times as fast as bfloat16 here"),
        (replace(RATES, bfloat16=85.0), "float32", "float32; bfloat16 gains too little here"),
        (replace(RATES, bfloat16=0.0), "float32", "float32"),
        (replace(RATES, device="cuda", float16=900.0, bfloat16=0.0), "float16",
         "float16, 11.2 times as fast as float32 here"),
        (replace(RATES, device="cuda", float16=900.0, bfloat16=800.0), "bfloat16",
         "bfloat16; float16 gains too little here"),
        (replace(RATES, float32=0.0, bfloat16=0.0), "float32", "float32"),
    ],
)  # fmt: skip
def test_a_half_precision_is_taken_where_it_is_clearly_faster(rates: ComputeRates, fastest: str, told: str) -> None:
    assert (rates.fastest, rates.told) == (fastest, told)


def test_what_is_measured_is_what_multiplies_faster(tmp_path: Path) -> None:
    found = measure(tmp_path / "rates.json")
    assert found.device == "cpu" and found.processor and found.float32 > 1
    left, right = torch.randn(512, 1024), torch.randn(1024, 1024)
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        a, b = left.to(dtype), right.to(dtype)
        seconds[dtype] = min(_timed(a, b) for _ in range(5))
    ratio = seconds[torch.float32] / seconds[torch.bfloat16]
    if not 0.7 < ratio < 1.6:  # where the two are as fast, either may be taken
        assert (found.fastest == "bfloat16") == (ratio > 1)


def _timed(a: torch.Tensor, b: torch.Tensor) -> float:
    began = time.perf_counter()
    torch.nn.functional.linear(a, b)
    return time.perf_counter() - began


def test_it_is_measured_once_a_computer_and_anew_on_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rates.json"
    first = compute_rates(file)
    kept = json.loads(file.read_text("utf-8"))
    assert list(kept.values()) == [first.as_dict()]
    compute_rates.cache_clear()
    file.write_text(json.dumps({key: values | {"float32": 12345.0} for key, values in kept.items()}))
    assert compute_rates(file).float32 == 12345.0
    compute_rates.cache_clear()
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert compute_rates(file).float32 != 12345.0
    assert len(json.loads(file.read_text("utf-8"))) == 2


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"x": 3}', '{"x": {"float32": "fast"}}'])
def test_a_damaged_file_is_measured_anew(content: str, tmp_path: Path) -> None:
    (tmp_path / "rates.json").write_text(content)
    assert precision._kept(tmp_path / "rates.json") == {}


def test_the_choice_of_the_user_stands() -> None:
    assert {chosen_precision(each) for each in ("float32", "bfloat16")} == {"float32", "bfloat16"}
    assert chosen_precision("auto") == compute_rates().fastest


def test_only_models_that_may_compute_in_half_precision_change() -> None:
    embedded, paper = in_precision(profile("embedded"), "float32"), in_precision(profile("paper"), "float16")
    assert (embedded.language_model.dtype, embedded.encoder) == ("float32", profile("embedded").encoder)
    assert (paper.language_model.dtype, paper.reward.dtype, paper.quality.dtype) == ("float16", "float16", "float32")


@pytest.mark.parametrize(
    ("cores", "others_busy", "most", "threads"),
    [
        (8, 0, 8, 8),
        (8, 0, 4, 4),
        (8, 4, 8, 4),
        (8, 1.6, 4, 4),
        (8, 8, 8, 1),
        (2, 0.8, 2, 1),
        (2, 0.3, 2, 2),
        (1, 0, 1, 1),
    ],
)
def test_as_many_threads_compute_as_cores_are_free(cores: int, others_busy: float, most: int, threads: int) -> None:
    assert free_cores(cores, others_busy, most) == threads


def test_what_this_process_computed_keeps_no_core_busy() -> None:
    before, now = Look(at=100, busy=50, own=10), Look(at=120, busy=85, own=42)
    assert others(before, now) == pytest.approx(3 / 20)
    assert others(before, Look(at=120, busy=85, own=10)) == pytest.approx(35 / 20)
    assert others(before, Look(at=120, busy=60, own=21)) == 0  # the two clocks differ by a tick


@pytest.mark.skipif(psutil.Process().nice() > 0, reason="what gives way to others is not counted")
def test_a_look_counts_what_computes_and_not_what_waits() -> None:
    before = look()
    deadline = time.process_time() + 0.2
    while time.process_time() < deadline:
        pass
    worked = look()
    assert worked.own - before.own >= 0.15
    assert worked.busy - before.busy >= 0.15
    time.sleep(0.2)
    assert look().own - worked.own < 0.15


def test_no_more_threads_than_asked_for_and_than_a_container_may_use(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    assert 1 <= use_free_cores() <= before
    torch.set_num_threads(before)
    limits = tmp_path / "cpu.max"
    limits.write_text("150000 100000")
    assert quota(limits) == 2
    limits.write_text("max 100000")
    assert quota(limits) == quota(tmp_path / "none")
