"""What the user asks of the Rule page: one setting, so that it survives a reload and a restart."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import streamlit as st
from annotated_types import Gt, Le

from core.regression.procedure import Procedure, RuleMethod
from core.regression.set_table import SetTable
from core.regression.steps import Criterion, Direction, StepwiseSettings
from core.values import Value, mended, to_plain
from pages.components.shown_value import Takes, tied
from pages.components.trust import marked_title
from pages.components.workspace import change_setting, setting

SETTING = "rule_form"
EXPERIMENTS, TABLE = "experiments", "table"
METHODS = {
    RuleMethod.ALL: "All indicators",
    RuleMethod.STEPWISE: "Stepwise selection",
    RuleMethod.RIDGE: "Ridge",
    RuleMethod.LASSO: "Lasso",
}
ABOUT = {
    RuleMethod.ALL: "Ordinary least squares on all indicators above. No selection on the losses, so intervals and "
    "p-values are valid.",
    RuleMethod.STEPWISE: "The paper's method: indicators are added and removed one at a time. The p-values afterwards "
    "are too optimistic.",
    RuleMethod.RIDGE: "L2 penalty: coefficients are shrunk and shared among correlated indicators. No p-values.",
    RuleMethod.LASSO: "L1 penalty: some coefficients become 0. No p-values.",
}
ENTER_P, REMOVE_P = (0.01, 0.05, 0.10), (0.05, 0.10, 0.15, 0.20)


@dataclass(frozen=True)
class RuleForm(Value):
    """The widgets of the page by name. No experiments or indicators: those that come first by themselves."""

    source: Literal["experiments", "table"] = "experiments"
    experiments: tuple[int, ...] = ()
    indicators: tuple[str, ...] = ()
    method: RuleMethod = RuleMethod.ALL
    direction: Direction = Direction.BOTH
    criterion: Criterion = Criterion.AIC
    enter_p: Annotated[float, Gt(0), Le(1)] = 0.05
    remove_p: Annotated[float, Gt(0), Le(1)] = 0.10
    one_standard_error: bool = False

    @property
    def procedure(self) -> Procedure:
        """How the form wants the rule to be learned."""
        steps = StepwiseSettings(self.direction, self.criterion, self.enter_p, max(self.enter_p, self.remove_p))
        return Procedure(self.method, steps, self.one_standard_error)

    def predictors(self, table: SetTable) -> tuple[str, ...]:
        """The chosen indicators as far as the table has them; at first those that it proposes."""
        return tuple(name for name in table.fit if name in self.indicators) or table.first_choice


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
        format_func=marked_title,
        help="Indicators that cannot be predictors are not listed; the Data tab says why.",
        **bound(form, "indicators", "default", shown),
    )
    if len(shown) < len(table.fit) and not form.indicators:
        st.caption(
            f"{len(shown)} of {len(table.fit)} preselected: with {len(table.sets)} sets more would overfit. You can "
            "add others."
        )
    methods = list(METHODS)
    st.selectbox("Method", methods, format_func=lambda m: METHODS[RuleMethod(m)], **bound(form, "method", methods))
    st.caption(ABOUT[RuleMethod(form.method)])
    if form.method == RuleMethod.STEPWISE:
        _steps_form(form)
    elif form.method != RuleMethod.ALL:
        st.toggle(
            "One-standard-error rule",
            help="The largest penalty whose cross-validation error is within one standard error of the best.",
            **bound(form, "one_standard_error"),
        )


def _steps_form(form: RuleForm) -> None:
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
        least = form.procedure.steps.remove_p
        offered = [p for p in REMOVE_P if p >= form.enter_p]
        leave.selectbox("Remove above p", offered, **bound(form, "remove_p", offered, least))
