"""What is judged: an instruction and two models' answers to it."""

from dataclasses import dataclass

from core.rows.row import Row


@dataclass(frozen=True)
class AnswerPair:
    """An instruction of a comparison with both answers; `position` counts from 0 within the comparison."""

    position: int
    instruction: str
    input: str
    a: str
    b: str

    @property
    def prompt(self) -> str:
        """Instruction and input as one text."""
        return Row(self.instruction, self.input, "").prompt

    @property
    def same(self) -> bool:
        """Whether both answers are the same text: then there is nothing to judge."""
        return self.a == self.b


def prompt_key(instruction: str, given: str) -> str:
    """Under which answers to an instruction are kept."""
    return Row(instruction, given, "").key
