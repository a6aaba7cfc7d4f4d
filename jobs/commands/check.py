"""`check`: rows that repeat others, and rows that ask what an evaluation set asks."""

from argparse import ArgumentParser, Namespace, _ArgumentGroup
from typing import TYPE_CHECKING

from core.datasets.contamination import NEAR_SIMILARITY
from core.datasets.near_duplicates import THRESHOLD
from core.errors import InputError
from jobs.commands.command import Command, CommandOutput, ask_names, first_words

if TYPE_CHECKING:
    from jobs.api import Found, Studio

NEAR, EVALUATION = "near-duplicates", "evaluation-questions"
USUAL = {NEAR: THRESHOLD, EVALUATION: NEAR_SIMILARITY}
EXAMPLES = 3


def _ask(parser: ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="dataset names (default: all)")
    ask_checks(parser, "--for", about="checks to run")
    parser.add_argument(
        "--examples", type=int, default=EXAMPLES, metavar="N", help="number of examples to show (default: 3)"
    )


def ask_checks(parser: "ArgumentParser | _ArgumentGroup", flag: str, about: str) -> None:
    """Add an option that takes checks, and one for the evaluation sets that they look at."""
    usual = " ".join(f"{name}={threshold:g}" for name, threshold in USUAL.items())
    parser.add_argument(
        flag, dest="checks", nargs="+", default=[], metavar="CHECK[=ALIKE]",
        help=f"{about}: {NEAR} or {EVALUATION} (contamination), with a similarity threshold (default: {usual})",
    )  # fmt: skip
    ask_names(parser, "--evaluation-sets", about="evaluation sets to check against (default: all)")


def checked(studio: "Studio", words: list[str], datasets: list[str], evaluation_sets: list[str]) -> "list[Found]":
    """What the checks find that words such as `near-duplicates=0.9` ask for.

    Raises:
        InputError: a word is no check, or its threshold none.
    """
    return [_check(studio, word, datasets, evaluation_sets) for word in words]


def _check(studio: "Studio", word: str, datasets: list[str], evaluation_sets: list[str]) -> "Found":
    name, _, typed = word.partition("=")
    if name not in USUAL:
        raise InputError("Unknown check.", where=word, mend=f"Choose from {', '.join(USUAL)}.")
    try:
        threshold = float(typed or USUAL[name])
    except ValueError:
        raise InputError(f"“{typed}” is not a threshold.", where=word, mend=f"Write {name}={USUAL[name]:g}.") from None
    if name == NEAR:
        return studio.datasets.near_duplicates(*datasets, threshold=threshold)
    return studio.datasets.contamination(*datasets, evaluation_sets=evaluation_sets, threshold=threshold)


def _run(studio: "Studio", asked: Namespace) -> CommandOutput:
    found = checked(studio, asked.checks or list(USUAL), asked.datasets, asked.evaluation_sets)
    document = [each.as_dict(asked.examples) for each in found]
    return CommandOutput(document, "\n\n".join(_text(each, asked.examples) for each in found))


def _text(found: "Found", examples: int) -> str:
    told = found.as_dict(examples)
    lines = [f"{told['what']}: {told['found']:,} of {told['rows']:,} rows."]
    lines += [f"  {each['rows']:,} of {each['dataset']} are like {each['like_in']}" for each in told["between"]]
    for each in found.alike[:examples]:
        lines += [
            "", f"  {each.similarity:.2f}  {each.dataset}: {first_words(each.text)}",
            f"        {each.like_in}: {first_words(each.like_text)}",
        ]  # fmt: skip
    return "\n".join(lines)


COMMAND = Command("check", "Find near-duplicates and contamination.", _ask, _run, "Nothing was changed.", 5)
