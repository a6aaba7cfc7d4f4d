"""Evaluation sets from the studio: loaded, held out, divided, with a transfer part."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from core.datasets.contamination import EvaluationPrompts
from core.errors import InputError, StoreError
from core.experiments.contaminated import contaminated_members
from core.progress import Silent
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters
from jobs.api import Studio


class Told:
    """Progress that keeps of how many rows it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []

    def update(self, done: int, total: int, message: str = "") -> None:
        self.totals.append(total)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio.open(tmp_path) as opened:
        yield opened


def test_shares_seed_and_transfer_are_kept_with_the_set(studio: Studio, tmp_path: Path) -> None:
    sets = studio.evaluation_sets
    parts = sets.parts("demo evaluation")
    sizes = [len(parts.guide), len(parts.validation), len(parts.test)]
    assert sizes == [pytest.approx(52 * share, abs=6) for share in (0.3, 0.3, 0.4)] and sum(sizes) == 52
    text = tmp_path / "facts.txt"
    text.write_text("Q: Capital of France?\nA: Paris.\nQ: Two and two?\nA: Four.\nA: 4\n")
    loaded = sets.load(text)
    assert (loaded.kept.examples, loaded.kept.responses, loaded.rejections) == (2, 3, ())
    sets.set_shares("demo evaluation", 0, 0.5, 0.5, seed=4)
    sets.set_transfer("demo evaluation", loaded.kept.evaluation_set_id)
    studio.close()
    with Studio.open(tmp_path) as again:
        parts = again.evaluation_sets.parts(1)
        assert not parts.guide and len(parts.validation) + len(parts.test) == 52
        assert again.evaluation_sets.transfer(1)[0].outputs == ("Paris.",)
        line = again.evaluation_sets.table().iloc[0]
        assert (line["validation"], line["transfer"]) == (len(parts.validation), loaded.kept.name)
        again.evaluation_sets.delete(loaded.kept.evaluation_set_id)
        assert again.evaluation_sets.transfer(1) == ()


def test_what_makes_no_sense_is_refused(studio: Studio) -> None:
    sets = studio.evaluation_sets
    with pytest.raises(InputError, match="shares sum to"):
        sets.set_shares("demo evaluation", 0.4, 0.4, 0.4)
    with pytest.raises(InputError, match="own transfer part"):
        sets.set_transfer("demo evaluation", 1)
    with pytest.raises(InputError, match="cannot be held out"):
        sets.hold_out("forum", rows=10**6)
    with pytest.raises(StoreError):
        sets.parts("nowhere")


def test_what_the_transfer_part_asks_is_in_no_training_set(studio: Studio) -> None:
    store = studio.session.store
    pool = store.browse.candidates(studio.rows.filters("forum"))[["dataset_id", "row_id"]]
    row = store.rows.get([int(pool["row_id"].iloc[3])])[int(pool["row_id"].iloc[3])]
    other = studio.evaluation_sets.add("other", [EvaluationExample(row.instruction, row.input, ("So.",))])
    assert contaminated_members(store, pool, [], Silent()).empty
    studio.evaluation_sets.set_transfer("demo evaluation", "other")
    assert contaminated_members(store, pool, [], Silent())["asked"].tolist() == [row.prompt]
    assert studio.evaluation_sets.transfer(1) == tuple(studio.evaluation_sets.examples(other.evaluation_set_id))


def test_a_row_is_looked_at_once_for_the_same_questions(studio: Studio) -> None:
    store = studio.session.store
    pool = store.browse.candidates(studio.rows.filters("forum"))[["dataset_id", "row_id"]]
    rows = store.rows.get(pool["row_id"].tolist())
    asked = [EvaluationExample(rows[number].prompt, "", ("So.",)) for number in pool["row_id"].iloc[[2, 7]]]

    told = Told()

    def found(members: pd.DataFrame, questions: list[EvaluationExample]) -> list[int]:
        return sorted(contaminated_members(store, members, questions, told)["row_id"])

    def expected(members: pd.DataFrame, questions: list[EvaluationExample]) -> list[int]:
        texts = [rows[number].prompt for number in members["row_id"]]
        return sorted(members["row_id"].iloc[each.row] for each in EvaluationPrompts(questions).find(texts))

    assert found(pool.head(5), asked) == expected(pool.head(5), asked) != []
    assert found(pool, asked) == found(pool, asked[::-1]) == expected(pool, asked) and told.totals == [5, len(pool) - 5]
    assert found(pool, asked[:1]) == expected(pool, asked[:1]) != expected(pool, asked)


def test_rows_held_out_are_in_no_training_set_whatever_it_is_measured_on(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "twice.jsonl"
    asked = "Explain how photosynthesis turns sunlight into sugar in the leaves of plant number {}."
    lines = [{"instruction": asked.format(i), "output": f"So {i}."} for i in ("one", "two", "three")]
    other = [{"instruction": f"Name a word that rhymes with item{i}", "output": "None."} for i in range(9)]
    file.write_text("".join(json.dumps(each) + "\n" for each in [*lines, *other]))
    number = studio.datasets.load(file, name="twice").dataset_id
    pool = studio.session.store.browse.candidates(Filters((number,)))[["dataset_id", "row_id"]]
    before = contaminated_members(studio.session.store, pool, [], Silent())
    held = studio.evaluation_sets.hold_out("forum", rows=3)
    assert held.held_out and before.empty
    assert contaminated_members(studio.session.store, pool, [], Silent()).empty
    kept = studio.evaluation_sets.hold_out("twice", rows=6, seed=1)
    found = contaminated_members(studio.session.store, pool, [], Silent())
    held_prompts = {each.prompt for each in studio.evaluation_sets.examples(kept.evaluation_set_id)}
    assert held_prompts <= set(found["prompt"])
    assert any("photosynthesis" in each for each in held_prompts)
    assert found["prompt"].str.contains("photosynthesis").sum() == 3  # those not held out ask nearly the same
