"""MTLD equals a published implementation and a factor counted by hand."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lexicalrichness import LexicalRichness

from core.indicators.mtld import mtld
from core.rows.words import words


def published(tokens: list[str]) -> float:
    return LexicalRichness(" ".join(tokens), preprocessor=None, tokenizer=str.split).mtld(threshold=0.72)


def test_equal_to_lexicalrichness_on_a_thousand_real_responses(real_datasets: Path) -> None:
    lines: list[str] = []
    for name in ("alpacaeval-claude", "alpacaeval-alpaca-7b", "alpacaeval-vicuna-7b"):
        lines += (real_datasets / "train" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [words(json.loads(line)["output"]) for line in lines]
    compared = [text for text in texts if text][:1000]
    assert len(compared) == 1000
    for tokens in compared:
        assert mtld(tokens) == pytest.approx(published(tokens), rel=1e-12)


@given(st.lists(st.sampled_from(["bee", "hive", "wax", "comb", "queen", "drone"]), min_size=1, max_size=200))
def test_equal_to_lexicalrichness_on_any_words(tokens: list[str]) -> None:
    assert mtld(tokens) == pytest.approx(published(tokens), rel=1e-12)


def test_one_word_over_and_over_ends_a_factor_every_second_word() -> None:
    assert mtld(["bee"] * 10) == 2.0


def test_no_words_have_no_diversity() -> None:
    assert math.isnan(mtld([]))
