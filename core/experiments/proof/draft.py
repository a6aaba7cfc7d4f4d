"""A proof before it starts: its sets from what the store has, without the rows that its evaluation sets ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.experiments.contaminated import contaminated_members
from core.experiments.draft import Draft, describe
from core.experiments.plan import ExperimentPlan
from core.experiments.proof.arms import ProofSets, proof_sets
from core.experiments.proof.learned_on import learned_on_test
from core.experiments.proof.plan import ProofDesign, ProofPlan
from core.experiments.proof.power import Spread, smallest_difference, spread_of_draws
from core.experiments.proof.subpools import FEWEST_ROWS
from core.experiments.questions import questions_of_proof
from core.humanize import counted, fixed
from core.indicators.base import ScorerKey
from core.progress import Progress
from core.selection.pipeline import find_candidates
from core.selection.record import SelectionRecord, pool_of
from core.store import Store


@dataclass(frozen=True)
class ProofDraft:
    """A proof that can be started.

    Attributes:
        proof: the plan, with what the sets and examples came to.
        foreseen: sets, examples and cost.
        made: how the sets were drawn.
        spread: of earlier random draws, from which `smallest` is told.
        smallest: difference in nats per token that the proof can show, at 80% power; infinite for none.
    """

    proof: ProofPlan
    foreseen: Draft
    made: ProofSets
    spread: Spread
    smallest: float

    @property
    def told(self) -> tuple[str, ...]:
        """What is to be known before it runs, in sentences, beside `proof.flattered`."""
        return (self._drawn, *self.made.left_out, self._measured, self._power)

    @property
    def _drawn(self) -> str:
        models, made = counted(len(self.foreseen.sets), "model"), self.made
        if self.proof.design is ProofDesign.SELECTION:
            return f"{models}: the {made.rows:,} saved rows, tuned once, and {self.proof.draws} draws of each control."
        share = f"{made.share:.0%} of the candidates each"
        if made.disjoint:
            return f"{models}: {self.proof.draws} disjoint sub-pools ({share}), {made.rows:,} rows chosen of each."
        return (
            f"{models}: {self.proof.draws} overlapping sub-pools ({share}), {made.rows:,} rows chosen of each. "
            f"Disjoint ones would give sets of fewer than {FEWEST_ROWS} rows; the overlap widens the intervals."
        )

    @property
    def _measured(self) -> str:
        questions = self.proof.test_examples
        others = self.proof.transfer_examples
        text = f"Evaluated on {counted(questions, 'question')} of the test part"
        return f"{text} and {others:,} of the transfer part." if others else f"{text}."

    @property
    def _power(self) -> str:
        if not np.isfinite(self.smallest):
            return "A single sub-pool or draw can show no difference."
        return (
            f"Smallest difference that this proof can show: {fixed(self.smallest, 4)} nats/token (80% power, two-sided "
            f"5%), by {self.spread.source}. What the questions add to the interval comes on top."
        )


def draft_proof(
    store: Store,
    plan: ExperimentPlan,
    proof: ProofPlan,
    scorers: Mapping[int, Sequence[ScorerKey]],
    embedding_model: str,
    progress: Progress,
) -> ProofDraft:
    """Make the sets of a proof.

    Args:
        plan: how the models are tuned, and on which evaluation set they are measured: on its test and transfer part.
        scorers: by dataset, those whose scores ranked the rows.

    Raises:
        SelectionError: there is nothing to compare the selection with.
        StoreError: the selection is not here any more, or it needs embeddings that are not.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading the scores")
    record = SelectionRecord.from_saved(store.selections.get(proof.selection_id))
    members = store.selections.members(proof.selection_id)[["dataset_id", "row_id"]]
    pool = find_candidates(store, pool_of(record), scorers)
    questions, of_test = questions_of_proof(store.evaluation_sets, plan)
    both = pd.concat([members, pool[["dataset_id", "row_id"]]]).drop_duplicates(ignore_index=True)
    found = contaminated_members(store, both, questions.whole, progress)
    progress.update(0, 0, "Drawing the sets")
    known = set(found["row_id"])

    def embed(row_ids: Sequence[int] | np.ndarray) -> np.ndarray:
        return store.scores.embeddings([int(each) for each in row_ids], embedding_model)

    clean = members[~members["row_id"].isin(known)]
    made = proof_sets(proof, record.spec, clean, pool[~pool["row_id"].isin(known)], embed)
    settled = replace(
        proof,
        overlap=0.0 if made.disjoint else made.share,
        alike=made.alike,
        test_examples=of_test,
        transfer_examples=len(questions.measured) - of_test,
        flattered=learned_on_test(store.evaluation_sets, plan, proof.rule),
    )
    foreseen = describe(store, plan, made.sets, pool, found, questions)
    spread = spread_of_draws(store.experiments, made.rows, plan.epochs, plan.profile)
    return ProofDraft(settled, foreseen, made, spread, smallest_difference(settled, spread.value))
