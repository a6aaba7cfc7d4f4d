"""What a rule's value may be called: a predicted loss only on scores of the profile on which the rule was learned."""

from core.rules.rule import Rule
from core.store.score_matrix import PREDICTED
from pages.components.selection.rule_choice import chosen_rule
from pages.components.selection.selection_settings import current_form
from pages.components.wording import column_title
from pages.components.workspace import chosen_profile, studio

PREDICTED_LOSS, RULE_VALUE = "Predicted log loss", "Rule value"


def value_title(rule: Rule, profile: str) -> str:
    """What a rule's value is called on scores of this profile."""
    return RULE_VALUE if rule.profile_mismatch(profile) else PREDICTED_LOSS


def rule_in_force() -> Rule:
    """The rule of the Select page, which also fills the column of predictions on the others."""
    rule = chosen_rule(current_form())
    studio().scores.use_rule(rule)
    return rule


def shown_title(column: str) -> str:
    """The title of an indicator, or of the column of predictions under the rule and the profile in force."""
    if column == PREDICTED:
        return value_title(chosen_rule(current_form()), chosen_profile().name)
    return column_title(column)
