"""What every section of the studio shares: one open data folder."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, get_args

from core.datasets.score_keys import DatasetKeys, dataset_keys
from core.environment import Environment, read_environment
from core.errors import InputError, JobError
from core.indicators import registry, untargeted
from core.indicators.base import Indicator, ScorerKey
from core.indicators.own import SETTING, offer
from core.indicators.scoring import embedding_model
from core.indicators.target import Target
from core.models.precision import PrecisionChoice, chosen_precision, in_precision
from core.models.profiles import Profile, profile, profiles
from core.models.text_encoder import TextEncoder
from core.own_code import OwnOffer
from core.paths import StudioPaths
from core.private_folder import keep_private
from core.progress import Progress, Silent
from core.selection.own_ways import SETTING as WAYS_SETTING
from core.selection.own_ways import offer as offer_ways
from core.selection.ways import Way
from core.store import EvaluationSet, Store
from core.workspace.demo import load_demo_once
from core.workspace.leftovers import clear_leftovers
from core.workspace.upkeep import Upkeep
from jobs.api.lookup import among
from jobs.api.unasked_maps import UnaskedMaps
from jobs.client import JobClient
from jobs.temporary_worker import TemporaryWorker, queue_there, worker_at_work

EMBEDDED = "embedded"
TARGET = "target"  # the setting that says which evaluation set rows are chosen for, by its number
PRECISION = "precision"  # the setting that says in which one models score


@dataclass(frozen=True)
class Caller:
    """Another process, for which this one works: its keys and tokens, and who hears of slow work there."""

    environment: Environment
    progress: Progress


_CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)


class Session:
    """An open data folder: its store, its queue, and whose models score. Its threads share it."""

    def __init__(
        self,
        paths: StudioPaths,
        store: Store,
        client: JobClient,
        profile_name: str = "",
        progress: Progress | None = None,
        environment: Environment | None = None,
    ) -> None:
        """From its parts; `open` makes them.

        Args:
            profile_name: whose models score; "" for those of the setting `profile`.
            progress: hears of slow work where a call names nobody else.
            environment: keys and tokens for what is not given any; None for none.
        """
        self._own = Caller(environment or Environment(), progress or Silent())
        self.paths, self._store, self.client = paths, store, client
        self._profile_name = profile_name
        self._encoder: TextEncoder | None = None
        self._closed = False
        self._choosing_encoder, self._entering = threading.Lock(), threading.Lock()
        self._known_keys: tuple[Any, dict[int, DatasetKeys]] | None = None
        self._known_target: tuple[EvaluationSet, Target] | None = None
        self._at_work: set[str] = set()
        self.upkeep: Upkeep | None = None
        self.unasked_maps = UnaskedMaps(self)
        self.own = OwnOffer[Indicator]()
        self.own_ways = OwnOffer[Way]()

    @classmethod
    def open(cls, data: str | Path, profile_name: str, progress: Progress | None) -> Self:
        """As `Studio.open`."""
        if profile_name:
            refuse_unknown_profile(profile_name)
        environment = read_environment(os.environ)
        paths = StudioPaths.of(data) if data else environment.paths
        keep_private(paths.root)
        with ExitStack() as undo:
            store = Store.open(paths.store)
            undo.callback(store.close)
            load_demo_once(store)
            client = JobClient(paths, environment.jobs_url, files_url=environment.jobs_files)
            undo.callback(client.close)
            opened = cls(paths, store, client, profile_name, progress, environment)
            opened.refresh()
            opened.upkeep = Upkeep(store, opened.clear_leftovers)
            undo.pop_all()
        return opened

    @property
    def store(self) -> Store:
        """The database."""
        return self._store

    @property
    def environment(self) -> Environment:
        """Keys and tokens for what is not given any."""
        return (_CALLER.get() or self._own).environment

    @property
    def progress(self) -> Progress:
        """Hears of slow work where a call names nobody else."""
        return (_CALLER.get() or self._own).progress

    @staticmethod
    @contextmanager
    def working_for(caller: Caller) -> Iterator[None]:
        """Within the block this thread works for another process."""
        before = _CALLER.set(caller)
        try:
            yield
        finally:
            _CALLER.reset(before)

    @contextmanager
    def one_at_a_time(self, work: str, busy: str) -> Iterator[None]:
        """Within the block no other thread does the same work.

        Args:
            busy: what one is told that would.

        Raises:
            JobError: another one does it.
        """
        with self._entering:
            if work in self._at_work:
                raise JobError(busy, mend="Wait for it, or cancel it where it was started.")
            self._at_work.add(work)
        try:
            yield
        finally:
            self._at_work.discard(work)

    def call(self, section: Any, method: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """What a method of a section comes to."""
        return method(section, *arguments, **named)

    def close(self) -> None:
        """Let go of the store, the queue and the encoder; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        self.unasked_maps.close()
        if self._encoder is not None:
            self._encoder.close()
        self.client.close()
        if self.upkeep is not None:
            self.upkeep.close()
        self._store.close()

    def clear_leftovers(self) -> None:
        """Delete what killed processes left half written, queue what they had begun, and delete what they had not."""
        clear_leftovers(self.paths)
        self.queue_begun()
        self.client.remove_unqueued()

    def queue_begun(self) -> int:
        """Queue experiments and comparisons that a killed process has kept and not queued; how many."""
        experiments = [each.job_id for each in self.store.experiments.all()]
        return self.client.queue_begun([*experiments, *(each.job_id for each in self.store.comparisons.all())])

    def restore(self, backup: Path, aside: bool) -> None:
        """Go on with what a backup's file holds.

        Args:
            aside: whether the files of the present database are kept, because no backup could be made of it.
        """
        self.store.restore(backup, self.paths.damaged if aside else None)
        self._known_keys = self._known_target = None
        self.client.forget_taken()
        load_demo_once(self.store)
        self.refresh()

    @property
    def profile(self) -> Profile:
        """Whose models score now, in the precision that computes here.

        `embedded` where nothing was chosen, or the file of what was chosen is gone.
        """
        chosen = self._profile_name or self.store.settings.get("profile", EMBEDDED)
        found = profiles().get(str(chosen)) or profile(EMBEDDED)
        return in_precision(found, chosen_precision(self.precision))

    @property
    def precision(self) -> PrecisionChoice:
        """The precision that the user has chosen for scoring; `auto` for the fastest one."""
        kept = self.store.settings.get(PRECISION, "auto")
        return next((each for each in get_args(PrecisionChoice) if each == kept), "auto")

    @property
    def target(self) -> Target | None:
        """What rows are chosen for: the evaluation set that was chosen, else the first; None where there is none."""
        found = {each.evaluation_set_id: each for each in self.store.evaluation_sets.all()}
        if not found:
            return None
        chosen = found.get(self.store.settings.get(TARGET, 0)) or next(iter(found.values()))
        if self._known_target is None or self._known_target[0] != chosen:
            guide = self.store.evaluation_sets.parts(chosen.evaluation_set_id).guide
            self._known_target = chosen, Target(chosen.name, guide)
        return self._known_target[1]

    @property
    def embedding_model(self) -> str:
        """Under which name embeddings are kept now."""
        return embedding_model(self.profile)

    @property
    def encoder(self) -> TextEncoder:
        """The sentence encoder of the profile; it is loaded when it is first used, and released when long unused."""
        chosen = self.profile
        with self._choosing_encoder:
            if self._encoder is None or self._encoder.profile != chosen:
                if self._encoder is not None:
                    self._encoder.close()
                self._encoder = TextEncoder(chosen, self.paths.models, self.environment.idle_seconds)
            return self._encoder

    def scorers(self, names: Sequence[str] = ()) -> dict[int, list[ScorerKey]]:
        """By dataset, the keys of the scores in view: of these indicators, or of all."""
        return {number: list(keys.in_view) for number, keys in self._keys(names).items()}

    def wanted_scorers(self, names: Sequence[str] = ()) -> dict[int, list[ScorerKey]]:
        """By dataset, the keys of the scores that are there or will be computed: of these indicators, or of all."""
        return {number: list(keys.wanted) for number, keys in self._keys(names).items()}

    def _keys(self, names: Sequence[str]) -> dict[int, DatasetKeys]:
        guide = target.digest if (target := self.target) and target.guide else ""
        offered = names or (registry() if guide else untargeted())
        asked = (self.profile, tuple(offered), guide, self.store.matrix.score_state())
        if self._known_keys is None or self._known_keys[0] != asked:
            models, wanted, guide, _ = asked
            found = {
                each.dataset_id: dataset_keys(self.store.scores, each, wanted, models, guide)
                for each in self.store.datasets.all()
            }
            self._known_keys = asked, found
        return self._known_keys[1]

    def refresh(self) -> bool:
        """Take in what workers have finished and bring the scores in view up to date; whether these have changed."""
        self.client.take_in(self.store)
        return self.refresh_scores()

    def refresh_scores(self) -> bool:
        """Bring the scores in view up to date with datasets, profile and own code; whether they have changed."""
        self._offer_own()
        return self.store.matrix.refresh(self.scorers())

    @property
    def own_allowed(self) -> tuple[bool, bool]:
        """Whether indicators and ways of the user's own are offered."""
        return bool(self.store.settings.get(SETTING, False)), bool(self.store.settings.get(WAYS_SETTING, False))

    def _offer_own(self) -> None:
        """Offer the user's own code of both kinds, or not."""
        indicators, ways = self.own_allowed
        self.own = offer(self.paths.indicators, indicators)
        self.own_ways = offer_ways(self.paths.ways, ways)

    def queue(self, progress: Progress) -> AbstractContextManager[None]:
        """See that the queue takes jobs, as `jobs.temporary_worker.queue_there`."""
        return queue_there(self.client, self.paths, progress)

    def worker(self, progress: Progress) -> AbstractContextManager[TemporaryWorker | None]:
        """See that a worker takes jobs, as `jobs.temporary_worker.worker_at_work`."""
        return worker_at_work(self.client, self.paths, progress)


def refuse_unknown_profile(name: str) -> None:
    """Refuse the name of a profile that is not here.

    Raises:
        InputError: there is no such profile.
    """
    if name not in profiles():
        raise InputError("Unknown model profile.", where=name, mend=among(profiles()))
