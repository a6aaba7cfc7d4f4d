"""How the experiments were made, in the paper and here: what explains a result that differs."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from core.humanize import counted
from core.regression.set_table import SetTable
from core.regression.univariate import KIND
from core.report.findings import DesignFact, design_facts
from core.report.indicators import papers_indicators
from core.rows.candidate_set import Kind

UNKNOWN = "not known"
AS_TOLD = {str(Kind.FUSED): "mixed", str(Kind.HIERARCHICAL): "levels"}  # kinds of sets, in the report's words


@dataclass(frozen=True)
class DesignLine:
    """One choice of the paper and what was done here instead."""

    fact: DesignFact
    here: str


def design_lines(table: SetTable, rows: str = "") -> tuple[DesignLine, ...]:
    """The paper's choices beside those of the experiments behind a table.

    Args:
        rows: how many each set has, in words; "" where that is not known.
    """
    here = _here(table, rows)
    return tuple(DesignLine(fact, here.get(fact.what) or UNKNOWN) for fact in design_facts())


def _here(table: SetTable, rows: str) -> dict[str, str]:
    kinds = Counter(table.sets.get(KIND, ()))
    named = ", ".join(f"{count} {AS_TOLD.get(kind, kind)}" for kind, count in kinds.items() if kind)
    sets = counted(len(table.sets), "set") + (f" of {rows}" if rows else "") + (f": {named}" if named else "")
    levels = Counter(table.levels_of[str(label)] for label in table.sets.index if str(label) in table.levels_of)
    titles = papers_indicators()
    cut = ", ".join(f"{n} of {titles[name].title if name in titles else name}" for name, n in levels.items())
    tuning = table.settings.get("tuning", {})
    responses = table.settings.get("responses")
    return {
        "Candidate sets": sets,
        "Data": ", ".join(table.data),
        "Levels": cut or ("none" if table.settings else ""),
        "Model": ", ".join(filter(None, (table.model, str(tuning.get("precision", ""))))),
        "Tuning": _told(tuning, {"epochs": "epochs", "batch_size": "batch size"}),
        "LoRA": "none: full tuning" + _depth(tuning)
        if tuning.get("method") == "full"
        else _told(tuning, {"lora_rank": "rank", "lora_alpha": "alpha", "lora_dropout": "dropout"}) + _depth(tuning),
        "Evaluation set": str(table.settings.get("evaluation", "")) + (f", {responses} responses" if responses else ""),
    }


def _depth(tuning: dict[str, Any]) -> str:
    """`, 2 upper layers`; "" where all layers are tuned, as in the paper."""
    return f", {counted(tuning['tuned_layers'], 'upper layer')}" if tuning.get("tuned_layers") else ""


def _told(tuning: dict[str, object], names: dict[str, str]) -> str:
    """`epochs 1, batch size 8`."""
    return ", ".join(f"{title} {tuning[name]}" for name, title in names.items() if name in tuning)
