"""What the store keeps of comparisons: answers taken in once, pairs by position, and what people chose."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from core.comparison.spec import ComparedModel, ComparisonSpec, compared_models
from core.errors import StoreError
from core.finetune.settings import Precision, TuningSettings
from core.judge.answer_pair import AnswerPair, prompt_key
from core.judge.human_verdicts import HumanVerdict
from core.judge.verdict import Verdict
from core.models.generation import AnswerSettings
from core.rows.evaluation_set import EvaluationExample
from core.store import Store
from core.store.schema import MIGRATIONS, migrate

TUNING = TuningSettings(Precision.BF16)
UNTUNED = ComparedModel("untuned", "Trial", "job", 0, "embedded", TUNING)
TUNED = replace(UNTUNED, title="random 01", number=1)
SPEC = ComparisonSpec((UNTUNED, TUNED), AnswerSettings(), "demo")
PROMPTS = [EvaluationExample("Why?", "", ("So.",)), EvaluationExample("Sort.", "b a", ("a b",))]
KEYS = [prompt_key(each.instruction, each.input) for each in PROMPTS]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "studio.duckdb")


def part(folder: Path, name: str, side: int, answers: dict[str, str]) -> Path:
    """A part as the worker writes it."""
    model, settings = SPEC.answer_key(side)
    lines = [(model, settings, key, text, 10, True, 0.5) for key, text in answers.items()]
    columns = ["model", "settings", "prompt", "answer", "tokens", "finished", "seconds"]
    path = folder / f"answers-{name}.parquet"
    pd.DataFrame(lines, columns=columns).to_parquet(path)
    return path


def test_pairs_are_the_instructions_that_both_have_answered(store: Store, tmp_path: Path) -> None:
    number = store.comparisons.add("Mine", SPEC.as_dict(), PROMPTS)
    first = part(tmp_path, "1", 0, dict(zip(KEYS, ("a0", "a1"), strict=True)))
    assert store.parts.take("job", [first]) == 2
    assert store.comparisons.answer_pairs(number, SPEC.answer_key(0), SPEC.answer_key(1)) == []
    store.parts.take("job", [part(tmp_path, "2", 1, {KEYS[1]: "b1"})])
    assert store.comparisons.answer_pairs(number, SPEC.answer_key(0), SPEC.answer_key(1)) == [
        AnswerPair(1, "Sort.", "b a", "a1", "b1")
    ]
    assert store.comparisons.unknown_prompts(SPEC.answer_key(1), KEYS) == {KEYS[0]}
    assert store.comparisons.answer_speed() == pytest.approx(20.0)


def test_an_answer_that_is_known_stays_as_it_is(store: Store, tmp_path: Path) -> None:
    number = store.comparisons.add("Mine", SPEC.as_dict(), PROMPTS[:1])
    for side in (0, 1):
        store.parts.take("job", [part(tmp_path, f"{side}", side, {KEYS[0]: "first"})])
    assert store.parts.take("job", [part(tmp_path, "again", 1, {KEYS[0]: "second"})]) == 0
    assert store.comparisons.answer_pairs(number, SPEC.answer_key(0), SPEC.answer_key(1))[0].b == "first"


def test_models_before_tuning_share_their_answers_and_settings_keep_them_apart() -> None:
    assert replace(UNTUNED, job_id="other", experiment="Other").key == UNTUNED.key
    assert replace(TUNED, job_id="other").key != TUNED.key
    warm = replace(SPEC, answers=AnswerSettings(temperature=0.7))
    assert warm.answer_key(0) != SPEC.answer_key(0)
    assert compared_models(SPEC.as_dict()) == SPEC


def test_what_people_chose_can_be_changed_and_taken_back(store: Store) -> None:
    number = store.comparisons.add("Mine", SPEC.as_dict(), PROMPTS)
    choices = [HumanVerdict(1, True, Verdict.FIRST), HumanVerdict(0, False, None)]
    for each in choices:
        store.verdicts.keep_human(number, each)
    assert store.verdicts.human(number) == choices
    store.verdicts.keep_human(number, HumanVerdict(1, True, Verdict.TIE))
    assert store.verdicts.human(number)[-1].verdict is Verdict.TIE
    store.verdicts.forget_human(number, [1])
    assert store.verdicts.human(number) == choices[1:]


def test_a_comparison_is_renamed_and_forgotten_and_its_answers_stay(store: Store, tmp_path: Path) -> None:
    number = store.comparisons.add("Mine", SPEC.as_dict(), PROMPTS)
    store.parts.take("job", [part(tmp_path, "1", 0, {KEYS[0]: "a"})])
    store.comparisons.rename(number, "Yours")
    assert [(each.name, each.prompts) for each in store.comparisons.all()] == [("Yours", 2)]
    store.comparisons.delete(number)
    with pytest.raises(StoreError, match="has been deleted"):
        store.comparisons.get(number)
    assert store.comparisons.unknown_prompts(SPEC.answer_key(0), KEYS) == {KEYS[1]}


def test_a_store_from_before_comparisons_opens_with_its_data(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with duckdb.connect(str(path)) as old:
        migrate(old, MIGRATIONS[:2])
        old.execute("INSERT INTO experiments VALUES (1, 'Old', '{}', now(), 'job')")
    with Store.open(path) as store:
        assert [each.name for each in store.experiments.all()] == ["Old"]
        assert store.comparisons.all() == []
        assert store.comparisons.add("New", SPEC.as_dict(), PROMPTS) == 1
