"""The steps of a curation, each of which can be begun again where it was left."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import JobError
from core.experiments.proof.plan import KEPT_AS as PROOF
from core.experiments.tournament.plan import KEPT_AS as TOURNAMENT
from core.experiments.tournament.tuning import tournament_tuning
from core.humanize import free_name
from core.progress import Progress, Within
from core.rows.filters import Filters, KeySet
from core.workspace.curation import QUICK_WAY, Curation, CurationStep, keep_curation, through
from jobs.experiments.state import PAUSED
from jobs.queue.job import FAILED

if TYPE_CHECKING:
    from core.experiments.tournament.plan import Entrant
    from jobs.api.studio import Studio

RESPONSES, EVALUATION_TOKENS = 40, 160  # on which each model is measured, and the most of each
MOST_ROWS, DRAWS, FEWEST_ROWS = 32, 2, 4  # of a set of the tournament's last round; parts of the data
ROUNDS = 2  # sets of 16 rows, then of 32: those of 8, a single step of tuning, hardly tell ways apart
SUB_POOLS, PROOF_ROWS = 5, 48  # of the proof, and of each of its sets at most
LENGTHS = ("input_length", "output_length")  # which no model reads
AGAIN = "Resume the curation to try it again."
OWNER = "curation"  # under which name an experiment's plan holds the key of the curation that has begun it


class CurationSteps:
    """What each step does.

    An experiment knows whose it is, and the name of a selection is kept before the selection: so a step whose process
    was killed between making one and keeping its number finds it again, and makes no second one.
    """

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    def done(self, curation: Curation, step: CurationStep, told: Progress) -> Curation:
        """The curation with this step done.

        Raises:
            StudioError: what stops it.
            Cancelled: `told` said so.
        """
        steps = {
            CurationStep.CHECK: self._check,
            CurationStep.SCORE: self._score,
            CurationStep.TOURNAMENT: self._compete,
            CurationStep.SELECTION: self._select,
            CurationStep.PROVE: self._prove,
            CurationStep.EXPORT: self._export,
        }
        return steps[step](curation, told)

    def _check(self, curation: Curation, told: Progress) -> Curation:
        used = curation.dataset_ids
        checks = {
            "near-duplicates of an earlier row": self._studio.datasets.near_duplicates(*used, progress=told).rows,
            "rows that repeat an evaluation instruction": self._studio.datasets.contamination(
                *used, evaluation_sets=[curation.evaluation_set], progress=told
            ).rows,
        }
        there = [self._studio.datasets.get(each) for each in used]
        left_out = {
            "exact duplicates": sum(each.duplicates for each in there),
            "refused when loaded": sum(each.rejected for each in there),
        }
        filters, seen = Filters(used), set[str]()
        for title, found in checks.items():
            filters = filters.leaving_out(found) if found.keys else filters
            left_out[title] = len(set(found.keys) - seen)
            seen |= set(found.keys)
        return through(curation, CurationStep.CHECK, filters=filters, left_out=left_out)

    def _score(self, curation: Curation, told: Progress) -> Curation:
        """Lengths of all rows, and all else of those that the tournament may tune on: models take their time."""
        scores, used = self._studio.scores, curation.dataset_ids
        if curation.quick:
            scores.score(*used, indicators=curation.indicators, progress=told)
        else:
            lengths = Within(told, "Part 1 of 2")
            scores.score(*used, indicators=LENGTHS, target=curation.evaluation_set, progress=lengths)
            self._score_drawn(curation, Within(told, "Part 2 of 2"))
        return through(curation, CurationStep.SCORE)

    def _compete(self, curation: Curation, told: Progress) -> Curation:
        if not curation.tournament and (begun := self._begun(curation, TOURNAMENT)):
            curation = self._with(curation, tournament=begun)
        if not curation.tournament:
            self._score_drawn(curation, told)  # again: where a row was marked dropped since, others are drawn
            queued = self._studio.tournaments.start(
                name=f"{curation.name}: tournament",
                wait=False,
                filters=curation.filters,
                tournament=self._tournament(curation),
                kept={OWNER: curation.key},
                progress=told,
                **self._tuning(curation),
            )
            curation = self._with(curation, tournament=queued.ran.number)
        self._wait(curation.tournament, told)
        return through(curation, CurationStep.TOURNAMENT)

    def _select(self, curation: Curation, told: Progress) -> Curation:
        from core.experiments.tournament.plan import Entrant
        from core.selection.ways import way as known_way

        if curation.quick:
            spec = Entrant.of_way(known_way(QUICK_WAY)).spec(rows=curation.keep, filters=curation.filters)
            outcome, way = self._studio.selections.run(spec, told), QUICK_WAY
        else:
            winner, ran = self._studio.tournaments.entrant(curation.tournament), curation.tournament
            self._studio.scores.score(
                *curation.dataset_ids,
                indicators=winner.needs or LENGTHS,
                target=curation.evaluation_set,
                filters=self._considered(curation, winner),
                progress=told,
            )
            outcome = self._studio.tournaments.select(ran, rows=curation.keep, progress=told)
            way = winner.name
        made = {each.name: each.selection_id for each in self._studio.selections.all()}
        if curation.saved_as not in made:
            curation = self._with(curation, saved_as=free_name(curation.name, set(made)))
            made[curation.saved_as] = self._studio.selections.save(curation.saved_as, outcome)
        return through(curation, CurationStep.SELECTION, selection=made[curation.saved_as], way=way)

    def _prove(self, curation: Curation, told: Progress) -> Curation:
        if not curation.proof and (begun := self._begun(curation, PROOF)):
            curation = self._with(curation, proof=begun)
        if not curation.proof:
            queued = self._studio.proofs.start(
                curation.selection,
                draws=SUB_POOLS,
                most_rows=PROOF_ROWS,
                name=f"{curation.name}: proof",
                wait=False,
                kept={OWNER: curation.key},
                progress=told,
                **self._tuning(curation),
            )
            curation = self._with(curation, proof=queued.ran.number)
        self._wait(curation.proof, told)
        return through(curation, CurationStep.PROVE)

    def _export(self, curation: Curation, told: Progress) -> Curation:
        made = self._studio.exports.export(curation.selection, layout=curation.layout, progress=told)
        return through(curation, CurationStep.EXPORT, files=str(made.path))

    def _wait(self, number: int, told: Progress) -> None:
        """Wait until an experiment is through; one that was paused, or of which sets have failed, goes on first.

        Raises:
            JobError: a set has failed; the step is not through.
        """
        experiments = self._studio.experiments
        before = experiments.status(number).status
        if before == PAUSED:
            experiments.resume(number)
        elif before == FAILED:
            experiments.retry(number)
        ran = experiments.wait(number, told)
        if ran.status == FAILED:
            reasons = [each for each in ran.sets["error"] if each]
            raise JobError(f"{ran.name} has failed: {next(iter(reasons), 'see the Experiments page')}", mend=AGAIN)

    def _begun(self, curation: Curation, kind: str) -> int:
        """The number of the experiment of this kind that the curation has begun; 0 where there is none."""
        plans = {each.experiment_id: each.spec.get("plan", {}) for each in self._studio.experiments.all()}
        begun = (number for number, plan in plans.items() if kind in plan and plan.get(OWNER) == curation.key)
        found = next(begun, 0) if curation.key else 0
        if found:
            self._studio.session.queue_begun()
        return found

    def _score_drawn(self, curation: Curation, told: Progress) -> None:
        """Score the rows that the tournament draws."""
        from core.experiments.tournament.draft import draws_of
        from core.experiments.tournament.plan import RANDOM, Entrant, TournamentPlan
        from core.selection.ways import way

        session, fields = self._studio.session, self._tournament(curation)
        plan = TournamentPlan((Entrant.of_way(way(RANDOM)),), filters=curation.filters, **fields)
        draws = draws_of(session.store, curation.evaluation_set, plan, session.scorers(), told)
        drawn = self._only("drawn by the tournament", [int(each) for draw in draws for each in draw["row_id"]])
        names = curation.indicators
        self._studio.scores.score(*curation.dataset_ids, indicators=names, filters=drawn, progress=told)

    def _considered(self, curation: Curation, winner: "Entrant") -> Filters:
        """The rows whose scores the winner reads, by those that there are."""
        from core.selection.ways import ways

        chooses = ways().get(winner.way)
        if chooses is None or chooses.among is None:
            return curation.filters
        there = self._studio.session.store.browse.candidates(curation.filters)
        return self._only(f"considered by {winner.title}", there.loc[chooses.considered(there), "row_id"].tolist())

    def _only(self, title: str, row_ids: Sequence[int]) -> Filters:
        """These rows alone."""
        keys = self._studio.session.store.rows.keys(row_ids)
        return Filters(key_sets=(KeySet(title, tuple(sorted(keys.values()))),))

    def _tournament(self, curation: Curation) -> dict[str, Any]:
        """Fields of its plan."""
        return tournament_size(curation.keep, self._available(curation)) | {"seed": curation.seed}

    def _with(self, curation: Curation, **found: Any) -> Curation:
        made = replace(curation, **found)
        keep_curation(self._studio.session.store.settings, made)
        return made

    def _available(self, curation: Curation) -> int:
        return int(self._studio.session.store.browse.candidates(curation.filters)["row_id"].nunique())

    def _tuning(self, curation: Curation) -> dict[str, Any]:
        """Tournament and proof tune and measure alike."""
        used = tournament_tuning(self._studio.experiments.plan())
        return {
            "tuned_layers": used.tuned_layers,
            "target_modules": used.target_modules,
            "learning_rate": used.learning_rate,
            "lora_dropout": used.lora_dropout,
            "max_tokens": used.max_tokens,
            "responses": RESPONSES,
            "max_evaluation_tokens": EVALUATION_TOKENS,
            "evaluation_set": curation.evaluation_set,
            "seed": curation.seed,
        }


def tournament_size(keep: int, available: int) -> dict[str, Any]:
    """How large the tournament is that finds out how to keep so many of so many rows."""
    rows = max(FEWEST_ROWS, min(MOST_ROWS, keep, available // (2 * DRAWS)))
    return {"rows": rows, "draws": DRAWS, "rounds": ROUNDS, "share": min(0.5, max(0.01, keep / available))}
