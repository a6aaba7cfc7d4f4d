"""What a run of judging will take, about, and what a call can cost at most."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.judge.question import Message, Question
from core.judge.settings import JudgeSettings
from core.models.prompts import CHARACTERS_PER_TOKEN

USUAL_REPLY_TOKENS = 60  # two sentences and a word
MESSAGE_TOKENS = 4  # that the roles of a message take beside its text


@dataclass(frozen=True)
class Estimate:
    """Of a run: `calls` without those asked again; tokens by the length of the texts, four characters each."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost: float


def estimate(questions: Sequence[Question], settings: JudgeSettings) -> Estimate:
    """About what these questions take."""
    given = sum(_usual_tokens(question.messages) for question in questions)
    taken = min(USUAL_REPLY_TOKENS, settings.max_reply_tokens) * len(questions)
    return Estimate(len(questions), given, taken, settings.prices.cost(given, taken))


def most_cost(messages: Sequence[Message], settings: JudgeSettings) -> float:
    """The most that one call can cost: no tokenizer over bytes makes more tokens than a text has bytes."""
    given = sum(len(each["content"].encode()) + MESSAGE_TOKENS for each in messages)
    return settings.prices.cost(given, settings.max_reply_tokens)


def _usual_tokens(messages: Sequence[Message]) -> int:
    return sum(-(-len(each["content"]) // CHARACTERS_PER_TOKEN) + MESSAGE_TOKENS for each in messages)
