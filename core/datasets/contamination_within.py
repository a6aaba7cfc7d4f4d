"""Evaluation questions within longer prompts: behind a prefix, in a template, in the middle of a conversation."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

import regex

from core.rows.evaluation_set import EvaluationExample
from core.rows.words import terms

# Runs of a question that a prompt must have. Three words in a row of a question are often those of another one, four in
# five of all its runs are not.
CONTAINED = 0.8
TOGETHER = 3
# A question of a few words is also the beginning of others ("Tell me a joke" of "Tell me a joke about cats"): it must
# stand there word for word and end there, and one of fewer words is looked for as a whole prompt only.
SHORT_WORDS, LEAST_WORDS = 10, 4
SHORT_SHARE = 0.5  # of a short question's runs from which it is looked for word for word
_END = r"(?:[^\S\n]|[,'’-])*(?:$|\n|[^\w\s,'’-])"

Run = tuple[str, ...]


class ContainedQuestions:
    """An index of the runs of words of evaluation questions.

    Runs do not reach from the instruction into the input, as a template may part them.
    """

    def __init__(self, examples: Sequence[EvaluationExample], share: float) -> None:
        """Learn the runs.

        Args:
            share: of a question's runs from which it is contained.
        """
        self._share = share
        self._having: dict[Run, list[int]] = {}
        self._runs: list[int] = []
        self._short: dict[int, list[regex.Pattern[str]]] = {}
        for number, example in enumerate(examples):
            pieces = [words for words in (terms(example.instruction), terms(example.input)) if words]
            count = sum(map(len, pieces))
            runs = {run for words in pieces for run in _runs(words)} if count >= LEAST_WORDS else set()
            self._runs.append(len(runs))
            for run in runs:
                self._having.setdefault(run, []).append(number)
            if LEAST_WORDS <= count < SHORT_WORDS:
                self._short[number] = [_word_for_word(words) for words in pieces]
        self._known = set(self._having)

    def find(self, prompt: str, words: list[str]) -> tuple[int, float]:
        """The question of which a prompt has most, and what share of its runs; 0, 0 where it contains none.

        Args:
            words: of the prompt, as `terms` gives them.
        """
        shared = self._known.intersection(_runs(words))
        if not shared:
            return 0, 0.0
        best, most = 0, 0.0
        text = ""
        for number, count in Counter(each for run in shared for each in self._having[run]).items():
            share = count / self._runs[number]
            if number in self._short:
                if share < SHORT_SHARE:
                    continue
                text = text or unicodedata.normalize("NFC", prompt).casefold()
                share = float(all(each.search(text) for each in self._short[number]))
            if share >= self._share and share > most:
                best, most = number, share
        return best, most


def _runs(words: list[str]) -> set[Run]:
    if len(words) < TOGETHER:
        return {tuple(words)}
    return set(zip(words, words[1:], words[2:], strict=False))


def _word_for_word(words: Sequence[str]) -> regex.Pattern[str]:
    """Finds words that follow each other with nothing but signs between them, the last at the end of a sentence."""
    return regex.compile(r"(?<!\w)" + r"[\W_]*".join(map(regex.escape, words)) + _END)
