"""The folder .venv: everything that requirements files name, installed by pip, and in words what keeps it from that.

`start.py` uses it before anything is installed: it needs nothing but the standard library.
"""

from __future__ import annotations  # an older Python shall get as far as being refused in words

import hashlib
import os
import subprocess
import venv
from collections import deque
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class StartError(Exception):
    """What keeps the studio from starting, and how to mend it, in words for the user."""


def install(*names: str) -> None:
    """Make .venv hold what the requirements files name; quick when it does already.

    Raises:
        StartError: it can't be installed.
    """
    if not PYTHON.exists():
        print("Creating the folder .venv ...", flush=True)
        venv.create(VENV, clear=True, symlinks=os.name != "nt")  # a copied Python may not find its library
    for name in names:
        file, stamp = PROJECT / name, VENV / f"{name}.installed"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            continue
        print(f"Installing the packages of {name}. The first time takes some minutes.", flush=True)
        if subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True).returncode:
            raise StartError("This Python comes without pip. On Debian and Ubuntu: sudo apt install python3-venv")
        lines = file.read_text("utf-8").splitlines()
        alone = [line for line in lines if line.endswith("# no-deps")]
        _pip_install(name, [line for line in lines if line not in alone])
        if alone:
            _pip_install(name, alone, "--no-deps")
        stamp.write_text(digest)


def _pip_install(name: str, lines: list[str], *options: str) -> None:
    listed = VENV / "listed.txt"
    listed.write_text("\n".join(lines), "utf-8")
    command = [str(PYTHON), "-m", "pip", "install", "--progress-bar=off", *options, "-r", str(listed)]
    last: deque[str] = deque(maxlen=6)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as pip:
        assert pip.stdout is not None
        for line in (raw.decode("utf-8", "replace").strip() for raw in pip.stdout):
            if line.startswith(("Collecting", "Installing", "Building")):
                print(f"  {line[:100]}", flush=True)
            if line and not line.startswith("[notice]"):
                last.append(line)
    if pip.returncode == 0:
        return
    errors = [line for line in last if line.startswith("ERROR")] or list(last)
    raise StartError(
        f"Installing the packages of {name} failed:\n  "
        + "\n  ".join(errors)
        + f"\n{advice(' '.join(last))}\nThen start again; it continues "
        "from here."
    )


def advice(output: str) -> str:
    if "No space left" in output:
        return "The disk is full: free some gigabytes."
    if "No matching distribution" in output or "Could not find a version" in output:
        return "Check that line and the connection to the package index (`pip config list`)."
    if any(word in output for word in ("Connection", "Timeout", "timed out", "resolve", "SSL", "Proxy")):
        return "Check the internet connection; behind a proxy set HTTPS_PROXY."
    return "Fix what these lines report, or delete the folder .venv and start again."
