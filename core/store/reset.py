"""Starting over: the workspace as on the first day, without computing or paying for anything twice."""

from core.store.connection import Connection

FORGOTTEN = (
    "dataset_rows",
    "rejections",
    "datasets",
    "texts",
    "rules",
    "selection_rows",
    "selections",
    "tuning_runs",
    "example_losses",
    "candidate_set_rows",
    "candidate_sets",
    "experiments",
    "evaluation_examples",
    "evaluation_sets",
    "human_verdicts",
    "comparison_prompts",
    "comparisons",
    "mark_changes",
    "mark_history",
    "marks",
    "check_rows",
    "checks",
    "map_points",
    "map_clusters",
    "maps",
    "settings",
)
# What was computed or paid for, under the content it belongs to; it holds no text of rows but models' answers.
KEPT = ("meta", "rows", "scorers", "scores", "embeddings", "taken_parts", "answers", "judge_replies")


def forget_work(connection: Connection) -> None:
    """Empty everything that the user loaded, made or chose; all of it or, on an error, none."""
    with connection.write() as cursor:
        for table in FORGOTTEN:
            cursor.execute(f"DELETE FROM {table}")
