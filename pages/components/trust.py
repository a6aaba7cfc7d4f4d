"""How far to trust an indicator's scores under the chosen profile, said wherever one is shown or chosen."""

import pandas as pd
import streamlit as st

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


def show_trust(column: str) -> None:
    """What to use it for, and what was measured in a part that opens; nothing where there is nothing to agree with."""
    found = trust_in(column)
    if found is None:
        return
    if found.use:
        st.caption(found.use)
    with st.expander("Measured agreement"):
        if not found.agreements:
            st.caption(found.basis)
            return
        st.caption(found.source)
        two_digits = st.column_config.NumberColumn(format="%.2f")
        st.dataframe(
            _measurements(found),
            hide_index=True,
            height="content",
            column_config={"Value": two_digits, "Its value": two_digits},
        )


def _measurements(found: Trust) -> pd.DataFrame:
    """Each measurement on a line."""
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
            for each in found.agreements
        ]
    )
