"""Where a rule is learned from: finished experiments, or a table of sets measured elsewhere."""

import streamlit as st

from core.errors import StudioError
from core.regression.set_csv import PER_TOKEN, read_set_csv
from core.regression.set_table import SetTable
from core.rules.rule import presets
from core.store import SavedExperiment
from pages.components.foreign_text import plain, prose
from pages.components.selection.rule_choice import rule_latex
from pages.components.uploaded_table import UploadedTable, forget_uploaded_table, keep_uploaded_table, uploaded_table
from pages.components.workspace import chosen_profile, studio
from pages.rule.form import DATASET, EXPERIMENTS, SET, TABLE, RuleForm, bound, loss_form
from pages.rule.news import new_sets

MOST_MEGABYTES = 2
SOURCES = {EXPERIMENTS: "Experiments", TABLE: "Table (CSV)"}
EXAMPLE = "name,kind,reward,output_length,knn_distance,log_loss\nset 1,fused,1.82,96,0.41,0.87\n"


def source_form(form: RuleForm) -> SetTable | None:
    """Choose where to learn from; the table that comes of it, or None where there is nothing yet.

    Raises:
        StudioError: what was chosen makes no table.
    """
    st.segmented_control(
        "Learn from", list(SOURCES), format_func=SOURCES.__getitem__, required=True, **bound(form, "source", "default")
    )
    return _uploaded(form) if form.source == TABLE else _of_experiments(form)


def _of_experiments(form: RuleForm) -> SetTable | None:
    counts, experiments = studio().measurements.counts(), studio().experiments.all()
    measured = {each.experiment_id: counts.get(each.job_id, 0) for each in experiments}
    usable = [each for each in experiments if measured[each.experiment_id]]
    if not usable:
        new_sets(experiments, 0)
        return None
    first = studio().rules.learnable()[:1]
    chosen = [each for each in usable if each.experiment_id in form.experiments] or first
    titles = {e.experiment_id: f"{e.name} ({measured[e.experiment_id]} of {e.sets} sets)" for e in usable}
    st.multiselect(
        "Experiments",
        list(titles),
        format_func=titles.__getitem__,
        wrap=True,
        help="Experiments can be combined if model, tuning and evaluation settings are the same.",
        **bound(form, "experiments", "default", [each.experiment_id for each in chosen]),
    )
    seen = sum(measured[each.experiment_id] for each in chosen)
    new_sets(chosen, seen)
    loss_form(form)
    st.toggle(
        "KNN distance within each set",
        help="On: each row's distance to its neighbours in the same set, the paper's KNN of a dataset. Off: in its own "
        "dataset.",
        **bound(form, "within_sets"),
    )
    return _joined(chosen, studio().scores.revision, seen, form.outcome, SET if form.within_sets else DATASET)


def _joined(experiments: list[SavedExperiment], revision: int, measured: int, outcome: str, knn: str) -> SetTable:
    """The table of experiments, made once a session for the state of scores and losses."""
    key = (chosen_profile().name, revision, measured, outcome, knn, *(each.experiment_id for each in experiments))
    tuned = experiments[0].spec.get("profile", "")
    kept = st.session_state.get("rule sets")
    if kept is None or kept[0] != key:
        table = studio().rules.sets([each.experiment_id for each in experiments], outcome, knn)
        kept = st.session_state["rule sets"] = (key, table)
    if tuned and tuned != chosen_profile().name:
        st.warning(
            f"The losses are from profile '{plain(tuned)}', the scores from profile '{plain(chosen_profile().name)}': "
            "do not mix "
            "profiles in one rule.",
            icon=":material/warning:",
        )
    return kept[1]


def _uploaded(form: RuleForm) -> SetTable | None:
    kept = uploaded_table()
    st.file_uploader(
        "One line per candidate set",
        type=["csv", "tsv", "txt"],
        max_upload_size=MOST_MEGABYTES,
        key=_uploader(),
        on_change=_take,
    )
    if st.session_state.get("set table fault"):
        st.error(prose(st.session_state["set table fault"]))
    if kept is None:
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"From {plain(kept.name)}")
        st.button("Remove", icon=":material/close:", type="tertiary", on_click=forget_uploaded_table)
    if PER_TOKEN.encode() not in kept.content.split(b"\n", 1)[0]:
        return read_set_csv(kept.name, kept.content)
    loss_form(form)
    return read_set_csv(kept.name, kept.content, form.outcome)


def _take() -> None:
    """Read an uploaded table and keep it, or say what is wrong with it; what was there before stays."""
    st.session_state["set table fault"] = ""
    upload = st.session_state.get(_uploader())
    if upload is None:
        return
    content = upload.getvalue()
    try:
        read_set_csv(upload.name, content)
    except StudioError as error:
        st.session_state["set table fault"] = f"**{error.what}** {error.mend}"
        return
    keep_uploaded_table(UploadedTable(upload.name, content))
    st.session_state["set tables taken"] = st.session_state.get("set tables taken", 0) + 1


def _uploader() -> str:
    """The key of the uploader: a new one after each table that was taken, so that it is empty again."""
    return f"set table {st.session_state.get('set tables taken', 0)}"


def nothing_to_learn_from(form: RuleForm) -> None:
    """What to do next, and that there is a rule already."""
    if form.source == TABLE:
        st.info(
            "Upload a CSV with one line per candidate set: a column for the mean of each indicator (names as in "
            "this studio) and `log_loss` (natural logarithm) or `loss` (nats/token). Optional: `kind` and `name`; "
            "other numeric columns can be predictors, too.",
            icon=":material/table:",
        )
        st.code(EXAMPLE, language=None)
    else:
        st.info(
            "No experiment has results yet. A rule is learned from candidate sets: an experiment draws them, tunes "
            "a model on each and measures its loss. Or learn from a table of sets that were measured elsewhere.",
            icon=":material/science:",
        )
        st.page_link("pages/experiments/page.py", label="New experiment", icon=":material/science:")
    paper = next(iter(presets().values()))
    with st.container(border=True):
        st.markdown("**The paper's rule is included.** You can select rows by it without an experiment:")
        st.latex(rule_latex(paper))
        st.page_link("pages/select/page.py", label="Select rows by the paper's rule", icon=":material/checklist:")
