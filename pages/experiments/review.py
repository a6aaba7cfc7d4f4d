"""Step 3 of an experiment: what it will run, what stands against it, what it costs, and the start."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.errors import StudioError
from core.experiments.draft import Draft
from core.experiments.plan import ExperimentPlan
from core.experiments.presets import PRESETS
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import plain
from pages.components.scoring_panel import scoring_panel
from pages.components.tuning.estimate import estimates
from pages.components.tuning.experiment_settings import bound
from pages.components.tuning.launch import launch
from pages.components.wording import column_title
from pages.components.workspace import show_error, studio
from pages.experiments.design import show_design
from pages.experiments.draft import current_draft, forget_draft
from pages.experiments.evaluation import chosen_evaluation
from pages.experiments.figures import composition_figure

CONTAMINATION = {False: "Exclude these rows", True: "Do not start"}
SHORT = 160  # characters of a prompt that is an example


def review_step(plan: ExperimentPlan) -> None:
    """Show the sets, and start."""
    try:
        chosen_evaluation(plan)  # that there is one is said before the sets are made
        made = current_draft(plan)
    except StudioError as error:
        show_error(error)
        return
    if made is None:
        return
    names = {each.dataset_id: each.name for each in studio().datasets.all()}
    estimates(plan, made)
    allowed = _contamination(plan, made, names)
    st.plotly_chart(composition_figure(made.sets, names), config=COMPACT_CONFIG, key="composition")
    show_design(made)
    _means(made)
    _unscored(made)
    suggestion = f"{PRESETS[plan.preset].title}, {len(made.sets)} sets"
    started = launch(
        plan, made, "experiment", suggestion, bound(plan, "name"), bound(plan, "priority", "default"),
        allowed=allowed and bool(plan.target_modules),
    )  # fmt: skip
    if started:
        forget_draft()
        st.rerun()


def _contamination(plan: ExperimentPlan, made: Draft, names: Mapping[int, str]) -> bool:
    """Say which rows the evaluation set would give away; False where the user wants to stop for them."""
    found = made.contaminated
    if found.empty:
        st.caption(
            ":material/verified: No contaminated rows (same or nearly the same words as an evaluation instruction). "
            "Paraphrases are not detected."
        )
        return True
    counts = found["dataset_id"].value_counts()
    by_dataset = ", ".join(f"{n:,} of {names.get(int(str(d)), 'a deleted dataset')}" for d, n in counts.items())
    same, near = found[found["similarity"] >= 1], found[found["similarity"] < 1]
    with st.container(border=True):
        kinds = [
            f"{_rows(len(part))} with {how} words" for part, how in ((same, "the same"), (near, "nearly the same"))
        ]
        st.markdown(
            f":material/warning: **{kinds[0]} an evaluation instruction, {kinds[1]}** ({plain(by_dataset)}). A model "
            "tuned "
            "on them would look better than it is."
        )
        for part, how in ((same, "The same words"), (near, "Nearly the same words")):
            if not part.empty:
                _example(part.iloc[0], how)
        st.segmented_control(
            "Contaminated rows", list(CONTAMINATION), format_func=CONTAMINATION.__getitem__, required=True,
            **bound(plan, "stop_if_contaminated", "default"),
        )  # fmt: skip
        with st.expander("Show the rows"):
            columns = {
                "dataset": "Dataset", "prompt": "Row", "asked": "Evaluation set", "similarity": "Similarity"
            }  # fmt: skip
            shown = found.assign(dataset=found["dataset_id"].map(names))[list(columns)]
            st.dataframe(shown.rename(columns=columns), hide_index=True, key="contaminated rows")
    return not plan.stop_if_contaminated


def _rows(number: int) -> str:
    return "1 row repeats" if number == 1 else f"{number:,} rows repeat"


def _example(line: pd.Series, how: str) -> None:
    """One row beside what the evaluation set asks, as plain text."""
    st.caption(f"{how}, for example")
    st.text(_short(line["prompt"]) if line["similarity"] >= 1 else f"{_short(line['prompt'])}\n{_short(line['asked'])}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:SHORT]} …”" if len(line) > SHORT else f"“{line}”"


def _means(made: Draft) -> None:
    scored = [name for name in made.means.columns[3:] if made.means[name].notna().any()]
    table = made.means[["name", "kind", "rows", *scored]].rename(
        columns={"name": "Set", "kind": "Kind", "rows": "Rows"} | {name: column_title(name) for name in scored}
    )
    with st.expander(f"Mean indicators of the {len(made.sets)} sets", expanded=len(made.sets) <= 12):
        st.dataframe(
            table,
            hide_index=True,
            column_config={
                column_title(name): st.column_config.NumberColumn(column_title(name), format="%.3f") for name in scored
            },
        )


def _unscored(made: Draft) -> None:
    if not made.unscored_rows:
        return
    st.warning(
        f"{made.unscored_rows:,} of the {made.distinct_rows:,} rows in the sets are not fully scored. The experiment "
        "can start now, but a rule can be learned only when they are scored.",
        icon=":material/warning:",
    )
    scoring_panel([each for each in studio().datasets.all() if each.dataset_id in made.dataset_ids])
