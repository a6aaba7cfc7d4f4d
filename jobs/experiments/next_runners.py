"""A tournament on the worker: an experiment to whose sets those of the next round are added when a round is through.

As in a search of the size, what comes next follows from the parts that are there, so that a worker that is killed on
the way adds the same sets again.
"""

from pathlib import Path

import pyarrow.parquet as pq

from core.experiments.tournament.ladder import Runner, due
from core.models.inference_loss import summarise
from core.regression.outcome import Outcome
from core.rows.candidate_set import Kind
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.known_losses import alike_sets, take_alike, take_known
from jobs.experiments.spec import SetPlan


def next_runners(folder: ExperimentFolder) -> list[int]:
    """The numbers of the sets to be queued now, those that wait or run among them; none when the tournament is over.

    Raises:
        StorageFull: there is no space left.
    """
    spec = folder.spec()
    ladder = spec.tournament
    assert ladder is not None
    added = {each.source: each for each in spec.sets if each.source}
    parts = {source: folder.job.parts / folder.losses_part(each.number) for source, each in added.items()}
    losses = {source: _loss(part, ladder.outcome) for source, part in parts.items() if part.exists()}
    wanted = due(ladder, losses)
    if not wanted:
        said = f"All {ladder.rounds} rounds are through."
        folder.end(said)
        folder.job.log(said)
        return []
    fresh = [each for each in wanted if each.number not in added]
    alike = alike_sets(folder, ladder.runners)
    by_rows = {alike[source]: plan.number for source, plan in added.items()}
    known = waiting = 0
    for runner in fresh:
        other = by_rows.get(alike[runner.number])
        if other is not None and not (folder.job.parts / folder.losses_part(other)).exists():
            waiting += 1  # for the set with the same rows
            continue
        plan = added[runner.number] = _add(folder, runner, len(added) + 1)
        by_rows.setdefault(alike[runner.number], plan.number)
        if other is not None:
            take_alike(folder, other, plan.number)
        known += other is not None or take_known(folder, runner.number, plan.number)
    if len(fresh) > waiting:
        before = f", {known} of them measured before" if known else ""
        folder.job.log(f"Round {fresh[0].round + 1} of {ladder.rounds}: {len(fresh) - waiting} sets{before}.")
    if known:
        return next_runners(folder)
    return [added[each.number].number for each in wanted if each.number in added]


def _loss(part: Path, outcome: Outcome) -> float:
    found = summarise(pq.read_table(part).to_pandas())
    return found.per_token if outcome is Outcome.TOKEN else found.per_example


def _add(folder: ExperimentFolder, runner: Runner, number: int) -> SetPlan:
    detail = {
        "entrant": runner.entrant,
        "role": str(runner.role),
        "draw": runner.draw,
        "round": runner.round,
        "tokens": runner.tokens,
    }
    kind = Kind.SELECTION if runner.is_chosen else Kind.RANDOM
    plan = SetPlan(number, runner.name, kind, runner.rows, runner.tuning_seed, runner.number)
    folder.add_set(plan, detail)
    return plan
