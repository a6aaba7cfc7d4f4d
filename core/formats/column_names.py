"""Under which names the parts of a row are found in the data that people have."""

import unicodedata
from collections.abc import Iterable, Sequence

INSTRUCTION = (
    "instruction", "instructions", "prompt", "question", "query", "problem", "request", "user_prompt", "human",
    "user_input", "input_text", "inputs",
    "指令", "指示", "问题", "問題", "提问", "質問", "질문", "지시", "지시문", "명령어",
    "instrucción", "instruccion", "pregunta", "consigne",
    "anweisung", "frage", "instrução", "instrucao", "pergunta", "инструкция", "вопрос", "запрос",
)  # fmt: skip
WEAK_INSTRUCTION = (
    "task",
    "goal",
    "user",
    "title",
    "aufgabe",
    "tarea",
    "tarefa",
    "tâche",
    "задача",
)  # often something else
INPUT = (
    "input", "context", "passage", "document", "inputs", "input_text", "background",
    "输入", "輸入", "入力", "입력", "entrada", "entrée", "entree", "eingabe", "ввод", "вход", "контекст",
)  # fmt: skip
CHOSEN = ("chosen", "chosen_response", "response_chosen", "chosen_answer", "preferred")
REJECTED = ("rejected", "rejected_response", "response_rejected", "rejected_answer", "dispreferred")
OUTPUT = (
    "output", "outputs", "response", "responses", "completion", "solution", "generated_solution", "generation",
    "answer", "answers", "target", "targets", "reply", "assistant", "gpt", "output_text", "target_text",
    "response_text", "generated_text", "model_output", "expected_output", *CHOSEN, "best_answer", "ideal",
    "输出", "輸出", "回答", "答案", "回复", "出力", "応答", "답변", "출력", "응답", "대답",
    "salida", "respuesta", "sortie",
    "réponse", "reponse", "ausgabe", "antwort", "saída", "saida", "resposta", "вывод", "выход", "ответ",
)  # fmt: skip
CONVERSATION = (
    "messages", "conversations", "conversation", "turns", "dialogue", "dialog", "chat", "chat_messages", "contents",
    "utterances", "对话", "會話", "会話", "대화", "диалог", "chosen",
)  # fmt: skip
SYSTEM = (
    "system", "system_prompt", "system_message", "system_instruction", "systeminstruction", "meta_instruction",
    "系统", "システム", "시스템",
)  # fmt: skip
HISTORY = (
    "history", "chat_history", "conversation_history", "dialogue_history", "dialog_history", "previous_messages",
    "previous_turns", "past_messages", "few_shot", "few_shots", "fewshot", "few_shot_examples", "examples", "context",
)  # fmt: skip
TOOLS = ("tools", "functions", "available_tools")

# Whatever stands beside them in an object, it is a row: their lists are no lists of rows.
PARTS = frozenset((*CONVERSATION, *SYSTEM, "history", *TOOLS, *REJECTED, *OUTPUT, "prompt", "mapping"))
_KNOWN = frozenset((*INSTRUCTION, *WEAK_INSTRUCTION, *INPUT, *OUTPUT, *CONVERSATION))


def plain_name(name: str) -> str:
    """A column's name in one spelling: `Input Text`, `input-text` and `_input_text` are `input_text`."""
    name = unicodedata.normalize("NFC", name)
    return name.strip().lower().replace(" ", "_").replace("-", "_").strip("_")


def first_of(wanted: Sequence[str], fields: Iterable[str], taken: Iterable[str] = ()) -> str:
    """The field whose name stands first in `wanted` and is not taken; "" where there is none."""
    plain: dict[str, str] = {}
    for field in fields:
        if field not in taken:
            plain.setdefault(plain_name(field), field)
    return next((plain[name] for name in wanted if name in plain), "")


def unique_names(fields: Sequence[str]) -> list[str]:
    """The names of columns, a number added to those that stand there again; one without a name is `column 3`."""
    made: dict[str, None] = {}
    for place, field in enumerate(fields, 1):
        wish = free = field or f"column {place}"
        again = 2
        while free in made:
            free, again = f"{wish} ({again})", again + 1
        made[free] = None
    return list(made)


def count_known(fields: Iterable[str]) -> int:
    """How many of the fields have a name that means something here."""
    return sum(plain_name(field) in _KNOWN for field in fields)
