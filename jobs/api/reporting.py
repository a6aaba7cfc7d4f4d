"""The paper's results rebuilt from one's own runs, as one file."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import StoreError
from core.files import output_file
from core.report.sources import ReportChoice, newest_choice, report_of
from jobs.api.results import ReportMade
from jobs.api.rules import Rules, table_file
from jobs.api.workspace import among


class Reporting(Rules):
    """A report is made of experiments, a rule, a proof and judgements."""

    def report(
        self,
        out: str | Path = "report.html",
        experiments: Sequence[str | int] = (),
        csv: str | Path = "",
        rule: str | None = "",
        proof: str | int | None = "",
    ) -> ReportMade:
        """Write the report as one HTML file that needs no network.

        Args:
            experiments: whose sets are learned from; without any the newest with enough of them.
            csv: a table of sets in their place.
            rule: a saved one; "" for the newest, None for the report's own stepwise choice.
            proof: its experiment; "" for the newest, None for none.

        Raises:
            InputError: the table can't be read.
            StoreError: there is no such experiment or rule.
            StorageFull, StudioError: the file can't be written.
        """
        from core.report.document import html_document
        from core.report.outline import outline

        self.refresh()
        newest = newest_choice(self.store)
        chosen = tuple(self._experiment(each).experiment_id for each in experiments) or newest.experiments
        choice = ReportChoice(
            () if csv else chosen,
            table_file(Path(csv)) if csv else None,
            self._saved_rule(rule) if rule else newest.rule if rule == "" else None,
            self._experiment(proof).experiment_id if proof else newest.proof if proof == "" else None,
        )
        made = report_of(self.store, choice, self.profile, self._progress)
        place = Path(out)
        with output_file(place) as partial:
            partial.write_text(html_document(made), "utf-8")
        sections = {each.title: each.missing.what if each.missing else None for each in outline(made)}
        return ReportMade(place, place.stat().st_size, sections)

    def _saved_rule(self, name: str) -> int:
        """The number of a saved rule.

        Raises:
            StoreError: there is none of that name.
        """
        there = {each.name: each.rule_id for each in self.store.rules.all()}
        if name not in there:
            raise StoreError("Rule not found.", where=name, mend=among(there, "Learn and save a rule first."))
        return there[name]
