"""CPU seconds of commands that compute nothing, beside loading pandas and DuckDB: `python -m benchmarks.commands`.

Each is a process of its own, run in turns; the least of the repeats counts.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from core.paths import PROJECT

FLOOR = ("-c", "import pandas, duckdb")
ASKED = ("--help", "list", "list indicators", "list jobs", "list rules", "rows --rows 5", "score --help")


def cpu_seconds(arguments: tuple[str, ...], data: str) -> float:
    """User and system time of a Python process and its children."""
    before = os.times()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**os.environ, "STUDIO_DATA": data},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    commands = {"import pandas, duckdb": FLOOR} | {each: ("-m", "jobs", *each.split()) for each in ASKED}
    with tempfile.TemporaryDirectory() as data:
        cpu_seconds(("-m", "jobs", "list"), data)  # makes the data folder
        turns = [{name: cpu_seconds(command, data) for name, command in commands.items()} for _ in range(repeats)]
    least = {name: min(turn[name] for turn in turns) for name in commands}
    floor = least["import pandas, duckdb"]
    for name, seconds in least.items():
        print(f"{name:24} {seconds:.2f} s of CPU, {seconds / floor:.2f} times the floor")


if __name__ == "__main__":
    main()
