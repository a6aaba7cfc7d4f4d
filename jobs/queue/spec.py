"""The head of every job's specification: of which kind it is, and of which version of its form."""

from typing import Any

from core.errors import JobError, ValueRefused, ValueUnknown
from core.values import Door, Kind, read


def with_header(kind: str, version: int, fields: dict[str, Any]) -> dict[str, Any]:
    """A specification's fields with its head before them."""
    return {"kind": kind, "version": version, **fields}


def read_spec(form: type[Kind], kind: str, version: int, content: dict[str, Any], mend: str, what: str = "job") -> Kind:
    """The specification of a job from its file.

    Args:
        kind, version: which the file must say that it is of.
        mend: what to do where it is another.

    Raises:
        JobError: it is of another kind, of another version of this program, or damaged.
    """
    fields = without_header(kind, version, content, mend, what)
    try:
        return read(form, fields, door=Door.FILE)
    except ValueUnknown as error:
        said = f"This {what} was made by a newer version of the studio, which knows {error.where}."
        raise JobError(said, mend=f"Update the studio. {mend}") from error
    except ValueRefused as error:
        raise JobError(f"The file of this {what} is damaged ({error}).", mend=mend) from error


def without_header(kind: str, version: int, content: dict[str, Any], mend: str, what: str = "job") -> dict[str, Any]:
    """The fields of a specification of that kind and version.

    Raises:
        JobError: it is of another kind, or of another version of this program.
    """
    fields = dict(content)
    if (fields.pop("kind", None), fields.pop("version", None)) != (kind, version):
        raise JobError(f"This {what} was made by another version of the studio.", mend=mend)
    return fields
