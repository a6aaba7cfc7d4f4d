"""Few open files allowed: do commands, worker and app work, or say one sentence?

    python -m benchmarks.faults_open_files [--limits 256 64 32]

Under `ulimit -n` each command of a short session is run by itself: 300 files are loaded, scored by a worker of the
command's own, listed, selected and exported. Then the studio is started, and its page is asked by 40 clients at once.
POSIX only.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.faults_operations import MODELS
from core.paths import PROJECT

FILES, CLIENTS = 300, 40
COMMANDS: dict[str, tuple[str, ...]] = {
    "load 300 files": ("load", "{rows}", "--name", "rows"),
    "score": ("score", "rows", "--indicators", "output_words", "mtld"),
    "load 4 files": ("load", "{few}", "--name", "few"),
    "score with models": ("score", "few", "--indicators", "perplexity", "knn_distance"),
    "list": ("list", "jobs"),
    "select": ("select", "--by", "output_words", "--rows", "100", "--save", "best"),
    "export": ("export", "best", "--out", "{data}/out/"),
}


def run(data: Path, arguments: tuple[str, ...], limit: int) -> tuple[int, str]:
    """The exit code of a command under the limit, and what it said last."""
    ended = subprocess.run(
        [sys.executable, "-m", "jobs", *arguments, "--quiet"],
        cwd=PROJECT,
        env={**os.environ, "STUDIO_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=200,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
    )
    said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
    trace = "TRACEBACK: " * ("Traceback" in ended.stderr)
    return ended.returncode, trace + (ended.stderr.strip().splitlines() or said or [""])[-1]


def app(data: Path, limit: int) -> str:
    """Start the studio under the limit, ask its page many times at once, and stop it."""
    begun = subprocess.Popen(
        [sys.executable, "start.py", "--no-browser", "--port", "8931"],
        cwd=PROJECT,
        env={**os.environ, "STUDIO_DATA": str(data), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
    )
    assert begun.stdout is not None
    said = ""
    for said in begun.stdout:
        if "is open at" in said:
            break
    if begun.poll() is not None or "is open at" not in said:
        return f"ended with {begun.wait()}: {said.strip()}"
    lines = []
    for _ in range(CLIENTS):
        with suppress(OSError):
            lines.append(socket.create_connection(("127.0.0.1", 8931), timeout=10))
    answers = 0
    for line in lines:
        with suppress(OSError):
            line.sendall(b"GET /_stcore/health HTTP/1.1\r\nHost: 127.0.0.1:8931\r\n\r\n")
            answers += b"200 OK" in line.recv(1_000)
    for line in lines:
        line.close()
    alive = (data / "jobs" / "worker.json").exists()
    until = time.monotonic() + 60
    while not alive and time.monotonic() < until:
        time.sleep(0.5)
        alive = (data / "jobs" / "worker.json").exists()
    begun.terminate()
    begun.wait(30)
    return f"{answers} of {CLIENTS} clients at once were answered; the worker {'runs' if alive else 'does not run'}"


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--limits", type=int, nargs="+", default=[256, 64, 32])
    asked = lines.parse_args()
    print("| open files | what | exit code | seconds | said |\n| --- | --- | --- | --- | --- |")
    for limit in asked.limits:
        with tempfile.TemporaryDirectory(prefix="open-files-") as folder:
            data, rows = Path(folder) / "data", Path(folder) / "rows"
            few = Path(folder) / "few"
            rows.mkdir()
            few.mkdir()
            data.mkdir()
            (data / "models").symlink_to(MODELS, target_is_directory=True)
            for number in range(FILES):
                row = {"instruction": f"Name number {number}.", "output": f"It is {number}, said in words."}
                for place in (rows, few)[: 1 + (number < 4)]:
                    (place / f"{number:04d}.jsonl").write_text(json.dumps(row) + "\n")
            for name, arguments in COMMANDS.items():
                filled = tuple(each.format(rows=rows, few=few, data=data) for each in arguments)
                began = time.monotonic()
                code, said = run(data, filled, limit)
                print(f"| {limit} | {name} | {code} | {time.monotonic() - began:.1f} | {said} |", flush=True)
            print(f"| {limit} | the studio | | | {app(data, limit)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
