"""Experiments on a real worker, with a model of few layers."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def models_dir(shallow_models: Path) -> Path:
    """Queues, kills, checkpoints and losses are those of any model."""
    return shallow_models
