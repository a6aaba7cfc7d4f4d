"""Systems whose win rates are known and their answers, parted by families and instructions into fitting and measuring.

Variants of a model, and models tuned on one another's answers by their makers, are a family: all of them are fitted on,
or none. Which families and instructions are kept back follows from their names alone, so that anyone gets the same
part; the salt was chosen for how many systems of each range it keeps back, before anything was fitted.
"""

import gzip
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

_FAMILIES = {
    "openai-gpt4": r"gpt-?4|aligner|openpipe",
    "openai-gpt3": r"gpt-?3\.?5|davinci",
    "claude": r"claude",
    "wizardlm": r"wizardlm",
    "alpaca": r"^alpaca",
    "guanaco": r"guanaco",
    "openbuddy": r"openbuddy",
    "minichat": r"minichat",
    "falcon": r"falcon",
    "baize": r"baize",
    "oasst": r"oasst|pythia",
    "ultralm": r"ultralm",
    "infinity": r"infinity",
    "gemma": r"gemma|selfmoa|toa|blendaxai",
    "llama3": r"llama-3-instruct|^llama-3-8b|llama3-pbm|rebel|higgs|llama-3-8b|meta-llama",
    "llama2": r"llama-2|platolm|recycled",
    "qwen": r"qwen",
    "zephyr": r"zephyr",
    "starling": r"starling|storm",
    "internlm": r"internlm",
    "xwinlm": r"xwin",
    "moa": r"moa",
    "mixtral": r"mistral-medium|mixtral|mistral-7b-instruct",
}
SYSTEM_SALT, KEPT_SHARE = "14:", 0.36
INSTRUCTION_SALT, BLOCK, FITTED_OF_BLOCK = "i:", 5, 3  # of every five instructions, two are kept back


@dataclass(frozen=True)
class System:
    """Its rates against the baseline, in per cent, with GPT-4 as the judge.

    Attributes:
        win_rate: as judged.
        length_controlled: what it would be if its answers were as long as the baseline's (arXiv 2404.04475).
    """

    name: str
    win_rate: float
    length_controlled: float

    @property
    def target(self) -> float:
        """What its answers are worth: the mean of both rates' log odds."""
        return (log_odds(self.win_rate) + log_odds(self.length_controlled)) / 2


@dataclass(frozen=True)
class Boards:
    """All systems by name, their answers by instruction and system, and the instructions that all were given, in the
    order in which they are read."""

    systems: Mapping[str, System]
    answers: Mapping[str, Mapping[str, str]]
    instructions: Sequence[str]

    @classmethod
    def read(cls, folder: Path, more: Path) -> "Boards":
        """Read `leaderboard.csv` of a folder with its files, and the answers of further systems.

        Args:
            more: a file of lines with `system`, `instruction` and `output`, compressed; beside it a table of the same
                name.
        """
        board, answers = read_board(folder)
        further = pd.read_csv(_table_beside(more))
        asked = set()
        with gzip.open(more, "rt", encoding="utf-8") as stream:
            for line in map(json.loads, stream):
                answers.setdefault(line["instruction"], {})[line["system"]] = line["output"]
                asked.add(line["instruction"])
        rates = pd.concat([board, further])[["system", "win_rate", "length_controlled_win_rate"]]
        systems = {name: System(name, plain, controlled) for name, plain, controlled in rates.itertuples(index=False)}
        return cls(systems, answers, sorted(asked, key=lambda text: _draw(text, INSTRUCTION_SALT)))


def read_board(folder: Path) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """`leaderboard.csv` of a folder in AlpacaEval's form, and the answers in its files by instruction and system."""
    board = pd.read_csv(folder / "leaderboard.csv")
    answers: dict[str, dict[str, str]] = {}
    for system, file in zip(board["system"], board["file"], strict=True):
        for line in map(json.loads, (folder / file).read_text(encoding="utf-8").splitlines()):
            answers.setdefault(line["instruction"], {})[system] = line["output"]
    return board, answers


def family(system: str) -> str:
    """The family of a system; one that is in none is its own."""
    return next((name for name, like in _FAMILIES.items() if re.search(like, system, re.IGNORECASE)), system.lower())


def system_kept_back(system: str) -> bool:
    """Whether a system is measured on, and never fitted on."""
    return _draw(family(system), SYSTEM_SALT) < KEPT_SHARE


def instruction_kept_back(place: int) -> bool:
    """Whether the instruction at this place of `Boards.instructions` is measured on, and never fitted on."""
    return place % BLOCK >= FITTED_OF_BLOCK


def log_odds(per_cent: float) -> float:
    """Of a rate, held within 1 and 99."""
    chance = min(max(per_cent / 100, 0.01), 0.99)
    return math.log(chance / (1 - chance))


def _table_beside(more: Path) -> Path:
    return more.with_name(more.name.removesuffix(".jsonl.gz") + ".csv")


def _draw(text: str, salt: str) -> float:
    return int(hashlib.sha256((salt + text).encode()).hexdigest()[:8], 16) / 2**32
