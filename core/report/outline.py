"""The report as people read it, in the paper's order."""

from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from core.experiments.proof.outcome import Proof
from core.humanize import NONE, fixed, interval, number, p_stated, p_value, share
from core.regression.ols import OlsFit
from core.regression.validation import Validation
from core.report.design import DesignLine
from core.report.figures import univariate_figure
from core.report.findings import Certainty, ComparedFinding, design_facts, findings
from core.report.indicators import IndicatorTable, papers_indicators
from core.report.judged import JudgeLine
from core.report.proof_figures import losses_figure, title_of
from core.report.regression import Regressions
from core.report.report import Missing, PaperReport
from core.report.rule_beside import RuleBeside
from core.report.section import Equation, OutlineSection, Sheet
from core.report.univariate import Univariate
from core.report.unseen import UnseenDataResult
from core.rules.rule import Rule


def outline(report: PaperReport) -> tuple[OutlineSection, ...]:
    """The sections in the paper's order."""
    sections = (
        _setup(report.design),
        _table_1(report.indicators),
        _univariate(report.univariate),
        _regressions(report.regressions),
        _rule(report.rule),
        _unseen(report.unseen),
        _judge(report.judge),
    )
    lacking = [each.missing for each in sections]
    return tuple(
        replace(each, told_before=each.missing is not None and each.missing in lacking[:number])
        for number, each in enumerate(sections)
    )


def _setup(found: tuple[DesignLine, ...] | Missing) -> OutlineSection:
    title, published = "Experimental setup", "Differences in setup that can explain different results."
    papers = [(each.what, _marked(each.published, each.certainty)) for each in design_facts()]
    if isinstance(found, Missing):
        return OutlineSection(
            title, published, sheets=(Sheet("", ("What", "The paper"), tuple(papers)),), missing=found
        )
    lines = tuple((*paper, line.here) for paper, line in zip(papers, found, strict=True))
    return OutlineSection(title, published, sheets=(Sheet("", ("What", "The paper", "This studio"), lines),))


def _marked(text: str, certainty: Certainty) -> str:
    """A published result, with what is to be known of it where it was not checked."""
    return f"{text} ({certainty.told})" if certainty.told else text


def _table_1(found: IndicatorTable | Missing) -> OutlineSection:
    title, published = "Table 1: indicators", "Names and definitions as in the paper; its checkpoints are recalled."
    if isinstance(found, Missing):
        return OutlineSection(title, published, missing=found)
    about = tuple(
        (
            each.about.typeset_symbol,
            each.about.title,
            each.about.definition,
            each.model or NONE,
            each.paper_model or NONE,
        )
        for each in found.lines
    )
    spread = tuple(
        (each.about.title, f"{each.rows:,}", number(each.mean), *map(number, each.quantiles)) for each in found.lines
    )
    return OutlineSection(
        title,
        published,
        sheets=(
            Sheet("Definitions", ("Symbol", "Indicator", "Definition", "Model (this studio)", "Model (paper)"), about),
            Sheet(
                "Scores of " + ", ".join(found.datasets),
                ("Indicator", "Rows", "Mean", "5%", "25%", "Median", "75%", "95%"),
                spread,
            ),
        ),
    )


def _univariate(found: Univariate | Missing) -> OutlineSection:
    title = "Univariate analysis"
    published = "The paper plots loss against each indicator: mixed sets in cyan, levels in yellow."
    if isinstance(found, Missing):
        return OutlineSection(title, published, missing=found)
    titles = papers_indicators()
    lines = tuple(
        (
            titles[each.indicator].title,
            each.sets,
            fixed(each.own.estimate, 2),
            interval(each.own.low, each.own.high, ".2f"),
            p_value(each.own.p),
            p_value(each.p_holm),
        )
        for each in found.lines
    )
    note = "Intervals: Fisher's z, 95%, not corrected for multiple testing. p-values: Holm-corrected."
    return OutlineSection(
        title,
        published,
        (f"No correlation: {' '.join(found.left_out)}",) if found.left_out else (),
        figure=univariate_figure(found),
        sheets=(
            _beside("Directions in the paper: the loss …", found.compared),
            Sheet(
                "Correlation with the log loss",
                ("Indicator", "Over", "Pearson r", "95% interval", "p", "p (Holm)"),
                lines,
                note,
            ),
        ),
    )


def _regressions(found: Regressions | Missing) -> OutlineSection:
    title = "Multivariate analysis"
    published = (
        "The paper regresses log loss on all indicators (least squares); after stepwise selection reward, output "
        "length, KNN-6 and the intercept are significant."
    )
    if isinstance(found, Missing):
        return OutlineSection(title, published, missing=found)
    chosen = found.chosen
    return OutlineSection(
        title,
        published,
        (found.kept, *found.remarks),
        sheets=(
            _coefficients("All indicators", found.every_term, found.every_term_alone, after_choice=False),
            _coefficients(chosen.settings.title.capitalize(), chosen.fit, found.chosen_alone, after_choice=True),
        ),
    )


def _coefficients(title: str, fit: OlsFit, alone: Validation | None, after_choice: bool) -> Sheet:
    titles = papers_indicators()
    lines = tuple(
        (
            titles[each.name].title if each.name in titles else "Intercept",
            number(each.estimate),
            number(each.standard_error),
            fixed(each.t, 2),
            p_value(each.p),
            interval(each.low, each.high),
            fixed(each.vif, 1),
        )
        for each in (fit.constant, *fit.terms)
    )
    unseen = f"({alone.method}) {share(alone.predicted_r_squared)}" if alone else "not available"
    note = (
        f"{fit.sets} sets; in-sample R² {share(fit.r_squared)}, adjusted {share(fit.adjusted_r_squared)}, predicted "
        f"{unseen}"
        + (f"; F test {p_stated(fit.f_p)}." if fit.f_p == fit.f_p else ".")
        + " After stepwise selection p-values are too optimistic." * after_choice
    )
    columns = ("Term", "Coefficient", "Std. error", "t", "p", f"{fit.level:.0%} interval", "VIF")
    return Sheet(title, columns, lines, note)


def _rule(found: RuleBeside | Missing) -> OutlineSection:
    title = "The rule"
    published = "Equation (4). Its terms and the signs of reward and KNN-6 are certain, its digits are second-hand."
    if isinstance(found, Missing):
        return OutlineSection(title, published, missing=found)
    foreign = found.paper.profile_mismatch(found.rule.profile) if found.rule.profile else ""
    digits = "Between rules of different models only signs are comparable, not coefficients." if foreign else ""
    return OutlineSection(
        title,
        published,
        tuple(filter(None, (found.origin, digits))),
        equations=(Equation("The paper", found.paper), Equation("This studio", found.rule)),
        sheets=(_beside("Terms", found.compared, found.paper),),
    )


def _unseen(found: UnseenDataResult | Missing) -> OutlineSection:
    title = "Unseen data"
    published = "The paper selects rows of databricks-dolly-15k by Equation (4) and tunes on them and on random rows."
    if isinstance(found, Missing):
        return OutlineSection(title, published, missing=found)
    lines = tuple(
        (each.method.capitalize(), str(each.models), number(each.rule_value), fixed(each.loss, 4))
        for each in found.lines
    )
    columns = ("Sampling method", "Models", "Rule value", "Loss (nats/token)")
    note = f"The rule is {found.rule}." if found.rule else "Rows were not ranked by a rule."
    return OutlineSection(
        title,
        published,
        tuple(filter(None, (found.proof.verdict, found.same_data))),
        figure=_losses(found.proof),
        sheets=(
            _comparisons(found.proof),
            Sheet(found.name, columns, lines, note),
            _beside("The paper's findings", found.compared),
        ),
    )


def _losses(proof: Proof) -> go.Figure:
    figure = losses_figure(proof)
    figure.update_layout(paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)")
    return figure


def _comparisons(proof: Proof) -> Sheet:
    """The selection less each control, in nats per response token."""
    lines = tuple(
        (
            title_of(each.against),
            fixed(each.found.difference, 4, signed=True),
            interval(each.found.low, each.found.high, "+.4f"),
            p_value(each.found.p_value) if each.found.p_value == each.found.p_value else NONE,
            str(each.ruling),
        )
        for each in proof.comparisons
    )
    columns = ("Selected rows minus", "Difference (nats/token)", "95% interval", "p (t)", "Ruling")
    return Sheet("Comparisons", columns, lines)


def _judge(found: tuple[JudgeLine, ...] | Missing) -> OutlineSection:
    title = "Judge"
    stated = "; ".join(_marked(each.statement, each.certainty) for each in findings("judge"))
    published = f"The paper compares answers with LLM judges: {stated}."
    if isinstance(found, Missing):
        return OutlineSection(title, published, missing=found)
    lines = tuple(
        (
            each.comparison,
            each.a,
            each.b,
            each.judge,
            *(f"{part.count} ({part.value:.0%})" for part in (each.tally.a, each.tally.tie, each.tally.b)),
            p_value(each.tally.sign_p_value),
            each.told or NONE,
        )
        for each in found
    )
    columns = ("Comparison", "A", "B", "Judge", "A wins", "Ties", "B wins", "p (sign test)", "Agreement")
    note = "The sign test ignores ties. Agreement is stated where selected rows are compared with random or all rows."
    return OutlineSection(title, published, sheets=(Sheet("", columns, lines, note),))


def _beside(title: str, compared: Sequence[ComparedFinding], paper: Rule | None = None) -> Sheet:
    """Each finding beside the number here; with Equation (4)'s coefficients where the paper's rule is given."""
    columns = ["The paper", "This studio", "95% interval", "p", "Agreement"]
    lines = []
    for each in compared:
        own = each.own
        line = [_marked(each.finding.statement, each.finding.certainty)]
        if paper is not None:
            line.append(number(paper.coefficients[each.finding.about]))
        line += (
            [NONE] * 3
            if own is None
            else [f"{own.what}: {number(own.estimate)}", interval(own.low, own.high), p_value(own.p)]
        )
        lines.append((*line, each.told))
    if paper is not None:
        columns.insert(1, "Equation (4), secondary source")
    return Sheet(title, tuple(columns), tuple(lines))
