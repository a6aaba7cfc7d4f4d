"""`learn`: a rule from measured sets."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.regression.outcome import Outcome
from core.regression.procedure import RuleMethod
from core.regression.steps import Criterion, Direction
from core.regression.terms import Scale
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
        default="",
        help="fitting method (default: averaged below 30 sets, else all)",
    )
    parser.add_argument(
        "--scale", choices=list(map(str, Scale)), default=str(Scale.LOG),
        help="scale of skewed indicators (default: log; mean_log: mean of the rows' logarithms)",
    )  # fmt: skip
    ask_names(parser, "--squared", about="indicators whose square is a term, too")
    parser.add_argument(
        "--outcome", choices=list(map(str, Outcome)), default=str(Outcome.EXAMPLE),
        help="loss to predict: mean over examples, or over response tokens (default: example)",
    )  # fmt: skip
    parser.add_argument(
        "--knn", choices=["dataset", "set"], default="dataset",
        help="measure the KNN distance within the dataset or within each set (default: dataset)",
    )  # fmt: skip
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
        asked.experiments, asked.csv, asked.indicators, asked.method, asked.criterion, asked.direction, asked.save,
        scale=asked.scale, squared=asked.squared, outcome=asked.outcome, knn=asked.knn,
    )  # fmt: skip
    return CommandOutput(lesson.as_dict(), _text(lesson))


def _text(lesson: "LearnedRuleResult") -> str:
    predicted, alone = lesson.predicted_r_squared, lesson.examined.alone
    unseen = "not available" if predicted is None or alone is None else f"{predicted:.3f} ({alone.method})"
    lines = [
        lesson.rule.equation,
        f"{len(lesson.sets)} sets; R² {lesson.examined.linear.r_squared:.3f} (in-sample), predicted R² {unseen}.",
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
