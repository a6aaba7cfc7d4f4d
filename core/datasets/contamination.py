"""Training rows that ask what the evaluation set asks, in the same or in nearly the same words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.rows.evaluation_set import EvaluationExample
from core.rows.words import terms

# Cosine of two prompts' weighted words from which they count as nearly the same. To leave an innocent row out costs
# little, to keep a guilty one much: so a little below what is usual for duplicates.
NEAR_SIMILARITY = 0.75
HASHED_WORDS = 2**20
BLOCK_ROWS = 5_000


@dataclass(frozen=True)
class Contamination:
    """A training row that asks what an evaluation instruction asks: `similarity` 1 for the same words in order."""

    row: int
    example: int
    similarity: float

    @property
    def exact(self) -> bool:
        return self.similarity >= 1.0


class EvaluationPrompts:
    """What an evaluation set asks, to be looked for among training prompts.

    Nearness is the cosine of TF-IDF over words. How rare a word is comes from the evaluation set alone, and a word that
    it has not counts as rarest: so what is found in a prompt does not depend on the prompts beside it, any number of
    them can be looked through in blocks, and a prompt with much of its own is not near. No model is needed; in return
    other words for the same thing are not found.
    """

    def __init__(self, examples: Sequence[EvaluationExample], near: float = NEAR_SIMILARITY) -> None:
        """Learn the words of the evaluation set.

        Args:
            near: cosine from which a prompt counts as nearly the same.
        """
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

        self._near = near
        self._known = {_in_order(example.prompt): i for i, example in enumerate(examples)}
        self._words = HashingVectorizer(
            analyzer=terms, n_features=HASHED_WORDS, norm=None, alternate_sign=False, dtype=np.float32
        )
        self._weights = TfidfTransformer()
        self._asked = None
        if examples:
            self._asked = self._weights.fit_transform(self._words.transform([e.prompt for e in examples])).T.tocsr()

    def find(self, prompts: Sequence[str]) -> list[Contamination]:
        """The prompts that ask what the evaluation set asks, in their order, each with the example nearest to it."""
        found = []
        for start in range(0, len(prompts), BLOCK_ROWS):
            block = prompts[start : start + BLOCK_ROWS]
            nearest, similarity = self._nearest(block)
            for place, prompt in enumerate(block):
                same = self._known.get(_in_order(prompt))
                if same is not None:
                    found.append(Contamination(start + place, same, 1.0))
                elif similarity[place] >= self._near:
                    value = min(float(similarity[place]), 0.9999)  # the same words in another order are not the same
                    found.append(Contamination(start + place, int(nearest[place]), value))
        return found

    def _nearest(self, prompts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """For each prompt the nearest example and its cosine, both of shape (prompts,)."""
        if self._asked is None:
            return np.zeros(len(prompts), int), np.zeros(len(prompts))
        cosines = (self._weights.transform(self._words.transform(prompts)) @ self._asked).toarray()
        return cosines.argmax(axis=1), cosines.max(axis=1)


def _in_order(text: str) -> str:
    """Words as they follow each other; of a text without any, the text."""
    return " ".join(terms(text)) or text.strip()
