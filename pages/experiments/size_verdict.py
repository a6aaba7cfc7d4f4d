"""What a search of the size came to, above the other results of its experiment, and the selection it leads to."""

import streamlit as st

from core.errors import StoreError, StudioError
from core.experiments.size.plan import SizePlan, size_plan_of
from core.experiments.size.verdict import SizeVerdict, judge_sizes
from core.humanize import counted, fixed, interval, p_value
from core.progress import Progress
from core.selection.outcome import SelectionOutcome
from core.store import SavedExperiment
from pages.components.background import settled
from pages.components.figures import CONFIG
from pages.components.foreign_text import plain
from pages.components.selection.save_selection import keep_selection
from pages.components.workspace import show_error, studio
from pages.experiments.size_figure import size_figure

WANTED, TASK = "resized to", "resizing"


def size_verdict(saved: SavedExperiment) -> None:
    """The sentences, the plot, the table and the way to a selection; nothing where the experiment is no search."""
    search = size_plan_of(saved.spec)
    if search is None:
        return
    measured = studio().sizes.measured(saved.experiment_id)
    verdict = judge_sizes(measured)
    state = studio().experiments.state(saved.experiment_id)
    ended = state.ended if state is not None else ""
    so_far = "" if ended or state is None else f"After {len(verdict.sizes)} sizes: "
    if verdict.best is None:
        st.info(verdict.told, icon=":material/hourglass_empty:")
    elif verdict.none_differs:
        st.info(so_far + verdict.told, icon=":material/balance:")
    else:
        st.success(so_far + verdict.told, icon=":material/straighten:")
    if ended:
        st.caption(f":material/flag: {ended}")
    if not verdict.sizes:
        return
    untuned = next((each for each in measured if not each.rows), None)
    st.plotly_chart(size_figure(verdict, untuned), config=CONFIG, key="size figure")
    st.caption(_intervals(search, untuned is not None))
    _table(verdict)
    if verdict.best is not None:
        _selection(saved, search, verdict)


def _intervals(search: SizePlan, untuned: bool) -> str:
    against = "the base model" if untuned else "the smallest size"
    seeds = (
        f"over instructions and {search.seeds} seeds per size"
        if search.seeds > 1
        else "over instructions only (one seed per size: the variance of tuning is unknown)"
    )
    return (
        f"Bars: 95% interval of the difference to {against}, paired, {seeds}. The size was chosen on this evaluation "
        "set, so its loss is optimistic; report the loss on another set."
    )


def _table(verdict: SizeVerdict) -> None:
    lines = []
    for each in verdict.sizes:
        found = verdict.to_best.get(each.rows)
        apart = "–" if found is None else "no" if each.rows in verdict.alike else "yes"
        lines.append(
            {
                "Rows": each.rows,
                "Loss": each.loss,
                "Difference to best": fixed(found.mean, 4, signed=True) if found else "–",
                "95% interval": interval(found.low, found.high, "+.4f") if found else "–",
                "p (Holm)": p_value(verdict.adjusted[each.rows]) if found else "–",
                "Significant": apart,
                "Models": len(each.by_seed),
            }
        )
    st.dataframe(
        lines,
        hide_index=True,
        column_config={
            "Rows": st.column_config.NumberColumn(format="localized"),
            "Loss": st.column_config.NumberColumn(format="%.4f", help="nats/token, mean over instructions."),
            "p (Holm)": st.column_config.TextColumn(help="Adjusted for all pairs of sizes; the intervals are not."),
            "Significant": st.column_config.TextColumn(help="Whether the adjusted p is below 0.05."),
        },
        key="size table",
    )


def _selection(saved: SavedExperiment, search: SizePlan, verdict: SizeVerdict) -> None:
    """A new saved selection of a size, the best unless another is chosen."""
    best = verdict.best
    assert best is not None
    sizes = [each.rows for each in verdict.sizes]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows = st.selectbox(
            "Save as selection", sizes, sizes.index(best.rows), format_func=lambda n: counted(n, "row"), width=200,
            key=f"size chosen {saved.experiment_id} {best.rows}",
        )  # fmt: skip
        st.button(
            "Save", icon=":material/bookmark_add:", type="primary", on_click=_want, args=(saved.experiment_id, rows)
        )
    wanted = st.session_state.get(WANTED)
    if wanted is not None and wanted[0] == saved.experiment_id:
        _save(saved, search, wanted[1])


def _want(experiment_id: int, rows: int) -> None:
    st.session_state[WANTED] = (experiment_id, rows)


def _save(saved: SavedExperiment, search: SizePlan, rows: int) -> None:
    """Choose the rows beside the page, and keep them."""
    try:
        outcome = _resized(search.selection_id, rows, saved.experiment_id)
    except StoreError:
        del st.session_state[WANTED]
        show_error(
            StoreError(
                f"The selection “{search.selection}” has been deleted, so its ranking is unknown.",
                mend="Make a new selection of this size on the Select page.",
            )
        )
        return
    except StudioError as error:
        del st.session_state[WANTED]
        show_error(error)
        return
    if outcome is None:
        return
    del st.session_state[WANTED]
    name = keep_selection(f"{search.selection}, {counted(rows, 'row')}", outcome)
    st.success(f"Saved as “{plain(name)}” (Select page, Saved tab).", icon=":material/bookmark_added:")
    st.page_link("pages/select/page.py", label="Open Select", icon=":material/filter_alt:")


def _resized(selection_id: int, rows: int, experiment_id: int) -> SelectionOutcome | None:
    owner = studio()

    def work(progress: Progress) -> SelectionOutcome:
        return owner.sizes.select(selection_id, rows, experiment_id, progress)

    return settled(TASK, f"{owner.scores.revision} {experiment_id} {rows}", "Selecting rows", work, "Select rows")
