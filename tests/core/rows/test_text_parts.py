"""A text falls into prose, code and tables as markdown-it finds them, and nothing of it is lost."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.rows.text_parts import Code, Prose, Table, parts_of

PIECES = (
    "```",
    "~~~",
    "`",
    "|",
    "-",
    ":",
    "\\|",
    "|-|-|",
    " ",
    "    ",
    "\t",
    "a",
    "\n",
    "\r\n",
    "\r",
    "\x00",
    "\u2028",
)
WORDS = st.sampled_from(["a", "b c", "x = 1", "print(y)", "Ω"])
INSIDE = st.sampled_from(["| a | b |", "|-|-|", "", "    deep", "~~~", "# no heading", "- no list", "a | b"])
CELL = st.sampled_from(["a", "b c", "1.5", "", "x \\| y", "`z`"])


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_the_parts_joined_are_the_text(text: str) -> None:
    parts = parts_of(text)
    assert "".join(part.source for part in parts) == text
    assert all(part.source for part in parts)
    assert not any(isinstance(a, Prose) and isinstance(b, Prose) for a, b in itertools.pairwise(parts))


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_what_is_shown_of_code_is_all_that_stands_between_its_fences(text: str) -> None:
    for part in parts_of(text):
        if isinstance(part, Code):
            shown = "".join(part.body.split())
            whole, opening = "".join(part.source.split()), part.source.lstrip()
            mark = opening[0] * (len(opening) - len(opening.lstrip(opening[0])))
            inside = whole.removeprefix(mark).removeprefix("".join(part.info.split()))
            assert inside.startswith(shown) and not inside.removeprefix(shown).strip(mark[0])


@st.composite
def fences(draw: st.DrawFn) -> str:
    body = "\n".join(draw(st.lists(st.one_of(WORDS, INSIDE), max_size=4)))
    fence = draw(st.sampled_from(["```", "````", " ```"]))
    info = draw(st.sampled_from(["", "python", " json", "c++ title=x"]))
    return f"{fence}{info}\n{body}\n{fence}"


@st.composite
def tables(draw: st.DrawFn) -> str:
    wide = draw(st.integers(2, 4))
    lines = draw(st.lists(st.lists(CELL, min_size=2, max_size=wide), max_size=3))
    head = draw(st.lists(CELL, min_size=wide, max_size=wide))
    outer = draw(st.sampled_from([("| ", " |"), ("|", "|")]))
    rule = draw(st.sampled_from(["-", "---", ":-:", "--:"]))
    return "\n".join(outer[0] + " | ".join(cells) + outer[1] for cells in (head, [rule] * wide, *lines))


@given(st.lists(st.one_of(WORDS, fences(), tables()), max_size=5))
def test_code_and_tables_are_those_of_markdown_it(blocks: list[str]) -> None:
    text = "\n\n".join(blocks)
    wanted_code, wanted_tables = [], []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "fence":
            wanted_code.append((token.info.strip(), token.content))
        elif token.type == "table_open":
            wanted_tables.append([])
        elif token.type == "tr_open":
            wanted_tables[-1].append([])
        elif token.type == "inline" and wanted_tables and token.level > 3:
            wanted_tables[-1][-1].append(token.content)
    parts = parts_of(text)
    assert [(each.info, each.body) for each in parts if isinstance(each, Code)] == wanted_code
    found = [[list(each.head), *map(list, each.lines)] for each in parts if isinstance(each, Table)]
    assert found == wanted_tables


def test_a_fence_within_a_list_holds_code_without_its_indentation() -> None:
    text = "1. Install:\n\n    ```bash\n    pip install x\n      --user\n    ```\n2. Run."
    (code,) = [each for each in parts_of(text) if isinstance(each, Code)]
    assert (code.info, code.body) == ("bash", "pip install x\n  --user\n")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", []),
        ("Choose a | b\nor not", [Prose]),
        ("a | b\n---\nnext", [Prose]),
        ("x\n```\nno end", [Prose, Code]),
        ("`one` ```not a fence```", [Prose]),
        ("|a|b|\n|-|-|\n|1|2|3|", [Table, Prose]),
        ("|a|b|\n|-|-|\n|1|2|\nAfter it", [Table, Prose]),
        ("|a|b|\n|-|\n|1|2|", [Prose]),
    ],
)
def test_what_is_no_fence_and_no_table_stays_prose(text: str, kinds: list[type]) -> None:
    assert [type(each) for each in parts_of(text)] == kinds
