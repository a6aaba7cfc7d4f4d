"""`learn`: a rule from measured sets."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.regression.procedure import Method
from core.regression.steps import Criterion, Direction
from jobs.commands.command import Command, Told, ask_names

if TYPE_CHECKING:
    from jobs.api import Lesson, Studio


def _ask(parser: ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--experiments", nargs="+", default=[], metavar="NAME", help="names or numbers")
    source.add_argument("--csv", default="", metavar="FILE", help="a table of sets in their place")
    ask_names(parser, "--indicators", about="that may take part; as many as the sets carry if not given")
    parser.add_argument("--method", choices=list(map(str, Method)), default=str(Method.ALL), help="(default: all)")
    parser.add_argument(
        "--criterion", type=_criterion, choices=list(Criterion), default=Criterion.AIC, metavar="{aic,bic,p-value}",
        help="of a stepwise choice (default: aic)",
    )  # fmt: skip
    parser.add_argument(
        "--direction", choices=list(map(str, Direction)), default=str(Direction.BOTH), help="of the same"
    )
    parser.add_argument("--save", default="", metavar="NAME", help="keep the rule under this name")


def _criterion(text: str) -> Criterion:
    return next((each for each in Criterion if each.lower() == text.lower()), text)  # type: ignore[return-value]


def _run(studio: "Studio", asked: Namespace) -> Told:
    lesson = studio.learn(
        asked.experiments, asked.csv, asked.indicators, asked.method, asked.criterion, asked.direction, asked.save
    )
    return Told(lesson.as_dict(), _text(lesson))


def _text(lesson: "Lesson") -> str:
    foretold = lesson.predicted_r_squared
    unseen = "could not be measured" if foretold is None else f"{foretold:.3f}"
    lines = [
        lesson.rule.equation,
        f"{len(lesson.sets)} sets; R² {lesson.examined.linear.r_squared:.3f}, predicted R² {unseen}.",
        *lesson.remarks,
        *lesson.examined.doubts,
        *([f"Saved as “{lesson.rule.title}”."] if lesson.saved else []),
    ]
    return "\n".join(lines)


COMMAND = Command(
    "learn", "Learn a rule from measured sets.", _ask, _run, "Nothing was kept. Run the same command again.", 10
)
