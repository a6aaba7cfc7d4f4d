"""Conversations in one text with markers between their turns, as templates of models and corpora write them."""

import re
from collections.abc import Mapping
from functools import cache

_SPEAKERS = {
    "user": "user", "human": "user", "prompter": "user", "instruction": "user", "question": "user", "input": "input",
    "assistant": "assistant", "gpt": "assistant", "model": "assistant", "bot": "assistant", "chatbot": "assistant",
    "ai": "assistant", "falcon": "assistant", "response": "assistant", "answer": "assistant", "output": "assistant",
    "system": "system", "tool": "tool", "ipython": "tool", "function response": "tool",
    "106": "user", "107": "assistant",  # reserved, of Baichuan
    "指令": "user", "问题": "user", "用户": "user", "输入": "input", "回答": "assistant", "输出": "assistant",
    "助手": "assistant", "系统": "system",
}  # fmt: skip
_STARTS = re.compile(
    r"\s*(?:<s>|<bos>|<BOS_TOKEN>|\[gMASK\](?:<sop>)?|<\|begin_of_text\|>|<\|endoftext\|>|<｜begin▁of▁sentence｜>)?\s*"
)
_ENDS = (
    "</s>", "<eos>", "<|im_end|>", "<|eot_id|>", "<|eot|>", "<|end|>", "<end_of_turn>", "<|end_of_turn|>", "<|EOT|>",
    "<|eom_id|>",
    "<|endoftext|>", "<|end_of_text|>", "<|return|>", "[|endofturn|]", "</user>", "</human>", "</assistant>", "</bot>",
    "</system>", "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "<eoh>", "<eoa>", "<eom>",
)  # fmt: skip
_ALPACA_OPENING = re.compile(r"Below is an instruction that describes a task[^\n#]*\n+(?=#)")
# A marker with the name of who speaks next; the first kind that stands at the beginning of a text is looked for in it.
_MARKERS = (
    re.compile(r"<\|im_start\|>[ ]*(?P<who>\w+)[ ]*(?:<\|im_sep\|>)?\n?"),
    re.compile(r"<\|(?:start_header_id|header_start)\|>[ ]*(?P<who>\w+)[ ]*<\|(?:end_header_id|header_end)\|>\n*"),
    re.compile(r"<start_of_turn>[ ]*(?P<who>\w+)[ ]*\n?"),
    re.compile(r"<\|START_OF_TURN_TOKEN\|><\|(?P<who>\w+)_TOKEN\|>"),
    re.compile(r"<[|｜](?:hy_)?(?P<who>user|assistant|system|human|bot|model|prompter)[|｜]>:?[ ]*\n?", re.IGNORECASE),
    re.compile(r"<\|start_of_role\|>[ ]*(?P<who>\w+)[ ]*<\|end_of_role\|>"),
    re.compile(r"<\|im_(?P<who>user|assistant|system)\|>\w+<\|im_middle\|>"),
    re.compile(r"\[\|(?P<who>Human|AI|User|Assistant|System)\|\]:?[ ]*", re.IGNORECASE),
    re.compile(r"<(?P<who>human|bot|user|assistant|system)>:[ ]*"),
    re.compile(r"<(?P<who>human|bot|user|assistant|system)>[ ]*\n?"),
    re.compile(r"<(?P<who>用户|AI)>"),
    re.compile(r"<_(?P<who>user|bot|system)>"),
    re.compile(r"<reserved_(?P<who>106|107)>"),
    re.compile(r"(?:GPT4 Correct |GPT4 |Code )(?P<who>User|Assistant):[ ]*"),
    re.compile(r"#{2,3}[ ]*(?P<who>Human|User|Assistant|System|GPT|Bot)[ ]*:[ ]*\n?", re.IGNORECASE),
    re.compile(
        r"(?:^|(?<=\n))#{2,3}[ ]*(?P<who>Instruction|Input|Response|Question|Answer|Output|System|"
        r"指令|问题|输入|回答|输出|系统)[ ]*[:：]?[ ]*(?:\n|$)",
        re.IGNORECASE,
    ),
    re.compile(r"#{3}[ ]*(?P<who>Instruction|Input|Response):[ ]*"),
    re.compile(r"(?:^|(?<=\s)|(?<=</s>))(?P<who>USER|ASSISTANT|SYSTEM|FUNCTION RESPONSE):[ ]*"),
)
_NAMES = re.compile(r"(?:^|(?<=\n))(?P<who>Human|User|Assistant|System|GPT|Bot|AI|Falcon|用户|助手|系统)[ ]*[:：][ ]*")
# A text before the first marker that is the system prompt: an opening sentence of Vicuna's or Baize's kind.
_OPENING = re.compile(
    r"(?P<said>[^\n\[<]{0,20}\b(?:chat|conversation) between [^\n]{0,500}?)\s*(?=USER:|\[\|Human\|\])|"
    r"(?P<before>[^#<]{1,2000}?)\n+(?=#{2,3}[ ]*Instruction)|(?P<prompt>[^<]{1,20000}?)(?=<｜User｜>)",
    re.IGNORECASE,
)
_OPENED = ("USER:", "[|Human|]", "# Instruction", "<｜User｜>")  # what follows it
# In the end of a text that an answer goes on.
_MAY_END = re.compile(r"assistant|response|model|bot|ai[:|]|\[/inst\]|gpt|回答|助手", re.IGNORECASE)
_LLAMA_2 = re.compile(r"\[INST\](?P<asked>.*?)\[/INST\](?P<said>.*?)(?:</s>|(?=<s>|\[INST\])|$)", re.DOTALL)
_LLAMA_2_SYSTEM = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)
_MISTRAL_SYSTEM = re.compile(r"\[SYSTEM_PROMPT\](.*?)\[/SYSTEM_PROMPT\]\s*", re.DOTALL)
_Turn = Mapping[str, str]


def turns_of_text(text: str) -> list[_Turn] | None:
    """The turns of a text that begins with a marker; None where it has none, or nobody answers in it."""
    turns = _turns(text)
    return [turn for turn in turns if turn["content"] or turn is not turns[-1]] if _has_both(turns) else None


def opened_answer(text: str) -> list[_Turn] | None:
    """The turns of a text with markers which ends with that of an answer to come; None of any other."""
    turns = _turns(text) if _MAY_END.search(text, max(0, len(text) - 60)) else []
    opened = len(turns) > 1 and turns[-1]["role"] == "assistant" and not turns[-1]["content"].strip()
    return turns[:-1] if opened and any(turn["role"] == "user" for turn in turns) else None


def without_end(text: str) -> str:
    """A turn without the markers that end it."""
    while True:
        text = text.rstrip()
        end = next((each for each in _ENDS if text.endswith(each)), "")
        if not end:
            return text
        text = text.removesuffix(end)


def _has_both(turns: list[_Turn]) -> bool:
    return {"user", "assistant"} <= {turn["role"] for turn in turns if turn["content"] or turn is not turns[-1]}


def _turns(text: str) -> list[_Turn]:
    """All turns, the last one also where it is empty."""
    body = text[_end_of(_STARTS, text) :]
    body = body[_end_of(_ALPACA_OPENING, body) :]
    if body.startswith(("[INST]", "[SYSTEM_PROMPT]")):
        return _llama_2(body)
    before = _OPENING.match(body) if any(each in body for each in _OPENED) else None
    if before:
        body = body[before.end() :]
    marked = [_split(body, _marks(each, body)) for each in _MARKERS if each.match(body)]
    if not marked and _NAMES.match(body):
        marked = [_split(body, _spoken(body))]
    turns = next((each for each in marked if _has_both(each)), marked[0] if marked else [])
    said = without_end(before.group().strip()) if before and turns else ""
    return [{"role": "system", "content": said}, *turns] if said else turns


def _marks(marker: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [each for each in marker.finditer(text) if _role(each["who"])]


def _end_of(opening: re.Pattern[str], text: str) -> int:
    found = opening.match(text)
    return found.end() if found else 0


def _spoken(text: str) -> list[re.Match[str]]:
    """The names before turns; of each side the one that comes first counts, of the system one at the beginning."""
    names: dict[str, str] = {}
    found = []
    for each in _NAMES.finditer(text):
        role = _role(each["who"])
        if names.setdefault(role, each["who"]) == each["who"] and (role != "system" or each.start() == 0):
            found.append(each)
    return found


def _split(text: str, found: list[re.Match[str]]) -> list[_Turn]:
    turns: list[dict[str, str]] = []
    for place, each in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        role, said = _role(each["who"]), without_end(text[each.end() : end]).lstrip("\r\n")
        if role == "input" and turns:
            turns[-1]["content"] += f"\n\n{said}"
        else:
            turns.append({"role": "user" if role == "input" else role, "content": said})
    return list(turns)


@cache
def _role(who: str) -> str:
    return _SPEAKERS.get(who.lower(), "")


def _llama_2(text: str) -> list[_Turn]:
    turns: list[_Turn] = []
    if before := _MISTRAL_SYSTEM.match(text):
        turns.append({"role": "system", "content": before[1].strip()})
    for found in _LLAMA_2.finditer(text):
        asked = found["asked"]
        if system := _LLAMA_2_SYSTEM.match(asked):
            turns.append({"role": "system", "content": system[1].strip()})
            asked = asked[system.end() :]
        turns.append({"role": "user", "content": asked.strip()})
        said = without_end(found["said"].strip())
        if said or found.end() == len(text):
            turns.append({"role": "assistant", "content": said})
    return turns
