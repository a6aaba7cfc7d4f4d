"""Starting over removes all of the user's work, and nothing that would have to be computed or paid for again."""

import shutil
from pathlib import Path

import duckdb
import pytest

from core.errors import InputError
from core.indicators import untargeted
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.paths import DEMO
from core.store import Store
from core.store.reset import FORGOTTEN, KEPT
from core.workspace.demo import load_demo, load_demo_once
from core.workspace.demo_scores import PROFILE

REMADE = "matrix"  # made anew from what is there


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "studio.duckdb"


def counts(path: Path) -> dict[str, int]:
    """Lines of every table."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in names}


def test_every_table_is_either_emptied_or_kept(path: Path) -> None:
    with Store.open(path) as store:
        load_demo_once(store)
        store.rules.save("mine", {"intercept": 1.0})
    before = counts(path)
    with Store.open(path) as store:
        store.reset()
    after = counts(path)
    assert set(before) - {REMADE} == {*FORGOTTEN, *KEPT}
    assert before["rules"] == 1 and before["texts"] > 200
    assert {name for name in FORGOTTEN if after[name]} == set()
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}


def test_without_the_demos_files_a_store_opens_and_has_the_demo_once_they_are_back(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever deletes the folder `data` to begin anew deletes them too; one file is enough."""
    cut = Path(shutil.copytree(DEMO, tmp_path / "demo"))
    (cut / "scrape.jsonl").unlink()
    with Store.open(path) as store:
        with monkeypatch.context() as gone:
            gone.setattr("core.workspace.demo.DEMO", cut)
            load_demo_once(store)
            with pytest.raises(InputError, match=r"data/demo: The demo data are gone\."):
                load_demo(store)
        assert store.datasets.all() == []
        load_demo_once(store)
        assert len(store.datasets.all()) == 3
        assert len(store.evaluation_sets.all()) == 1


def test_the_same_rows_loaded_again_are_scored_already(path: Path) -> None:
    with Store.open(path) as store:
        load_demo(store)
        store.reset()
        load_demo_once(store)
        assert [each.name for each in store.datasets.all()] == ["handbook", "forum", "scrape"]
        for each in store.datasets.all():
            keys = [scorer_key(name, profile(PROFILE), each.fingerprint) for name in untargeted()]
            assert set(store.scores.counts(each.dataset_id, keys).values()) == {each.rows}
