"""Under which names the parts of a row are found in the data that people have."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

_NUMBERED = re.compile(r"^\d+[.)]\s*")
_ASIDE = re.compile(r"\s+\([^)]*\)$")  # Question (EN)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

INSTRUCTION = (
    "instruction", "instructions", "prompt", "prompts", "question", "questions", "query", "queries", "problem",
    "request", "user_prompt", "user_message", "user_query", "user_question", "user_instruction", "human", "user_input",
    "input_text", "text_input", "definition", "inputs_pretokenized", "inputs", "input_prompt", "human_query",
    "human_question",
    "user_text", "q_text", "instruct", "ask", "question_text", "prompt_text",
    "instruction_text", "query_text", "customer_message", "pattern", "question_stem",
    "指令", "指示", "问题", "問題", "提问", "问", "提示", "提示词", "用户输入", "質問", "質問文", "問い",
    "プロンプト", "命令", "命令文", "질문", "지시", "지시문", "명령", "명령어", "프롬프트", "문제",
    "instrucción", "instruccion", "instrucciones", "pregunta", "preguntas", "consulta", "indicación",
    "consigne", "consignes", "requête", "invite",
    "anweisung", "anweisungen", "frage", "fragen", "instruktion", "aufforderung", "aufgabenstellung",
    "instrução", "instrucao", "instruções", "pergunta", "perguntas", "questão", "comando", "solicitação",
    "инструкция", "инструкции", "вопрос", "вопросы", "запрос", "задание", "промпт",
)  # fmt: skip
TASKS = ("task", "aufgabe", "tarea", "tarefa", "tâche", "задача")  # what to do, or the name of a kind
WEAK_INSTRUCTION = (  # often something else
    *TASKS, "goal", "ctx", "utterance", "message", "user", "title", "question_title", "用户",
    "标题", "ユーザー", "사용자",
)  # fmt: skip
INPUT = (
    "input", "context", "passage", "document", "inputs", "input_text", "background", "story", "paragraph", "article",
    "flores_passage", "premise", "contexts", "retrieved_contexts", "old_contents",
    "输入", "輸入", "上下文", "背景", "入力", "文脈", "입력", "문맥", "entrada", "contexto", "entrée", "entree",
    "contexte", "eingabe", "kontext", "ввод", "вход", "входные_данные", "контекст",
)  # fmt: skip
DIRECTIONS = (  # that may say what to do with a question or text beside
    "instruction", "instructions", "definition", "instruct", "prompt", "指令", "指示", "提示", "命令", "지시", "지시문",
    "instrucción", "instruccion", "consigne", "anweisung", "instrução", "instrucao", "инструкция",
)  # fmt: skip
ABOUT = (
    "question", "query", "problem", "user_input", "user_query", "text", "sentence", "content", "问题", "質問", "질문",
    "pregunta", "frage", "pergunta", "вопрос", "文本", "テキスト", "texto", "texte", "текст",
)  # fmt: skip
TEXTS = ("text", "sentence", "startphrase", "description", "post", "body")  # questions where no other is there
CONTEXTS = (
    "context", "passage", "document", "background", "story", "paragraph", "article", "contexts", "retrieved_contexts",
)  # fmt: skip
TITLES = ("title", "question_title")
BODIES = ("body", "question_body", "selftext", "content", "text", "post")  # below a title
CHOSEN = (
    "chosen", "chosen_response", "response_chosen", "chosen_answer", "chosen_messages", "preferred", "preferred_output",
    "preferred_response", "accepted", "better_response", "response_j", "chosen_message", "chosen_output",
    "chosen_completion", "chosen_text",
)  # fmt: skip
REJECTED = (
    "rejected", "rejected_response", "response_rejected", "rejected_answer", "rejected_messages", "dispreferred",
    "non_preferred_output", "dispreferred_response", "worse_response", "response_k", "rejected_message",
    "rejected_output", "rejected_completion", "rejected_text",
)  # fmt: skip
JUDGED = (  # names that mean the better and the worse answer only beside each other
    ("accepted", "refused"), ("win", "lose"), ("winner", "loser"), ("good", "bad"), ("better", "worse"),
)  # fmt: skip
OUTPUT = (
    "output", "outputs", "response", "responses", "completion", "completions", "solution", "generated_solution",
    "generation", "answer", "answers", "targets_pretokenized", "target", "targets", "solutions", "bot_answer",
    "ai_answer", "assistant_answer", "assistant_text", "a_text", "reply", "assistant",
    "gpt", "output_text", "target_text",
    "response_text", "answer_text", "generated_text", "model_output", "model_response", "model_answer",
    "assistant_message", "assistant_response", "bot_response", "ai_response", "llm_response", "resp",
    "completion_text", "agent_reply", "agent_response", "bot_reply", "expected_output", "expected", *CHOSEN,
    "best_answer", "generations", "ideal", "final_answer", "correct_answer", "ground_truth",
    "reference_answer", "gold_answer", "reference", "sampled", "response_body",
    "输出", "輸出", "回答", "答案", "回复", "回覆", "回应", "响应", "答", "模型输出", "助手",
    "出力", "応答", "回答文", "返答", "答え", "解答", "アシスタント",
    "답변", "출력", "응답", "대답", "답", "정답", "완성", "어시스턴트",
    "salida", "respuesta", "respuestas", "resultado", "sortie", "réponse", "reponse", "réponses", "complétion",
    "ausgabe", "antwort", "antworten", "ergebnis", "lösung", "musterlösung", "erwiderung",
    "saída", "saida", "resposta", "respostas", "вывод", "выход", "ответ", "ответы", "решение", "выходные_данные",
)  # fmt: skip
WEAK_OUTPUT = ("sql", "code", "summary", "highlights", "canonical_solution", "revision")  # where there is no other
WRITTEN = ("content", "text")  # for a prompt, where nothing else is
QUESTION_ENDINGS, GIVEN_ENDINGS, ANSWER_ENDINGS = (  # of longer names, where there is no other
    ("prompt", "question", "instruction", "query", "problem"), ("context", "input", "passage"),
    ("response", "answer", "output", "completion", "solution", "generation", "reply", "attempt", "responses", "answers",
     "outputs", "completions", "solutions", "generations"),
)  # fmt: skip
REPLIES = ("choices", "candidates")  # of a service
OTHERS = ("system", "rejected", "incorrect", "wrong", "bad", "negative", "original")  # before such an ending
IN_ANSWER = (  # of an object that says more of an answer, as in SQuAD, TriviaQA and the replies of services
    "final", "final_answer", "text", "value", "answer", "content", "response", "output", "completion",
    "generated_text", "generation", "generations", "message", "reply", "solution", "parts", "result", "data",
)  # fmt: skip
REASONED = ("reasoning", "reasoning_content", "thinking", "thought", "thoughts", "rationale", "chain_of_thought", "cot")
SEGMENTS = "segments"  # of axolotl's input_output
PAIRS = (  # names that mean question and answer only beside each other
    ("q", "a"), ("source", "target"), ("src", "tgt"), ("text", "summary"), ("article", "highlights"),
    ("human", "ai"), ("human", "bot"), ("user", "ai"), ("user", "bot"), ("customer", "agent"), ("student", "teacher"),
    ("article", "summary"), ("dialogue", "summary"),
    ("docstring", "code"), ("nl", "code"), ("message", "reply"), ("patient", "doctor"), ("用户", "助手"),
    ("标题", "内容"), ("text_in", "text_out"), ("text", "code"), ("question", "query"), ("query", "result"),
    ("src", "trg"), ("article", "abstract"), ("theorem", "proof"), ("statement", "proof"),
    ("rewritten_intent", "snippet"), ("intent", "snippet"), ("body", "answer"), ("post", "summary"),
    ("message", "text"), ("message_1", "message_2"), ("problem_statement", "patch"), ("message", "new_contents"),
)  # fmt: skip
CONVERSATION = (
    "messages", "conversations", "conversation", "turns", "dialogue", "dialog", "dialogues", "dialogs", "chat",
    "chat_messages", "contents", "utterances", "对话", "会话", "消息", "會話", "会話", "メッセージ", "対話",
    "대화", "메시지", "диалог", "сообщения", "mensajes", "conversación", "mensagens", "nachrichten",
    "chosen", "chosen_messages",
)  # fmt: skip
SYSTEM = (
    "system", "system_prompt", "system_message", "system_instruction", "meta_instruction", "preamble", "系统",
    "系统提示", "系统提示词", "システム", "システムプロンプト", "시스템", "시스템_프롬프트", "sistema", "système",
    "system_text",
)  # fmt: skip
HISTORY = (
    "history", "chat_history", "conversation_history", "dialogue_history", "dialog_history", "message_history",
    "previous_messages", "previous_turns", "previous_conversation", "previous_dialogue", "past_messages", "past_turns",
    "past_conversation", "prior_messages", "prior_turns", "prior_conversation", "conversation_context", "chat_context",
    "dialogue_context", "few_shot", "few_shots", "fewshot", "few_shot_examples", "few_shot_turns", "examples",
    "demonstrations", "demos", "shots", "context", "历史", "历史对话", "历史记录", "履歴", "対話履歴", "대화_기록",
    "historial", "historique", "verlauf", "histórico", "история",
)  # fmt: skip
CHOICES = (
    "choices", "options", "answer_choices", "endings", "possible_answers", "alternatives", "选项", "選択肢", "선택지",
    "opciones", "opções", "optionen", "antwortmöglichkeiten", "варианты",
)  # fmt: skip
SAID_AS_CHOICES = ("answers", "responses")  # where another column says by place which of them is right
ANSWER_KEYS = (  # which choice is the answer, where no column has the answer itself
    "answer_key", "answer_index", "answer_idx", "answer_id", "correct_answer_index", "correct_answer_idx",
    "correct_answer_id", "correct_answer_num", "correct_index", "correct_idx", "correct_option", "correct_choice",
    "correct_label", "correct", "gold", "cop", "label",
)  # fmt: skip
LABEL = ("kto_tag", "label", "is_desirable", "desirable")
CLASSES = ("label",)  # of these, that often number classes
TOOLS = ("tools", "functions", "available_tools")

# Whatever stands beside them in an object, it is a row: their lists are no lists of rows.
PARTS = frozenset((*CONVERSATION, *SYSTEM, "history", *TOOLS, *REJECTED, *OUTPUT, "prompt", "mapping", SEGMENTS))
_KNOWN = frozenset((*INSTRUCTION, *WEAK_INSTRUCTION, *INPUT, *OUTPUT, *CONVERSATION))


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A column's name in one spelling: `Input Text`, `inputText` and `1. Input-text:` are `input_text`."""
    name = _NUMBERED.sub("", unicodedata.normalize("NFKC", name).strip("\ufeff \t\r\n"))
    name = _CAMEL.sub("_", _ASIDE.sub("", name) or name)
    return name.strip(" :?").lower().replace(" ", "_").replace("-", "_").strip("_")


def first_of(wanted: Sequence[str], fields: Iterable[str], taken: Iterable[str] = ()) -> str:
    """The field whose name stands first in `wanted` and is not taken; "" where there is none."""
    plain: dict[str, str] = {}
    for field in fields:
        if field not in taken:
            plain.setdefault(plain_name(field), field)
    return next((plain[name] for name in wanted if name in plain), "")


def all_endings_of(wanted: Sequence[str], fields: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The fields, of those that are not taken, whose name ends with one of the words: `sql_prompt`, `inputs.prompt`."""
    endings = tuple(f"{before}{word}" for word in wanted for before in "_./")
    plain = {field: plain_name(field) for field in fields if field not in taken}
    return [field for field, name in plain.items() if name.endswith(endings) and not name.startswith(OTHERS)]


def ending_of(wanted: Sequence[str], fields: Iterable[str], taken: Iterable[str] = ()) -> str:
    """The first of `all_endings_of`; "" where there is none."""
    return next(iter(all_endings_of(wanted, fields, taken)), "")


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
