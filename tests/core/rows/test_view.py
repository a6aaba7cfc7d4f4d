"""A view fits into an address and comes out of it as it went in; what is no view changes nothing."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.rows.filters import Filters, KeySet, Lasso, MapArea, MapCluster, Marked, Range
from core.rows.view import LONGEST, View, decoded, encoded

FILTERS = Filters(
    (1, 3),
    (Range("reward", 0.1, None), Range("mtld", 1.5, 2.25, outside=True), Range("ifd", missing=True)),
    (Lasso("reward", "mtld", ((0.1, 1e-300), (2.0, 3.0), (4.0, 0.0)), log_y=True),),
    'caf\u00e9 "two words"',
    Marked.NOTED,
    MapArea("a map", ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0))),
    clusters=(MapCluster("a map", 2, "poem, verse"), MapCluster("a map", None, "no cluster", outside=True)),
    tags=("weak", "Größe"),
    tags_outside=("too short",),
)
VIEW = View(FILTERS, "reward", True, ("output", "reward"), "mtld")


def test_a_view_comes_out_of_an_address_as_it_went_in() -> None:
    text = encoded(VIEW)
    assert decoded(text) == VIEW and text.replace("-", "").replace("_", "").isalnum() and text.isascii()
    assert len(encoded(View())) < 20


def test_a_view_with_more_rows_by_name_than_an_address_holds_is_in_none() -> None:
    keys = tuple(f"{number * 0x9E3779B97F4A7C15 % 2**128:032x}" for number in range(1000))
    assert encoded(replace(VIEW, filters=FILTERS.leaving_out(KeySet("repeats", keys)))) == ""
    assert len(encoded(replace(VIEW, filters=FILTERS.leaving_out(KeySet("repeats", keys[:50]))))) <= LONGEST


@given(st.text(max_size=60) | st.text("ABCDefgh0189-_", max_size=60))
def test_no_text_in_an_address_is_an_error(text: str) -> None:
    assert decoded(text) is None or isinstance(decoded(text), View)
