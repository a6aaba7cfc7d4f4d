"""Conversations in one text with markers between their turns, as templates of models and corpora write them."""

import re
from collections.abc import Mapping
from functools import cache

_SPEAKERS = {
    "user": "user", "human": "user", "instruction": "user", "question": "user", "input": "input",
    "assistant": "assistant", "gpt": "assistant", "model": "assistant", "bot": "assistant", "response": "assistant",
    "answer": "assistant", "output": "assistant", "system": "system", "tool": "tool", "ipython": "tool",
}  # fmt: skip
_STARTS = re.compile(r"\s*(?:<s>|<bos>|<\|begin_of_text\|>|<\|endoftext\|>)?\s*")
_ENDS = ("</s>", "<eos>", "<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "<|endoftext|>")
_ALPACA_OPENING = re.compile(r"Below is an instruction that describes a task[^\n#]*\n+(?=#)")
# A marker with the name of who speaks next; the first kind that stands at the beginning of a text is looked for in it.
_MARKERS = (
    re.compile(r"<\|im_start\|>[ ]*(?P<who>\w+)[ ]*\n?"),
    re.compile(r"<\|start_header_id\|>[ ]*(?P<who>\w+)[ ]*<\|end_header_id\|>\n*"),
    re.compile(r"<start_of_turn>[ ]*(?P<who>\w+)[ ]*\n?"),
    re.compile(r"<\|(?P<who>user|assistant|system|human|bot|model)\|>:?[ ]*\n?"),
    re.compile(r"#{2,3}[ ]*(?P<who>Human|User|Assistant|System|GPT|Bot)[ ]*:[ ]*\n?", re.IGNORECASE),
    re.compile(
        r"(?:^|(?<=\n))#{2,3}[ ]*(?P<who>Instruction|Input|Response|Question|Answer|Output|System)[ ]*:?[ ]*(?:\n|$)",
        re.IGNORECASE,
    ),
    re.compile(r"(?:^|(?<=\n))(?P<who>Human|User|Assistant|System|GPT|Bot|USER|ASSISTANT|SYSTEM)[ ]*:[ ]*"),
)
_LLAMA_2 = re.compile(r"\[INST\](?P<asked>.*?)\[/INST\](?P<said>.*?)(?:</s>|(?=<s>|\[INST\])|$)", re.DOTALL)
_LLAMA_2_SYSTEM = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)


def turns_of_text(text: str) -> list[Mapping[str, str]] | None:
    """The turns of a text that begins with a marker; None where it has none, or nobody answers in it."""
    body = text[_end_of(_STARTS, text) :]
    body = body[_end_of(_ALPACA_OPENING, body) :]
    if body.startswith("[INST]"):
        turns = _llama_2(body)
    else:
        marker = next((each for each in _MARKERS if each.match(body)), None)
        turns = _split(body, marker) if marker else []
    said = {turn["role"] for turn in turns}
    return turns if {"user", "assistant"} <= said else None


def _end_of(opening: re.Pattern[str], text: str) -> int:
    found = opening.match(text)
    return found.end() if found else 0


def _without_end(text: str) -> str:
    """A turn without the markers that end it."""
    while True:
        text = text.rstrip()
        end = next((each for each in _ENDS if text.endswith(each)), "")
        if not end:
            return text
        text = text.removesuffix(end)


def _split(text: str, marker: re.Pattern[str]) -> list[Mapping[str, str]]:
    turns: list[dict[str, str]] = []
    found = [each for each in marker.finditer(text) if _role(each["who"])]
    for place, each in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        role, said = _role(each["who"]), _without_end(text[each.end() : end]).lstrip("\r\n")
        if role == "input" and turns:
            turns[-1]["content"] += f"\n\n{said}"
        elif said or place + 1 < len(found):
            turns.append({"role": "user" if role == "input" else role, "content": said})
    return list(turns)


@cache
def _role(who: str) -> str:
    return _SPEAKERS.get(who.lower(), "")


def _llama_2(text: str) -> list[Mapping[str, str]]:
    turns: list[Mapping[str, str]] = []
    for found in _LLAMA_2.finditer(text):
        asked = found["asked"]
        if system := _LLAMA_2_SYSTEM.match(asked):
            turns.append({"role": "system", "content": system[1].strip()})
            asked = asked[system.end() :]
        turns.append({"role": "user", "content": asked.strip()})
        if said := found["said"].strip():
            turns.append({"role": "assistant", "content": said})
    return turns
