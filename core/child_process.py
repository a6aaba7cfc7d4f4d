"""A process of the studio that stops with the one that started it, its output in a log file.

`start.py` uses it before anything is installed: it needs nothing but the standard library.
"""

from __future__ import annotations  # an older Python shall get as far as being refused in words

import contextlib
import os
import socket
import subprocess
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 5.0
KILLED = (-9, 137)  # exit codes of a process that the system, or somebody, has killed
LARGE_LOG = 2_000_000  # bytes; one that is larger is begun anew

# Runs a module that stops as on Ctrl-C when the socket to this process closes, for whatever reason it does:
# so nothing is left running when this process is killed, on any system.
_CHILD = f"""
import os, runpy, signal, socket, sys, threading, time
def stop_with_parent(line):
    with line:
        try: line.recv(1)
        except OSError: pass
    signal.raise_signal(signal.SIGINT) if os.name == "nt" else os.kill(os.getpid(), signal.SIGINT)
    time.sleep({STOP_SECONDS})
    os._exit(1)
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
threading.Thread(target=stop_with_parent, args=(line,), daemon=True).start()
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


class ChildProcess:
    """A module that runs in a process of its own.

    Attributes:
        log: where its output goes.
        process: once it was started.
        started: when it was, on the clock of `time.monotonic`; 0 before.
    """

    process: subprocess.Popen[bytes]

    def __init__(self, python: str | Path, data: Path, name: str, *command: str, **secret: str) -> None:
        """Args:
        data: the data folder.
        name: of the log.
        command: the module and its arguments.
        secret: goes to it as variables, which no other user can read, as they can a command.
        """
        self.python, self.data, self.command = python, data, command
        self.log = data / "logs" / f"{name}.log"
        self.secret = {"STUDIO_KEY": "", "STUDIO_PASSWORD": "", **secret}
        self.started = 0.0

    def start(self) -> None:
        """Start it, also once more when it has ended."""
        self._line = socket.create_server(("127.0.0.1", 0))
        self.started = time.monotonic()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab" if self.log.exists() and self.log.stat().st_size < LARGE_LOG else "wb") as log:
            self.process = subprocess.Popen(
                [str(self.python), "-c", _CHILD, str(self._line.getsockname()[1]), *self.command],
                cwd=PROJECT,
                env={**os.environ, "STUDIO_DATA": str(self.data), "PYTHONUNBUFFERED": "1", **self.secret},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=os.name == "posix",  # Ctrl-C in the terminal reaches the process above only
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    def let_go(self) -> None:
        """Have it stop, as on Ctrl-C, without waiting for it."""
        self._line.close()

    def wait(self) -> None:
        """Return once it has stopped; one that does not is killed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def how_ended(self) -> str:
        """How it ended, to go after its name: "stopped (exit code 1)"; one that was killed says why that may be."""
        code = self.process.poll()
        if code in KILLED:
            return "was killed, most likely because memory ran out (SIGKILL)"
        return f"stopped (exit code {code})"

    def last_words(self, lines: int = 8) -> list[str]:
        """The last lines of its log that say something, fit to be printed."""
        said = [line for line in self.log.read_text("utf-8", "replace").splitlines() if line.strip()]
        return ["".join(each if each.isprintable() else "?" for each in line) for line in said[-lines:]]
