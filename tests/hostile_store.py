"""A furnished data folder in which every name and text that users, files and models bring is a hostile one."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import duckdb

from core.paths import StudioPaths
from tests.furnished_store import SELECTION, furnish
from tests.hostile_texts import HOSTILE

# Each line gets other texts, behind its own.
_TEXTS = {
    "datasets": ("name", "description"),
    "selections": ("name",),
    "experiments": ("name",),
    "comparisons": ("name",),
    "evaluation_sets": ("name", "description"),
    "candidate_sets": ("name",),
    "texts": ("instruction", "input", "output"),
    "dataset_rows": ("source_file",),
    "marks": ("note",),
    "answers": ("answer",),
    "comparison_prompts": ("instruction",),
    "evaluation_examples": ("instruction",),
    "judge_replies": ("reply",),
}


def furnish_with_hostile_texts(data: Path) -> None:
    """Fill a new data folder."""
    furnish(data)
    texts = cycle(HOSTILE)
    with duckdb.connect(str(StudioPaths(data).store)) as connection:
        for table, columns in _TEXTS.items():
            for (line,) in connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid").fetchall():
                for column in columns:
                    connection.execute(
                        f"UPDATE {table} SET {column} = coalesce({column}, '') || ' ' || ? WHERE rowid = ?",
                        [next(texts), line],
                    )
        for (line,) in connection.execute("SELECT rowid FROM marks ORDER BY rowid").fetchall():
            connection.execute("UPDATE marks SET tags = ? WHERE rowid = ?", [[next(texts), next(texts)], line])
        for table, column, path in _specs(connection):
            hostile = next(texts).encode("unicode_escape").decode().replace("\\", "").replace('"', "")
            connection.execute(
                f"UPDATE {table} SET {column} = replace({column}::VARCHAR, ?, ?)", [f'"{path}"', f'"{path} {hostile}"']
            )
        dataset = connection.execute("SELECT min(dataset_id) FROM datasets").fetchone()
        for number, text in enumerate(HOSTILE, start=1):
            connection.execute(
                "INSERT INTO rejections VALUES (?, ?, ?, ?, ?, ?)", [*(dataset or ()), text, number, text, text, text]
            )
        connection.execute("UPDATE datasets SET rejected = ? WHERE dataset_id = ?", [len(HOSTILE), *(dataset or ())])


def _specs(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str]]:
    """Names that stand in a JSON text: table, column, name."""
    for name in (SELECTION, "selected, draw 1", "random, draw 1", "demo evaluation", "Mixed sets"):
        for table in ("experiments", "comparisons", "selections"):
            yield table, "spec", name
    for (title,) in connection.execute("SELECT rule->>'title' FROM rules").fetchall():
        yield "rules", "rule", str(title)
