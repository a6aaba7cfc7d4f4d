"""Conversations in one text with markers between their turns, as templates of models and corpora write them."""

import re

from core.formats.labelled_text import Dialect, Turns, both_speak, labels_in, turns_between, without_end
from core.rows.row import ASSISTANT, SYSTEM, USER

_STARTS = re.compile(
    r"\s*(?:<s>|<bos>|<BOS_TOKEN>|\[gMASK\](?:<sop>)?|<\|begin_of_text\|>|<\|endoftext\|>|<｜begin▁of▁sentence｜>)?\s*"
)
_ALPACA_OPENING = re.compile(r"Below is an instruction that describes a task[^\n#]*\n+(?=#)")
_LLAMA_2 = {"[inst]": USER, "[/inst]": ASSISTANT, "<<sys>>": SYSTEM, "<</sys>>": USER, "[system_prompt]": SYSTEM}
# The first one that stands at the beginning of a text is looked for in it.
_DIALECTS = (
    Dialect(
        re.compile(
            r"(?:<s>\s*)?(?:\[INST\]\s*(?=<<SYS>>))?"
            r"(?P<who>\[/?INST\]|<</?SYS>>|\[SYSTEM_PROMPT\])[ ]*"
        ),
        _LLAMA_2,
    ),
    Dialect(re.compile(r"<\|im_start\|>[ ]*(?P<who>\w+)[ ]*(?:<\|im_sep\|>)?\n?")),
    Dialect(
        re.compile(r"<\|(?:start_header_id|header_start)\|>[ ]*(?P<who>\w+)[ ]*<\|(?:end_header_id|header_end)\|>\n*")
    ),
    Dialect(re.compile(r"<start_of_turn>[ ]*(?P<who>\w+)[ ]*\n?")),
    Dialect(re.compile(r"<\|START_OF_TURN_TOKEN\|><\|(?P<who>\w+)_TOKEN\|>")),
    Dialect(
        re.compile(
            r"<[|｜](?:hy_)?(?P<who>user|assistant|system|human|bot|model|prompter)[|｜]>:?[ ]*\n?", re.IGNORECASE
        )
    ),
    Dialect(re.compile(r"<\|start_of_role\|>[ ]*(?P<who>\w+)[ ]*<\|end_of_role\|>")),
    Dialect(re.compile(r"<\|im_(?P<who>user|assistant|system)\|>\w+<\|im_middle\|>")),
    Dialect(re.compile(r"\[\|(?P<who>Human|AI|User|Assistant|System)\|\]:?[ ]*", re.IGNORECASE)),
    Dialect(re.compile(r"\[(?P<who>Human|MOSS)\]:[ ]*"), {"moss": ASSISTANT}),
    Dialect(re.compile(r"<(?P<who>human|bot|user|assistant|system)>:[ ]*")),
    Dialect(re.compile(r"<(?P<who>human|bot|user|assistant|system)>[ ]*\n?")),
    Dialect(re.compile(r"<(?P<who>用户|AI)>")),
    Dialect(re.compile(r"<_(?P<who>user|bot|system)>")),
    Dialect(re.compile(r"<reserved_(?P<who>106|107)>"), {"106": USER, "107": ASSISTANT}),  # Baichuan
    Dialect(re.compile(r"(?:GPT4 Correct |GPT4 |Code )(?P<who>User|Assistant):[ ]*")),
    Dialect(re.compile(r"#{2,3}[ ]*(?P<who>Human|User|Assistant|System|GPT|Bot)[ ]*:[ ]*\n?", re.IGNORECASE)),
    Dialect(
        re.compile(
            r"(?:^|(?<=\n))#{2,3}[ ]*(?P<who>Instruction|Input|Response|Question|Answer|Output|System|"
            r"指令|问题|输入|回答|输出|系统|指示|入力|応答|명령어|질문|입력|답변|응답)[ ]*[:：]?[ ]*(?:\n|$)",
            re.IGNORECASE,
        )
    ),
    Dialect(re.compile(r"#{3}[ ]*(?P<who>Instruction|Input|Response):[ ]*")),
    Dialect(re.compile(r"(?:^|(?<=\s)|(?<=</s>))(?P<who>USER|ASSISTANT|SYSTEM|FUNCTION RESPONSE):[ ]*")),
    Dialect(
        re.compile(r"(?:^|(?<=\n))(?P<who>Human|User|Assistant|System|GPT|Bot|AI|Falcon|用户|助手|系统)[ ]*[:：][ ]*"),
        are_words=True,
    ),
)
# A text before the first marker that is the system prompt: an opening sentence of Vicuna's or Baize's kind.
_OPENING = re.compile(
    r"(?P<said>[^\n\[<]{0,20}\b(?:chat|conversation) between [^\n]{0,500}?)\s*(?=USER:|\[\|Human\|\])|"
    r"(?P<before>[^#<]{1,2000}?)\n+(?=#{2,3}[ ]*Instruction)|(?P<prompt>[^<]{1,20000}?)(?=<｜User｜>)",
    re.IGNORECASE,
)
_OPENED = ("USER:", "[|Human|]", "# Instruction", "<｜User｜>")  # what follows it
# In the end of a text that an answer goes on.
_MAY_END = re.compile(r"assistant|response|model|bot|ai[:|]|\[/inst\]|gpt|回答|助手|応答|답변|응답", re.IGNORECASE)


def turns_of_text(text: str) -> Turns | None:
    """The turns of a text that begins with a marker; None where it has none, or nobody answers in it."""
    turns = _turns(text)
    return (turns if turns[-1]["content"] else turns[:-1]) if both_speak(turns) else None


def opened_answer(text: str) -> Turns | None:
    """The turns of a text with markers which ends with that of an answer to come; None of any other."""
    turns = _turns(text) if _MAY_END.search(text, max(0, len(text) - 60)) else []
    opened = len(turns) > 1 and turns[-1] == {"role": ASSISTANT, "content": ""}
    return turns[:-1] if opened and any(turn["role"] == USER for turn in turns) else None


def _turns(text: str) -> Turns:
    """All turns, the last one also where it is empty."""
    body = text[_end_of(_STARTS, text) :]
    body = body[_end_of(_ALPACA_OPENING, body) :]
    before = _OPENING.match(body) if any(each in body for each in _OPENED) else None
    if before:
        body = body[before.end() :]
    marked = [turns_between(labels_in(body, each), body) for each in _DIALECTS if each.label.match(body)]
    turns = next((each for each in marked if both_speak(each)), marked[0] if marked else [])
    said = without_end(before.group().strip()) if before and turns else ""
    return [{"role": SYSTEM, "content": said}, *turns] if said else turns


def _end_of(opening: re.Pattern[str], text: str) -> int:
    found = opening.match(text)
    return found.end() if found else 0
