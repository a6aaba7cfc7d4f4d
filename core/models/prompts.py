"""How an instruction is put to a language model, and what is asked of it afterwards."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.models.profiles import Profile
from core.rows.row import ASSISTANT, USER, Row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# The wording of Stanford Alpaca's template without input (2023); instruction and input stand together in its field.
ALPACA = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Response:\n"
)

# After UniEval's questions (Zhong et al. 2022), asked of a chat model without training: the answer's first word counts.
QUESTIONS = {
    "naturalness": "Is this a natural response in the dialogue? Answer Yes or No.",
    "coherence": "Is this a coherent response given the dialogue history? Answer Yes or No.",
    "understandability": "Is this an understandable response in the dialogue? Answer Yes or No.",
}

END_SENTENCES = 2
CHARACTERS_PER_TOKEN = 4  # English; what OpenAI's and LLaMA's tokenizers come to
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")


@dataclass(frozen=True)
class Encoded:
    """A row as token ids: what the model is given, and the response whose likelihood is measured."""

    prompt: list[int]
    response: list[int]


def encode(row: Row, profile: Profile, tokenizer: "PreTrainedTokenizerBase") -> Encoded:
    """Tokens of a row in the profile's template, cut to its limits: a prompt's beginning and a response's end go."""
    if profile.template == "chat":
        turns = [{"role": turn.role, "content": turn.text} for turn in row.conversation[:-1]]
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    else:
        text = (tokenizer.bos_token or "") + ALPACA.format(instruction=row.prompt)
    prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
    response = tokenizer(row.output, add_special_tokens=False)["input_ids"]
    return Encoded(prompt[-profile.max_prompt_tokens :], response[: profile.max_response_tokens])


def prompt_end(row: Row) -> str:
    """The last sentences of what was said last: what a response has to be about, in a long dialogue above all."""
    said = row.conversation[-2].text.strip()
    begins = [0, *(found.end() for found in _SENTENCE_ENDS.finditer(said))]
    return said[begins[-END_SENTENCES] :] if len(begins) > END_SENTENCES else said


def response_opening(profile: Profile, tokenizer: "PreTrainedTokenizerBase") -> list[int]:
    """Tokens that stand before a response to nothing: the opening of the assistant's turn, or the text's beginning."""
    text = tokenizer.bos_token or tokenizer.eos_token or ""
    if profile.template == "chat":
        turn = [{"role": USER, "content": "x"}]
        plain, opened = (
            str(tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=each))
            for each in (False, True)
        )
        text = opened.removeprefix(plain) or text
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def question_suffix(question: str, tokenizer: "PreTrainedTokenizerBase") -> list[int]:
    """Tokens that end the response's turn, ask the question and open the answer."""
    mark = "\u2402"
    turns = [
        {"role": USER, "content": "x"},
        {"role": ASSISTANT, "content": mark},
        {"role": USER, "content": question},
    ]
    text = str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
    return tokenizer(text.split(mark, 1)[1], add_special_tokens=False)["input_ids"]


def answer_tokens(word: str, tokenizer: "PreTrainedTokenizerBase") -> list[int]:
    """First tokens of the ways in which `word` may begin an answer."""
    forms = (word, f" {word}", word.lower(), f" {word.lower()}", word.upper())
    return sorted({tokenizer(form, add_special_tokens=False)["input_ids"][0] for form in forms})
