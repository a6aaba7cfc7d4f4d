"""`blind`: somebody says whose answers are better, not knowing whose they are."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.judge.human_verdicts import BlindPair, BlindRound
from core.judge.verdict import Verdict
from jobs.commands.command import Command, CommandOutput
from jobs.commands.terminal import harmless

if TYPE_CHECKING:
    from jobs.api import Studio

CHOICES = {"a": Verdict.FIRST, "b": Verdict.SECOND, "t": Verdict.TIE, "s": None}
ASKED = "a, b, t (tie), s (skip), u (undo), q (quit): "


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("comparison", help="number or name of the comparison (see `list comparisons`)")
    parser.add_argument("--passed", action="store_true", help="show skipped pairs again")


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    stands = studio.verdicts.blind_round(asked.comparison)
    if asked.passed:
        studio.verdicts.take_back(asked.comparison, stands.passed)
    while (stands := studio.verdicts.blind_round(asked.comparison)).left:
        choice = _choice(stands.left[0], stands)
        if choice == "q":
            break
        if choice == "u":
            studio.verdicts.take_back(asked.comparison, [each.position for each in stands.chosen[-1:]])
        else:
            studio.verdicts.choose(asked.comparison, stands.left[0], CHOICES[choice])
    return _told(studio, asked.comparison, stands)


def _choice(shown: BlindPair, stands: BlindRound) -> str:
    """What is typed: one of `CHOICES`, u or q; the end of the input stops as q does."""
    _say(
        f"\n{stands.told}\n\nInstruction\n{shown.pair.prompt}\n\nAnswer A\n{shown.first}\n\nAnswer B\n{shown.second}\n"
    )
    while True:
        _say(ASKED, end="")
        line = sys.stdin.readline()
        typed = line.strip().lower() if line else "q"
        if typed in (*CHOICES, "u", "q"):
            return typed
        _say(f"“{typed[:20]}” is not one of these.")


def _say(text: str, end: str = "\n") -> None:
    """To standard error: the outcome alone goes to standard output."""
    print(harmless(text), end=end, file=sys.stderr, flush=True)


def _told(studio: "Studio", comparison: str, stands: BlindRound) -> CommandOutput:
    found = next((each for each in studio.verdicts.all(comparison) if each.by_people), None)
    compared = studio.comparisons.status(comparison)
    document = {
        "comparison": compared.number, "pairs": len(stands.pairs), "left": len(stands.left),
        "passed": len(stands.passed), "results": found.as_dict() if found else None,
    }  # fmt: skip
    lines = [f"Comparison {compared.number}, {compared.name}: {stands.told}."]
    if not stands.pairs:
        lines = [f"Comparison {compared.number}, {compared.name}: there are no pairs with different answers."]
    lines += [f"A is {compared.a}, B is {compared.b}.", found.told] if found else []
    lines += ["Use --passed to show skipped pairs again."] if stands.passed else []
    return CommandOutput(document, "\n".join(lines))


COMMAND = Command(
    "blind", "Compare answers blind: choose the better one without model names.", _ask, _run,
    "Verdicts so far are kept. Run the same command again for the rest.", 17,
)  # fmt: skip
