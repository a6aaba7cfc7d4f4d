"""What the methods of the studio were called before they stood in sections."""

from core.errors import StudioError

MOVED = {
    "browse": "rows.browse",
    "blind_round": "verdicts.blind_round",
    "cancel": "experiments.cancel",
    "cancel_job": "jobs.cancel",
    "choose": "verdicts.choose",
    "compare": "comparisons.start",
    "compared": "comparisons.status",
    "comparisons": "comparisons.table",
    "datasets": "datasets.table",
    "delete": "datasets.delete, .evaluation_sets.delete, .experiments.delete, .rules.delete, .selections.delete or "
    ".comparisons.delete",
    "describe": "datasets.describe",
    "evaluation_questions": "datasets.contamination",
    "evaluation_sets": "evaluation_sets.table",
    "experiment": "experiments.start",
    "experiments": "experiments.table",
    "export": "exports.export",
    "filters": "rows.filters",
    "jobs": "jobs.table",
    "judge": "verdicts.judge",
    "learn": "rules.learn",
    "load": "datasets.load",
    "load_apart": "datasets.load_apart",
    "load_evaluation_set": "evaluation_sets.load",
    "map": "maps.make",
    "mark": "marks.mark",
    "models": "comparisons.models_table",
    "name_of": "datasets.get(…).name, and so for what else is kept",
    "near_duplicates": "datasets.near_duplicates",
    "pause": "experiments.pause",
    "preview": "sources.preview",
    "prove": "proofs.start",
    "push": "exports.push",
    "ran": "experiments.status",
    "redo_mark": "marks.redo",
    "rename": "datasets.rename, .experiments.rename, .selections.rename or .comparisons.rename",
    "report": "reports.write",
    "resume": "experiments.resume",
    "retry": "experiments.retry",
    "retry_job": "jobs.retry",
    "rules": "rules.all",
    "score": "scores.score",
    "scores": "scores.table",
    "select": "selections.select",
    "selections": "selections.table",
    "size": "sizes.start",
    "sized": "sizes.status",
    "start_over": "workspace.start_over",
    "take_back": "verdicts.take_back",
    "to_ask": "verdicts.to_ask",
    "undo_mark": "marks.undo",
    "verdict": "proofs.status",
    "verdicts": "verdicts.all",
    "wait": "experiments.wait",
    "wait_for_answers": "comparisons.wait",
}


def moved(name: str) -> StudioError:
    """What to call in place of an old name; one of `MOVED`, or a section."""
    if name not in MOVED:
        return StudioError(
            f"studio.{name} is a section, not a method.", mend="Call one of its methods: see docs/api.md."
        )
    return StudioError(f"Studio.{name} is now studio.{MOVED[name]}.", mend="docs/api.md has examples.")
