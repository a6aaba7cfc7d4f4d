"""The interface in words for programs: OpenAPI 3.1, from the methods' signatures and docstrings."""

import inspect
from functools import cache
from typing import Any

from core.values.arguments import arguments_schema
from jobs.serving.methods import STAYS, public, section_kind, sections
from jobs.wire.open_app import KEYS, code_version

ABOUT = """\
What `jobs.api.Studio` offers, for other processes of the same user. Every call wants `Authorization: Bearer TOKEN` with
the token that stands in `app.json` of the data folder.

Values are JSON values. All else is an object with `$` (what it is) and `of` (its parts): `tuple`, `path`, `table`
(Arrow, in base64), `module:Class` for a value of the studio, and others: see `jobs/wire/values.py`.
"""
ANSWER = """\
A JSON object on each line: any number of `{"progress": [done, total, message]}` and empty lines, then `{"result": …}`,
`{"error": {"$": "error", "of": [kind, what, where, mend]}}` or `{"cancelled": true}`. To close the connection stops the
work.
"""


@cache
def description(url: str) -> dict[str, Any]:
    """The document.

    Args:
        url: at which the app answers.
    """
    paths = {
        f"/studio/{name}/{method}": {"post": _operation(name, method, each)}
        for name in sections()
        for method, each in public(section_kind(name)).items()
        if f"{name}.{method}" not in STAYS
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "InstructMining Studio", "version": code_version(), "description": ABOUT},
        "servers": [{"url": url}],
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    }


def _operation(section: str, name: str, member: Any) -> dict[str, Any]:
    about = inspect.getdoc(member) or ""
    keys = {"type": "object", "properties": {each: {"type": "string"} for each in KEYS}}
    body = {"type": "object", "properties": {**_arguments(member), "environment": keys}}
    return {
        "operationId": f"{section}.{name}",
        "tags": [section],
        "summary": about.partition("\n")[0],
        "description": about,
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": ANSWER, "content": {"application/x-ndjson": {}}},
            "403": {"description": "Not for who asks."},
        },
    }


def _arguments(member: Any) -> dict[str, Any]:
    """The schemas of what goes by place and by name."""
    if isinstance(member, property):
        return {}
    method = inspect.unwrap(member)
    schemas, several = arguments_schema(method), {}
    for each in list(inspect.signature(method).parameters.values())[1:]:
        if each.kind is inspect.Parameter.VAR_POSITIONAL:
            several = {"arguments": {"type": "array", "items": schemas.pop(each.name).get("items", {})}}
        elif each.kind is inspect.Parameter.VAR_KEYWORD or each.name == "progress":
            schemas.pop(each.name)
    return {**several, "named": {"type": "object", "properties": schemas}}
