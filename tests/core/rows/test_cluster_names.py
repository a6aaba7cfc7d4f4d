"""Clusters are named by the words that set them apart, which no other cluster's name repeats as a whole."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rows import cluster_names as module
from core.rows.cluster_names import PRIOR, cluster_names

TOPICS = {
    1: ["Write a poem about the sea in rhyming verse", "A short poem on autumn, please, with a rhyme in each verse"],
    2: ["Write a Python function that sorts a list", "Fix this Python function, it raises an error in the loop"],
    3: ["用中文写一首关于秋天的诗歌", "请写一首关于春天的诗歌"],
    0: ["What is the capital of France?", "How tall is a giraffe?"],
}
TEXTS = [text for each in TOPICS.values() for text in each * 5]
GROUPS = np.repeat(list(TOPICS), 10)


def test_the_words_of_a_topic_name_it_and_stop_words_do_not() -> None:
    poems, code, chinese = cluster_names(TEXTS, GROUPS, 3)
    assert "poem" in poems and {"python function"} <= set(code.split(", "))
    assert "诗歌" in chinese
    said = f"{poems} {code}".replace(",", "").split()
    assert not {"the", "write", "please", "that", "in", "a"} & set(said)
    assert all(1 <= len(name.split(", ")) <= 3 for name in (poems, code, chinese))


def test_log_odds_are_those_of_the_paper() -> None:
    """Equations 15, 16, 20 and 22, written out for a word that 30 of 40 rows have, and 10 of the 160 others."""
    prior = PRIOR * 40 / 200
    inside = (30 + prior) / (40 + PRIOR - 30 - prior)
    outside = (10 + prior) / (160 + PRIOR - 10 - prior)
    wanted = (math.log(inside) - math.log(outside)) / math.sqrt(1 / (30 + prior) + 1 / (10 + prior))
    found = module._log_odds(np.array([30]), 40, np.array([40]), 200)
    assert found.tolist() == pytest.approx([wanted])


def test_without_a_word_that_sets_it_apart_a_cluster_has_its_number() -> None:
    assert cluster_names(["the of and", "1 2 3"] * 5, np.ones(10, int), 2) == ("cluster 1", "cluster 2")
    assert cluster_names([], np.empty(0, int), 2) == ("cluster 1", "cluster 2")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=30) | st.sampled_from(TEXTS), st.integers(0, 4)), min_size=1, max_size=40),
)
def test_names_are_all_different(rows: list[tuple[str, int]]) -> None:
    texts, groups = zip(*rows, strict=True)
    names = cluster_names(list(texts) * 3, np.array(groups * 3), 4)
    assert len(set(names)) == len(names) == 4 and all(names)
