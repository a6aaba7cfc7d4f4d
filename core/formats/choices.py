"""What can be chosen of how files are read, beside what their columns mean."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from core.formats.charset import known_encoding
from core.values import Door, Value, read

Answers = Literal["last", "first", "each"]
Paths = Literal["best", "all"]


@dataclass(frozen=True)
class ReadingChoices(Value):
    """How files are read; kept with the dataset where it is not as here.

    Attributes:
        encoding: of the text, as Python names it; "" to find it out for each file.
        answers: which assistant turn of a conversation is its response, which is scored: the `last`, the `first`, or
            `each` in a row of its own. A preference keeps its last.
        list_name: of the list whose rows are read in a JSON object that holds several; "" for the first.
        paths: which paths of a tree are rows: the `best` of each, by the ranks of the answers or the branch of a chat
            that is current, or `all`, that one first.
    """

    encoding: str = ""
    answers: Answers = "last"
    list_name: str = ""
    paths: Paths = "best"

    @classmethod
    def given(cls, encoding: str = "", answers: Answers = "last", list_name: str = "", paths: Paths = "best") -> Self:
        """The choices as a command or a notebook gives them.

        Raises:
            ValueRefused: one has a value that is not allowed.
            InputError: there is no such encoding.
        """
        told = {"encoding": known_encoding(encoding), "answers": answers, "list_name": list_name, "paths": paths}
        return read(cls, told)

    @classmethod
    def of_origin(cls, origin: Mapping[str, Any], where: str) -> Self:
        """The choices that a dataset's origin holds.

        Raises:
            ValueRefused: one has a value that is not allowed.
        """
        names = [each.name for each in fields(cls)]
        return read(cls, {name: origin[name] for name in names if name in origin}, where, Door.FILE)

    def chosen(self) -> dict[str, str]:
        """Those that are not as they are where nothing is chosen."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) != each.default}


DEFAULT = ReadingChoices()
