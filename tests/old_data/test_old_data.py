"""A data folder of an earlier version opens in this one with everything in it, and its waiting work goes on.

`d7375ca.tar.xz` was made by the commit of that name, through its own interface and worker: the demo, a loaded file,
marks, finished, paused, waiting and failed jobs, a rule, selections, a proof, a size search and comparisons.
`contents.json` is what that version found in it: `tables` has for each list the SQL that gives it, its length and the
SHA-256 of its JSON; `after_going_on` is what that version's worker made of the work that was left.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from core.experiments.proof.outcome import Ruling
from core.experiments.proof.plan import Arm, ProofDesign
from core.experiments.proof.verdict import proof_so_far
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.paths import StudioPaths
from core.rebuild import main as rebuild
from core.rows.evaluation_parts import Division
from core.rows.filters import Filters
from core.store import Store
from core.values import Door, read
from jobs.api import Studio
from jobs.experiments.experiments import Experiments
from tests.jobs.studio import Studio as WithWorker
from tests.jobs.studio import until
from tests.worker_forks import WorkerForks

HERE = Path(__file__).parent
CONTENTS: dict[str, Any] = json.loads((HERE / "contents.json").read_text("utf-8"))
NEVER_SCORED = 5  # rows of the dataset whose scoring waits
OF_A_VERSION = {"meta", "settings"}  # they say which version wrote last, and what a page kept since


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The old data folder at a place of its own."""
    with tarfile.open(HERE / "d7375ca.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "studio-data"


@pytest.fixture
def opened(old: Path) -> Iterator[Store]:
    with Store.open(StudioPaths(old).store) as store:
        yield store


def test_evaluation_sets_have_parts_by_the_usual_shares(opened: Store) -> None:
    kept = opened.evaluation_sets.all()[0]
    assert (kept.division, kept.held_out) == (Division(), False)
    assert opened.evaluation_sets.parts(kept.evaluation_set_id).test


@pytest.mark.parametrize("name", sorted(CONTENTS["tables"].keys() - OF_A_VERSION))
def test_every_row_of_every_table_is_there(opened: Store, name: str) -> None:
    wanted = CONTENTS["tables"][name]
    with opened.connection.read() as cursor:
        found = [list(line) for line in cursor.execute(wanted["query"]).fetchall()]
    assert len(found) == wanted["rows"]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == wanted["sha256"]


def test_selections_filters_and_forms_mean_the_same_rows(old: Path) -> None:
    with Studio.open(old) as studio:
        for saved in studio.session.store.selections.all():
            members = studio.session.store.selections.members(saved.selection_id)
            keys = studio.session.store.rows.keys(members["row_id"].tolist())
            assert [keys[number] for number in members["row_id"]] == CONTENTS["studio"]["selections"][saved.name][
                "keys"
            ]
        assert (
            studio.session.store.browse.count(
                read(Filters, studio.session.store.settings.get("filters"), door=Door.STORE)
            )
            == CONTENTS["studio"]["rows_under_the_filters"] - 1  # a Chinese sign had 56 words of 60 allowed, and has 86
        )


def test_words_are_counted_anew_in_rows_of_other_scripts_alone(opened: Store) -> None:
    models, anew = profile("embedded"), 0
    for dataset in opened.datasets.all():
        keys = [scorer_key(name, models, dataset.fingerprint) for name in ("mtld", "input_words", "output_words")]
        anew += opened.scores.missing(dataset.dataset_id, keys).num_rows
    assert anew == 3 + NEVER_SCORED


def test_jobs_and_experiments_stand_where_they_stood(old: Path) -> None:
    with Studio.open(old) as studio:
        jobs = [(each.id, each.status, each.done, each.total) for each in studio.session.client.jobs()]
        assert jobs == [
            (each["job"], each["status"], each["done"], each["total"]) for each in CONTENTS["studio"]["jobs"]
        ]
        for wanted in CONTENTS["studio"]["experiments"]:
            state = Experiments(studio.session.client).state(wanted["job"])
            assert state.status == wanted["status"]
            assert [(each.plan.name, each.status) for each in state.sets] == [
                (each["name"], each["status"]) for each in wanted["sets"]
            ]
            losses = studio.session.store.experiments.losses(wanted["job"]).set_index("number")["loss_per_example"]
            measured = {each["number"]: each["loss"] for each in wanted["sets"] if each["loss"] is not None}
            assert losses.to_dict() == pytest.approx(measured, rel=1e-12)


def test_an_old_proof_is_shown_with_its_runs_and_judged_anew_as_one_selection(opened: Store) -> None:
    (saved,) = [each for each in opened.experiments.all() if each.name.startswith("Proof of")]
    found = proof_so_far(opened.experiments, saved)
    assert (found.design, found.ruling, found.measured) == (ProofDesign.SEEDS, Ruling.NOT_SHOWN, 6)
    assert "seeds of one selection say nothing about other draws" in found.verdict
    losses = opened.experiments.losses(saved.job_id).set_index("number")["loss_per_token"]
    against = found.against(Arm.RANDOM)
    assert against is not None and against.found.difference == pytest.approx(
        losses.loc[1:3].mean() - losses.loc[4:6].mean()
    )
    draws, arms = losses.loc[4:6], [arm for each in found.arms for arm in [each.arm] * len(each.losses)]
    half = stats.t.ppf(0.975, 2) * draws.std() * (1 + 1 / 3) ** 0.5
    assert against.found.high - against.found.difference >= half - 1e-12 and arms.count(Arm.RANDOM) == 3


def test_an_old_manifest_rebuilds_the_same_bytes(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDIO_DATA", str(old))
    export, again = CONTENTS["studio"]["export"], tmp_path / "again.jsonl"
    assert rebuild([str(old / export["manifest"]), "--output", str(again)]) == 0, capsys.readouterr().err
    assert hashlib.sha256(again.read_bytes()).hexdigest() == export["sha256"]


def test_what_was_paused_and_what_waited_goes_on(old: Path, models_dir: Path, forks: WorkerForks | None) -> None:
    studio = WithWorker(old, models_dir, forks=forks)
    try:
        by_name = {each.name: each.job_id for each in studio.store.experiments.all()}
        paused, waiting = by_name["Paused in its second set"], by_name["Waits for a worker"]
        (scoring,) = [each.id for each in studio.client.jobs() if each.status == "queued"]
        studio.start_worker()
        experiments = Experiments(studio.client)
        experiments.resume(paused)
        studio.wait(scoring, "done")
        for job in (paused, waiting):
            until(lambda job=job: not experiments.state(job).active, f"{job} is through", 300)
            assert {each.status for each in experiments.state(job).sets} == {"done"}
        studio.client.take_in(studio.store)
        for name, job in (("Paused in its second set", paused), ("Waits for a worker", waiting)):
            losses = studio.store.experiments.losses(job)["loss_per_example"]
            assert losses.tolist() == pytest.approx(CONTENTS["after_going_on"]["losses"][name], rel=1e-4)
        log = studio.folder(paused).path / "sets" / "0002" / "log.txt"
        assert re.search(r"from step 9\b", log.read_text("utf-8")), "it went on from its checkpoint"
    finally:
        studio.close()
