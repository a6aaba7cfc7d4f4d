"""Values from files: JSON and TOML that people, other programs or a broken disk may have written."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.values.value import Door, Kind, read
from core.values.wording import shortened


def read_json(kind: type[Kind], file: Path | str | bytes, at: str = "", door: Door = Door.FILE) -> Kind:
    """The value that a file holds.

    Args:
        file: a path, or the file's text or bytes.
        at: what the file is called in what is refused; "" for its path.

    Raises:
        InputError: it can't be read or is no JSON.
        ValueRefused: something in it is not allowed.
    """
    where = at or _called(file)
    return read(kind, plain_json(file, where), f"{where}: " if where else "", door)


def plain_json(file: Path | str | bytes, at: str = "") -> Any:
    """The JSON values of a file.

    Raises:
        InputError: it can't be read, is no JSON, or a name stands twice in an object.
    """
    return _parsed(file, at, "JSON", lambda text: json.loads(text, object_pairs_hook=_each_once))


def plain_toml(file: Path | str | bytes, at: str = "") -> dict[str, Any]:
    """The values of a TOML file.

    Raises:
        InputError: it can't be read or is no TOML.
    """
    return _parsed(file, at, "TOML", tomllib.loads)


def _parsed(file: Path | str | bytes, at: str, form: str, parse: Callable[[str], Any]) -> Any:
    where = at or _called(file)
    try:
        content = file.read_bytes() if isinstance(file, Path) else file
        return parse(content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff"))
    except OSError as error:
        said = f"The file cannot be read: {error.strerror or error}."
        raise InputError(said, where=where, mend="Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError("The file is not UTF-8 text.", where=where, mend=f"Save it as {form} in UTF-8.") from error
    except RecursionError as error:
        raise InputError("Lists and objects are nested too deeply.", where=where) from error
    except ValueError as error:
        raise InputError(f"The file is not valid {form}: {error}.", where=where) from error


def _called(file: Path | str | bytes) -> str:
    return str(file) if isinstance(file, Path) else ""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{shortened(twice)} stands twice in an object")
    return found
