"""What is killed of the store as a whole: a backup, a restore, starting over, and an update of its tables."""

from pathlib import Path

from benchmarks.faults_operation import Operation, dataset_lines
from benchmarks.loading import write_rows
from core.datasets.loading import load_files
from core.paths import StudioPaths
from core.progress import Silent
from core.sources.source_file import SourceFile
from core.store import Store
from core.store.backups import Backups, Occasion
from core.store.commits import commit_file

ROWS = 4_000


class BackUp(Operation):
    """A copy of the store is made and read through."""

    name = "backup"

    def prepare(self, root: Path) -> None:
        _load(root, "first")

    def work(self, root: Path) -> None:
        with Store.open(StudioPaths(root).store) as store:
            if not Backups(store.path).all():
                Backups(store.path).make(store.connection, Occasion.BY_HAND)

    def look(self, root: Path) -> list[str]:
        backups = Backups(StudioPaths(root).store)
        made = [f"a backup of {each.contents['rows']} rows {backups.verify(each)}" for each in backups.all()]
        return _lines(root) + made


class Restore(Operation):
    """What is there is backed up, and an earlier backup put in its place."""

    name = "restore"

    def prepare(self, root: Path) -> None:
        _load(root, "first")
        BackUp().work(root)
        _load(root, "second")

    def work(self, root: Path) -> None:
        with Store.open(StudioPaths(root).store) as store:
            backups = Backups(store.path)
            wanted = next(each for each in backups.all() if each.occasion is Occasion.BY_HAND)
            if len(store.datasets.all()) > 1:
                backups.make(store.connection, Occasion.RESTORE, keep=wanted)
                store.restore(backups.file(wanted))

    def look(self, root: Path) -> list[str]:
        return _lines(root)


class StartOver(Operation):
    """A backup, then everything that was loaded goes, in one transaction."""

    name = "start over"

    def prepare(self, root: Path) -> None:
        _load(root, "first")

    def work(self, root: Path) -> None:
        with Store.open(StudioPaths(root).store) as store:
            if store.datasets.all():
                Backups(store.path).make(store.connection, Occasion.START_OVER)
                store.reset()

    def look(self, root: Path) -> list[str]:
        return _lines(root)


class Migrate(Operation):
    """A store of the version before commits were counted is opened: backed up, and its tables brought up to date."""

    name = "migrate"

    def prepare(self, root: Path) -> None:
        _load(root, "first")
        path = StudioPaths(root).store
        with Store.open(path) as store, store.connection.read() as cursor:
            cursor.execute("UPDATE meta SET value = '6' WHERE name = 'schema_version'")
            cursor.execute("DELETE FROM meta WHERE name IN ('store', 'in_use')")
            cursor.execute("DROP SEQUENCE commits")
        commit_file(path).unlink()

    def work(self, root: Path) -> None:
        Store.open(StudioPaths(root).store).close()

    def look(self, root: Path) -> list[str]:
        return [*_lines(root), f"backed up: {bool(Backups(StudioPaths(root).store).all())}"]


def _load(root: Path, name: str) -> None:
    write_rows(root / f"{name}.jsonl", ROWS, seed=len(name))
    with Store.open(StudioPaths(root).store) as store:
        load_files(store, name, [SourceFile(root / f"{name}.jsonl", f"{name}.jsonl")], None, Silent())


def _lines(root: Path) -> list[str]:
    with Store.open(StudioPaths(root).store) as store:
        return [line for each in store.datasets.all() for line in dataset_lines(store, each.dataset_id)]


STORE_OPERATIONS: tuple[Operation, ...] = (BackUp(), Restore(), StartOver(), Migrate())
