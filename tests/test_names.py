"""One name, one thing: a class of the studio is found by its name alone."""

import ast
from collections import Counter

from core.paths import PROJECT


def test_no_two_classes_have_the_same_name() -> None:
    classes = Counter(
        node.name
        for part in ("core", "jobs", "pages")
        for file in (PROJECT / part).rglob("*.py")
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert len(classes) > 200 and [name for name, times in classes.items() if times > 1] == []
