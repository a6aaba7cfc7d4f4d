"""From how many words on does MTLD say something of a response? Shown beside the same response one word longer.

    python benchmarks/short_responses.py [FILE.jsonl ...]

Of every response of at least 60 words (those of the demo data, or of files with an `output`), the first n words, for n
from 5 to 50: by what factor MTLD changes with the next word, and how it ranks with the MTLD of the whole response.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.indicators.mtld import mtld
from core.paths import DEMO
from core.rows.words import words

LEAST, STEPS = 60, range(5, 51, 5)


def main(files: Sequence[Path]) -> None:
    """Print a line a length."""
    texts = [words(json.loads(line)["output"]) for file in files for line in file.open("rb")]
    texts = [text for text in texts if len(text) >= LEAST]
    whole = [mtld(text) for text in texts]
    print(f"{len(texts)} responses of {LEAST} words and more\n")
    print("| words | factor, median | 95% | most | by more than 2 | rank correlation with the whole |")
    print("| --- | --- | --- | --- | --- | --- |")
    for step in STEPS:
        short, longer = (np.array([mtld(text[:n]) for text in texts]) for n in (step, step + 1))
        factor = np.maximum(short / longer, longer / short)
        median, most = np.quantile(factor, [0.5, 0.95])
        shown = f"{median:.2f} | {most:.2f} | {factor.max():.1f} | {(factor > 2).mean():.1%}"
        print(f"| {step} | {shown} | {spearmanr(short, whole).statistic:.2f} |")


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]] or [DEMO / f"{name}.jsonl" for name in ("forum", "handbook", "scrape")])
