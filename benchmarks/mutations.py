"""Which small faults in the code that chooses rows and judges proofs would no test notice?

    python benchmarks/mutations.py [--state FOLDER] [--only select] [--workers 2] [--again]
    python benchmarks/mutations.py --survivors            the last run's figures and survivors, without running

Cosmic Ray makes the mutants, one change each; text in quotes is not changed, nor are annotations. A mutant is killed
when a test of its file fails. Each is tried in a fork of this process, whose imports are done, and exists in that
fork's memory only: the files stay as they are, and half a second is enough for most. What came of it goes to a file of
lines, so that a run that was stopped goes on where it was; survivors are tried anew with --again, after tests were
added, and all mutants of a file when the file has changed.
"""

import argparse
import importlib
import importlib.machinery
import json
import os
import resource
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.faults_forked import Broken, Stuck, answer_of
from benchmarks.mutants import PROJECT, mutants_of

SELECTION, PROOF = "tests/core/selection", "tests/core/experiments/proof"
SUBJECTS = {  # each with its tests, those first that know it best
    "core/rules/rule.py": ["tests/core/rules"],
    "core/selection/select.py": [
        f"{SELECTION}/test_{name}.py" for name in ("choosing", "diversity", "within_range", "selection")
    ],
    "core/selection/quotas.py": [f"{SELECTION}/test_choosing.py", f"{SELECTION}/test_selection.py"],
    "core/selection/outcome.py": [f"{SELECTION}/test_outcome.py", f"{SELECTION}/test_selection.py"],
    "core/selection/spec.py": [f"{SELECTION}/test_spec.py", SELECTION],
    "core/selection/within_range.py": [f"{SELECTION}/test_within_range.py"],
    "core/experiments/sampling.py": ["tests/core/experiments/test_sampling.py"],
    "core/experiments/proof/plan.py": [f"{PROOF}/test_arms.py", f"{PROOF}/test_proof.py"],
    "core/experiments/proof/subpools.py": [f"{PROOF}/test_arms.py"],
    "core/experiments/proof/arms.py": [f"{PROOF}/test_arms.py"],
    "core/experiments/proof/contrast.py": [f"{PROOF}/test_contrast.py"],
    "core/experiments/proof/losses.py": [f"{PROOF}/test_proof.py"],
    "core/experiments/proof/power.py": [f"{PROOF}/test_proof.py", f"{PROOF}/test_proof_draft.py"],
    "core/experiments/proof/choice.py": [f"{PROOF}/test_proof_draft.py"],
    "core/experiments/proof/draft.py": [f"{PROOF}/test_proof_draft.py"],
    "core/experiments/proof/rule_table.py": [f"{PROOF}/test_rule_table.py", f"{PROOF}/test_proof_draft.py"],
    "core/experiments/proof/verdict.py": [f"{PROOF}/test_proof.py"],
}
TIMES, SECONDS = 2, 3  # a mutant that takes so many times the unchanged file's processor time and more is killed


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--state", type=Path, default=Path(tempfile.gettempdir()) / "instructmining-mutations")
    lines.add_argument("--only", default="", help="files whose path has this in it")
    lines.add_argument("--workers", type=int, default=1)
    lines.add_argument("--again", action="store_true", help="try the survivors anew")
    lines.add_argument("--survivors", action="store_true", help="run nothing, tell of the last run")
    chosen = lines.parse_args()
    chosen.state.mkdir(parents=True, exist_ok=True)
    files = [file for file in SUBJECTS if chosen.only in file]
    if not chosen.survivors:
        with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
            for file in pool.map(partial(try_all, chosen.state, chosen.again), files):
                print(f"{file}: done", flush=True)
    report(chosen.state, files)


def try_all(state: Path, again: bool, file: str) -> str:
    """Try the mutants of a file that have not been tried, each in a fork of this process."""
    os.environ |= {"HYPOTHESIS_STORAGE_DIRECTORY": str(state / "hypothesis"), "OMP_NUM_THREADS": "1"}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # looking for them takes longer than most tests
    os.chdir(PROJECT)
    tests, log = SUBJECTS[file], state / f"{_name(file)}.log"
    for name in answer_of(partial(imported_before, tests, file), log):
        with suppress(ImportError):  # some names are made while others are imported
            importlib.import_module(name)
    usual = answer_of(partial(run_tests, tests), log)
    if usual["exit"]:
        raise SystemExit(f"{file}: its tests fail without any change; see {log}")
    known = outcomes(state, file)
    seconds = SECONDS + TIMES * usual["seconds"]
    with _state_file(state, file).open("a") as kept:
        for mutant, code in mutants_of(file):
            if known.get(mutant.digest, "survived" if again else "") != ("survived" if again else ""):
                continue
            if again and mutant.digest not in known:
                continue
            log.unlink(missing_ok=True)
            outcome = try_one(tests, file, code, seconds, log)
            kept.write(json.dumps(asdict(mutant) | {"outcome": outcome}) + "\n")
            kept.flush()
    return file


def try_one(tests: list[str], file: str, code: str, seconds: float, log: Path) -> str:
    """What becomes of a mutant."""
    try:
        found = answer_of(partial(run_tests, tests, (file, code), seconds=seconds), log, 30 * seconds)
    except (Broken, Stuck):
        return "killed: it took too long or ended the process"
    return "killed" if found["exit"] else "survived"


def imported_before(tests: list[str], file: str) -> list[str]:
    """Which modules the tests import that don't depend on the file: what is whole when it is looked for."""
    watch = Watch(file)
    sys.meta_path.insert(0, watch)
    run_tests(["--collect-only", *tests])
    return [name for name in watch.whole if not name.startswith(("tests", "test_", "_pytest", "pytest"))]


def run_tests(tests: list[str], changed: tuple[str, str] | None = None, seconds: float | None = None) -> dict[str, Any]:
    """Run tests in this process until one fails; with a changed file in place of the one on the disk."""
    import pytest
    from hypothesis import Phase, settings

    settings.register_profile("mutants", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutants")
    if seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(_processor_seconds() + seconds) + 1,) * 2)
    if changed is not None:
        sys.meta_path.insert(0, Changed(*changed))
    before = _processor_seconds()
    code = pytest.main(["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "--tb=line", *tests])
    return {"exit": int(code), "seconds": _processor_seconds() - before}


class Watch(importlib.machinery.PathFinder):
    """Sees which modules are whole when one is looked for."""

    def __init__(self, file: str) -> None:
        self.module, self.whole = _module(file), list[str]()

    def find_spec(self, name: str, *_: Any) -> None:  # type: ignore[override]
        if name == self.module:
            self.whole = [each for each, found in sys.modules.items() if not _underway(found)]


class Changed(importlib.machinery.PathFinder):
    """Finds one module with other code than its file has."""

    def __init__(self, file: str, code: str) -> None:
        self.module, self.path, self.code = _module(file), str(PROJECT / file), code

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:  # type: ignore[override]
        if name != self.module:
            return None
        return importlib.machinery.ModuleSpec(name, ChangedCode(name, self.path, self.code), origin=self.path)


class ChangedCode(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, code: str) -> None:
        super().__init__(name, path)
        self.code = code

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self.path
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.code, self.path, "exec", dont_inherit=True)


def outcomes(state: Path, file: str) -> dict[str, str]:
    """What became of each mutant that was tried, by its digest."""
    kept = _state_file(state, file)
    lines = [json.loads(line) for line in kept.read_text("utf-8").splitlines()] if kept.exists() else []
    return {line["digest"]: line["outcome"] for line in lines}


def report(state: Path, files: list[str]) -> None:
    """Print the share of killed mutants by file, then the survivors."""
    survivors, table = [], []
    for file in files:
        known, own = outcomes(state, file), [mutant for mutant, _ in mutants_of(file)]
        found = Counter(known.get(mutant.digest, "not tried").partition(":")[0] for mutant in own)
        tried = found["killed"] + found["survived"]
        share = f"{100 * found['killed'] / tried:.1f} %" if tried else "-"
        table.append(f"|{file}|{len(own)}|{found['not tried']}|{found['killed']}|{found['survived']}|{share}|")
        survivors += [mutant for mutant in own if known.get(mutant.digest) == "survived"]
    for mutant in survivors:
        print(f"{mutant.file}:{mutant.line} {mutant.operator}\n  - {mutant.before}\n  + {mutant.after}")
    print("\n".join(["", "|file|mutants|not tried|killed|survived|killed of those tried|", "|-|-|-|-|-|-|", *table]))


def _name(file: str) -> str:
    return _module(file).replace(".", "-")


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def _state_file(state: Path, file: str) -> Path:
    return state / f"{_name(file)}.jsonl"


def _underway(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
