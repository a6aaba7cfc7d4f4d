"""Words are found in a text where the search finds them: in any case, composed or not, nothing in them special."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rows.words_found import spans_of


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ((), "a", []),
        (("the",), "The other", ["The", "the"]),
        (("a.c", "(x)"), "abc a.c (X)", ["a.c", "(X)"]),
        (("ab", "abc"), "xabcd", ["abc"]),
        (("café",), unicodedata.normalize("NFD", "Ein Café"), [unicodedata.normalize("NFD", "Café")]),
        (("ÜBER",), "über", ["über"]),
    ],
)
def test_words_are_found_where_they_stand(words: tuple[str, ...], text: str, found: list[str]) -> None:
    assert [text[begun:end] for begun, end in spans_of(words, text)] == found


@given(st.lists(st.text(st.sampled_from("ab.*( "), max_size=3), max_size=3), st.text(st.sampled_from("abAB.*( ")))
def test_places_are_in_order_and_none_is_over_another(words: list[str], text: str) -> None:
    spans = list(spans_of(words, text))
    assert all(begun < end for begun, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert any(word and word.lower() in text.lower() for word in words) == bool(spans)
