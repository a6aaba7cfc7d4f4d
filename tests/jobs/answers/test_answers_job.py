"""Answers of two models made by a real worker: the model's own, made once, also where the worker is killed."""

from dataclasses import replace
from pathlib import Path

import pytest
from peft import PeftModel
from transformers import AutoTokenizer

from core.comparison.spec import ComparedModel, ComparisonSpec
from core.errors import JobError
from core.finetune.settings import Precision, TuningSettings
from core.models.embedded_model import NAME
from core.models.generation import AnswerSettings
from core.rows.evaluation_set import EvaluationExample
from jobs.answers.comparisons import Comparisons
from jobs.answers.spec import AnswersSpec
from jobs.client import JobClient
from jobs.experiments.experiments import Experiments
from jobs.queue.folder import JobFolder
from tests.jobs.studio import SHORT, Studio, part_identities, until

UNTUNED = ComparedModel("untuned", "Trial", "trial", 0, "embedded", TuningSettings(Precision.FP32, template="chat"))
TUNED = replace(UNTUNED, title="random 01", number=1)
SPEC = ComparisonSpec((TUNED, UNTUNED), AnswerSettings(max_new_tokens=4), "demo")
PROMPTS = [EvaluationExample(row.instruction, row.input, ("Good.",)) for row in SHORT[:3]]


@pytest.fixture
def tuned(studio: Studio, adapter: Path) -> Studio:
    """A studio in which the set of an experiment is tuned."""
    studio.make_queue()
    place = Experiments(studio.client).adapter("trial", 1).path
    place.mkdir(parents=True)
    (place / "adapter").symlink_to(adapter, target_is_directory=True)
    return studio


def own_answer(model: PeftModel, models: Path, prompt: str) -> str:
    """What transformers' own generation says, asked one prompt alone."""
    tokenizer = AutoTokenizer.from_pretrained(models / NAME)
    turns = [{"role": "user", "content": prompt}]
    given = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    written = model.generate(**given, max_new_tokens=4, do_sample=False)
    return str(tokenizer.decode(written[0, given["input_ids"].shape[1] :], skip_special_tokens=True)).strip()


def job_of(studio: Studio, number: int) -> str:
    return studio.store.comparisons.get(number).job_id


def test_a_comparison_whose_process_was_killed_before_it_was_queued_is_queued_by_the_next(
    tuned: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As if the process ended here."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(JobClient, "enqueue", killed)
        patched.setattr(JobFolder, "remove", killed)
        Comparisons(tuned.client).start(tuned.store, "Mine", SPEC, PROMPTS)
    (kept,) = tuned.store.comparisons.all()
    assert tuned.client.active() == set()
    assert tuned.client.queue_begun([kept.job_id]) == 1 and tuned.client.active() == {kept.job_id}
    assert tuned.client.queue_begun([kept.job_id]) == 0


def test_a_worker_killed_amid_answers_makes_the_rest_and_they_are_the_models_own(
    tuned: Studio, plain: PeftModel, models_dir: Path
) -> None:
    number = Comparisons(tuned.client).start(tuned.store, "Mine", SPEC, PROMPTS)
    job = job_of(tuned, number)
    folder = tuned.folder(job)
    folder.write_spec(replace(AnswersSpec.from_dict(folder.spec()), batch_rows=2).as_dict())
    tuned.start_worker()
    tuned.wait_for_parts(job, 1)
    tuned.kill_worker()
    finished = part_identities(folder)
    assert len(finished) < 4, "the kill came too late to say anything"
    tuned.start_worker()
    done = tuned.wait(job, "done")
    assert (done.kind, done.done, done.total, done.unit) == ("answers", 6, 6, "answers")
    assert finished.items() <= part_identities(folder).items()

    assert tuned.client.take_in(tuned.store) == 6
    pairs = tuned.store.comparisons.answer_pairs(number, SPEC.answer_key(0), SPEC.answer_key(1))
    assert [pair.instruction for pair in pairs] == [each.instruction for each in PROMPTS]
    assert pairs[0].a == own_answer(plain, models_dir, pairs[0].prompt)
    with plain.disable_adapter():
        assert pairs[0].b == own_answer(plain, models_dir, pairs[0].prompt)
    assert pairs[0].a != pairs[0].b
    assert not folder.input.exists(), "what is taken in is of no more use"

    again = Comparisons(tuned.client).start(tuned.store, "Again", SPEC, PROMPTS[1:])
    assert job_of(tuned, again) == "", "every answer is known"
    assert len(tuned.store.comparisons.answer_pairs(again, SPEC.answer_key(0), SPEC.answer_key(1))) == 2


def test_answers_are_cancelled_queued_again_and_forgotten(tuned: Studio) -> None:
    comparisons = Comparisons(tuned.client)
    number = comparisons.start(tuned.store, "Mine", SPEC, PROMPTS[:1])
    job = job_of(tuned, number)
    tuned.client.cancel(job)
    assert tuned.job(job).status == "cancelled"
    tuned.client.retry(job)
    assert tuned.job(job).status == "queued"
    comparisons.remove(tuned.store, number)
    assert tuned.store.comparisons.all() == []
    assert tuned.job(job).status == "cancelled"
    assert not tuned.folder(job).path.exists()


def test_a_model_that_is_not_tuned_yet_is_refused_and_nothing_is_left(tuned: Studio) -> None:
    comparisons = Comparisons(tuned.client)
    missing = replace(SPEC, models=(replace(TUNED, number=2), UNTUNED))
    with pytest.raises(JobError, match="adapter of this model is missing"):
        comparisons.start(tuned.store, "Mine", missing, PROMPTS)
    with pytest.raises(JobError, match="no instructions"):
        comparisons.start(tuned.store, "Mine", SPEC, [])
    assert tuned.store.comparisons.all() == []
    assert [path.name for path in tuned.paths.jobs.iterdir() if path.is_dir()] == ["trial"]


def test_an_input_that_is_damaged_is_told_in_words(tuned: Studio) -> None:
    number = Comparisons(tuned.client).start(tuned.store, "Mine", SPEC, PROMPTS[:1])
    folder: JobFolder = tuned.folder(job_of(tuned, number))
    (folder.input / "prompts.parquet").write_bytes(b"nothing")
    tuned.start_worker()
    until(lambda: tuned.job(folder.job_id).status == "failed", "the job fails")
    assert tuned.job(folder.job_id).error.endswith("missing or damaged. Start the comparison again.")
