"""What is read of a text is counted by hand here."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.indicators.heads.style import STYLE, style
from core.rows.row import Row


def read(text: str, prompt: str = "", tokens: float = 10) -> dict[str, float]:
    return dict(zip(STYLE, style(Row(prompt, "", text), tokens), strict=True))


def test_repetition_is_counted_in_triples_and_lines() -> None:
    found = read("one two three one two three")  # four triples, one of them twice
    assert found["repeated word triples"] == pytest.approx(0.25)
    assert read("a line\n\nanother\na line")["repeated lines"] == pytest.approx(1 / 3)
    assert found["words said once"] == 0.0


def test_layout_is_counted_by_kind() -> None:
    found = read("# Title\n\n1. first\n2. second\n\n* third")
    expected = {"log headings": 1, "log numbered items": 2, "log bullets": 1, "log paragraphs": 3}
    assert {name: found[name] for name in expected} == {name: math.log1p(count) for name, count in expected.items()}
    assert found["a list"] == 1.0


def test_what_is_taken_from_the_prompt_is_a_share() -> None:
    found = read("Paris lies on the river Seine.", prompt="Which river does Paris lie beside?")
    assert found["prompt's words taken up"] == pytest.approx(2 / 5)  # of which, river, does, paris, beside
    assert found["content words of its own"] == pytest.approx(2 / 4)  # lies and seine, of paris, lies, river, seine


def test_a_refusal_is_one_at_the_beginning_only() -> None:
    assert read("I'm sorry, I can't.")["refusal"] == 1.0
    assert read("word " * 60 + "I'm sorry")["refusal"] == 0.0


@settings(max_examples=40)
@given(text=st.text(), prompt=st.text(), tokens=st.integers(0, 10**6))
def test_any_text_gives_finite_numbers(text: str, prompt: str, tokens: int) -> None:
    found = style(Row(prompt, "", text), tokens)
    assert len(found) == len(STYLE)
    assert np.isfinite(found).all()
