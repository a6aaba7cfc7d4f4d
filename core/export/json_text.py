"""Values as JSON text."""

import json
from typing import Any


def json_text(value: Any) -> str:
    """As people read it; what no UTF-8 file can hold (a lone surrogate of the source's other columns) as an escape."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
