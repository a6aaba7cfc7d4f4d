"""The worker process, `python -m jobs.worker`: takes one job after the other and keeps its models loaded.

It never opens the store. Killed at any moment, it goes on at the step it was in when it is started again.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from core.embeddings.compiled import compile_apart, keep_in, kept
from core.environment import Environment, read_environment
from core.errors import JobError, StudioError
from core.files import not_written
from core.models.device import device_names
from core.models.no_compiler import leave_out_compiler
from core.private_folder import OTHERS, keep_private
from jobs.queue.attempts import Attempts
from jobs.queue.folder import raising_storage_full
from jobs.queue.heartbeat import BEAT_SECONDS, Heartbeat, Silences
from jobs.queue.kinds import job_kinds
from jobs.queue.quiet_asking import rest
from jobs.queue.rebuild import QueueDamaged, queue_fault, rebuild_if_lost, set_aside_if_lost
from jobs.queue.resources import Devices, Models, Runs
from jobs.queue.settings import (
    APPLICATION,
    APPLICATION_VERSION,
    QUEUE,
    TUNING_QUEUE,
    database_url,
    executor_id,
    worker_name,
)
from jobs.queue.workflow import WorkerContext
from jobs.remote.courier import RemoteCouriers
from jobs.remote.files import FilesUnreachable, RemoteFiles
from jobs.remote.heartbeats import RemoteHeartbeats

PROGRAM = "jobs.worker"
ALREADY_RUNNING = 3
QUIET_SECONDS = 60.0  # after its start, in which the computer is left to what the user does first
POLL_SECONDS = TUNING_POLL_SECONDS = 1.0
CHECK_BEATS = 6  # between two looks at whether the queue's database is whole
RESTARTED = "It is made again from the jobs' folders when the worker starts next."
LOST_SECONDS = 60.0  # of silence, after which a worker on another machine is taken for dead

log = logging.getLogger("worker")


class WorkerAlreadyRunning(JobError):
    """One worker of a name can serve a data folder, and one does."""


def main() -> int:
    """Run until SIGTERM or Ctrl-C. Returns the exit code: 3 when another worker runs already."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it warns of a faster kernel that it can't fetch
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", stream=sys.stderr)
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        environment = read_environment(os.environ)
        leave_out_compiler(os.environ)
        os.umask(OTHERS)
        keep_private(environment.paths.root)
        _work(environment, keep_in(environment.paths.compiled, os.environ))
    except KeyboardInterrupt:
        log.info("stopped; a running job goes on at the next start")
    except WorkerAlreadyRunning as error:
        print(error, file=sys.stderr)
        return ALREADY_RUNNING
    except QueueDamaged as error:
        print(error, file=sys.stderr)
        logging.shutdown()
        os._exit(1)  # threads of the queue may hang on it; whoever starts the next worker gets it made again
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    # The step in flight is dropped: its part is whole or not there, and it is run again. Waiting for it is no use.
    logging.shutdown()
    os._exit(0)


def _work(environment: Environment, compiled: Path) -> None:
    paths = environment.paths
    jobs = paths.work if environment.jobs_files else paths.jobs
    url = database_url(paths, environment.jobs_url)
    heartbeat = Heartbeat(jobs, worker_name(url, environment.worker))
    try:
        with raising_storage_full(jobs):
            jobs.mkdir(parents=True, exist_ok=True)
            heartbeat.lock_file.touch()
    except OSError as error:
        raise not_written(error, "the folder of jobs", jobs) from error
    remote = RemoteFiles(environment.jobs_files) if environment.jobs_files else None
    beats = RemoteHeartbeats(remote, jobs) if remote else None
    with _alone(heartbeat), Attempts() as attempts:
        own_code = remote is None or environment.own_indicators == "on"  # a folder of one's own is trusted
        places = device_names(environment.device)
        runs, couriers = Runs(), RemoteCouriers(remote, jobs)
        models = Models(paths.models, environment.device)
        context = WorkerContext(jobs, models, Devices(places), couriers, runs, attempts, own_code)
        own_queue = None if environment.jobs_url else paths.jobs_database
        if own_queue:
            set_aside_if_lost(paths)
        _launch(context, url, heartbeat.name, len(places), own_queue)
        if own_queue and (made := rebuild_if_lost(jobs, url)):
            log.warning("%s", made.told)
        heartbeat.begin()
        log.info("waiting for jobs in %s", remote.url if remote else jobs)
        compiling, quiet_until, silences = None, time.monotonic() + QUIET_SECONDS, Silences()
        for beat in count(1):
            if own_queue and beat % CHECK_BEATS == 0 and (fault := queue_fault(own_queue)):
                raise QueueDamaged(f"The queue's database is damaged ({fault}).", where=str(own_queue), mend=RESTARTED)
            if _met(heartbeat, beats) and heartbeat.name:
                _take_over(heartbeat, silences, beats)
            time.sleep(BEAT_SECONDS)
            heartbeat.beat()
            attempts.beat()
            if compiling is not None:
                compiling.poll()
            elif time.monotonic() > quiet_until and not runs.at_work and not kept(compiled):
                compiling = compile_apart()
            if runs.rested(environment.idle_seconds):
                attempts.stopped()
                _begin_anew()


def _begin_anew() -> None:
    """Replace this process by a fresh one of the same id: nothing else gives back the memory of models and libraries.

    A job that has just been taken from the queue is taken up again by the fresh one, as after a kill. A process that
    can't be replaced keeps what it has: on Windows, and where this module is only a part of a program.
    """
    if os.name == "posix" and sys.orig_argv[-1] == PROGRAM:
        log.info("idle; starting anew to free memory")
        logging.shutdown()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _met(own: Heartbeat, beats: RemoteHeartbeats | None) -> bool:
    """Exchange heartbeats with the other workers; False where that failed: their silence says nothing then."""
    try:
        if beats:
            beats.send(own)
            beats.receive(own)
        return True
    except (FilesUnreachable, OSError) as error:
        log.info("%s", error)
        return False


@contextmanager
def _alone(heartbeat: Heartbeat) -> Iterator[None]:
    """Hold the lock that one worker of a data folder can hold.

    Raises:
        WorkerAlreadyRunning: another one holds it.
    """
    lock = FileLock(heartbeat.lock_file)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        other = heartbeat.state()
        which = f"process {other.pid}" if other.alive else "one that is only just starting"
        raise WorkerAlreadyRunning(
            f"A worker is already running on this data folder: {which}.",
            where=str(heartbeat.jobs.parent),
            mend="To replace it, stop that process first.",
        ) from error
    with lock:
        yield


def _take_over(own: Heartbeat, silences: Silences, beats: RemoteHeartbeats | None) -> None:
    """Put back into the queue what workers that have fallen silent were at: any living one then goes on with it."""
    from dbos import DBOS

    for other in Heartbeat.every(own.jobs):
        if other.name != own.name and silences.seconds(other) > LOST_SECONDS:
            log.info("worker %s is silent; its jobs go back into the queue", other.name)
            DBOS._recover_pending_workflows([executor_id(other.name)])
            other.file.unlink(missing_ok=True)
            if beats:
                beats.forget(other)


def _launch(context: WorkerContext, url: str, name: str, devices: int, own_queue: Path | None) -> None:
    """Make the queue's tables, take up again what an earlier worker left, and begin to listen."""
    from dbos import DBOS

    from jobs.queue.serializer import plain_values

    dbos = DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": url,
            "executor_id": executor_id(name),
            "application_version": APPLICATION_VERSION,
            "serializer": plain_values(),
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": 60.0,  # nothing here waits for notifications
        }
    )
    for kind in job_kinds().values():
        kind.register(context)
    DBOS.listen_queues([QUEUE, TUNING_QUEUE])
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=POLL_SECONDS)
    DBOS.register_queue(TUNING_QUEUE, worker_concurrency=devices, polling_interval_sec=TUNING_POLL_SECONDS)
    rest(dbos, own_queue)


if __name__ == "__main__":
    sys.exit(main())
