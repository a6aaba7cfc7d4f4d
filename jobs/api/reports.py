"""The paper's results rebuilt from one's own runs, as one file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import output_file
from jobs.api.lookup import Which, experiment_of, rule_of
from jobs.api.results import ReportResult
from jobs.api.rules import table_file
from jobs.api.section import Section

if TYPE_CHECKING:
    from core.progress import Progress
    from core.report.judged import JudgeLine
    from core.report.report import PaperReport
    from core.report.sources import ReportChoice


class ReportSection(Section):
    """A report is made of experiments, a rule, a proof and judgements."""

    name = "reports"

    def write(
        self,
        out: str | Path = "report.html",
        experiments: Sequence[Which] = (),
        csv: str | Path = "",
        rule: str | None = "",
        proof: Which | None = "",
        progress: "Progress | None" = None,
    ) -> ReportResult:
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

        self._session.refresh()
        made = self.make(self._choice(experiments, csv, rule, proof), progress)
        place = Path(out)
        with output_file(place) as partial:
            partial.write_text(html_document(made), "utf-8")
        sections = {each.title: each.missing.what if each.missing else None for each in outline(made)}
        return ReportResult(place, place.stat().st_size, sections)

    def make(self, choice: "ReportChoice", progress: "Progress | None" = None) -> "PaperReport":
        """Build the report. A section that can't be built says why; nothing else stops it.

        Raises:
            StoreError: an experiment or rule of the choice is not here any more.
        """
        from core.report.sources import report_of

        return report_of(self._store, choice, self._session.profile, progress or self._session.progress)

    def newest(self) -> "ReportChoice":
        """The newest experiment that a rule is best learned from, one's newest rule, and the newest proof."""
        from core.report.sources import newest_choice

        return newest_choice(self._store)

    def judged(self) -> "Sequence[JudgeLine]":
        """What each judge said of each comparison, newest comparison first."""
        from core.report.judged import judge_lines

        return judge_lines(self._store)

    def _choice(
        self, experiments: Sequence[Which], csv: str | Path, rule: str | None, proof: Which | None
    ) -> "ReportChoice":
        from core.report.sources import ReportChoice

        newest = self.newest()
        chosen = (
            tuple(experiment_of(self._store.experiments, each).experiment_id for each in experiments)
            or newest.experiments
        )
        return ReportChoice(
            () if csv else chosen,
            table_file(Path(csv)) if csv else None,
            rule_of(self._store.rules, rule).rule_id if rule else newest.rule if rule == "" else None,
            experiment_of(self._store.experiments, proof).experiment_id
            if proof
            else newest.proof
            if proof == ""
            else None,
        )
