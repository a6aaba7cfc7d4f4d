"""The workspace behind every page: this process's store, the job queue's client, and what the user chose."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import StoreError, StudioError
from core.indicators import registry
from core.indicators.base import ScorerKey
from core.indicators.scoring import scorer_key
from core.models.profiles import Profile, profile, profiles
from core.paths import StudioPaths
from core.rows.filters import Filters
from core.store import Dataset, Store
from core.values import mended
from core.workspace.demo import load_demo_once
from jobs.client import JobClient
from pages.components.other_windows import before_write

EMBEDDED = "embedded"


@st.cache_resource(show_spinner="Opening the data folder …")
def store() -> Store:
    """The one store of this process; a new one gets the demo data."""
    opened = Store.open(paths().store)
    load_demo_once(opened)
    return opened


@st.cache_resource
def job_client() -> JobClient:
    jobs_url, files_url = (os.environ.get(name, "") for name in ("STUDIO_JOBS_URL", "STUDIO_JOBS_FILES"))
    return JobClient(paths(), jobs_url, files_url=files_url)


@st.cache_resource
def paths() -> StudioPaths:
    return StudioPaths.from_environment(os.environ)


def open_workspace() -> None:
    """Open the store, take in what the worker has finished, bring the matrix up to date; or say why not, and stop."""
    try:
        job_client().take_in(store())
        refresh()
    except StudioError as error:
        show_error(error)
        st.stop()


def refresh() -> bool:
    """Bring the matrix up to date with the scores of the chosen profile; True when it changed."""
    return store().matrix.refresh({each.dataset_id: scorers(each) for each in store().datasets.all()})


def scorers(dataset: Dataset, names: Sequence[str] | None = None) -> list[ScorerKey]:
    """Under which keys a dataset's scores are kept in the chosen profile."""
    return [scorer_key(name, chosen_profile(), dataset.fingerprint) for name in (names or registry())]


def chosen_profile() -> Profile:
    """The model profile in force; `embedded` until the user chooses another, and where the file of that is gone."""
    return profiles().get(setting("profile", EMBEDDED)) or profile(EMBEDDED)


def filters() -> Filters:
    """The filters in force; kept in the store, so they survive a change of page, a reload and a restart."""
    found = mended(Filters, setting("filters", {}))
    present = {each.dataset_id for each in store().datasets.all()}
    if found.area is not None and not store().maps.has(found.area.map_id):
        found = replace(found, area=None)
    return found.with_datasets(each for each in found.dataset_ids if each in present)


def set_filters(changed: Filters) -> None:
    set_setting("filters", changed.as_dict())


def setting(name: str, default: Any = None) -> Any:
    """A setting of the workspace, which survives a restart."""
    return store().settings.get(name, default)


def set_setting(name: str, value: Any) -> None:
    """Keep a setting; where that can't be done it is said, and what was kept before stands."""
    before_write(name, setting(name, {}), value)
    try:
        store().settings.set(name, value)
    except StoreError as error:
        st.toast(f"This setting cannot be saved. {error}", icon=":material/error:", duration="long")


def told_of_arrivals() -> None:
    """Say why results don't arrive, where they travel through a remote folder that does not answer."""
    arrivals = job_client().arrivals
    if arrivals is not None and arrivals.fault:
        st.warning(f"Results cannot be received. {arrivals.fault}", icon=":material/cloud_off:")


def show_error(error: StudioError) -> None:
    """What happened, where, and what to do."""
    st.error(f"**{error.what}**\n\n{error.where}\n\n{error.mend}", icon=":material/error:")
