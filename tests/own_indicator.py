"""The example of docs/own_indicators.md, as a user would copy it into a data folder."""

import re
from pathlib import Path

from core.paths import PROJECT

NAME, TITLE = "type_token_ratio", "Type-token ratio"


def example() -> str:
    """The first Python block of the document."""
    found = re.search(r"```python\n(.*?)```", (PROJECT / "docs" / "own_indicators.md").read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def write_example(data: Path, text: str = "", file: str = f"{NAME}.py") -> Path:
    """Put it, or another text, into a data folder."""
    folder = data / "indicators"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file
    path.write_text(text or example(), "utf-8")
    return path


def ratio(text: str) -> float:
    """What the example is to give, by hand."""
    words = text.lower().split()
    return len(set(words)) / len(words)
