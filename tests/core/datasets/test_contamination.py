"""Training rows that give the evaluation set away: the same words, nearly the same, and what is not."""

import json
import unicodedata

import pytest

from core.datasets.contamination import BLOCK_ROWS, EvaluationPrompts
from core.datasets.evaluation_file import read_evaluation_file
from core.paths import DEMO
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row

ASKED = [
    EvaluationExample("Name a colour.", "", ("Red.",)),
    EvaluationExample("Add.", "1 + 1", ("2",)),
    EvaluationExample("Imagine you are a time traveler from the year 3000. What would you tell people?", "", ("Hm.",)),
    EvaluationExample("Explain how photosynthesis turns sunlight into sugar in the leaves of a plant.", "", ("So.",)),
    EvaluationExample("Write a short poem about the first snow of winter in a quiet village.", "", ("Snow.",)),
    EvaluationExample("What is the capital of France?", "", ("Paris.",)),
]


def test_the_same_words_in_other_spelling_are_the_same() -> None:
    found = EvaluationPrompts(ASKED).find(["name  a COLOUR", "Name a colour that you hate most.", "Add.\n\n1 + 1"])
    assert [(each.row, each.example, each.exact) for each in found] == [(0, 0, True), (2, 1, True)]


@pytest.mark.parametrize(
    ("prompt", "example"),
    [
        ("Pretend you are a time traveler from the year 3000. What would you tell the people?", 2),
        ("Explain how photosynthesis turns the sunlight into sugar in leaves of plants.", 3),
        ("Please write a short poem about the first snow of the winter in a quiet village!", 4),
        ("The capital of France is what?", 5),
    ],
)
def test_nearly_the_same_words_are_near_and_not_the_same(prompt: str, example: int) -> None:
    (found,) = EvaluationPrompts(ASKED).find([prompt])
    assert found.example == example
    assert 0.75 <= found.similarity < 1 and not found.exact


FILLER = "It was a long day in the harbour, and nobody had thought of the boats that were still out at sea. " * 10


@pytest.mark.parametrize("example", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "hidden",
    [
        FILLER + "{}",
        "### Instruction:\n{}\n\n### Response:\n",
        "system: Be kind.\n\nuser: Hi.\n\nassistant: " + FILLER + "\n\nuser: {}\n\nassistant: So.\n\nuser: And why?",
        "My teacher asks: “{}” Help me. " + FILLER,
    ],
)
def test_a_question_within_a_longer_prompt_is_found(hidden: str, example: int) -> None:
    asked = ASKED[example].prompt
    for prompt in (asked, asked.upper(), asked.replace(",", "").replace(".", " !")):
        (found,) = EvaluationPrompts(ASKED).find([hidden.format(prompt)])
        assert (found.example, found.exact) == (example, False)


def test_a_template_may_part_instruction_and_input() -> None:
    asked = EvaluationExample(
        "Say whether the tone of this text is glad or sad.", "The rain came at last to us.", ("Glad.",)
    )
    template = f"{FILLER}\nTask: {asked.instruction}\nHere is the text that you need:\n{asked.input}\nAnswer:"
    other = template.replace(asked.input, "The dog is gone since Monday.")
    assert [each.row for each in EvaluationPrompts([asked]).find([template, other])] == [0]


@pytest.mark.parametrize(
    "asked", ["Sort these words: 'apple', 'dog', 'table'.", "What is another word for “versatile”?"]
)
def test_quotes_at_the_end_of_a_question_are_no_words(asked: str) -> None:
    (found,) = EvaluationPrompts([EvaluationExample(asked, "", ("So.",))]).find([FILLER + asked])
    assert found.similarity > 0.9


@pytest.mark.parametrize(
    "prompt",
    [
        FILLER + "What is the capital of France, Texas, and who founded it?",
        FILLER + "Name a colour.",
        FILLER + "Explain how photosynthesis turns light into energy in algae. " + FILLER,
        "Write a short poem about the first day of school. " + FILLER,
    ],
)
def test_a_part_of_a_question_or_its_beginning_in_another_is_far(prompt: str) -> None:
    assert EvaluationPrompts(ASKED).find([prompt]) == []


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        ("请解释植物的叶子怎样用阳光制造糖分。", "今天天气很好，我和朋友们一起去公园散步，看到了很多花。" * 8),
        ("ช่วยอธิบายว่าใบไม้ใช้แสงแดดสร้างน้ำตาลอย่างไร", "วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนสาธารณะ " * 8),
    ],
)
def test_a_question_behind_a_prefix_is_found_in_scripts_without_spaces(asked: str, before: str) -> None:
    found = EvaluationPrompts([EvaluationExample(asked, "", ("…",))]).find([f"{before}{asked}", before])
    assert [each.row for each in found] == [0]


@pytest.mark.parametrize(
    "prompt",
    [
        "What is the capital of Mongolia, and how many people live in it?",
        "Explain how a steam engine turns heat into motion in the cylinders of a locomotive.",
        "Write a short story about the last day of summer in a loud city.",
        "Name a colour. Then write a long essay about a painter who used it, with dates, places and three paintings.",
        "",
        "???",
    ],
)
def test_another_question_in_a_like_form_is_far(prompt: str) -> None:
    assert EvaluationPrompts(ASKED).find([prompt]) == []


@pytest.mark.parametrize(
    ("asked", "near", "far"),
    [
        ("请解释植物的叶子怎样用阳光制造糖分。", "请解释一下植物的叶子怎样用阳光制造糖分？", "请写一首关于大海的诗。"),
        ("ช่วยอธิบายว่าใบไม้ใช้แสงแดดสร้างน้ำตาลอย่างไร", "อธิบายว่าใบไม้ใช้แสงแดดสร้างน้ำตาลอย่างไร", "เขียนกลอนเกี่ยวกับทะเล"),
    ],
)
def test_nearly_the_same_words_are_near_in_scripts_without_spaces(asked: str, near: str, far: str) -> None:
    found = EvaluationPrompts([EvaluationExample(asked, "", ("…",))]).find([near, far])
    assert [(each.row, each.exact) for each in found] == [(0, False)]


def test_the_same_question_in_nfc_and_nfd_is_the_same() -> None:
    asked = "Thủ đô của Việt Nam là gì?"
    prompts = EvaluationPrompts([EvaluationExample(asked, "", ("Hà Nội",))])
    (found,) = prompts.find([unicodedata.normalize("NFD", asked)])
    assert found.exact


def test_a_text_without_words_is_the_same_only_as_itself() -> None:
    found = EvaluationPrompts([EvaluationExample("???", "", ("!",))]).find(["!!!", " ??? "])
    assert [(each.row, each.exact) for each in found] == [(1, True)]


def test_what_is_found_does_not_depend_on_the_prompts_beside_it() -> None:
    near = "Pretend you are a time traveler from the year 3000. What would you tell the people?"
    asked = EvaluationPrompts(ASKED)
    alone = asked.find([near])[0].similarity
    many = asked.find([*(f"Question {i} about the number {i}?" for i in range(BLOCK_ROWS)), near])
    assert [(each.row, each.similarity) for each in many] == [(BLOCK_ROWS, pytest.approx(alone))]


def test_an_evaluation_set_without_examples_gives_nothing_away() -> None:
    assert EvaluationPrompts([]).find(["Name a colour."]) == []


def test_no_demo_row_asks_what_the_demo_evaluation_set_asks() -> None:
    lines = [line for name in ("forum", "handbook", "scrape") for line in (DEMO / f"{name}.jsonl").open("rb")]
    prompts = [Row(each["instruction"], each["input"], "").prompt for each in map(json.loads, lines)]
    assert EvaluationPrompts(read_evaluation_file(DEMO / "evaluation.jsonl").examples).find(prompts) == []
