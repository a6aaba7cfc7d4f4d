"""The compiled code of maps: kept in the data folder, and made there before the first map wants it.

    python -m core.embeddings.compiled

UMAP and its search are compiled when they are first used, which takes some 20 s of CPU. numba keeps what its authors
asked it to keep; the three functions that a map spends its time in are not among that.
"""

import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, MutableMapping
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import psutil

from core.paths import PROJECT

VARIABLE = "NUMBA_CACHE_DIR"
_MADE_OF = ("umap-learn", "pynndescent", "numba")
_ROWS, _WIDTH = 80, 384


def keep_in(folder: Path, variables: MutableMapping[str, str]) -> Path:
    """Have numba keep compiled code in a folder, or in the one that the user has named, before it is loaded: which."""
    return Path(variables.setdefault(VARIABLE, str(folder)))


def kept(folder: Path) -> bool:
    """Whether the code of the versions that are installed has been compiled into this folder."""
    return _mark(folder).exists()


def compile_apart(variables: Mapping[str, str] = os.environ) -> "subprocess.Popen[bytes]":
    """Begin to compile, in a process of its own, with these variables, that ends with this one."""
    command = [sys.executable, "-m", "core.embeddings.compiled"]
    return subprocess.Popen(command, cwd=PROJECT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)


def compile_all(folder: Path) -> None:
    """Compile what a map needs, by making one of few rows."""
    import numpy as np

    from core.embeddings.projection import project
    from core.progress import Silent

    vectors = np.random.default_rng(0).normal(size=(_ROWS, _WIDTH)).astype(np.float32)
    project(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), Silent(), most_fitted=_ROWS - 1)
    folder.mkdir(parents=True, exist_ok=True)
    _mark(folder).touch()


def load_umap() -> ModuleType:
    """UMAP, with its slow functions kept as well."""
    import umap.layouts
    import umap.umap_

    # Further rows are placed all the same, by an index of `core.embeddings.projection`.
    warnings.filterwarnings("ignore", r"precomputed_knn\[2\]", UserWarning)
    for function in (
        umap.umap_.smooth_knn_dist,
        umap.umap_.compute_membership_strengths,
        umap.layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        function.enable_caching()
    return umap


def _mark(folder: Path) -> Path:
    return folder / ("-".join(f"{name}-{version(name)}" for name in _MADE_OF) + ".made")


def main() -> None:
    """Compile at the lowest priority; end when the process that asked for it does."""
    psutil.Process().nice(19 if os.name == "posix" else psutil.IDLE_PRIORITY_CLASS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    compile_all(Path(os.environ[VARIABLE]))


def _end_with_parent() -> None:
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
