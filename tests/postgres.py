"""A PostgreSQL server for a test: Debian's package, through apt where that is allowed."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser import apt_install

SENTENCE = "No PostgreSQL server found: install one (Debian: postgresql). The tests with several workers need it."


def find_postgres() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest version."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1] if found else None


def install_postgres() -> None:
    """Install the server through apt, where there is apt and the right to use it."""
    apt_install("The tests with several workers need PostgreSQL", "postgresql")


@contextmanager
def running() -> Iterator[str]:
    """A server on a free port of 127.0.0.1 with its data in a folder of its own; gives the URL of a database."""
    programs = find_postgres()
    assert programs is not None, SENTENCE
    folder = Path(tempfile.mkdtemp(prefix="studio-postgres-"))  # pytest's own folders are closed to other users
    as_user = {}
    if sys.platform != "win32" and os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = folder / "data"
    command = [str(programs / "initdb"), "-D", str(data), "-U", "studio", "-A", "trust", "-N"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **as_user)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd=folder, **as_user)
    try:
        yield f"postgresql://studio@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder, **as_user)
        shutil.rmtree(folder)
