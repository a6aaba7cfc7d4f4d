"""Tables as files: read back by pandas, harmless to a spreadsheet, refused by name before anything is written."""

from pathlib import Path

import pandas as pd
import pytest

from core.errors import InputError
from core.export.table_file import write_table

TABLE = pd.DataFrame({"text": ["plain", "=1+1", "é\nü"], "number": [-1.5, None, 3.0]})


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("t.parquet", pd.read_parquet),
        ("t.jsonl", lambda path: pd.read_json(path, lines=True)),
        ("T.CSV", pd.read_csv),
    ],
)
def test_a_table_is_read_back_as_it_was(name: str, read: object, tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "new" / name)
    found = read(tmp_path / "new" / name)  # type: ignore[operator]
    expected = TABLE.replace({"text": {"=1+1": "'=1+1"}}) if name.endswith("CSV") else TABLE
    pd.testing.assert_frame_equal(found, expected)
    assert [each.name for each in (tmp_path / "new").iterdir()] == [name]


def test_another_kind_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Use the ending \.csv"):
        write_table(TABLE, tmp_path / "table.xlsx")
    assert list(tmp_path.iterdir()) == []
