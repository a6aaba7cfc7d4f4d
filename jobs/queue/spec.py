"""The head of every job's specification: of which kind it is, and of which version of its form."""

from typing import Any

from core.errors import JobError


def with_header(kind: str, version: int, fields: dict[str, Any]) -> dict[str, Any]:
    """A specification's fields with its head before them."""
    return {"kind": kind, "version": version, **fields}


def without_header(kind: str, version: int, content: dict[str, Any], mend: str, what: str = "job") -> dict[str, Any]:
    """The fields of a specification of that kind and version.

    Raises:
        JobError: it is of another kind, or of another version of this program.
    """
    fields = dict(content)
    if (fields.pop("kind", None), fields.pop("version", None)) != (kind, version):
        raise JobError(f"This {what} was made by another version of the studio.", mend=mend)
    return fields
