"""Workers that need not import torch again: forks of one process that has imported all that workers use, and no more.

Each is a process of its own that runs `jobs.worker.main` as `python -m jobs.worker` does, and can be killed as that;
it only asks its queues for work more often, as the jobs of tests take seconds.
What importing has to do with is tested with workers that are started whole: see tests/jobs/test_worker.py.
"""

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.paths import PROJECT

POLL_SECONDS = 0.2  # they are asked for jobs of seconds
# Tests kill workers again and again, at moments that have nothing to do with the job.
MAIN = (
    "from jobs import worker; from jobs.queue import attempts; attempts.MOST_KILLED = 1_000; "
    "raise SystemExit(worker.main())"
)
OFTEN = f"from jobs import worker; worker.POLL_SECONDS = worker.TUNING_POLL_SECONDS = {POLL_SECONDS}; " + MAIN


class ForkedWorker:
    """One of them, with what `subprocess.Popen` has of a process."""

    def __init__(self, forks: "WorkerForks", pid: int) -> None:
        self._forks, self.pid = forks, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._forks.ask(ended=self.pid)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended.

        Raises:
            TimeoutExpired: it runs after so many seconds.
        """
        until = time.monotonic() + (timeout or float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("a forked worker", timeout or 0.0)
            time.sleep(0.005)
        return code


class WorkerForks:
    """The process that they are forks of. POSIX only."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.worker_forks"], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def start(self, log: Path, code: str = MAIN, **environment: str) -> ForkedWorker:
        """Start a worker with this environment beside the process's own; its output is added to the log."""
        return ForkedWorker(self, self.ask(code=code, log=str(log), environment={**os.environ, **environment}))

    def ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End it; those that still run are killed."""
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate(timeout=30)


def main() -> None:
    _import_what_workers_import()
    running: set[int] = set()
    for line in sys.stdin.buffer:
        question = json.loads(line)
        if "code" in question:
            answer: int | None = _fork(**question)
            running.add(answer)
        else:
            answer = _ended(question["ended"])
            running -= {question["ended"]} if answer is not None else set()
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.flush()
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _import_what_workers_import() -> None:
    gc.disable()
    import peft  # noqa: F401
    import sentence_transformers  # noqa: F401
    from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer  # noqa: F401

    from core.finetune import model, run  # noqa: F401
    from jobs import worker
    from jobs.answers import job  # noqa: F401
    from jobs.experiments import set_job, workflows  # noqa: F401
    from jobs.maps import job as map_job  # noqa: F401
    from jobs.scoring import job as scoring_job  # noqa: F401

    worker.POLL_SECONDS = worker.TUNING_POLL_SECONDS = POLL_SECONDS
    gc.collect()
    gc.freeze()  # tuning searches for garbage at every turn, and would go through all that was imported
    gc.enable()


def _fork(code: str, log: str, environment: Mapping[str, str]) -> int:
    """The process id of a fork that runs the code."""
    pid = os.fork()
    if pid:
        return pid
    ended = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        for source, target in ((os.open(os.devnull, os.O_RDONLY), (0,)), (_appended(log), (1, 2))):
            for each in target:
                os.dup2(source, each)
        exec(code, {"__name__": "worker"})
    except SystemExit as error:
        ended = int(error.code or 0)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stderr.flush()
        os._exit(ended)


def _appended(log: str) -> int:
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


if __name__ == "__main__":
    main()
