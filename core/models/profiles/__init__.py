"""Model profiles as data: which model plays which role. One TOML file each; a new file is a new profile."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from core.errors import ModelUnavailable
from core.values import Door, Positive, Value, read
from core.values.files import plain_toml

FOLDER = Path(__file__).parent
Kind = Literal["hub", "package", "gguf_package", "state_head", "zero_shot"]


@dataclass(frozen=True)
class ModelRef(Value):
    """A model in a role.

    Attributes:
        kind: `hub` (a hub id or local folder), `package` (a Python package that carries a model folder), `gguf_package`
            (one that carries a GGUF file), `state_head` (our heads on what the language model shows of a row),
            `zero_shot` (the language model is asked).
        id: hub id, folder, package or file name.
        dtype: torch's name of the precision in which it computes.
        revision: of the hub, "" for the newest.
        hub_id: under which the model stands on the hub, where `id` is something else.
        pickled: whether weights of a local folder may be in a pickle, of which only numbers are read.
    """

    kind: Kind
    id: str
    dtype: str = "float32"
    revision: str = ""
    hub_id: str = ""
    pickled: bool = False

    @property
    def base_name(self) -> str:
        """What an adapter calls the model that it belongs to."""
        return self.hub_id or self.id

    @property
    def label(self) -> str:
        """What a score says of its model."""
        return f"{self.id}@{self.revision}" if self.revision else self.id


@dataclass(frozen=True)
class Profile(Value):
    """Which models score, and the settings that change a score.

    Attributes:
        needs: what it takes to run it, a sentence.
        template: how a prompt is put to the language model: `chat` (its own template) or `alpaca`.
        max_prompt_tokens, max_response_tokens: longer prompts lose their beginning, longer responses their end.
        knn_neighbour: i of the KNN-i distance.
    """

    name: str
    title: str
    description: str
    template: Literal["chat", "alpaca"]
    language_model: ModelRef
    encoder: ModelRef
    reward: ModelRef
    quality: ModelRef
    needs: str = ""
    max_prompt_tokens: Positive = 512
    max_response_tokens: Positive = 512
    knn_neighbour: Positive = 6


@cache
def profiles() -> dict[str, Profile]:
    """All profiles by name."""
    found = [read(Profile, plain_toml(p), f"{p.name}: ", Door.FILE) for p in sorted(FOLDER.glob("*.toml"))]
    return {each.name: each for each in found}


def tuned_model(profile_name: str) -> str:
    """What tuning with a profile starts from, for people to read; the profile's own name where it is known no more."""
    known = profiles().get(profile_name)
    return known.language_model.base_name if known else profile_name


def profile(name: str) -> Profile:
    """The profile called `name`.

    Raises:
        ModelUnavailable: there is none.
    """
    if name not in profiles():
        raise ModelUnavailable(f"Unknown model profile '{name}'.", mend=f"Choose one of {', '.join(profiles())}.")
    return profiles()[name]
