"""Rules: those that come along, and one's own."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.errors import InputError, RegressionError
from core.indicators import registry, untargeted
from core.models.profiles import tuned_model
from core.regression.outcome import Outcome
from core.regression.steps import Criterion, Direction
from core.regression.terms import Scale
from core.rules.rule import Rule, kept_rule, presets, read_rule, refuse_unkept
from core.store import SavedExperiment, SavedRule
from core.values import read
from jobs.api.lookup import Which, experiment_of, rule_of
from jobs.api.section import Section

if TYPE_CHECKING:
    from core.progress import Progress
    from core.regression.set_table import SetTable
    from jobs.api.results import LearnedRuleResult


Choice = TypeVar("Choice", bound=StrEnum)
DATASET, SET = "dataset", "set"  # among which rows a KNN distance is measured


class RuleSection(Section):
    """Rules are learned from measured sets, read from files, kept and deleted."""

    name = "rules"

    def all(self) -> dict[str, Rule]:
        """The rules that come along, by name, and one's own, by the name under which they were kept."""
        return presets() | {each.name: kept_rule(each) for each in self.saved()}

    def saved(self) -> list[SavedRule]:
        """One's own, oldest first."""
        return self._store.rules.all()

    def learn(
        self,
        experiments: Sequence[Which] = (),
        csv: str | Path = "",
        indicators: Sequence[str] = (),
        method: str = "",
        criterion: str = Criterion.AIC,
        direction: str = Direction.BOTH,
        save: str = "",
        progress: "Progress | None" = None,
        scale: str = "log",
        squared: Sequence[str] = (),
        outcome: str = "example",
        knn: str = "dataset",
    ) -> "LearnedRuleResult":
        """Learn a rule from measured sets.

        Args:
            experiments: that tuned and measured alike; without any the newest with enough sets.
            csv: a table of sets in their place, as the Rule page reads it.
            indicators: that may take part; without any as many as the sets carry.
            method: averaged, all, stepwise, ridge or lasso; "" for averaged below 30 sets, else all. `criterion` (AIC,
                BIC or p-value) and `direction` (forward, backward or both) are of stepwise.
            save: under which name the rule is kept.
            scale: of skewed indicators such as lengths: log (of a set's mean), mean_log (of the rows' logarithms;
                experiments only) or raw.
            squared: indicators whose square is a term, too.
            outcome: the mean loss over examples, or with `token` over tokens of responses.
            knn: measure the KNN distance of a row within its dataset, or with `set` within the candidate set
                (experiments only).

        Raises:
            InputError: the table can't be read.
            RegressionError: no rule can be learned from this.
            SelectionError: the rule can't be kept under that name.
        """
        from core.regression.learn import learn_rule
        from core.regression.procedure import Procedure, RuleMethod, examine
        from core.regression.set_csv import read_set_csv
        from jobs.api.results import LearnedRuleResult

        form, loss = one_of(Scale, scale, "scale"), one_of(Outcome, outcome, "outcome")
        _refuse_unknown_knn(knn, csv)
        steps = {"direction": direction, "criterion": criterion}
        procedure = read(Procedure, {"method": method or RuleMethod.AVERAGED, "steps": steps}, "rule")
        self._session.refresh()
        measured = read_set_csv(*table_file(Path(csv)), loss) if csv else self.sets(experiments, outcome, knn)
        if not method:
            procedure = replace(procedure, method=RuleMethod.default(len(measured.sets)))
        chosen = tuple(dict.fromkeys([*(indicators or measured.choice(procedure.method.takes_all)), *squared]))
        table = measured.transformed(form, tuple(squared))
        if unknown := [name for name in chosen if name not in measured.indicators]:
            raise RegressionError(
                f"The sets have no column {', '.join(unknown)}.", mend=f"Choose from {', '.join(measured.indicators)}."
            )
        hears = progress or self._session.progress
        columns = table.columns_of(chosen)
        examined = examine(table.sets, columns, procedure, table.losses, hears, table.weights)
        title = save or "This rule"
        rule = learn_rule(
            examined.fit, title, title, validation=examined.alone, profile=table.profile, model=table.model,
            settings=table.settings, data=table.data, draws=examined.over_sets, terms=table.terms,
        )  # fmt: skip
        if save:
            self.save(rule)
        return LearnedRuleResult(rule, examined, table.sets, table.remarks, bool(save))

    def sets(self, experiments: Sequence[Which] = (), outcome: str = "example", knn: str = "dataset") -> "SetTable":
        """The measured sets of experiments that tuned and measured alike; without any the newest with enough sets.

        Args:
            outcome, knn: as of `learn`.

        Raises:
            InputError: an unknown outcome or way of measuring the KNN distance.
            StoreError: there is no such experiment.
            RegressionError: there is none at all, or they tuned or measured differently.
        """
        from core.experiments.rule_data import Neighbours, table_of_experiments

        _refuse_unknown_knn(knn)
        within = Neighbours(self._session.embedding_model, self._session.profile.knn_neighbour) if knn == SET else None
        chosen = [experiment_of(self._store.experiments, each) for each in experiments] or self.learnable()[:1]
        model = tuned_model(chosen[0].spec.get("profile", "") if chosen else "")
        loss = one_of(Outcome, outcome, "outcome")
        # One that needs a target is no lack of a set before somebody has scored it.
        wanted = {*untargeted(), *self._store.matrix.columns()}
        columns = [name for name in registry() if name in wanted]
        return table_of_experiments(self._store, chosen, columns, self._session.profile.name, model, loss, within)

    def learnable(self) -> list[SavedExperiment]:
        """The experiments that have a loss, those from which a rule is best learned first."""
        from core.experiments.rule_data import best_to_learn_from

        return best_to_learn_from(self._store.experiments.all(), self._store.experiments.measured_counts())

    def load(self, file: str | Path) -> Rule:
        """Keep the rule of a JSON file, as `as_dict` gives it.

        Raises:
            InputError: it can't be read, or is no rule.
            SelectionError: it can't be kept under its name.
        """
        rule = self.read(table_file(Path(file))[1])
        self.save(rule)
        return rule

    def read(self, content: bytes) -> Rule:
        """The rule of a JSON file's content; it is not kept.

        Raises:
            InputError: it is none.
        """
        from core.values.files import plain_json

        return read_rule(plain_json(content))

    def save(self, rule: Rule) -> int:
        """Keep a rule under its title; returns its number.

        Raises:
            SelectionError: its title is taken, or it can't rank rows.
        """
        refuse_unkept(rule, {each.title for each in self.all().values()}, registry())
        return self._store.rules.save(rule.title, rule.as_dict())

    def get(self, which: Which) -> SavedRule:
        """One's own of this number or name.

        Raises:
            StoreError: there is no such rule.
        """
        return rule_of(self._store.rules, which)

    def delete(self, which: Which) -> None:
        """Delete a rule of one's own; selections made with it stay.

        Raises:
            StoreError: there is no such rule.
        """
        self._store.rules.delete(self.get(which).rule_id)


def one_of(kind: type[Choice], text: str, name: str) -> Choice:
    """A choice by its text.

    Raises:
        InputError: there is no such choice.
    """
    found = next((each for each in kind if each == text), None)
    if found is None:
        raise InputError(f"Unknown {name} {text!r}.", mend=f"Choose from {', '.join(kind)}.")
    return found


def _refuse_unknown_knn(knn: str, csv: str | Path = "") -> None:
    if knn not in (DATASET, SET):
        raise InputError(f"Unknown knn {knn!r}.", mend=f"Choose {DATASET} or {SET}.")
    if knn == SET and csv:
        raise InputError("Distances within a set need its rows; a table has means only.", mend="Leave knn out.")


def table_file(file: Path) -> tuple[str, bytes]:
    """Name and content of a file, such as a table of sets.

    Raises:
        InputError: it can't be read.
    """
    try:
        return file.name, file.read_bytes()
    except OSError as error:
        raise InputError(
            f"The file cannot be read: {error.strerror}.", where=str(file), mend="Check the path."
        ) from error
