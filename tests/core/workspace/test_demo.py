"""The demo data are many and various enough, sound, and faulty in just the way that they say."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.models.pool import ModelPool
from core.paths import DEMO
from core.rows.row import Row
from core.store import Store
from core.workspace.demo import DESCRIPTIONS, demo_evaluation, load_demo
from core.workspace.demo_scores import FOLDER, SCORES
from tests.embedded import embedded_pool

KINDS = {
    "advise", "arithmetic", "classify", "code", "compare", "explain",
    "extract", "plan", "rewrite", "summarise", "translate", "write",
}  # fmt: skip
FAULTS = {"curt", "garbled", "off_topic", "rambling", "repeated", "truncated", "wrong"}
SAME_QUESTION = 0.7  # MiniLM cosine; two wordings of one question lie above, two questions of one kind below
PYTHON_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    """All training pairs of the three files, with the `file` each comes from."""
    frames = [pd.DataFrame(lines(name)).assign(file=name) for name in DESCRIPTIONS]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def models(models_dir: Path) -> ModelPool:
    return embedded_pool(models_dir)


@pytest.fixture(scope="module")
def shipped() -> pd.Series:
    """The scores that come along, by indicator and key of the row; `test_demo_scores.py` computes some anew."""
    return pd.read_parquet(FOLDER / SCORES).set_index(["indicator", "key"])["value"]


@pytest.fixture(scope="module")
def rewards(pairs: pd.DataFrame, shipped: pd.Series) -> pd.Series:
    """Mean reward by fault, "" for the good ones."""
    return pd.Series(scores(pairs, "reward", shipped), pairs["fault"]).groupby("fault").mean()


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (DEMO / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def scores(pairs: pd.DataFrame, name: str, shipped: pd.Series) -> np.ndarray:
    rows = [Row(*texts) for texts in zip(pairs["instruction"], pairs["input"], pairs["output"], strict=True)]
    return shipped[name][[row.key for row in rows]].to_numpy()


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def test_there_are_at_least_240_pairs_over_twelve_kinds(pairs: pd.DataFrame) -> None:
    kinds = Counter(pairs["kind"])
    assert len(pairs) >= 240
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 15


def test_every_pair_says_what_is_wrong_with_it_and_each_fault_is_there(pairs: pd.DataFrame) -> None:
    assert set(pairs["fault"]) == FAULTS | {""}
    assert min(Counter(pairs["fault"]).values()) >= 10


def test_handbook_is_mostly_good_forum_is_mixed_scrape_is_mostly_faulty(pairs: pd.DataFrame) -> None:
    good = (pairs["fault"] == "").groupby(pairs["file"]).mean()
    assert good["handbook"] > 0.8 > good["forum"] > 0.5 > 0.25 > good["scrape"] > 0.05


def test_files_are_utf_8_in_unicode_form_nfc() -> None:
    for path in sorted(DEMO.glob("*.jsonl")):
        text = path.read_bytes().decode("utf-8")
        assert unicodedata.is_normalized("NFC", text), path.name
        for line in text.splitlines():  # escapes of JSON could hide what is not
            assert unicodedata.is_normalized("NFC", json.dumps(json.loads(line), ensure_ascii=False)), line[:80]


def test_no_two_pairs_ask_or_answer_the_same(pairs: pd.DataFrame) -> None:
    assert pairs["instruction"].str.casefold().is_unique
    assert pairs["output"].is_unique


def test_evaluation_has_two_different_answers_to_each_of_at_least_48_instructions() -> None:
    prompts = demo_evaluation()
    assert len(prompts) >= 48
    assert len({prompt.instruction for prompt in prompts}) == len(prompts)
    for prompt in prompts:
        first, second = prompt.outputs
        assert len(words(first) & words(second)) < 0.7 * len(words(first) | words(second)), prompt.instruction


def test_evaluation_ids_are_unique_and_all_kinds_are_asked() -> None:
    evaluation = lines("evaluation")
    assert len({line["id"] for line in evaluation}) == len(evaluation)
    assert {line["kind"] for line in evaluation} == KINDS


def test_no_evaluation_instruction_is_in_the_training_pairs_in_other_words(
    pairs: pd.DataFrame, models: ModelPool
) -> None:
    asked = [prompt.instruction for prompt in demo_evaluation()]
    trained = pairs["instruction"].tolist()
    assert not {text.casefold() for text in asked} & {text.casefold() for text in trained}
    for text in asked:
        assert max(len(words(text) & words(t)) / len(words(text) | words(t)) for t in trained) < 0.5, text
    vectors = models.encoder.encode(asked + trained, normalize_embeddings=True)
    cosines = vectors[: len(asked)] @ vectors[len(asked) :].T
    assert cosines.max() < SAME_QUESTION, asked[int(cosines.max(axis=1).argmax())]


def test_python_in_good_answers_compiles(pairs: pd.DataFrame) -> None:
    good = pairs.loc[pairs["fault"] == "", "output"].tolist()
    good += [output for prompt in demo_evaluation() for output in prompt.outputs]
    blocks = [block for text in good for block in PYTHON_BLOCK.findall(text)]
    assert len(blocks) >= 8
    for block in blocks:
        compile(block, "demo", "exec")


def test_demo_loads_into_a_store_without_rejections_or_duplicates(tmp_path: Path, pairs: pd.DataFrame) -> None:
    with Store.open(tmp_path / "studio.duckdb") as store:
        load_demo(store)
        datasets = {dataset.name: dataset for dataset in store.datasets.all()}
        assert {name: dataset.rows for name, dataset in datasets.items()} == dict(Counter(pairs["file"]))
        assert all(dataset.description for dataset in datasets.values())
        assert all(store.datasets.rejections(dataset.dataset_id).empty for dataset in datasets.values())
        kept = [row for d in datasets.values() for batch in store.rows.iterate(d.dataset_id) for _, row in batch]
    assert Counter(json.loads(row.extra or "{}").get("fault", "") for row in kept) == Counter(pairs["fault"])


def test_curt_answers_are_shorter_and_rambling_ones_longer_than_good_ones(
    pairs: pd.DataFrame, shipped: pd.Series
) -> None:
    words_by_fault = pd.Series(scores(pairs, "output_words", shipped), pairs["fault"]).groupby("fault")
    assert words_by_fault.max()["curt"] < words_by_fault.min()[""]
    assert words_by_fault.min()["rambling"] > 1.2 * words_by_fault.median()[""]


def test_answers_that_repeat_themselves_have_far_less_lexical_diversity(
    pairs: pd.DataFrame, shipped: pd.Series
) -> None:
    mtld = pd.Series(scores(pairs, "mtld", shipped), pairs["fault"]).groupby("fault").median()
    assert mtld["repeated"] < mtld[""] / 2


@pytest.mark.parametrize("fault", ["curt", "garbled", "off_topic", "rambling", "repeated"])
def test_good_answers_are_rewarded_above_those_with(fault: str, rewards: pd.Series) -> None:
    """Not so clearly for truncated ones, which naturalness tells, and not for wrong ones, which no such head can."""
    assert rewards[""] > rewards[fault] + 0.3


def test_garbled_answers_surprise_the_language_model_far_more_than_good_ones_of_like_length(
    pairs: pd.DataFrame, shipped: pd.Series
) -> None:
    like_length = pairs[pairs["output"].str.split().str.len().between(30, 90)]
    sides = [like_length[like_length["fault"] == fault] for fault in ("garbled", "")]
    garbled, good = (np.median(scores(side, "perplexity", shipped)) for side in sides)
    assert garbled > 5 * good
