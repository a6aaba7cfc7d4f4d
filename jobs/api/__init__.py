"""The studio as one object: pages, commands and notebooks all call it. `docs/api.md` has examples."""

from jobs.api.comparison_results import BLIND, Compared, JudgedTogether, JudgeRequest, JudgeResult
from jobs.api.curation_results import CurationResult
from jobs.api.experiment_results import ExperimentResult, ProofResult, SizeSearchResult, TournamentResult
from jobs.api.results import (
    ExportResult,
    Found,
    LearnedRuleResult,
    MapResult,
    ReportResult,
    ScoringResult,
    SelectionResult,
    SimilarRow,
)
from jobs.api.row_results import MarkingResult, RowPage
from jobs.api.studio import Studio
from jobs.experiments.state import PAUSED, ExperimentState, SetState
from jobs.queue.job import ACTIVE, CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job

__all__ = [
    "ACTIVE",
    "BLIND",
    "CANCELLED",
    "DONE",
    "FAILED",
    "PAUSED",
    "QUEUED",
    "RUNNING",
    "Compared",
    "CurationResult",
    "ExperimentResult",
    "ExperimentState",
    "ExportResult",
    "Found",
    "Job",
    "JudgeRequest",
    "JudgeResult",
    "JudgedTogether",
    "LearnedRuleResult",
    "MapResult",
    "MarkingResult",
    "ProofResult",
    "ReportResult",
    "RowPage",
    "ScoringResult",
    "SelectionResult",
    "SetState",
    "SimilarRow",
    "SizeSearchResult",
    "Studio",
    "TournamentResult",
]  # fmt: skip
