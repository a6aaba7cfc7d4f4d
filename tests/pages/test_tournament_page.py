"""A tournament is asked for, queued, and its winner told, drawn and made a selection."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from streamlit.testing.v1 import AppTest

from core.experiments.tournament.ladder import Role
from core.experiments.tournament.plan import tournament_of
from core.rules.rule import Rule, Term
from core.store import SavedExperiment
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.next_sets import next_sets
from jobs.queue.folder import JobFolder
from pages.components import workspace
from tests.pages.conftest import Studio, button, go, press, told, until

STRENGTH = {"rule: twin": 0.0, "longest": 1.60, "reward": 1.55, "random": 1.62, "middle_perplexity": 1.64}


def form(studio: Studio) -> AppTest:
    app = studio.open("experiments")
    press(app, "Start a tournament")
    until(lambda: any(m.label == "Candidate sets" for m in app.metric) or bool(app.run().error))
    assert not app.exception
    return app


def smaller(app: AppTest) -> AppTest:
    app.multiselect(key="tournament ways").set_value(["reward", "middle_perplexity"]).run()
    app.number_input(key="tournament rows").set_value(8).run()
    app.number_input(key="tournament rounds").set_value(2).run()
    app.number_input(key="tournament draws").set_value(2).run()
    until(lambda: any("4 ways" in c.value for c in app.run().caption))
    return app


def started(studio: Studio) -> tuple[AppTest, SavedExperiment, ExperimentFolder]:
    """A tournament of four ways as the page has queued it; nobody works on it."""
    app = smaller(form(studio))
    press(app, "Start tournament")
    assert not app.error and not app.exception
    (saved,) = studio.store.experiments.all()
    return app, saved, ExperimentFolder(JobFolder(studio.root / "jobs" / saved.job_id))


def measure(folder: ExperimentFolder, numbers: list[int]) -> None:
    """What a worker leaves of these sets: per response token the losses of STRENGTH, per example in reverse order."""
    for number in numbers:
        plan = folder.spec().plan(number)
        spec = folder.spec()
        assert spec.tournament is not None
        runner = next(each for each in spec.tournament.runners if each.number == plan.source)
        loss = STRENGTH[runner.entrant] + 0.005 * runner.draw + 0.02 * (runner.role is Role.MATCHED)
        lines = {"number": number, "example": range(6), "response": 0, "tokens": [10, 10, 10, 10, 10, 50]}
        values = loss + (1.7 - loss) * np.array([2, 2, 2, 2, 2, -2])
        part = pa.Table.from_pandas(pd.DataFrame(lines | {"loss_nats_per_token": values}), preserve_index=False)
        pq.write_table(part, folder.job.parts / folder.losses_part(number))


def test_ways_without_scores_are_named_and_left_out(scored: Studio) -> None:
    app = form(scored)
    assert "Not scored yet" in told(app) and "influence" in told(app)
    assert "influence" not in app.multiselect(key="tournament ways").value
    assert {"random", "longest", "reward"} <= set(app.multiselect(key="tournament ways").value)


def test_rows_too_few_for_the_draws_are_told(scored: Studio) -> None:
    app = form(scored)
    app.number_input(key="tournament rows").set_value(5_000).run()
    until(lambda: bool(app.run().error))
    assert "too few to choose 5,000 from" in app.error[0].value and not app.exception


def test_a_tournament_is_queued_played_to_its_end_and_its_winner_is_kept(queue: Studio) -> None:
    app, saved, folder = started(queue)
    plan = tournament_of(saved.spec)
    assert plan is not None and saved.name == "Tournament of 4 ways"
    assert [each.name for each in plan.competing] == ["reward", "middle_perplexity", "random", "longest"]
    assert saved.spec["evaluation"].endswith(", validation") and plan.sizes == (4, 8)
    assert [each.name for each in folder.spec().sets] == ["untuned"]  # who is tuned next is for the worker to say
    draws = [
        set(pq.read_table(folder.job.input / "sets.parquet", filters=[("number", "=", n)])["row_id"].to_pylist())
        for n in (1, 1 + len(folder.spec().tournament.runners) // 2)  # type: ignore[union-attr]  # it is one
    ]
    assert not draws[0] & draws[1]

    first = next_sets(folder)
    assert first == next_sets(folder) == list(range(1, 9))  # asked again, as after a kill, nothing is added twice
    measure(folder, first)
    second = next_sets(folder)
    names = [folder.spec().plan(number).name for number in second]
    assert len(second) == 2 * 5 and sum("perplexity" in name for name in names) == 0
    workspace.studio().jobs.take_in()
    go(app, "experiments")
    assert "Round 2 of 2: 0 of 10 sets measured, 3 ways left" in told(app)
    measure(folder, second)
    assert next_sets(folder) == [] and folder.ended == "All 2 rounds are through."
    workspace.studio().jobs.take_in()
    go(app, "experiments")
    (verdict,) = [each.value for each in app.success]
    assert (
        "Reward has the lowest validation loss per response token: 1.5525 nats/token" in verdict
        and "−0.0700" in verdict
    )
    assert "To random rows of the same lengths: −0.0200" in verdict and not app.exception

    button(app, "Save as selection").click().run()
    until(lambda: bool(queue.store.selections.all()) or bool(app.run().error))
    (kept,) = queue.store.selections.all()
    assert kept.spec["way"] == "reward" and kept.name.startswith("Reward, ")
    assert not app.exception


def test_a_tournament_is_cloned_with_its_choices(queue: Studio) -> None:
    app, _, _ = started(queue)
    press(app, "Clone and edit")
    assert app.multiselect(key="tournament ways").value == ["reward", "middle_perplexity"]
    assert app.number_input(key="tournament rows").value == 8 and not app.exception


def test_a_changed_tournament_goes_on_from_what_an_earlier_one_has_measured(queue: Studio) -> None:
    app, _, folder = started(queue)
    measure(folder, next_sets(folder))
    workspace.studio().jobs.take_in()
    press(app, "Clone and edit")
    app.multiselect(key="tournament ways").set_value(["reward", "middle_perplexity", "diversity"]).run()
    until(lambda: any("5 ways" in c.value for c in app.run().caption))
    press(app, "Start tournament")
    newest = queue.store.experiments.all()[0]
    again = ExperimentFolder(JobFolder(queue.root / "jobs" / newest.job_id))
    queued = next_sets(again)
    names = [again.spec().plan(number).name for number in queued]
    assert len(names) == 2 and all(name.startswith("Diversity") for name in names)  # the others are known
    assert "8 of them measured before" in again.job.log_tail()
    workspace.studio().jobs.take_in()
    measured = workspace.studio().measurements.losses(newest.experiment_id)
    assert len(measured) == 8
    state = workspace.studio().experiments.state(newest.experiment_id)
    assert state is not None and [each.status for each in state.sets].count("done") == 8


def test_sets_of_the_same_rows_are_tuned_on_once(queue: Studio) -> None:
    queue.open("experiments")
    studio = workspace.studio()
    studio.rules.save(Rule("twin", "As reward", 0.0, (Term("reward", -1.0),)))
    studio.tournaments.start(
        ["reward", "rule: twin"], wait=False, tournament={"rows": 8, "rounds": 2, "draws": 2}, responses=6
    )
    (saved,) = queue.store.experiments.all()
    folder = ExperimentFolder(JobFolder(queue.root / "jobs" / saved.job_id))
    first = next_sets(folder)
    assert len(first) == 2 * 3 and first == next_sets(folder)  # the twin waits for what reward comes to
    measure(folder, first)
    second = next_sets(folder)
    plans = folder.spec().sets
    twins = [each for each in plans if each.name.startswith("As reward") and "4 rows" in each.name]
    assert len(twins) == 2 and not {each.number for each in twins} & {*first, *second}
    for twin in twins:
        (model,) = [each for each in plans if each.name == twin.name.replace("As reward", "Reward")]
        assert read_losses(folder, twin.number) == read_losses(folder, model.number)


def read_losses(folder: ExperimentFolder, number: int) -> list[float]:
    part = pq.read_table(folder.job.parts / folder.losses_part(number))
    assert set(part["number"].to_pylist()) == {number}
    return part["loss_nats_per_token"].to_pylist()
