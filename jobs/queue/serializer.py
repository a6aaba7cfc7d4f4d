"""What the queue's database remembers as JSON: to read it, no code is run.

DBOS would keep pickles, and whoever can write to the database (a PostgreSQL that several machines share) could have any
code run by every worker and every studio on it.
"""

import json
from typing import Any, NoReturn

from dbos import Serializer, _serialization

from core.errors import JobError, StudioError
from core.progress import Cancelled

_ERROR = "error"


class PlainValues(Serializer):
    """Arguments and results of JSON values; errors by their family, those of the studio in their own words."""

    def name(self) -> str:
        return "studio_json"

    def serialize(self, data: Any) -> str:
        return json.dumps(_told(data) if isinstance(data, BaseException) else data)

    def deserialize(self, serialized_data: str) -> Any:
        data = json.loads(serialized_data)
        return _error(data[_ERROR]) if isinstance(data, dict) and set(data) == {_ERROR} else data


def plain_values() -> PlainValues:
    """For a worker or a client of the queue; from then on this process refuses what is marked as a pickle there.

    DBOS follows such a mark whatever it was told to write.
    """
    _serialization.DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign,assignment]
    return PlainValues()


def _refuse(_: object, serialized_data: str) -> NoReturn:
    raise JobError("The queue holds a pickle, which is never loaded.", mend="Start the job again on its page.")


def _told(error: BaseException) -> dict[str, dict[str, str]]:
    words = {name: getattr(error, name) for name in ("what", "where", "mend")} if isinstance(error, StudioError) else {}
    return {_ERROR: {"family": type(error).__name__, "what": str(error), **words}}


def _error(told: dict[str, str]) -> Exception:
    """The error again; one of a family that is not known here keeps its words."""
    if told["family"] == Cancelled.__name__:
        return Cancelled(told["what"])
    if "mend" not in told:
        return RuntimeError(f"{told['family']}: {told['what']}")
    family = _families(StudioError).get(told["family"], StudioError)
    return family(told["what"], where=told["where"], mend=told["mend"])


def _families(root: type[StudioError]) -> dict[str, type[StudioError]]:
    found = {root.__name__: root}
    for family in root.__subclasses__():
        found |= _families(family)
    return found
