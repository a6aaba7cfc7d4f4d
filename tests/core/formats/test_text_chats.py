"""Chats as plain text: who speaks, where one chat ends and the next begins, and what is no chat."""

import pytest

from tests.core.formats.conftest import Load, refusal

ONE = [["Hi", "Hello"]]
TWO = [["Hi", "Hello"], ["Who?", "Me."]]
LONG = [["Hi", "Hello", "Who?", "Me."]]
CHATML = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n{}<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\nMe.<|im_end|>\n"  # noqa: E501
HEADER = "<|start_header_id|>{}<|end_header_id|>\n\n{}<|eot_id|>"
LLAMA = "<|begin_of_text|>" + HEADER.format("user", "Hi") + HEADER.format("assistant", "Hello")


@pytest.mark.parametrize(
    ("text", "chats"),
    [
        ("Human: Hi\n\nAssistant: Hello\n\nHuman: Who?\n\nAssistant: Me.\n", LONG),
        ("User: Hi\nAssistant: Hello\n\nUser: Who?\nAssistant: Me.\n", TWO),
        ("User: Hi\r\nAssistant: Hello\r\n\r\nUser: Who?\r\nAssistant: Me.\r\n", TWO),
        ("User: Hi\n\nAssistant: Hello\n\n---\n\nUser: Who?\n\nAssistant: Me.\n", TWO),
        ("User: Hi\nAssistant: Hello<|endoftext|>User: Who?\nAssistant: Me.<|endoftext|>", TWO),
        ("**User:** Hi\n\n**Assistant:** Hello\n***\n**User:** Who?\n\n**Assistant:** Me.\n", TWO),
        ("## User\n\nHi\n\n## Assistant\n\nHello\n\n## User\n\nWho?\n\n## Assistant\n\nMe.\n", LONG),
        ("You said:\nHi\nChatGPT said:\nHello\nYou said:\nWho?\nChatGPT said:\nMe.\n", LONG),
        ("用户：Hi\n助手：Hello\n\n用户：Who?\n助手：Me.\n", TWO),
        ("## Question 1\nHi\n\n## Answer\nHello\n\n## Question 2\nWho?\n\n## Answer\nMe.\n", TWO),
        ("### Instruction:\nHi\n\n### Response:\nHello\n\n### Instruction:\nWho?\n\n### Response:\nMe.\n", TWO),
        (CHATML.format(""), LONG),
        (CHATML.format("\n"), TWO),
        (LLAMA + LLAMA.replace("Hi", "Who?").replace("Hello", "Me."), TWO),
        ("<s>[INST] Hi [/INST] Hello</s>\n<s>[INST] Who? [/INST] Me.</s>\n", TWO),
        ("[INST] Hi [/INST] Hello\n\n[INST] Who? [/INST] Me.\n", TWO),
        ("<|user|>\nHi<|endoftext|>\n<|assistant|>\nHello<|endoftext|>\n", ONE),
        ("Q: Hi\nA: Hello\n\nQ: Who?\nA: Me.\n", TWO),
        ("Question 1: Hi\nAnswer: Hello\n\n---\n\nQuestion 2: Who?\nAnswer: Me.\n", TWO),
        (
            "**🧑 User**: Hi\n\n**🤖 Assistant**: Hello\n\n---\n\n## 2\n\n**🧑 User**: Who?\n\n**🤖 Assistant**: Me.\n",
            TWO,
        ),
        (
            "User: Hi\n\nAssistant: a: 1\n---\nb: 2\n\nUser: Who?\n\nAssistant: Me.\n",
            [["Hi", "a: 1\n---\nb: 2", *TWO[1]]],
        ),
        ("System: S\n\nUser: Hi\nAssistant: Hello\n\nUser: Who?\nAssistant: Me.\n", [["S", *ONE[0]], TWO[1]]),
    ],
)
@pytest.mark.parametrize("name", ["chats.txt", "chats.md"])
def test_chats_are_told_apart(load: Load, text: str, chats: list[list[str]], name: str) -> None:
    found = load(name, text.encode())
    assert [[turn["content"] for turn in row.turns] for row in found.rows] == chats


def test_how_chats_are_parted_is_said_and_one_without_an_answer_is_refused(load: Load) -> None:
    found = load("chats.txt", b"# Export\n\nSystem: S\nUser: Hi\nAssistant: Hello\n\nSystem: S\nUser: Who?\n")
    assert [turn["role"] for turn in found.rows[0].turns] == ["system", "user", "assistant"]
    assert "chats.txt was read as text with 2 chats, parted by blank lines." in found.report.notes
    assert found.told == ["row 2: There are no turns of a user and an assistant."]


def test_a_label_within_an_answer_and_a_text_before_the_chat_are_kept(load: Load) -> None:
    found = load("chat.md", b"# Export\n\nUser: Write.\nAssistant: Sure:\nCustomer: hi\nAgent: hello\n")
    assert found.pairs == [("Write.", "Sure:\nCustomer: hi\nAgent: hello")]
    assert found.rows[0].extra == '{"text_before":"# Export"}'


@pytest.mark.parametrize(
    "text", ["Once there was a king.\n\nHe lived.\n", "# Title\n\nSome: text\n", "[10:31] User: Hi\n"]
)
def test_other_texts_are_refused_with_what_would_be_read(load: Load, text: str) -> None:
    assert "no turns of a user and an assistant" in refusal(load, "a.txt", text.encode())


def test_tables_and_json_may_be_called_text(load: Load) -> None:
    assert load("a.txt", b"instruction,output\nq,a\n").pairs == [("q", "a")]
    assert load("a.txt", b'{"instruction": "q", "output": "a"}\n').pairs == [("q", "a")]
