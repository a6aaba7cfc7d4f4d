"""Near-duplicates are found by the words they share, as comparing every pair would, and what is reported is alike."""

import random
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from core.datasets.checks import contamination_in, near_duplicates_in
from core.datasets.contamination import NEAR_SIMILARITY
from core.datasets.near_duplicates import Member, find_near_duplicates
from core.progress import Cancelled, Silent
from core.rows.evaluation_set import EvaluationExample
from core.rows.filters import Filters, KeySet
from core.rows.row import Row
from core.store import Store
from core.values import read
from tests.scored_store import add_dataset

WORDS = [f"word{i}" for i in range(900)]


def jaccard(first: str, second: str) -> float:
    """By Python's own sets of strings, over runs of three words."""
    runs = [{tuple(text.split()[i : i + 3]) for i in range(len(text.split()) - 2)} for text in (first, second)]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def changed(text: str, words: int, generator: random.Random) -> str:
    parts = text.split()
    for place in generator.sample(range(len(parts)), words):
        parts[place] = generator.choice(WORDS)
    return " ".join(parts)


def found_among(texts: list[str], threshold: float) -> dict[int, tuple[int, float]]:
    members = [(Member(1, i), Row(text, "", "yes")) for i, text in enumerate(texts)]
    report = find_near_duplicates(members, len(members), threshold, Silent())
    assert report.rows == len(texts)
    return {each.row.row_id: (each.earlier.row_id, each.similarity) for each in report.found}


@pytest.mark.parametrize("threshold", [0.1, 0.6, 0.8])
def test_what_comparing_every_pair_finds_is_found(threshold: float) -> None:
    generator = random.Random(5)
    texts = []
    for _ in range(60):
        text = " ".join(generator.choices(WORDS, k=60))
        texts += [text, changed(text, generator.randint(0, 8), generator)]
    found = found_among(texts, threshold)
    alike = {later for first, later in combinations(range(120), 2)
             if jaccard(f"{texts[first]} yes", f"{texts[later]} yes") >= threshold}  # fmt: skip
    assert found.keys() <= alike and len(found) >= 0.98 * len(alike) > 15
    for later, (earlier, similarity) in found.items():
        assert similarity == pytest.approx(jaccard(f"{texts[earlier]} yes", f"{texts[later]} yes"))


def test_case_and_punctuation_do_not_matter_and_short_texts_are_compared_whole() -> None:
    assert found_among(["Name a prime.", "name a PRIME!", "Name a city."], 0.8) == {1: (0, 1.0)}


def test_scripts_without_spaces_are_compared_by_their_words() -> None:
    leaves = "植物的叶子用阳光把水和二氧化碳变成糖，同时放出氧气，所以森林对我们的空气非常重要。"
    found = found_among([leaves, leaves.replace("非常", "很"), "北京是中国的首都，有两千多万人口，历史悠久。"], 0.7)
    assert found.keys() == {1}


def test_the_same_text_in_nfc_and_nfd_is_the_same() -> None:
    text = "Tôi sống ở Hà Nội và rất thích phở"
    assert found_among([text, unicodedata.normalize("NFD", text)], 0.8) == {1: (0, 1.0)}


def test_a_chain_of_small_changes_does_not_take_along_a_row_that_is_unlike_the_one_that_stays() -> None:
    text = " ".join(WORDS[:60])
    middle = text.replace(" word30 ", " other ").replace(" word10 ", " other ")
    end = middle.replace(" word50 ", " other ").replace(" word20 ", " other ")
    found = found_among([text, middle, end], 0.8)
    assert jaccard(f"{text} yes", f"{end} yes") < 0.8 <= jaccard(f"{middle} yes", f"{end} yes")
    assert found.keys() == {1}


def test_work_that_nobody_wants_stops() -> None:
    class CancelAtOnce:
        def update(self, done: int, total: int, message: str = "") -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        find_near_duplicates([(Member(1, 1), Row("a", "", "b"))], 1, 0.8, CancelAtOnce())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


LONG = "Explain in simple words why the sky looks blue by day and turns red when the sun goes down at evening"


def test_rows_left_out_are_in_no_query_and_a_pair_in_two_datasets_is_no_near_duplicate(
    store: Store,
) -> None:
    same = Row("Same question in both?", "", "Same answer.")
    first = add_dataset(store, "first", [Row(LONG, "", "Light scatters."), same])
    second = add_dataset(store, "second", [same, Row(f"{LONG}?", "", "light scatters"), Row("Else?", "", "No.")])
    report = near_duplicates_in(store, [first.dataset_id, second.dataset_id], 0.8, Silent())
    assert (report.rows, report.repeated) == (4, 1)
    assert report.by_datasets == {(first.dataset_id, second.dataset_id): 1}
    store.matrix.refresh({first.dataset_id: [], second.dataset_id: []})
    keys = tuple(row.key for row in store.rows.get(report.row_ids).values())
    filters = Filters().leaving_out(KeySet("Near-duplicates", keys))
    assert (store.browse.count(Filters()), store.browse.count(filters)) == (5, 4)
    assert store.browse.count(filters.without_key_set("Near-duplicates")) == 5
    assert read(Filters, filters.as_dict()) == filters


def test_rows_that_ask_what_an_evaluation_set_asks_are_told_with_the_question(store: Store) -> None:
    asked = [EvaluationExample("Name the capital of France.", "", ("Paris",)), EvaluationExample(LONG, "", ("So.",))]
    number = store.evaluation_sets.add("exam", asked)
    rows = [Row("Unrelated words about bread?", "", "a"), Row(LONG.upper(), "", "b"), Row(f"Please: {LONG}", "", "c")]
    dataset = add_dataset(store, "rows", rows)
    report = contamination_in(store, [dataset.dataset_id], [number], Silent())
    assert (report.rows, report.questions, report.exact, len(report.found)) == (3, 2, 1, 2)
    assert {(each.evaluation_set_id, each.example) for each in report.found} == {(number, 1)}
    assert [each.similarity >= NEAR_SIMILARITY for each in report.found] == [True, True]
