"""The door: whatever a user, a file, a command or a notebook gives becomes a frozen typed value, or a sentence."""

from core.values.plain import to_plain
from core.values.value import (
    Door,
    Kind,
    MaybeUndefined,
    NotNegative,
    Positive,
    Seed,
    Value,
    changed,
    mended,
    read,
)

__all__ = [
    "Door",
    "Kind",
    "MaybeUndefined",
    "NotNegative",
    "Positive",
    "Seed",
    "Value",
    "changed",
    "mended",
    "read",
    "to_plain",
]
