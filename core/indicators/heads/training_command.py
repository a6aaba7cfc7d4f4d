"""What the commands that fit heads are asked for."""

import argparse
from pathlib import Path

from core.indicators.heads.head import WEIGHTS


def training_parser(about: str) -> argparse.ArgumentParser:
    """Arguments that both commands take.

    Args:
        about: the command's docstring.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=Path, required=True)
    parser.add_argument("--preferences", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="where what the model says of the rows is kept")
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    return parser
