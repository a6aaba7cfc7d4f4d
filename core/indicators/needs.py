"""What an indicator computes from, beside the texts of a row. Passes are planned from the needs of all wanted ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from core.models.language_pass import NOTHING, Asked


@dataclass(frozen=True)
class Needs:
    """Of one indicator under a profile, or of several together.

    Attributes:
        tokens: counts by the language model's tokenizer.
        language: what a pass of the language model over prompt and response is asked.
        embeddings: the sentence encoder's vector of each row.
        texts: for an indicator of the whole dataset, the texts of all its rows.
    """

    tokens: bool = False
    language: Asked = NOTHING
    embeddings: bool = False
    texts: bool = False

    def __or__(self, other: "Needs") -> "Needs":
        """What answers both."""
        return Needs(
            self.tokens or other.tokens,
            self.language | other.language,
            self.embeddings or other.embeddings,
            self.texts or other.texts,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """For people; none for an indicator that reads the texts of a row alone."""
        return tuple(self._words())

    def _words(self) -> Iterator[str]:
        asked = self.language
        for wanted, words in (
            (self.tokens, "token counts"),
            (asked.likelihood, "response likelihood"),
            (asked.alone, "likelihood of the response alone"),
            (asked.association, "likelihood gained by the end of the prompt"),
            (asked.predictability, "token predictability"),
            (asked.states, "hidden states"),
            (asked.questions, "yes-or-no questions"),
            (self.embeddings, "embeddings"),
            (self.texts, "texts of the dataset"),
        ):
            if wanted:
                yield words


def together(needs: Iterable[Needs]) -> Needs:
    """What answers all of them."""
    return reduce(or_, needs, Needs())
