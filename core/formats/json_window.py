"""A stretch of a JSON text that moves on, a value at a time, over a document of any length."""

import io
import json
import re
from typing import Any

from core.formats.json_fault import DEEP, MOST_COMMAS, DuplicateKeyDict, error_text, without_comma
from core.formats.record import MAX_ROW_BYTES

_PIECE = 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_START = 256  # of what was taken, so much is kept, to see how the present line is indented
_NEAR_END = 12  # a fault this near to the end of the window may only mean that the window ends here


class CutOffError(Exception):
    """The text ends inside a value."""


class FaultError(Exception):
    """A value can't be read; has reason, mend and the place in the window."""

    def __init__(self, told: tuple[str, str], at: int) -> None:
        super().__init__(*told)
        self.told, self.at = told, at


class Window:
    """A stretch of the text that moves on as values are taken out of it."""

    def __init__(self, stream: io.TextIOBase, most: int | None = None) -> None:
        """
        Args:
            most: characters after which the text counts as ended.
        """
        self._stream = stream
        self._left = most
        self.text = ""
        self.at = 0
        self.noticing = DuplicateKeyDict()
        self._decoder = json.JSONDecoder(object_pairs_hook=self.noticing)

    def widen(self) -> bool:
        """Take in at least as much again as is left; False at the end."""
        kept = min(self.at, _LINE_START)
        left = self.text[self.at - kept :]
        wanted = max(_PIECE, len(left))
        piece = self._stream.read(wanted if self._left is None else min(wanted, self._left))
        self._left = None if self._left is None else self._left - len(piece)
        self.text, self.at = left + piece, kept
        return bool(piece)

    def next_character(self) -> str:
        """The next character that is not white space, not taken; "" at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.widen():
                return ""

    def take(self) -> None:
        self.at += 1

    def value(self) -> Any:
        """The value that begins here.

        Raises:
            CutOffError: the text ends within it.
            FaultError: it is no JSON.
        """
        self.noticing.repeated = ""
        mended = 0
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if mended < MOST_COMMAS and (text := without_comma(error)):
                    self.text, mended = text, mended + 1
                    continue
                if not self._may_go_on(error):
                    raise FaultError(error_text(error, self.at), error.pos) from error
                if len(self.text) - self.at > MAX_ROW_BYTES:
                    raise FaultError(_too_long(), self.at) from error
                if not self.widen():
                    raise CutOffError from error
            except RecursionError as error:
                raise FaultError(DEEP, self.at) from error
            except ValueError as error:
                raise FaultError(("A number has too many digits.", "Write it as text."), self.at) from error
            else:
                if end == len(self.text) and isinstance(value, int | float) and self.widen():
                    continue
                self.at = end
                return value

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        return "Unterminated string" in error.msg or error.pos >= len(self.text) - _NEAR_END

    def skip_to_line(self, indent: str) -> bool:
        """Move to the next line that begins an object at this indentation; False where there is none."""
        start = f"\n{indent}{{"
        while True:
            found = self.text.find(start, self.at)
            if found >= 0:
                self.at = found + len(start) - 1
                return True
            self.at = max(self.at, len(self.text) - len(start))
            if not self.widen():
                return False

    def indent(self) -> str | None:
        """The white space before the value here, if nothing else stands on its line before it."""
        before = self.text[max(0, self.at - _LINE_START) : self.at]
        line = before.rfind("\n")
        return before[line + 1 :] if line >= 0 and not before[line + 1 :].strip(" \t") else None


def _too_long() -> tuple[str, str]:
    size = MAX_ROW_BYTES // 2**20
    return f"The row is longer than {size} MiB.", "Check for an unclosed quote or bracket, or split the row."
