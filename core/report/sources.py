"""From the store to the report: which experiments, rule and proof feed it, and what each section lacks."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from core import __version__
from core.errors import RegressionError, SelectionError, StudioError
from core.experiments.proof.plan import data_overlap_warning, proof_of, runs_of
from core.experiments.proof.rule_table import table_of_proof
from core.experiments.proof.verdict import proof_so_far
from core.experiments.rule_data import best_to_learn_from, table_of_experiments
from core.indicators import registry
from core.models.profiles import Profile, tuned_model
from core.progress import Progress
from core.regression.learn import learn_rule
from core.regression.set_csv import read_set_csv
from core.regression.set_table import SetTable
from core.report.design import design_lines
from core.report.indicators import IndicatorTable, indicator_table, papers_indicators
from core.report.judged import judge_lines
from core.report.regression import Regressions, regressions
from core.report.report import Missing, PaperReport, Provenance
from core.report.rule_beside import RuleBeside, rule_beside
from core.report.univariate import Univariate, univariate
from core.report.unseen import UnseenDataResult, unseen
from core.rows.filters import Filters
from core.rules.rule import kept_rule
from core.selection.record import SelectionRecord
from core.store import SavedExperiment, Store
from core.store.experiments import ExperimentTables
from core.store.rules import RuleTables
from core.versions import versions

NO_SETS = Missing(
    "No candidate sets with losses yet.",
    "Run an experiment: the setup, both analyses and the rule are computed from its sets.",
    "experiments",
)
NO_PROOF = Missing("No proofs yet.", "Save a selection on the Select page and start a proof.", "select")
NOT_JUDGED = Missing("No judged answers yet.", "Compare two tuned models with an LLM judge or blind.", "compare")


@dataclass(frozen=True)
class ReportChoice:
    """What feeds the report.

    Attributes:
        experiments: numbers of those whose sets are learned from, which tuned and measured alike.
        table: name and content of a CSV with sets measured elsewhere, in place of experiments.
        rule: number of a saved rule; None for the one that the report's own stepwise choice amounts to.
        proof: number of the proof's experiment; None for none.
    """

    experiments: tuple[int, ...] = ()
    table: tuple[str, bytes] | None = None
    rule: int | None = None
    proof: int | None = None


def newest_choice(store: Store) -> ReportChoice:
    """The newest experiment that a rule is best learned from, the newest rule of one's own, and the newest proof."""
    experiments, rules = store.experiments.all(), store.rules.all()
    usable = best_to_learn_from(experiments, store.experiments.measured_counts())
    proofs = [each.experiment_id for each in experiments if proof_of(each.spec) is not None]
    return ReportChoice(
        tuple(each.experiment_id for each in usable[:1]),
        rule=rules[-1].rule_id if rules else None,
        proof=proofs[0] if proofs else None,
    )


def report_of(store: Store, choice: ReportChoice, scored_by: Profile, progress: Progress) -> PaperReport:
    """Build the report. A section that can't be built says why; nothing else stops it.

    Args:
        scored_by: the profile whose scores the matrix holds.

    Raises:
        StoreError: an experiment or rule of the choice is not here any more.
        Cancelled: `progress` said so.
    """
    progress.update(0, 0, "Reading the sets")
    experiments = [store.experiments.get(number) for number in choice.experiments]
    table = _table(store, choice, experiments, scored_by)
    sets = None if isinstance(table, Missing) else table
    fits = table if isinstance(table, Missing) else _regressions(table, progress)
    rule = _rule(store.rules, choice, sets, fits)
    proof = store.experiments.get(choice.proof) if choice.proof is not None else None
    return PaperReport(
        provenance=_provenance(store, sets, experiments, scored_by, proof),
        design=table if isinstance(table, Missing) else design_lines(table, _rows(store.experiments, experiments)),
        indicators=_indicators(store, experiments, scored_by),
        univariate=table if isinstance(table, Missing) else _univariate(table),
        regressions=fits,
        rule=rule,
        unseen=_unseen(store, proof) if proof is not None else NO_PROOF,
        judge=judge_lines(store) or NOT_JUDGED,
    )


def _table(
    store: Store, choice: ReportChoice, experiments: list[SavedExperiment], scored_by: Profile
) -> SetTable | Missing:
    try:
        if choice.table is not None:
            return read_set_csv(*choice.table)
        if not experiments:
            return NO_SETS
        tuned = experiments[0].spec.get("profile", "")
        model = tuned_model(tuned)
        table = table_of_experiments(store, experiments, list(registry()), scored_by.name, model)
    except StudioError as error:
        return Missing(error.what, error.mend, "rule")
    return table if len(table.sets) else NO_SETS


def _univariate(table: SetTable) -> Univariate | Missing:
    found = univariate(table)
    if found.lines:
        return found
    return Missing("No correlations: " + " ".join(found.left_out), "Measure more sets.", "experiments")


def _regressions(table: SetTable, progress: Progress) -> Regressions | Missing:
    try:
        return regressions(table, progress)
    except RegressionError as error:
        return Missing(error.what, error.mend, "experiments")


def _rule(
    rules: RuleTables, choice: ReportChoice, table: SetTable | None, fits: Regressions | Missing
) -> RuleBeside | Missing:
    if choice.rule is not None:
        saved = next((each for each in rules.all() if each.rule_id == choice.rule), None)
        if saved is None:
            return Missing("The chosen rule has been deleted.", "Choose another one.", "report")
        return rule_beside(kept_rule(saved), f"Saved as “{saved.name}”.")
    if table is None or isinstance(fits, Missing):
        return Missing("No saved rules.", "Learn one on the Rule page and save it.", "rule")
    try:
        rule = learn_rule(
            fits.chosen, "report", "Stepwise fit of this report", validation=fits.chosen_alone,
            profile=table.profile, model=table.model, settings=table.settings, data=table.data,
        )  # fmt: skip
    except RegressionError as error:
        return Missing(error.what, error.mend, "rule")
    return rule_beside(rule, "The stepwise fit above; no saved rule is chosen.")


def _unseen(store: Store, saved: SavedExperiment) -> UnseenDataResult | Missing:
    plan = proof_of(saved.spec)
    if plan is None:
        return NO_PROOF
    runs = runs_of(store.experiments.candidate_sets(saved.experiment_id))
    proof = proof_so_far(store.experiments, saved, plan)
    if not proof.arms:
        return Missing(f"No model of {saved.name} has a loss yet.", "Wait until the proof is done.", "experiments")
    table, same_data = None, ""
    if plan.rule is not None:
        try:
            table = table_of_proof(store.experiments, saved, plan.rule, runs)
        except SelectionError:
            table = None
        selection = next((each for each in store.selections.all() if each.selection_id == plan.selection_id), None)
        if selection is not None:
            record = SelectionRecord.from_saved(selection)
            same_data = data_overlap_warning(record.spec, list(record.dataset_names.values()))
    return unseen(saved.name, plan.rule.title if plan.rule else "", same_data, table, proof)


def _indicators(store: Store, experiments: list[SavedExperiment], scored_by: Profile) -> IndicatorTable | Missing:
    names = {each.dataset_id: each.name for each in store.datasets.all()}
    made = [each for experiment in experiments for each in store.experiments.candidate_sets(experiment.experiment_id)]
    used = sorted({number for each in made for number in each.composition if number in names}) or sorted(names)
    columns = [name for name in papers_indicators() if name in store.matrix.columns()]
    summary = store.browse.summary(Filters(tuple(used)), columns) if used and columns else pd.DataFrame()
    if summary.empty or not summary["n"].any():
        return Missing("No scores yet.", "Score a dataset on the Indicators page.", "indicators")
    return indicator_table(summary, scored_by, tuple(names[number] for number in used))


def _rows(experiment_tables: ExperimentTables, experiments: list[SavedExperiment]) -> str:
    """How many rows the sets have: `128 rows`, `24 to 128 rows`."""
    sizes = {each.rows for one in experiments for each in experiment_tables.candidate_sets(one.experiment_id)}
    if not sizes:
        return ""
    return f"{min(sizes):,} rows" if len(sizes) == 1 else f"{min(sizes):,} to {max(sizes):,} rows"


def _provenance(
    store: Store,
    table: SetTable | None,
    experiments: list[SavedExperiment],
    scored_by: Profile,
    proof: SavedExperiment | None,
) -> Provenance:
    roles = ("language_model", "encoder", "reward", "quality")
    facts = {
        "Experiments": "; ".join(map(_dated, experiments)),
        "Scores": f"profile {scored_by.name}: " + ", ".join(getattr(scored_by, role).label for role in roles),
        "Sampling seeds": "; ".join(
            f"{each.name}: {each.spec['plan']['seed']}" for each in experiments if "seed" in each.spec.get("plan", {})
        ),
        "Proof": _dated(proof) if proof is not None else "",
    } | (_facts_of(table) if table is not None else {})
    found = {"InstructMining Studio": __version__} | versions()
    return Provenance(datetime.now().astimezone(), found, {name: told for name, told in facts.items() if told})


def _facts_of(table: SetTable) -> dict[str, str]:
    return {
        "Datasets": ", ".join(table.data),
        "Tuned model": table.model,
        "Tuning": _settings(table.settings.get("tuning", {})),
        "Evaluation": _settings({name: value for name, value in table.settings.items() if name != "tuning"}),
        "Sets": " ".join(table.remarks),
    }


def _dated(saved: SavedExperiment) -> str:
    return f"{saved.name} ({saved.created_at.astimezone():%d %b %Y})"


def _settings(values: dict[str, object]) -> str:
    """`epochs 1, precision bf16, …`."""
    plain = {name: " ".join(map(str, each)) if isinstance(each, list) else each for name, each in values.items()}
    return ", ".join(f"{name.replace('_', ' ')} {each}" for name, each in plain.items())
