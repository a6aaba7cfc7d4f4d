"""Rows whose conversation is a tree or a log, as chat services and OpenAssistant export them, with a list of turns."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from core.formats.choices import Paths
from core.formats.turn_lists import Turn, with_thoughts

_HIDDEN = "is_visually_hidden_from_conversation"
_THOUGHTS = ("thoughts", "reasoning_recap")


def conversations_in(fields: dict[str, Any], paths: Paths = "best") -> list[dict[str, Any]]:
    """The columns of a record, the conversation of a known export as `messages`; any others as they are.

    Of a chat's tree it is the current branch, or all, that one first. Of OpenAssistant's it is the path of the best
    ranks, or all, by the ranks of their answers.
    """
    if _is_log(fields):
        return [_replaced(fields, "chat_messages", turns) for turns in _chosen(_logs(fields), paths)]
    if not is_tree(fields):
        return [fields]
    if _is_chat(fields):
        return [_replaced(fields, "mapping", turns) for turns in _chosen(_branches(fields), paths)]
    return [_replaced(fields, "prompt", turns) for turns in _chosen(_paths(fields["prompt"]), paths)]


def is_tree(fields: Mapping[str, Any]) -> bool:
    """Whether a record is a prompt with all replies to it, as OpenAssistant has it, or a chat with its branches."""
    prompt = fields.get("prompt")
    return (isinstance(prompt, Mapping) and isinstance(prompt.get("replies"), Sequence)) or _is_chat(fields)


def branches_left(fields: Mapping[str, Any]) -> int:
    """How many other branches than the current one a chat has."""
    if _is_chat(fields):
        return sum(1 for _ in _branches(fields)) - 1
    return sum(1 for _ in _logs(fields)) - 1 if _is_log(fields) else 0


def _chosen(found: Iterator[Sequence[Turn]], paths: Paths) -> list[Sequence[Turn]]:
    return list(islice(found, 1) if paths == "best" else found)


def _replaced(fields: Mapping[str, Any], column: str, turns: Sequence[Turn]) -> dict[str, Any]:
    return {"messages": turns} | {name: value for name, value in fields.items() if name != column}


def _is_chat(fields: Mapping[str, Any]) -> bool:
    """ChatGPT's export: messages by their ids, each with its parent."""
    mapping = fields.get("mapping")
    return isinstance(mapping, Mapping) and any(
        isinstance(node, Mapping) and {"message", "parent"} & node.keys() for node in mapping.values()
    )


def _branches(fields: Mapping[str, Any]) -> Iterator[list[Turn]]:
    """The current branch first, then those to each other message that has none after it, in their order."""
    nodes = fields["mapping"]
    parents = {node.get("parent") for node in nodes.values() if isinstance(node, Mapping)}
    ends = [name for name in nodes if name not in parents]
    current = fields.get("current_node") or (ends[-1] if ends else next(iter(nodes)))
    told: list[list[Turn]] = []
    for end in dict.fromkeys((current, *ends)):
        turns = _branch(nodes, end)
        if end == current or (turns and turns not in told):
            told.append(turns)
            yield turns


def _branch(nodes: Mapping[str, Any], last: Any) -> list[Turn]:
    turns: list[dict[str, Any]] = []
    seen: set[str] = set()
    while isinstance(node := nodes.get(last), Mapping) and last not in seen:
        seen.add(last)
        message = node.get("message")
        if isinstance(message, Mapping) and (turn := _message(message)):
            turns.append(turn)
        last = node.get("parent")
    return with_thoughts(turns[::-1])


def _message(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """A turn of ChatGPT's export; None for one that is empty or hidden."""
    author, content, about = message.get("author"), message.get("content"), message.get("metadata")
    if not isinstance(author, Mapping) or not isinstance(content, Mapping):
        return None
    if isinstance(about, Mapping) and about.get(_HIDDEN):
        return None
    if content.get("content_type") in _THOUGHTS:
        thought = content.get("thoughts") or content.get("content")
        return {"role": author.get("role"), "reasoning": thought} if thought else None
    parts = content.get("parts") or [content.get("text") or content.get("result") or ""]
    if not isinstance(parts, list) or not any(parts):
        return None
    said = parts[0] if len(parts) == 1 else parts
    recipient = message.get("recipient")
    beside = {"recipient": recipient} if recipient not in (None, "", "all") else {}
    return {"role": author.get("role"), "content": said} | beside


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


def _is_log(fields: Mapping[str, Any]) -> bool:
    """Claude's export: messages in order, each with its sender."""
    log = fields.get("chat_messages")
    return isinstance(log, list) and bool(log) and all(isinstance(each, Mapping) and "sender" in each for each in log)


def _logs(fields: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The branch with the latest message first, where messages say which came before them; else all messages."""
    log = fields["chat_messages"]
    by_id = {each.get("uuid"): each for each in log}
    if not all(each.get("uuid") and each.get("parent_message_uuid") for each in log):
        yield [_logged(each) for each in log]
        return
    parents = {each["parent_message_uuid"] for each in log}
    ends = [each["uuid"] for each in log if each["uuid"] not in parents]
    current = fields.get("current_leaf_message_uuid") or (ends[-1] if ends else log[-1]["uuid"])
    for end in dict.fromkeys((current, *ends)):
        turns: list[dict[str, Any]] = []
        seen: set[str] = set()
        while end in by_id and end not in seen:
            seen.add(end)
            turns.append(_logged(by_id[end]))
            end = by_id[end]["parent_message_uuid"]
        yield turns[::-1]


def _logged(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A turn of Claude's export, with what was attached."""
    beside = {name: entry[name] for name in ("attachments", "files") if entry.get(name)}
    return {"role": entry["sender"], "content": entry.get("text") or entry.get("content")} | beside
