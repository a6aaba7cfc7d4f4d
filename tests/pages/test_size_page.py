"""How many rows: the search asked for is queued, and what its losses came to is said, drawn and made a selection."""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from core.experiments.size.draft import ASKING
from core.experiments.size.plan import size_plan_of
from core.rows.candidate_set import Kind
from core.rows.evaluation_set import EvaluationExample
from core.selection.record import SelectionRecord, pool_of
from core.store import SavedExperiment
from jobs.experiments.folder import RANKING, ExperimentFolder
from jobs.experiments.spec import SetPlan
from jobs.queue.folder import JobFolder
from pages.components import workspace
from tests.pages.conftest import Studio, button, go, press, told, until
from tests.pages.test_proof_page import kept, of_datasets

EXAMPLES = 12


def form(studio: Studio, number: int) -> AppTest:
    """The form of a search, with the rows ranked."""
    app = studio.open("select")
    app.session_state["select tab"] = "Saved"
    app.run()
    app.button(key=f"size {number}").click().run()
    return settled(app)


def settled(app: AppTest) -> AppTest:
    until(lambda: any(m.label == "Candidate sets" for m in app.metric) or bool(app.run().error))
    assert not app.exception
    return app


def grid(app: AppTest, sizes: str) -> AppTest:
    app.segmented_control(key="sizes method").set_value("grid").run()
    app.text_input(key="sizes grid").set_value(sizes).run()
    return settled(app)


def started(studio: Studio, sizes: str = "4, 8, 16, 24") -> tuple[AppTest, SavedExperiment, ExperimentFolder]:
    """A search over a grid, one seed a size, as the page has queued it; nobody works on it."""
    app = form(studio, kept(studio))
    app.number_input(key="sizes seeds").set_value(1)
    grid(app, sizes)
    press(app, "Start search")
    assert not app.error and not app.exception
    (saved,) = studio.store.experiments.all()
    return app, saved, ExperimentFolder(JobFolder(studio.root / "jobs" / saved.job_id))


def measured(studio: Studio, folder: ExperimentFolder, losses: Mapping[int, float]) -> None:
    """What a worker leaves of these sizes and their losses, 0 for the untuned model; then the search has ended."""
    for number, (rows, loss) in enumerate(losses.items()):
        if rows:
            folder.add_set(SetPlan(number, f"{rows} rows", Kind.BEST, rows, 0, RANKING), {"rows": rows})
        hard = np.linspace(-0.5, 0.5, EXAMPLES) + 0.002 * np.roll(np.arange(EXAMPLES) % 3, number)
        lines = {"number": number, "example": range(EXAMPLES), "response": 0, "tokens": 20}
        part = pa.Table.from_pandas(pd.DataFrame(lines | {"loss_nats_per_token": loss + hard}), preserve_index=False)
        pq.write_table(part, folder.job.parts / folder.losses_part(number))
    folder.end("All 4 sizes are measured.")
    workspace.studio().jobs.take_in()


def test_the_search_asked_for_is_queued_with_the_ranking_and_its_ends(queue: Studio) -> None:
    app, saved, folder = started(queue)
    assert saved.name == "Size search of Best" and app.session_state["experiment shown"] == str(saved.experiment_id)
    spec = folder.spec()
    assert spec.search == size_plan_of(saved.spec) and [each.name for each in spec.sets] == ["untuned"]
    assert spec.search is not None
    assert (spec.search.sizes, spec.search.seeds, spec.search.patience) == ((4, 8, 16, 24), 1, 0)
    assert (spec.search.most_row_passes, spec.search.most_minutes, spec.most_sets) == (50_000, 120.0, 5)
    ranking = pq.read_table(folder.job.input / "sets.parquet").to_pandas()
    best = of_datasets(queue)["row_id"].tolist()
    assert len(ranking) == 24 and [n for n in best if n in set(ranking["row_id"])] == ranking["row_id"].tolist()
    assert "0 of at most 5 done" in app.get("progress")[0].proto.text
    assert queue.store.experiments.candidate_sets(saved.experiment_id) == []
    assert "No verdict before two sizes are measured" in told(app)


def test_blend_search_begins_near_the_selection_and_sizes_beyond_the_ranking_are_refused(scored: Studio) -> None:
    app = form(scored, kept(scored))
    values = [
        app.number_input(key=f"sizes {name}").value for name in ("lowest", "highest", "most", "seeds", "patience")
    ]
    assert values == [4, 48, 10, 2, 4]
    assert next(m.value for m in app.metric if m.label == "Candidate sets") == "20"
    app.number_input(key="sizes highest").set_value(100_000).run()
    until(lambda: bool(app.run().error))
    assert "largest size is 100,000 rows" in app.error[0].value
    app.segmented_control(key="sizes method").set_value("grid").run()
    app.text_input(key="sizes grid").set_value("8, many").run()
    assert "“many” is not a number of rows" in app.error[0].value and not app.exception


def test_the_best_size_is_told_drawn_and_made_a_selection(queue: Studio) -> None:
    app, _, folder = started(queue)
    measured(queue, folder, {0: 2.0, 4: 1.8, 8: 1.701, 16: 1.7, 24: 1.75})
    go(app, "experiments")
    assert not app.exception
    (verdict,) = [each.value for each in app.success]
    assert (
        "16 rows have the lowest loss (1.7" in verdict
        and "sizes from 8 to 16 rows do not differ significantly" in verdict
    )
    assert "All 4 sizes are measured." in told(app)
    figure = json.loads(
        next(each.proto.spec for each in app.get("plotly_chart") if "number of rows" in each.proto.spec)
    )
    traces = {trace.get("name"): trace["x"] for trace in figure["data"]}
    assert traces["Lowest loss"] == [16] and traces["Not significantly different"] == [8]
    assert traces["Significantly higher loss"] == [4, 24] and figure["layout"]["xaxis"]["type"] == "log"
    (table,) = [each.value for each in app.dataframe if "Significant" in each.value]
    assert table["Significant"].tolist() == ["yes", "no", "–", "yes"]

    press(app, "Save")
    until(lambda: len(queue.store.selections.all()) == 2 or bool(app.run().exception))
    made = queue.store.selections.all()[0]
    record = SelectionRecord.from_saved(made)
    assert (made.name, made.rows, record.spec.rows) == ("Best, 16 rows", 16, 16)
    members = queue.store.selections.members(made.selection_id)["row_id"].tolist()
    assert members == of_datasets(queue).drop_duplicates("row_id").head(16)["row_id"].tolist()
    assert pool_of(record).filters.dataset_ids == record.spec.filters.dataset_ids

    button(app, "Clone and edit").click().run()
    settled(app)
    assert app.text_input(key="sizes grid").value == "4, 8, 16, 24" and app.number_input(key="sizes seeds").value == 1
    assert "16 rows have the lowest loss" in told(app)


@pytest.mark.parametrize(
    ("losses", "says"),
    [
        ({0: 2.0, 4: 1.7, 8: 1.7005, 16: 1.7002, 24: 1.7}, "differs significantly from the best"),
        ({0: 2.0, 4: 1.7, 8: 1.6, 16: 1.9, 24: 1.5}, "Double descent: the loss falls to 8 rows, rises to 16"),
    ],
)
def test_an_outcome_without_a_clear_best_and_a_double_descent_are_told(
    queue: Studio, losses: dict[int, float], says: str
) -> None:
    app, _, folder = started(queue)
    measured(queue, folder, losses)
    assert says in told(go(app, "experiments")) and not app.exception


def test_a_size_is_chosen_of_the_rows_that_the_search_has_ranked(queue: Studio) -> None:
    queue.open("select")
    number, best = kept(queue), int(of_datasets(queue)["row_id"].iloc[0])
    (row,) = queue.store.rows.get([best]).values()
    asks = queue.store.evaluation_sets.add("Asks it", [EvaluationExample(row.instruction, row.input, ("An answer.",))])
    sizes = workspace.studio().sizes
    unsearched = sizes.select(number, 8).selection
    sizes.start(number, [4, 8], search={"seeds": 1}, wait=False, evaluation_set=asks)
    (saved,) = queue.store.experiments.all()
    ranking = pq.read_table(queue.root / "jobs" / saved.job_id / "input" / "sets.parquet")["row_id"].to_pylist()
    found = sizes.select(number, 8).selection
    assert found.kept["row_id"].tolist() == ranking and best not in ranking
    assert best in unsearched.kept["row_id"].tolist()
    assert row.key in found.spec.filters.key_sets[-1].keys and found.spec.filters.key_sets[-1].title == ASKING
