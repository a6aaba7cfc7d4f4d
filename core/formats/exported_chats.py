"""Rows whose conversation is a tree or a log, as chat services and OpenAssistant export them, with a list of turns."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from core.formats.choices import Paths


def conversations_in(fields: dict[str, Any], paths: Paths = "best") -> list[dict[str, Any]]:
    """The columns of a record, the conversation of a known export as `messages`; any others as they are.

    Of ChatGPT's tree the current branch is taken. Of OpenAssistant's it is the path of the best ranks, or all, by the
    ranks of their answers.
    """
    if not is_tree(fields):
        return [_with_turns(fields)]
    found = _paths(fields["prompt"])
    return [_replaced(fields, "prompt", turns) for turns in (islice(found, 1) if paths == "best" else found)]


def is_tree(fields: Mapping[str, Any]) -> bool:
    """Whether a record is a prompt with all replies to it and to those, as OpenAssistant has it."""
    prompt = fields.get("prompt")
    return isinstance(prompt, Mapping) and isinstance(prompt.get("replies"), Sequence)


def _with_turns(fields: dict[str, Any]) -> dict[str, Any]:
    if isinstance(fields.get("mapping"), Mapping) and "current_node" in fields:
        return _replaced(fields, "mapping", _current_branch(fields["mapping"], fields["current_node"]))
    log = fields.get("chat_messages")
    if isinstance(log, list) and log and all(isinstance(each, Mapping) and "sender" in each for each in log):
        return _replaced(fields, "chat_messages", [_logged(each) for each in log])
    return fields


def _replaced(fields: Mapping[str, Any], column: str, turns: list[dict[str, Any]]) -> dict[str, Any]:
    return {"messages": turns} | {name: value for name, value in fields.items() if name != column}


def _current_branch(nodes: Mapping[str, Any], last: Any) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    seen: set[str] = set()
    while isinstance(node := nodes.get(last), Mapping) and last not in seen:
        seen.add(last)
        message = node.get("message")
        if isinstance(message, Mapping) and (turn := _message(message)):
            turns.append(turn)
        last = node.get("parent")
    return turns[::-1]


def _message(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """A turn of ChatGPT's export; None for one that is empty or hidden."""
    author, content = message.get("author"), message.get("content")
    if not isinstance(author, Mapping) or not isinstance(content, Mapping):
        return None
    parts = content.get("parts") or [content.get("text") or content.get("result") or ""]
    if not isinstance(parts, list) or not any(parts):
        return None
    said = parts[0] if len(parts) == 1 else parts
    return {"role": author.get("role"), "content": said}


def _paths(prompt: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """From the prompt to each reply that has none, those of the best ranks first."""
    waiting: list[tuple[list[dict[str, Any]], Mapping[str, Any]]] = [([], prompt)]
    while waiting:
        before, node = waiting.pop()
        turns = [*before, {"role": node.get("role", "prompter"), "content": node.get("text", "")}]
        replies = [each for each in node.get("replies") or () if isinstance(each, Mapping)]
        if not replies:
            yield turns
        waiting.extend((turns, reply) for reply in sorted(replies, key=_rank)[::-1])


def _rank(reply: Mapping[str, Any]) -> float:
    rank = reply.get("rank")
    return float(rank) if isinstance(rank, int | float) else math.inf


def _logged(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A turn of Claude's export, with what was attached."""
    beside = {name: entry[name] for name in ("attachments", "files") if entry.get(name)}
    return {"role": entry["sender"], "content": entry.get("text") or entry.get("content")} | beside
