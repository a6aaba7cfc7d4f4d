"""Why nothing came over the network, in words for the user: each protocol's library has its own."""

import re

from core.errors import InputError

_UNREACHED = "offline|connect|resolve|reach|timed? ?out|proxy|ssl|disconnected|NameResolution|LocalEntryNotFound"
_REFUSED = r"gated|\b40[13]\b|authenticat|forbidden|permission"
_ABSENT = r"not ?found|doesn't exist|\b404\b|no such"


def network_fault(error: Exception, place: str, where: str, asked: str) -> InputError:
    """The error as a sentence and what to do.

    Args:
        place: who was asked: `The hub`.
        where: the address or name, without secrets.
        asked: what for: `dataset`.
    """
    text = f"{type(error).__name__}: {error}"
    if re.search(_UNREACHED, text, re.IGNORECASE):
        return InputError(
            f"{place} cannot be reached.",
            where=where,
            mend="Check the network, or download the file elsewhere and load it from this computer.",
        )
    if re.search(_REFUSED, text, re.IGNORECASE):
        return InputError(
            f"{place} requires a login for this {asked}.",
            where=where,
            mend="Accept its terms on the hub and log in with `hf auth login`, or download its files and load them.",
        )
    if re.search(_ABSENT, text, re.IGNORECASE):
        return InputError(f"{place} has no such {asked}.", where=where, mend="Check the spelling.")
    return InputError(
        f"The {asked} cannot be downloaded: {text[:300]}", where=where, mend="Download its files and load them."
    )
