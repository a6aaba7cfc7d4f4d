"""What the user asks of the Rule page: one setting, so that it survives a reload and a restart."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import streamlit as st
from annotated_types import Gt, Le

from core.indicators import is_weak
from core.regression.outcome import Outcome
from core.regression.procedure import Procedure, RuleMethod
from core.regression.set_table import SetTable
from core.regression.steps import Criterion, Direction, StepwiseSettings
from core.regression.terms import Scale
from core.values import Value, mended, to_plain
from pages.components.foreign_text import plain
from pages.components.shown_value import Takes, tied
from pages.components.trust import marked_title
from pages.components.workspace import change_setting, setting

SETTING = "rule_form"
EXPERIMENTS, TABLE = "experiments", "table"
DATASET, SET = "dataset", "set"  # among which rows a KNN distance is measured
METHODS = {
    RuleMethod.AVERAGED: "Averaged single-term rules",
    RuleMethod.ALL: "All indicators",
    RuleMethod.STEPWISE: "Stepwise selection",
    RuleMethod.RIDGE: "Ridge",
    RuleMethod.LASSO: "Lasso",
}
ABOUT = {
    RuleMethod.AVERAGED: "One line for each indicator, averaged by how well each predicts held-out sets. For few sets.",
    RuleMethod.ALL: "Ordinary least squares on all indicators above. No selection on the losses, so intervals and "
    "p-values are valid.",
    RuleMethod.STEPWISE: "The paper's method: indicators are added and removed one at a time. The p-values afterwards "
    "are too optimistic.",
    RuleMethod.RIDGE: "L2 penalty: coefficients are shrunk and shared among correlated indicators. No p-values.",
    RuleMethod.LASSO: "L1 penalty: some coefficients become 0. No p-values.",
}
SCALES = {Scale.LOG: "Log", Scale.MEAN_LOG: "Mean log", Scale.RAW: "Raw"}
OUTCOMES = {Outcome.EXAMPLE: "Per example", Outcome.TOKEN: "Per token"}
ENTER_P, REMOVE_P = (0.01, 0.05, 0.10), (0.05, 0.10, 0.15, 0.20)


@dataclass(frozen=True)
class RuleForm(Value):
    """The widgets of the page by name. No experiments, indicators or method: those that come first by themselves."""

    source: Literal["experiments", "table"] = "experiments"
    experiments: tuple[int, ...] = ()
    indicators: tuple[str, ...] = ()
    method: RuleMethod | None = None
    scale: Scale = Scale.LOG
    squared: tuple[str, ...] = ()
    outcome: Outcome = Outcome.EXAMPLE
    within_sets: bool = False
    direction: Direction = Direction.BOTH
    criterion: Criterion = Criterion.AIC
    enter_p: Annotated[float, Gt(0), Le(1)] = 0.05
    remove_p: Annotated[float, Gt(0), Le(1)] = 0.10
    one_standard_error: bool = False

    def method_for(self, table: SetTable) -> RuleMethod:
        """How a rule is learned from this table."""
        return self.method or RuleMethod.default(len(table.sets))

    def procedure(self, table: SetTable) -> Procedure:
        """How the form wants the rule to be learned."""
        steps = StepwiseSettings(self.direction, self.criterion, self.enter_p, max(self.enter_p, self.remove_p))
        return Procedure(self.method_for(table), steps, self.one_standard_error)

    def predictors(self, table: SetTable) -> tuple[str, ...]:
        """The chosen indicators as far as the table has them; at first those that it proposes."""
        chosen = tuple(name for name in table.fit if name in self.indicators)
        return chosen or table.choice(self.method_for(table).takes_all)

    def fitted(self, table: SetTable) -> SetTable:
        """The table with its indicators in the form in which they are fitted."""
        scale = Scale.LOG if self.scale is Scale.MEAN_LOG and table.mean_logs is None else self.scale
        return table.transformed(scale, tuple(name for name in self.squared if name in self.predictors(table)))


def rule_form() -> RuleForm:
    """The form as it was last left; what is not known any more falls away."""
    return mended(RuleForm, setting(SETTING, {}))


def change_rule_form(**values: Any) -> None:
    """Change some fields and keep the form."""
    change_setting(SETTING, lambda: rule_form().as_dict() | to_plain(values))


def bound(form: RuleForm, name: str, takes: Takes = "value", shown: Any = None) -> dict[str, Any]:
    """Arguments that tie a widget to a field of the form.

    Args:
        takes: as in `tied`.
        shown: the value to show in place of the field's, where the widget can't hold that.
    """
    return tied(f"learn {name}", getattr(form, name) if shown is None else shown, partial(_keep, name), takes)


def _keep(name: str, value: Any) -> None:
    if value is not None:
        change_rule_form(**{name: value})


def method_form(form: RuleForm, table: SetTable) -> None:
    """Which indicators take part, and how the rule is learned from them."""
    shown: Sequence[str] = list(form.predictors(table))
    st.pills(
        "Indicators",
        table.fit,
        selection_mode="multi",
        wrap=True,
        format_func=lambda name: plain(marked_title(name)),
        help="Indicators that cannot be predictors are not listed; the Data tab says why.",
        **bound(form, "indicators", "default", shown),
    )
    left = [name for name in table.fit if name not in shown]
    if left and not form.indicators:
        weak = [name for name in left if is_weak(name, table.profile)]
        reasons = ["weak ones are left out"] if weak else []
        if len(weak) < len(left):
            reasons.append(f"with {len(table.sets)} sets more would overfit")
        st.caption(f"{len(shown)} of {len(table.fit)} preselected: {', and '.join(reasons)}. You can add others.")
    methods, method = list(METHODS), form.method_for(table)
    st.selectbox(
        "Method", methods, format_func=lambda m: METHODS[RuleMethod(m)], **bound(form, "method", methods, method)
    )
    st.caption(ABOUT[method])
    if form.indicators and not method.takes_all and method != RuleMethod.STEPWISE:
        st.caption(
            ":material/info: If you chose these indicators by their losses, predicted R² is too high: it does not "
            "repeat your choice."
        )
    _terms_form(form, table, shown)
    if method == RuleMethod.STEPWISE:
        _steps_form(form, form.procedure(table).steps.remove_p)
    elif method in (RuleMethod.RIDGE, RuleMethod.LASSO):
        st.toggle(
            "One-standard-error rule",
            help="The largest penalty whose cross-validation error is within one standard error of the best.",
            **bound(form, "one_standard_error"),
        )


def _terms_form(form: RuleForm, table: SetTable, chosen: Sequence[str]) -> None:
    """In which form the indicators stand in the rule."""
    if set(table.skewed) & set(chosen):
        offered = [each for each in SCALES if each is not Scale.MEAN_LOG or table.mean_logs is not None]
        st.segmented_control(
            "Scale of skewed indicators",
            offered,
            format_func=lambda each: SCALES[Scale(each)],
            required=True,
            help="Lengths, perplexity and the like. Log: of a set's mean. Mean log: mean of the rows' logarithms. Raw: "
            "a few odd rows can decide the fit.",
            **bound(form, "scale", "default", form.scale if form.scale in offered else Scale.LOG),
        )
    st.multiselect(
        "Squared terms",
        list(chosen),
        format_func=marked_title,
        placeholder="None",
        help="For an indicator that is best at neither end. The RESET test on the Diagnostics tab says when the "
        "relation is not linear.",
        **bound(form, "squared", "default", [name for name in form.squared if name in chosen]),
    )


def loss_form(form: RuleForm) -> None:
    """Which loss is predicted."""
    st.segmented_control(
        "Loss",
        list(OUTCOMES),
        format_func=lambda each: OUTCOMES[Outcome(each)],
        required=True,
        help="Mean over evaluation examples, as in the paper, or over response tokens: long responses weigh more, and "
        "chance less.",
        **bound(form, "outcome", "default"),
    )


def _steps_form(form: RuleForm, least: float) -> None:
    st.segmented_control(
        "Direction",
        list(Direction),
        format_func=lambda each: str(each).capitalize(),
        required=True,
        **bound(form, "direction", "default"),
    )
    st.segmented_control(
        "Criterion", list(Criterion), format_func=str, required=True, **bound(form, "criterion", "default")
    )
    if form.criterion == Criterion.P_VALUE:
        enter, leave = st.columns(2)
        enter.selectbox("Enter below p", ENTER_P, **bound(form, "enter_p", ENTER_P))
        offered = [p for p in REMOVE_P if p >= form.enter_p]
        leave.selectbox("Remove above p", offered, **bound(form, "remove_p", offered, least))
