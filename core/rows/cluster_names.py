"""Names for groups of rows: the words that set each apart from all other rows."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from core.rows.words import words

MOST_WORDS = 3
FEWEST_ROWS = 3  # that have a word; fewer say nothing of a group
LEAST_SHARE = 0.05  # of a group's rows that have a word of its name
LOOKED_AT = 40  # words of a group
MOSTLY = 0.4  # of the rows that have a word and in which it stands beside one other
PRIOR = 1_000.0  # rows that the prior counts for
_SAME = 4  # letters that forms of one word share
# Beside English stop words: what instructions and answers of every topic say.
_EVERYWHERE = """
    answer answers ask asked based below choose come consider could did does doing don't explain follow following
    follows generate give given gives good help i'm important information input instruction it's just know like list
    make makes making many need new number output please provide provided question questions response right said say
    self sentence sentences sure task tell text thing things true use used using want way ways word words write written
    you're
"""


def cluster_names(texts: Sequence[str], groups: np.ndarray, count: int) -> tuple[str, ...]:
    """A name for each group: one to three words that its rows have more often than others, all names different.

    Words are weighed by the log-odds of having them, shrunk towards those of all rows, in units of their standard error
    (Monroe, Colaresi and Quinn 2008, equations 16 to 22), counting rows rather than uses, so that a row which repeats a
    word counts once.

    Args:
        texts: what stands in each row.
        groups: the group of each, shape (rows,), from 1; 0 for none.
        count: how many groups there are.

    Returns: names of the groups 1 to `count`; `cluster 3` where no word sets one apart.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=lambda text: set(_terms(text)), min_df=FEWEST_ROWS)
    try:
        has = vectorizer.fit_transform(texts)
    except ValueError:  # no word is left
        return tuple(f"cluster {number}" for number in range(1, count + 1))
    terms = [str(term) for term in vectorizer.get_feature_names_out()]
    every, names = np.asarray(has.sum(axis=0)).ravel(), list[str]()
    for number in range(1, count + 1):
        inside = groups == number
        here, size = np.asarray(has[inside].sum(axis=0)).ravel(), int(inside.sum())
        common = np.flatnonzero((here >= max(FEWEST_ROWS, LEAST_SHARE * size)) & (every < len(texts)))
        scores = _log_odds(here[common], size, every[common], len(texts))
        best = [common[i] for i in np.argsort(-scores, kind="stable")[:LOOKED_AT] if scores[i] > 0]
        names.append(_unlike(names, _with_pairs({terms[i]: int(here[i]) for i in best}), number))
    return tuple(names)


def _log_odds(here: np.ndarray, size: int, every: np.ndarray, rows: int) -> np.ndarray:
    """z of the log-odds of each term within a group against the other rows."""
    prior = PRIOR * every / rows
    outside, others = every - here, rows - size
    inside_odds = np.log((here + prior) / (size + PRIOR - here - prior))
    outside_odds = np.log((outside + prior) / (others + PRIOR - outside - prior))
    return np.asarray((inside_odds - outside_odds) / np.sqrt(1 / (here + prior) + 1 / (outside + prior)))


def _with_pairs(rows: Mapping[str, int]) -> list[str]:
    """Terms in their order; in place of a word the pair that it mostly stands in, such as `climate change`."""
    pairs = [term for term in rows if " " in term]
    found = []
    for term, count in rows.items():
        holding = [pair for pair in pairs if term in pair.split() and rows[pair] >= MOSTLY * count]
        found.append(max(holding, key=rows.__getitem__, default=term))
    return found


def _unlike(names: Sequence[str], best: Sequence[str], number: int) -> str:
    """A name of the first words that say different things; more words where another group has that name."""
    chosen: list[str] = []
    for term in best:
        if len(chosen) >= MOST_WORDS and ", ".join(chosen) not in names:
            break
        if not any(_alike(one, other) for known in chosen for one in known.split() for other in term.split()):
            chosen.append(term)
    name = ", ".join(chosen)
    return name if name and name not in names else f"{name or 'cluster'} {number}"


def _alike(one: str, other: str) -> bool:
    """Whether two words are forms of one, as far as their beginnings tell."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _SAME and long.startswith(short[: max(_SAME, len(short) - 2)]))


def _terms(text: str) -> Iterator[str]:
    """The words of a text that say something, and the pairs of these that stand side by side."""
    before, stop_words = "", _stop_words()
    for word in words(text):
        if len(word) < 2 or word in stop_words:
            before = ""
            continue
        yield word
        if before:
            yield f"{before} {word}"
        before = word


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return ENGLISH_STOP_WORDS.union(words(_EVERYWHERE))
