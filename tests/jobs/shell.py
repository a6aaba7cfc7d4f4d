"""Commands of `python -m jobs` in this process, on a data folder of their own."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from jobs.__main__ import main


class Shell:
    """Runs commands and reads what they print."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what went to standard output and to standard error."""
        with redirect_stdout(io.StringIO()) as said, redirect_stderr(io.StringIO()) as told:
            code = main([*arguments, "--data", str(self.root)])
        return code, said.getvalue(), told.getvalue()

    def json(self, *arguments: str) -> Any:
        """The document of a command that does what is asked."""
        code, said, told = self.run(*arguments, "--json")
        assert (code, told) == (0, ""), told
        return json.loads(said)

    def refused(self, *arguments: str) -> str:
        """The sentence of a command that does not."""
        code, said, told = self.run(*arguments)
        assert (code, said) == (1, ""), said
        assert "Traceback" not in told
        return told
