"""The encoder of searches: as the one of scoring, in a process that ends when it is not asked, and comes again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import ModelUnavailable
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.text_encoder import TextEncoder
from tests.started import until

TEXT = "How do I sort a list in “Python”?\nBriefly."


def processes() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [
        each for each in children if each.status() != psutil.STATUS_ZOMBIE and "text_encoder" in str(each.cmdline())
    ]


@pytest.fixture(scope="module")
def encoder(models_dir: Path) -> Iterator[TextEncoder]:
    made = TextEncoder(profile("embedded"), models_dir, idle_seconds=5.0)
    yield made
    made.close()


def test_it_gives_what_scoring_gives_and_ends_when_idle_and_comes_again(encoder: TextEncoder, models_dir: Path) -> None:
    wanted = ModelPool(profile("embedded"), models_dir).encoder.encode(TEXT, normalize_embeddings=True)
    encoder.load()
    (first,) = processes()
    assert np.array_equal(encoder.encode(TEXT), wanted)
    assert np.array_equal(encoder.encode(TEXT), wanted) and processes() == [first]
    until(lambda: not processes(), "it has ended")
    assert np.array_equal(encoder.encode(TEXT), wanted)
    (second,) = processes()
    second.kill()
    assert np.array_equal(encoder.encode(TEXT), wanted), "a killed one comes again as well"
    encoder.close()
    assert not processes()


def test_a_model_that_can_not_be_had_is_told_as_elsewhere(models_dir: Path) -> None:
    plain = profile("embedded")
    missing = replace(plain, encoder=replace(plain.encoder, kind="hub", id="nobody/no-such-encoder"))
    encoder = TextEncoder(missing, models_dir, idle_seconds=60.0)
    with pytest.raises(ModelUnavailable, match="no-such-encoder cannot be loaded"):
        encoder.encode(TEXT)
    encoder.close()
