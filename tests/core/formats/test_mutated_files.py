"""Whatever bytes a file has, it gives rows and reasons, or one sentence of what is wrong: never another exception."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StudioError
from core.formats.parse import to_row
from core.formats.preview import known_columns
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.rows.row import Row
from tests.core.formats.mutations import TELLING, mutated
from tests.core.formats.test_forms import FORMS, PACKINGS
from tests.core.formats.test_kinds_of_files import KINDS

change = st.tuples(
    st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.one_of(st.sampled_from(TELLING), st.binary(max_size=20))
)


def check_load(path: Path) -> None:
    """Read a file as a load does; each item is a row that can be stored or a rejection that tells."""
    try:
        with read_records(path) as reader:
            found = list(reader)
        records = tuple(each for each in found if isinstance(each, Record))
        refused = [each for each in found if isinstance(each, Rejection)]
        columns = known_columns(records, refused, path.name)
    except StudioError as error:
        assert error.what and error.mend
        return
    for item in [*refused, *(to_row(record, columns, path.name) for record in records)]:
        if isinstance(item, Row):
            assert item.key and item.instruction and item.output
            (item.prompt + item.output + (item.messages or "") + (item.extra or "")).encode()
        else:
            assert item.file == path.name and item.row and item.reason and item.mend
            (item.reason + item.mend + item.excerpt).encode()


@settings(max_examples=300)
@given(kind=st.sampled_from(sorted(KINDS)), changes=st.lists(change, min_size=1, max_size=4))
def test_a_damaged_file_of_any_kind_is_read_or_refused(
    kind: str, changes: list[tuple[float, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    name, content = KINDS[kind]
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(mutated(content, changes))
    check_load(path)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=12)
@given(changes=st.lists(change, min_size=1, max_size=4), inside=st.booleans())
def test_a_damaged_file_is_read_or_refused(
    name: str,
    packing: str,
    changes: list[tuple[float, int, bytes]],
    inside: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    pack = PACKINGS[packing]
    path = tmp_path_factory.mktemp("damaged") / (name + packing)
    path.write_bytes(pack(mutated(FORMS[name], changes)) if inside else mutated(pack(FORMS[name]), changes))
    check_load(path)


@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "tsv", "parquet", "jsonl.gz", "csv.zst", "txt"])
@settings(max_examples=40)
@given(
    start=st.sampled_from([b"", b"\xff\xfe", b"\xff\xfe\0\0", b"\xef\xbb\xbf", b"PAR1", b"\x1f\x8b", b"[", b"{"]),
    content=st.binary(max_size=400),
)
def test_bytes_at_random_are_read_or_refused(
    suffix: str, start: bytes, content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("random") / f"data.{suffix}"
    path.write_bytes(start + content)
    check_load(path)
