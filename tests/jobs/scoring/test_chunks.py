"""The rows of a job on disk: each in exactly one chunk, within its limits, word for word as it was."""

import tempfile
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import JobError
from core.indicators.base import ScorerKey
from jobs.queue.folder import JobFolder
from jobs.queue.tables import read_embeddings, write_embeddings
from jobs.scoring.chunks import plan_chunks, read_chunk, write_rows, write_scores
from jobs.scoring.spec import ScoringSpec

SCORERS = (ScorerKey.of("perplexity", "a model", {"template": "chat"}), ScorerKey.of("mtld", "none", {}))
ROW_INDICATORS = {"perplexity", "mtld", "reward"}
ODD = "a\u0301 \U0001f469\u200d\U0001f52c \ufeff \u202e \x00 \x1b \r\n\t \u2028 \ufffd \U0010ffff ¬ß"

texts = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from([ODD, "", "x" * 500]))
rows = st.fixed_dictionaries(
    {
        "instruction": texts,
        "input": texts,
        "output": texts,
        "messages": st.none() | texts,
        "missing": st.sets(st.sampled_from(["perplexity", "mtld", "reward", "knn_distance"]), min_size=1).map(sorted),
        "embedded": st.booleans(),
    }
)


def missing_table(found: list[dict]) -> pa.Table:
    """Rows as the store hands out what lacks a score."""
    columns = {"key": pa.array([f"{i:032x}" for i in range(len(found))], pa.string())}
    columns |= {c: pa.array([r[c] for r in found], pa.string()) for c in ("instruction", "input", "output", "messages")}
    columns["missing"] = pa.array([r["missing"] for r in found], pa.list_(pa.string()))
    return pa.table(columns)


def spec_of(rows: int, chunk_rows: int = 48, chunk_characters: int = 48_000) -> ScoringSpec:
    return ScoringSpec(
        title="Score it",
        dataset_id=1,
        dataset_name="it",
        dataset_rows=rows,
        rows=rows,
        profile="embedded",
        scorers=SCORERS,
        pool_fingerprint="",
        embedding_model="an encoder",
        chunk_rows=chunk_rows,
        chunk_characters=chunk_characters,
    )


def folder_in(path: str | Path) -> JobFolder:
    folder = JobFolder(Path(path) / "job")
    folder.create()
    return folder


@settings(max_examples=60)
@given(st.lists(rows, max_size=40), st.integers(1, 12), st.integers(1, 1_500), st.booleans())
def test_every_row_that_needs_a_model_lands_in_exactly_one_chunk_within_the_limits(
    found: list[dict], chunk_rows: int, chunk_characters: int, embed: bool
) -> None:
    with tempfile.TemporaryDirectory() as path:
        folder = folder_in(path)
        keys = [f"{i:032x}" for i in range(len(found))]
        known = [key for key, row in zip(keys, found, strict=True) if row["embedded"]]
        written = write_rows(
            folder, missing_table(found), ROW_INDICATORS, pa.array(known, pa.string()) if embed else None
        )

        wanted = {}
        for key, row in zip(keys, found, strict=True):
            work = tuple(name for name in row["missing"] if name in ROW_INDICATORS)
            if work or (embed and not row["embedded"]):
                wanted[key] = (row, work, embed and not row["embedded"])
        assert written == len(wanted)

        plans = plan_chunks(folder, spec_of(written, chunk_rows, chunk_characters))
        assert plans == plan_chunks(folder, spec_of(written, chunk_rows, chunk_characters))
        assert [plan.index for plan in plans] == list(range(len(plans)))
        seen = []
        for plan in plans:
            chunk_keys, chunk = read_chunk(folder, plan)
            lengths = [len(row.instruction) + len(row.input) + len(row.output) for row in chunk]
            assert 1 <= len(chunk) == plan.rows <= chunk_rows
            assert sum(lengths) == plan.characters
            assert plan.characters <= chunk_characters or plan.rows == 1
            for key, row in zip(chunk_keys, chunk, strict=True):
                asked, work, embedding = wanted[key]
                assert (plan.indicators, plan.embed) == (work, embedding)
                assert [row.instruction, row.input, row.output, row.messages] == [
                    asked[c] for c in ("instruction", "input", "output", "messages")
                ]
            seen += chunk_keys
        assert sorted(seen) == sorted(wanted)


def test_chunks_reach_across_the_groups_in_which_rows_are_stored(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    found = [
        {"instruction": f"{i}", "input": "", "output": "y", "messages": None, "missing": ["mtld"]} for i in range(2_500)
    ]
    written = write_rows(folder, missing_table(found), ROW_INDICATORS, None)
    plans = plan_chunks(folder, spec_of(written, chunk_rows=900))
    assert [plan.rows for plan in plans] == [900, 900, 700]
    read = [row.instruction for plan in plans for row in read_chunk(folder, plan)[1]]
    assert sorted(read, key=int) == [str(i) for i in range(2_500)]


def test_rows_that_lack_the_same_stand_together_short_ones_first(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    lacks = [["mtld"], ["mtld", "reward"]]
    found = [
        {"instruction": "x" * (37 * i % 101), "input": "", "output": "y", "messages": None, "missing": lacks[i % 2]}
        for i in range(60)
    ]
    write_rows(folder, missing_table(found), ROW_INDICATORS, None)
    stored = pq.read_table(folder.input / "rows.parquet").to_pylist()
    runs = [(work, list(group)) for work, group in groupby(stored, key=lambda row: row["work"])]
    assert [work for work, _ in runs] == ["mtld", "mtld,reward"]
    for _, group in runs:
        lengths = [row["characters"] for row in group]
        assert lengths == sorted(lengths)


def test_nothing_to_read_makes_no_chunks(tmp_path: Path) -> None:
    assert plan_chunks(folder_in(tmp_path), spec_of(0)) == []


@pytest.mark.parametrize("damage", ["gone", "cut", "noise"])
def test_a_damaged_input_is_told_in_words(tmp_path: Path, damage: str) -> None:
    folder = folder_in(tmp_path)
    found = [{"instruction": "a", "input": "", "output": "b", "messages": None, "missing": ["mtld"]}]
    write_rows(folder, missing_table(found), ROW_INDICATORS, None)
    plans = plan_chunks(folder, spec_of(1))
    file = folder.input / "rows.parquet"
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:100] if damage == "cut" else b"no Parquet" * 50)
    for read in (lambda: plan_chunks(folder, spec_of(1)), lambda: read_chunk(folder, plans[0])):
        with pytest.raises(JobError, match="missing or damaged") as told:
            read()
        assert told.value.where == str(folder.path) and "again" in told.value.mend


def test_scores_come_back_with_their_key_and_undefined_ones_as_null(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    values = {"perplexity": np.array([1.5, np.nan]), "mtld": np.array([np.inf, 72.0])}
    write_scores(folder, "scores-00000.parquet", ["k1", "k2"], values, spec_of(2))
    assert pq.read_table(folder.parts / "scores-00000.parquet").to_pylist() == [
        {"key": key, "indicator": name, "model": model, "settings": settings, "value": value}
        for key, name, model, settings, value in [
            ("k1", "perplexity", "a model", '{"template":"chat"}', 1.5),
            ("k2", "perplexity", "a model", '{"template":"chat"}', None),
            ("k1", "mtld", "none", "{}", None),
            ("k2", "mtld", "none", "{}", 72.0),
        ]
    ]


def test_embeddings_given_and_computed_come_back_together(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    vectors = np.random.default_rng(0).normal(size=(5, 384)).astype(np.float32)
    given = pa.table({"key": ["k0", "k1"], "vector": pa.array(list(vectors[:2]), pa.list_(pa.float32()))})
    pq.write_table(given, folder.input / "embeddings.parquet")
    write_embeddings(folder, "embeddings-00000.parquet", ["k2"], vectors[2:3], "an encoder")
    write_embeddings(folder, "embeddings-00001.parquet", ["k3", "k4"], vectors[3:], "an encoder")
    keys, read = read_embeddings(folder)
    assert keys == ["k0", "k1", "k2", "k3", "k4"]
    np.testing.assert_array_equal(read, vectors)
