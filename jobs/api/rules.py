"""Rules: those that come along, and those that are learned."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import InputError
from core.experiments.rule_data import best_to_learn_from, table_of_experiments
from core.indicators import registry
from core.models.profiles import tuned_model
from core.regression.learn import learn_rule
from core.regression.procedure import Procedure, RuleMethod, examine
from core.regression.set_csv import read_set_csv
from core.regression.set_table import SetTable
from core.regression.steps import Criterion, Direction
from core.rules.rule import Rule, kept_rule, presets, refuse_unkept
from core.values import read
from jobs.api.results import Lesson
from jobs.api.workspace import Workspace


class Rules(Workspace):
    """Rules are learned from measured sets and kept."""

    def rules(self) -> dict[str, Rule]:
        """The rules that come along, by name, and one's own, by the name under which they were kept."""
        return presets() | {each.name: kept_rule(each) for each in self.store.rules.all()}

    def learn(
        self,
        experiments: Sequence[str | int] = (),
        csv: str | Path = "",
        indicators: Sequence[str] = (),
        method: str = RuleMethod.ALL,
        criterion: str = Criterion.AIC,
        direction: str = Direction.BOTH,
        save: str = "",
    ) -> Lesson:
        """Learn a rule from measured sets.

        Args:
            experiments: that tuned and measured alike; without any the newest with enough sets.
            csv: a table of sets in their place, as the Rule page reads it.
            indicators: that may take part; without any as many as the sets carry.
            method: all, stepwise, ridge or lasso; `criterion` (AIC, BIC or p-value) and `direction` (forward, backward
                or both) are of stepwise.
            save: under which name the rule is kept.

        Raises:
            InputError: the table can't be read.
            RegressionError: no rule can be learned from this.
            SelectionError: the rule can't be kept under that name.
        """
        self.refresh()
        table = read_set_csv(*table_file(Path(csv))) if csv else self._table(experiments)
        asked = {"method": method, "steps": {"direction": direction, "criterion": criterion}}
        procedure = read(Procedure, asked, "rule")
        chosen = tuple(indicators) or table.first_choice
        examined = examine(table.sets, chosen, procedure, table.losses, self._progress)
        title = save or "This rule"
        rule = learn_rule(
            examined.fit, title, title, validation=examined.alone, profile=table.profile, model=table.model,
            settings=table.settings, data=table.data,
        )  # fmt: skip
        if save:
            refuse_unkept(rule, {each.title for each in self.rules().values()}, registry())
            self.store.rules.save(rule.title, rule.as_dict())
        return Lesson(rule, examined, table.sets, table.remarks, bool(save))

    def _table(self, wanted: Sequence[str | int]) -> SetTable:
        """The measured sets of experiments."""
        usable = best_to_learn_from(self.store.experiments.all(), self.store.experiments.measured_counts())
        chosen = [self._experiment(each) for each in wanted] or usable[:1]
        tuned = chosen[0].spec.get("profile", "") if chosen else ""
        model = tuned_model(tuned)
        return table_of_experiments(self.store, chosen, list(registry()), self.profile.name, model)


def table_file(file: Path) -> tuple[str, bytes]:
    """Name and content of a table of sets.

    Raises:
        InputError: it can't be read.
    """
    try:
        return file.name, file.read_bytes()
    except OSError as error:
        raise InputError(
            f"The table cannot be read: {error.strerror}.", where=str(file), mend="Check the path."
        ) from error
