"""YAML as JSON, so that it is read in every shape that JSON is: a list, a stream of documents, lists by name.

Only events of the parser are used, no tag constructs anything. Texts stay as they are written: `no`, `1.10` and `12:30`
are no values of other types here, as they are in YAML 1.1. What an alias means is written out, within bounds.
"""

import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from core.formats.compression import is_bomb
from core.formats.record import MAX_ROW_BYTES

NAMES = (".yaml", ".yml")
_JSON = re.compile(rb'\s*[\[{][\s\[{]*["\]}]')
_DEEPEST = 200
_NULLS = ("", "~", "null", "Null", "NULL")
_MERGE = "<<"
_EACH = 8  # characters that a value takes at least


def is_yaml(head: bytes) -> bool:
    """Whether a text called YAML is not simply JSON."""
    return _JSON.match(head) is None


class _FaultError(Exception):
    """What is wrong with a document that the parser takes."""


@dataclass
class _Open:
    """A list or object that is being read, and how many characters it would have with all aliases written out."""

    made: Any
    anchor: str | None
    size: int = _EACH
    key: str | None = None
    twice: str = ""
    merged: list[dict[Any, Any]] = field(default_factory=list)


@dataclass
class _Counted:
    """What the parser reads from."""

    source: "YamlAsJson"

    def read(self, count: int) -> bytes:
        return self.source.take(count)


class YamlAsJson(io.RawIOBase):
    """Gives the documents of a YAML stream as JSON, one after the other; it ends at a fault, which `damage` tells."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._ready = b""
        self._taken = self._given = 0
        self._pieces = self._documents()
        self.damage = ""

    def readable(self) -> bool:
        return True

    def head(self, count: int) -> bytes:
        """The beginning, which is given again afterwards."""
        while len(self._ready) < count and self._advance():
            pass
        return self._ready[:count]

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # typeshed's own buffer type is private
        while not self._ready and self._advance():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()

    def take(self, count: int) -> bytes:
        """So much of the YAML, for its parser."""
        piece = self._stream.read(count)
        self._taken += len(piece)
        return piece

    def _advance(self) -> bool:
        try:
            piece = next(self._pieces, None)
        except yaml.MarkedYAMLError as error:
            line = f" in line {error.problem_mark.line + 1:,}" if error.problem_mark else ""
            self.damage = f"The YAML is not valid{line}: {error.problem or error.context}."
            piece = None
        except (yaml.YAMLError, _FaultError, UnicodeError) as error:
            self.damage = f"The YAML cannot be read: {str(error).partition(chr(10))[0]}."
            piece = None
        if piece is None:
            self._pieces = iter(())
            return False
        self._ready += piece.encode(errors="surrogatepass")
        self._given += len(piece)
        if is_bomb(self._taken, self._given):
            self.damage = "The aliases of the YAML stand for many times its size."
            return False
        return True

    def _documents(self) -> Iterator[str]:
        """Each document as JSON; of one that is a list each element by itself."""
        stack: list[_Open] = []
        anchors: dict[str, tuple[Any, int]] = {}
        first, twice = True, ""
        for event in yaml.parse(_Counted(self), Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                anchors, first = {}, True
            elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                if len(stack) >= _DEEPEST:
                    raise _FaultError(f"more than {_DEEPEST} levels in line {event.start_mark.line + 1:,}")
                if not stack and isinstance(event, yaml.SequenceStartEvent):
                    yield "["
                stack.append(_Open([] if isinstance(event, yaml.SequenceStartEvent) else {}, event.anchor))
                continue
            elif not isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                continue
            else:
                if isinstance(event, yaml.CollectionEndEvent):
                    ended = stack.pop()
                    value, size, anchor, twice = _whole(ended), ended.size, ended.anchor, ended.twice or twice
                elif isinstance(event, yaml.AliasEvent):
                    if event.anchor not in anchors:
                        raise _FaultError(f"an alias without its value in line {event.start_mark.line + 1:,}")
                    (value, size), anchor = anchors[event.anchor], None
                else:
                    value, size, anchor = _scalar(event), len(event.value) + _EACH, event.anchor
                if anchor:
                    anchors[anchor] = value, size
                if len(stack) > 1 or (stack and isinstance(stack[0].made, dict)):
                    _put(stack[-1], value, size)
                elif stack:
                    yield f"{'' if first else ','}\n{_written(value, twice)}"
                    first, twice = False, ""
                else:
                    yield "]\n" if isinstance(value, list) else f"{_written(value, twice)}\n"
                    twice = ""


def _put(into: _Open, value: Any, size: int) -> None:
    """Add a value to what is being read, or a name of an object.

    Raises:
        _FaultError: a name is no text, or all of it is larger than a row may be.
    """
    into.size += size
    if into.size > MAX_ROW_BYTES:
        raise _FaultError(f"a value of more than {MAX_ROW_BYTES // 2**20} MiB, with its aliases written out")
    if isinstance(into.made, list):
        into.made.append(value)
    elif into.key is None:
        if isinstance(value, list | dict):
            raise _FaultError("a list or an object as the name of a column")
        into.key = value if isinstance(value, str) else json.dumps(value)
    else:
        key, into.key = into.key, None
        merged = value if isinstance(value, list) else [value]
        if key == _MERGE and all(isinstance(each, dict) for each in merged):
            into.merged += merged
            return
        into.twice = key if key in into.made else into.twice
        into.made[key] = value


def _whole(ended: _Open) -> Any:
    """A list, or an object with what it takes from others (`<<`) where it has no value of its own."""
    if not ended.merged:
        return ended.made
    return {name: cell for each in reversed(ended.merged) for name, cell in each.items()} | ended.made


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Null, true and false, and numbers that are written as JSON writes them; anything else is text."""
    text = event.value
    if event.style or event.tag:
        return text
    if text in _NULLS:
        return None
    if text in ("true", "false"):
        return text == "true"
    if text[0] in "-0123456789":
        with suppress(ValueError):
            number = json.loads(text)
            return number if str(number) == text else text
    return text


def _written(value: Any, twice: str) -> str:
    """A value as JSON; where a name stands twice in an object of it, so that this is refused for it."""
    if twice:
        name = json.dumps(twice, ensure_ascii=False)
        return f"{{{name}: null, {name}: null}}"
    return json.dumps(value, ensure_ascii=False)
