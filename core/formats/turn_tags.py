"""Turns under names of their own, as LLaMA-Factory's `tags` or the user tell them: who speaks, and what is said."""

from collections.abc import Mapping
from typing import Any

from core.formats.columns import ColumnMap
from core.formats.printed_python import decoded
from core.formats.roles import CALLERS
from core.formats.turn_lists import SAID, member, speaker_in
from core.rows.row import ASSISTANT, SYSTEM, TOOL, USER

_ROLES = {"user_role": USER, "assistant_role": ASSISTANT, "system_role": SYSTEM, "tool_role": TOOL,
          "call_role": CALLERS[0]}  # fmt: skip


def under_usual_names(fields: Mapping[str, Any], columns: ColumnMap) -> Mapping[str, Any]:
    """The cells of a record, turns in them under the names that everybody knows."""
    if not columns.tags:
        return fields
    held = {columns.conversation, columns.output, columns.rejected, columns.history} & fields.keys()
    return {**fields, **{name: _renamed(fields[name], columns) for name in held}}


def _renamed(cell: Any, columns: ColumnMap) -> Any:
    found = decoded(cell) if isinstance(cell, str) else cell
    if isinstance(found, Mapping):
        return _turn(found, columns) or cell
    if not isinstance(found, list) or not found or not all(isinstance(each, Mapping) for each in found):
        return cell
    turns = [_turn(each, columns) for each in found]
    return turns if all(turns) else cell


def _turn(value: Mapping[str, Any], columns: ColumnMap) -> dict[str, Any] | None:
    """A turn under `role` and `content`; None where it has not the keys that were told."""
    speaker, said = columns.role_key or speaker_in(value), columns.content_key or member(value, SAID)
    if speaker is None or speaker not in value:
        return None
    names = {name: role for part, role in _ROLES.items() if (name := getattr(columns, part))}
    told = str(value[speaker]).strip()
    beside = {key: each for key, each in value.items() if key not in (speaker, said)}
    return {**beside, "role": names.get(told, value[speaker]), "content": value.get(said or "")}
