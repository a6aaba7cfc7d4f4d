"""Answers of a real worker, with a model of few layers."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def models_dir(shallow_models: Path) -> Path:
    """What it says is compared with the same model asked by itself."""
    return shallow_models
