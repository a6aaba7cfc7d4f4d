"""Turns in the forms that libraries, services and people write: each becomes the same conversation, whole."""

import json
from typing import Any

import pytest

from tests.core.formats.conftest import Load

CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
THOUGHT = {"text": "t", "thought": True}
FORMS: dict[str, Any] = {
    "pairs of speaker and text": {"messages": [["user", "q"], ["assistant", "a"]]},
    "the speaker as key": {"conversation": [{"human": "q"}, {"gpt": "a"}]},
    "message": {"messages": [{"role": "user", "message": "q"}, {"role": "assistant", "message": "a"}]},
    "utterance": {"dialogue": [{"speaker": "User", "utterance": "q"}, {"speaker": "AI Assistant", "utterance": "a"}]},
    "author": {"messages": [{"author": "user", "text": "q"}, {"author": {"role": "assistant"}, "text": "a"}]},
    "LangChain": {"messages": [{"type": "human", "content": "q"}, {"type": "ai", "content": "a"}]},
    "LangChain's data": {
        "messages": [{"type": "human", "data": {"content": "q"}}, {"type": "ai", "data": {"content": "a"}}]
    },
    "Chinese": {"对话": [{"角色": "用户", "内容": "q"}, {"角色": "助手", "内容": "a"}]},
    "client and agent": {"dialog": [{"role": "client", "content": "q"}, {"role": "agent", "content": "a"}]},
    "model's version": {"messages": [{"role": "user", "content": "q"}, {"role": "gpt-4o", "content": "a"}]},
    "names before texts": {"conversation": ["Human: q", "Assistant: a"]},
    "an empty key beside": {
        "conversations": [{"role": None, "from": "human", "value": "q", "content": None}, {"from": "gpt", "value": "a"}]
    },
    "Gemini without a role": {"contents": [{"parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}]},
    "one part alone": {
        "messages": [
            {"role": "user", "content": {"type": "text", "text": "q"}},
            {"role": "model", "parts": {"text": "a"}},
        ]
    },
    "several answers with what is known of them": {
        "prompt": "q", "responses": [{"response": "a", "model": "m"}, {"response": "b"}]
    },
    "an empty column of answers": {"instruction": "q", "output": "", "response": "a"},
    "MOSS with its markers": {
        "chat": {
            "turn_1": {"Human": "<|Human|>: q<eoh>", "Commands": "<|Commands|>: None<eoc>", "MOSS": "<|MOSS|>: a<eom>"}
        }
    },
    "printed arrays": {
        "messages": "[{'role': 'user', 'content': 'q'} {'role': 'assistant', 'content': 'a'}]".replace("} {", "}\n {")
    },
    "columns as printed arrays": {
        "messages": "{'role': array(['user', 'assistant'], dtype=object), 'content': array(['q', 'a'], dtype=object)}"
    },
    "texts as numpy prints them": {"conversation": "['q' 'a']"},
    "Responses API": {"input": [{"role": "user", "content": "q"}], "output": [{"type": "reasoning", "summary": []},
        {"role": "assistant", "content": [{"type": "output_text", "text": "a"}]}]},
    "a service's reply": {"prompt": "q", "response": {"choices": [{"message": {"role": "assistant", "content": "a"}}]}},
    "turns as text in the prompt": {"prompt": json.dumps([{"role": "user", "content": "q"}]), "completion": "a"},
    "a prompt that ends with a marker": {"prompt": "\n\nHuman: q\n\nAssistant:", "completion": " a"},
    "ChatML in two columns": {
        "prompt": "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n", "completion": "a<|im_end|>"
    },
    "Llama 2 in two columns": {"prompt": "<s>[INST] q [/INST]", "completion": " a</s>"},
}  # fmt: skip
MARKED = {
    "Vicuna": "USER: q ASSISTANT: a</s>",
    "Phi 4": "<|im_start|>user<|im_sep|>q<|im_end|><|im_start|>assistant<|im_sep|>a<|im_end|>",
    "GLM": "[gMASK]<sop><|user|>\nq<|assistant|>\na",
    "DeepSeek": "<｜begin▁of▁sentence｜><｜User｜>q<｜Assistant｜>a<｜end▁of▁sentence｜>",
    "Command R": "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|USER_TOKEN|>q<|END_OF_TURN_TOKEN|>"
    "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>a<|END_OF_TURN_TOKEN|>",
    "OpenAssistant": "<|prompter|>q<|endoftext|><|assistant|>a<|endoftext|>",
    "OpenChat": "GPT4 Correct User: q<|end_of_turn|>GPT4 Correct Assistant: a<|end_of_turn|>",
    "OIG": "<human>: q\n<bot>: a",
    "Llama 4": "<|header_start|>user<|header_end|>\n\nq<|eot|><|header_start|>assistant<|header_end|>\n\na<|eot|>",
    "InternLM": "<s><|User|>:q<eoh>\n<|Bot|>:a<eoa>\n",
    "headings in a line": "### Instruction: q ### Response: a",
    "Chinese headings": "### 指令：\nq\n\n### 回答：\na",
    "Chinese names": "用户：q\n助手：a",
    "AI": "Human: q\nAI: a",
}
COLUMNS = [
    ("用户输入", "模型输出"), ("質問文", "回答文"), ("명령", "답"), ("Instrucciones", "Respuestas"),
    ("Requête", "Réponse"),
    ("Aufgabenstellung", "Musterlösung"), ("questão", "resposta"), ("Входные данные", "Выходные данные"),
    ("inputText", "outputText"), ("Question:", "Answer (EN)"), ("1. Question", "2. Answer"),
    ("Ｑｕｅｓｔｉｏｎ", "Ａｎｓｗｅｒ"),
    ("q", "a"), ("text", "summary"), ("document", "summary"), ("Patient", "Doctor"), ("question", "sql"),
]  # fmt: skip


def file_of(*rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_turns_is_read(load: Load, form: str) -> None:
    found = load("rows.jsonl", file_of(FORMS[form]))
    assert (found.pairs, found.told) == ([("q", "a")], [])


@pytest.mark.parametrize("form", MARKED)
def test_a_text_with_markers_is_read(load: Load, form: str) -> None:
    assert load("rows.jsonl", file_of({"text": MARKED[form]})).pairs == [("q", "a")]


@pytest.mark.parametrize(
    "before",
    [
        "A chat between a user and an assistant. USER: q ASSISTANT: a</s>",
        "You answer.\n### Instruction:\nq\n### Response:\na\n<|EOT|>",
        "<｜begin▁of▁sentence｜>sy<｜User｜>q<｜Assistant｜>a",
    ],
)
def test_a_text_before_the_first_marker_is_the_system_prompt(load: Load, before: str) -> None:
    (row,) = load("rows.jsonl", file_of({"text": before})).rows
    assert [turn["role"] for turn in row.turns] == ["system", "user", "assistant"]
    assert (row.turns[1]["content"], row.output) == ("q", "a")


@pytest.mark.parametrize(("asked", "said"), COLUMNS)
def test_columns_under_other_names_are_found(load: Load, asked: str, said: str) -> None:
    assert load("rows.jsonl", file_of({said: "a", asked: "q"})).pairs == [("q", "a")]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"conversations": {"from": ["human", "gpt"], "value": ["q", "a"], "weight": [0, 1]}}, "weight"),
        ({"messages": {"role": ["user", "gpt"], "content": ["q", "a"], "tool_calls": [None, [CALL]]}}, "tool_calls"),
        ({"conversation": [{"input": "q", "output": "a", "output_with_loss": False}]}, "output_with_loss"),
        ({"chat": {"turn_1": {"Human": "q", "Inner Thoughts": "hm", "MOSS": "a"}}}, "Inner Thoughts"),
        ({"contents": [{"parts": [{"text": "q"}]}, {"role": "model", "parts": [THOUGHT, {"text": "a"}]}]}, "parts"),
    ],
)  # fmt: skip
def test_what_else_stands_in_turns_of_a_form_is_kept(load: Load, fields: dict, kept: str) -> None:
    (row,) = load("rows.jsonl", file_of(fields)).rows
    assert (row.turns[1]["content"].split("\n")[-1], kept in row.turns[1]) == ("a", True)


def test_a_call_and_its_result_of_the_responses_api_are_turns(load: Load) -> None:
    called = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "c", "output": {"temperature": 3}}
    turns = [{"role": "user", "content": "q"}, called, result, {"role": "assistant", "content": "a"}]
    (row,) = load("rows.jsonl", file_of({"messages": turns})).rows
    assert row.turns[1]["tool_calls"] == [CALL]
    assert row.turns[2] == {"role": "tool", "content": '{"temperature": 3}', "tool_call_id": "c"}


def test_a_bedrock_tool_call_is_kept(load: Load) -> None:
    use = {"toolUse": {"toolUseId": "i", "name": "f", "input": {}}}
    turns = [{"role": "user", "content": [{"text": "q"}]}, {"role": "assistant", "content": [{"text": "a"}, use]}]
    (row,) = load("rows.jsonl", file_of({"messages": turns})).rows
    assert row.turns[1]["parts"] == [{"text": "a"}, use]


def test_an_answer_that_is_a_dialogue_does_not_replace_its_question(load: Load) -> None:
    play = "Human: Hi\nAssistant: Hello"
    found = load("rows.jsonl", file_of({"prompt": "Write a dialogue.", "completion": play}))
    assert found.pairs == [("Write a dialogue.", play)]
    (row,) = load("rows.jsonl", file_of({"prompt": "Write.", "chosen": "a", "rejected": play})).rows
    assert row.rejected == [{"role": "assistant", "content": play}]


def test_a_rejected_conversation_shares_turns_also_where_the_system_prompt_stands_beside(load: Load) -> None:
    ask, tell, other = (
        {"role": role, "content": text} for role, text in (("user", "q"), ("assistant", "a"), ("assistant", "x"))
    )
    (row,) = load("rows.jsonl", file_of({"system": "s", "chosen": [ask, tell], "rejected": [ask, other]})).rows
    assert row.rejected == [other]


@pytest.mark.parametrize(
    "context", [["one", "two"], [["Paris", ["It is."]]], {"title": ["P"], "sentences": [["It is."]]}]
)
def test_documents_beside_a_pair_are_no_fault(load: Load, context: Any) -> None:
    (row,) = load("rows.jsonl", file_of({"context": context, "question": "q", "answer": "a"})).rows
    assert (row.instruction, row.output, json.loads(row.extra or "")) == ("q", "a", {"context": context})
    assert row.input == ("one\n\ntwo" if context == ["one", "two"] else "")


def test_a_text_called_history_is_no_earlier_turn(load: Load) -> None:
    (row,) = load("rows.jsonl", file_of({"history": "Rome fell.", "instruction": "q", "output": "a"})).rows
    assert (row.instruction, json.loads(row.extra or "")) == ("q", {"history": "Rome fell."})


def test_instruction_and_input_of_a_turn_are_its_question(load: Load) -> None:
    (row,) = load("rows.jsonl", file_of({"conversation": [{"instruction": "do", "input": "q", "output": "a"}]})).rows
    assert row.instruction == "do\n\nq"
