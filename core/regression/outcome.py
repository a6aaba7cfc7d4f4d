"""Which loss a rule predicts."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a set's loss is averaged over the evaluation set; its logarithm is the response of the fit."""

    EXAMPLE = "example"  # every example counts alike, as in the paper
    TOKEN = "token"  # every token of a response counts alike: long responses weigh more, and chance less

    @property
    def told(self) -> str:
        """For people, behind the word loss."""
        return "per response token" if self is Outcome.TOKEN else "per example"
