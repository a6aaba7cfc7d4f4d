"""Training rows that ask what the evaluation set asks, in the same or in nearly the same words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.contamination_within import CONTAINED, ContainedQuestions
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

    Two measures find it. Nearness is the cosine of TF-IDF over words. How rare a word is comes from the evaluation set
    alone, and a word that it has not counts as rarest: so what is found in a prompt does not depend on the prompts
    beside it, any number of them can be looked through in blocks, and a prompt with much of its own is not near.
    Containment finds a question behind a long prefix, in a template or in the middle of a conversation: the share of
    its runs of three words that a prompt has (GPT-3, arXiv 2005.14165, appendix C, has runs of 8 to 13). No model is
    needed; in return other words for the same thing are not found.
    """

    def __init__(self, examples: Sequence[EvaluationExample], near: float = NEAR_SIMILARITY) -> None:
        """Learn the words of the evaluation set.

        Args:
            near: cosine from which a prompt counts as nearly the same.
        """
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

        self._near = near
        asked = [terms(example.prompt) for example in examples]
        self._known = {
            _in_order(words, each.prompt): i for i, (words, each) in enumerate(zip(asked, examples, strict=True))
        }
        self._contained = ContainedQuestions(examples, max(near, CONTAINED))
        self._words = HashingVectorizer(
            analyzer=list, n_features=HASHED_WORDS, norm=None, alternate_sign=False, dtype=np.float32
        )
        self._weights = TfidfTransformer()
        self._asked = None
        if examples:
            self._asked = self._weights.fit_transform(self._words.transform(asked)).T.tocsr()

    def find(self, prompts: Sequence[str]) -> list[Contamination]:
        """The prompts that ask what the evaluation set asks, in their order, each with the example nearest to it."""
        found = []
        for start in range(0, len(prompts), BLOCK_ROWS):
            block = prompts[start : start + BLOCK_ROWS]
            words = [terms(prompt) for prompt in block]
            nearest, similarity = self._nearest(words)
            for place, prompt in enumerate(block):
                same = self._known.get(_in_order(words[place], prompt))
                if same is not None:
                    found.append(Contamination(start + place, same, 1.0))
                    continue
                example, value = int(nearest[place]), float(similarity[place])
                if value < self._near:
                    example, value = self._contained.find(prompt, words[place])
                if value >= self._near:  # the same words in another order, or with others, are not the same
                    found.append(Contamination(start + place, example, min(value, 0.9999)))
        return found

    def _nearest(self, prompts: Sequence[list[str]]) -> tuple[np.ndarray, np.ndarray]:
        """For the words of each prompt the nearest example and its cosine, both of shape (prompts,)."""
        if self._asked is None:
            return np.zeros(len(prompts), int), np.zeros(len(prompts))
        cosines = (self._weights.transform(self._words.transform(prompts)) @ self._asked).toarray()
        return cosines.argmax(axis=1), cosines.max(axis=1)


def _in_order(words: list[str], text: str) -> str:
    """Words as they follow each other; of a text without any, the text."""
    return " ".join(words) or text.strip()
