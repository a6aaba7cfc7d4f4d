"""How far to trust an indicator's scores under the chosen profile, said wherever one is shown or chosen."""

import pandas as pd

from core.indicators import registry
from core.models.trust import Trust
from pages.components.wording import column_title
from pages.components.workspace import chosen_profile


def trust_in(column: str) -> Trust | None:
    """What was measured of an indicator; None for counts and distances, and for columns that are none."""
    return registry()[column].trust(chosen_profile()) if column in registry() else None


def is_weak(column: str) -> bool:
    found = trust_in(column)
    return found is not None and found.weak


def marked_title(column: str) -> str:
    """The title, with a mark where the indicator agrees too little with people or GPT-4 to select by it alone."""
    return f"{column_title(column)} (weak)" if is_weak(column) else column_title(column)


def trust_sentence(column: str) -> str:
    """Where it comes from and how well it agrees, "" where there is nothing to agree with."""
    found = trust_in(column)
    return found.sentence if found else ""


def measurements(column: str) -> pd.DataFrame:
    """Each measurement on a line; none where nothing was measured."""
    found = trust_in(column)
    return pd.DataFrame(
        [
            {
                "Use": each.use.value.capitalize() if each.use else "",
                "Measured on": each.compared_with,
                "Measure": each.measure,
                "Value": each.value,
                "Compared with": each.reference,
                "Its value": each.reference_value,
                "Of": each.count,
            }
            for each in (found.agreements if found else ())
        ]
    )
