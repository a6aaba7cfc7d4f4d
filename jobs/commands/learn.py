"""`learn`: a rule from measured sets."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.regression.procedure import RuleMethod
from core.regression.steps import Criterion, Direction
from jobs.commands.command import Command, CommandOutput, ask_names

if TYPE_CHECKING:
    from jobs.api import LearnedRuleResult, Studio


def _ask(parser: ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--experiments", nargs="+", default=[], metavar="NAME", help="names or numbers of experiments")
    source.add_argument("--csv", default="", metavar="FILE", help="CSV table of candidate sets, instead of experiments")
    ask_names(parser, "--indicators", about="candidate indicators (default: as many as the number of sets allows)")
    parser.add_argument(
        "--method",
        choices=list(map(str, RuleMethod)),
        default=str(RuleMethod.ALL),
        help="fitting method (default: all)",
    )
    parser.add_argument(
        "--criterion", type=_criterion, choices=list(Criterion), default=Criterion.AIC, metavar="{aic,bic,p-value}",
        help="criterion of stepwise selection (default: aic)",
    )  # fmt: skip
    parser.add_argument(
        "--direction",
        choices=list(map(str, Direction)),
        default=str(Direction.BOTH),
        help="direction of stepwise selection",
    )
    parser.add_argument("--save", default="", metavar="NAME", help="save the rule under this name")


def _criterion(text: str) -> Criterion:
    return next((each for each in Criterion if each.lower() == text.lower()), text)  # type: ignore[return-value]


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    lesson = studio.rules.learn(
        asked.experiments, asked.csv, asked.indicators, asked.method, asked.criterion, asked.direction, asked.save
    )
    return CommandOutput(lesson.as_dict(), _text(lesson))


def _text(lesson: "LearnedRuleResult") -> str:
    predicted = lesson.predicted_r_squared
    unseen = "not available" if predicted is None else f"{predicted:.3f}"
    lines = [
        lesson.rule.equation,
        f"{len(lesson.sets)} sets; R² {lesson.examined.linear.r_squared:.3f}, predicted R² {unseen}.",
        *lesson.remarks,
        *lesson.examined.doubts,
        *([f"Saved as “{lesson.rule.title}”."] if lesson.saved else []),
    ]
    return "\n".join(lines)


COMMAND = Command(
    "learn",
    "Learn a rule from candidate sets with losses.",
    _ask,
    _run,
    "Nothing was saved. Run the same command again.",
    10,
)
