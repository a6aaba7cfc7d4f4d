"""The settings that come from the environment: read once where a program begins, and passed down as one value."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.errors import ValueRefused
from core.paths import StudioPaths
from core.values import Value, read
from core.values.wording import shortened

KEY, KEY_ADDRESS, TOKEN = "OPENAI_API_KEY", "OPENAI_BASE_URL", "HF_TOKEN"
# The variable of each field.
VARIABLES = {
    "data": "STUDIO_DATA",
    "jobs_url": "STUDIO_JOBS_URL",
    "jobs_files": "STUDIO_JOBS_FILES",
    "worker": "STUDIO_WORKER",
    "own_indicators": "STUDIO_OWN_INDICATORS",
    "idle_minutes": "STUDIO_IDLE_MINUTES",
    "device": "STUDIO_DEVICE",
    "openai_key": KEY,
    "openai_address": KEY_ADDRESS,
    "hub_token": TOKEN,
    "entrance_key": "STUDIO_KEY",
    "entrance_password": "STUDIO_PASSWORD",
}
_SECRETS = ("openai_key", "hub_token", "entrance_key", "entrance_password")
IDLE_MINUTES = 10
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,3})?", re.ASCII)
_DATABASE = re.compile(r"(postgres|postgresql|sqlite)(\+\w+)?:/.*", re.DOTALL)


@dataclass(frozen=True)
class Environment(Value):
    """What was set outside; "" for what was not.

    Attributes:
        data: the data folder.
        jobs_url: the queue's database, where several machines work on one.
        jobs_files: the folder or address by which the files of jobs travel between machines.
        worker: what this worker is called among others.
        own_indicators: whether a worker runs those that travel to it.
        idle_minutes: without work, after which models are released.
        device: on which models compute, by torch's names; "" for a GPU of CUDA or ROCm where there is one.
        openai_key: of a judge; it goes to OpenAI and to `openai_address`, and nowhere else.
        openai_address: an endpoint that takes the same key.
        hub_token: of the Hugging Face hub.
        entrance_key: of the page's address, which `start.py` makes anew at each start.
        entrance_password: of the user's own, for who opens the page from another computer.
    """

    data: str = ""
    jobs_url: str = ""
    jobs_files: str = ""
    worker: str = ""
    own_indicators: Literal["", "off", "on"] = ""
    idle_minutes: str = ""
    device: Literal["", "cpu", "cuda", "mps", "xpu"] = ""
    openai_key: str = field(default="", repr=False)
    openai_address: str = ""
    hub_token: str = field(default="", repr=False)
    entrance_key: str = field(default="", repr=False)
    entrance_password: str = field(default="", repr=False)

    @property
    def paths(self) -> StudioPaths:
        """What is in the data folder."""
        return StudioPaths.of(self.data)

    @property
    def idle_seconds(self) -> float:
        """Without work, after which models are released."""
        return float(self.idle_minutes or IDLE_MINUTES) * 60

    def refusals(self) -> Iterable[tuple[str, str]]:
        if self.jobs_url and not _DATABASE.fullmatch(self.jobs_url):
            scheme = shortened(self.jobs_url.split(":")[0])  # behind it there may be a password
            yield "jobs_url", f"{scheme} is none of postgresql://, sqlite:///"
        if self.idle_minutes and not _NUMBER.fullmatch(self.idle_minutes):
            yield "idle_minutes", f"{shortened(self.idle_minutes)} is no number of minutes such as 10 or 0.5"


def read_environment(variables: Mapping[str, str]) -> Environment:
    """The settings that are among some variables.

    Args:
        variables: `os.environ`.

    Raises:
        ValueRefused: one is not allowed, by the name of its variable; a secret's value is not repeated.
    """
    try:
        return read(Environment, {name: variables.get(variable, "") for name, variable in VARIABLES.items()})
    except ValueRefused as error:
        said = "it holds a character that is not text" if error.where in _SECRETS else error.what
        raise ValueRefused(said, where=VARIABLES[error.where]) from None
