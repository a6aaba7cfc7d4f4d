"""`compare` lets a real worker answer with both models of a proof; `wait` and `list` know comparisons."""

from pathlib import Path
from typing import Any

import pytest

from core.finetune.settings import Precision, TuningSettings
from core.rows.candidate_set import CandidateSet, Kind
from jobs.api import Studio
from tests.jobs.shell import Shell
from tests.measured_store import SPEC, take_losses

JOB = "20260101-000000-abc123"
SHORT = ["--instructions", "2", "--max-tokens", "4"]


@pytest.fixture(scope="module")
def models_dir(shallow_models: Path) -> Path:
    """With few layers: what comes of a tuned model is looked at, not how well it answers."""
    return shallow_models


@pytest.fixture(scope="module")
def proved(shell: Shell, adapter: Path) -> Shell:
    """With a proof of one model a side, as a worker leaves it; both sides are tuned alike."""
    with Studio.open(shell.root) as studio:
        rows = studio.scores.table("handbook").head(4)[["dataset_id", "row_id"]]
        sets = [
            CandidateSet(f"{arm}, seed 0", Kind.RANDOM, rows, {"arm": arm, "tuning_seed": 0, "draw": 0})
            for arm in ("selected", "random")
        ]
        tuning = TuningSettings(Precision.FP32, template="chat").as_dict()
        spec = SPEC | {"tuning": tuning, "plan": {"proof": {"selection_id": 1, "selection": "Best"}}}
        studio.session.store.experiments.add("Proof of Best", spec, sets, JOB)
        take_losses(studio.session.store, shell.root, JOB, {0: 0.6, 1: 0.5, 2: 0.55})
    for place in ("0001", "0002"):
        folder = shell.root / "jobs" / JOB / "sets" / place
        folder.mkdir(parents=True)
        (folder / "adapter").symlink_to(adapter, target_is_directory=True)
    return shell


@pytest.fixture(scope="module")
def compared(proved: Shell) -> dict[str, Any]:
    """What came of the two sides that are proposed."""
    return dict(proved.json("compare", *SHORT, "--wait"))


def test_the_sides_of_the_newest_proof_answer(proved: Shell, compared: dict[str, Any]) -> None:
    assert (compared["status"], compared["instructions"], len(compared["answers"])) == ("done", 2, 2)
    assert (compared["a"], compared["b"]) == ("selected, seed 0 (Proof of Best)", "random, seed 0 (Proof of Best)")
    assert all(each["a"] == each["b"] for each in compared["answers"]), "both sides have the same adapter"
    assert [each["model"] for each in proved.json("list", "models")] == ["1.1", "1.2", "1.0"]
    assert "selected, seed 0 vs. random, seed 0" in {each["name"] for each in proved.json("list", "comparisons")}


def test_answers_that_were_cancelled_go_on_when_they_are_waited_for_and_known_ones_stay(
    proved: Shell, compared: dict[str, Any]
) -> None:
    queued = proved.json("compare", "random, seed 0", *SHORT, "--name", "Helped?")
    assert (queued["b"], queued["answers"]) == ("untuned (Proof of Best)", [])
    assert queued["status"] in ("queued", "running")
    with Studio.open(proved.root) as studio:
        studio.session.client.cancel(studio.session.store.comparisons.get(queued["comparison"]).job_id)
        assert studio.comparisons.status("Helped?").status == "cancelled"
    done = proved.json("wait", "--comparison", "Helped?")
    assert done["status"] == "done"
    assert [each["a"] for each in done["answers"]] == [each["b"] for each in compared["answers"]]
    assert all(each["a"] != each["b"] for each in done["answers"])
    code, said, _ = proved.run("wait", "--comparison", str(queued["comparison"]))
    assert code == 0 and "2 of 2 instructions have both answers." in said


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["compare", "nobody"], "Unknown model"),
        (["compare", "1.0"], "Both models are the same"),
        (["compare", "1.1", "1.1"], "Both models are the same"),
        (["compare", "--evaluation-set", "nobody's"], "Evaluation set not found"),
        (["compare", "--max-tokens", "0"], "answers.max_new_tokens: 0 is less than 1"),
        (["compare", "--instructions", "-1"], "instructions is"),
        (["wait", "--comparison", "9"], "Comparison not found"),
    ],
)
def test_what_can_not_be_compared_is_told(asked: list[str], told: str, proved: Shell) -> None:
    assert told in proved.refused(*asked)


def test_without_a_tuned_model_a_comparison_says_what_to_do_first(tmp_path: Path) -> None:
    assert "No tuned models. Run an experiment" in Shell(tmp_path).refused("compare")
