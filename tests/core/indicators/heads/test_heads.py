"""Shipped heads are small, what their names tell, and say of themselves what the documentation says."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelUnavailable
from core.indicators import registry
from core.indicators.heads.features import SURFACE
from core.indicators.heads.head import WEIGHTS, Heads, design
from core.models.profiles import profile
from core.paths import PROJECT

FILES = (profile("embedded").reward.id, profile("embedded").quality.id)


def test_shipped_files_are_those_of_the_profile_and_small() -> None:
    assert sorted(path.name for path in WEIGHTS.iterdir()) == sorted(FILES)
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 10_000_000


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_refused(name: str, tmp_path: Path) -> None:
    shutil.copy(WEIGHTS / name, tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    content[-1] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match="changed or damaged"):
        Heads.load(name, tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="missing"):
        Heads.load("reward-000000000000.safetensors", tmp_path)


def test_saved_heads_come_back_under_the_name_of_their_content(tmp_path: Path) -> None:
    shipped = Heads.load(FILES[0])
    path = shipped.save(tmp_path, "reward")
    again = Heads.load(path.name, tmp_path)
    features = np.random.default_rng(0).normal(size=(4, len(shipped.mean)))
    np.testing.assert_allclose(again.score("reward", features), shipped.score("reward", features))
    assert again.trust == shipped.trust
    assert path.name == FILES[0]


def test_the_cosine_is_of_standardised_states() -> None:
    states = np.array([[1.0, 2.0, -1.0, 3.0], [0.0, 1.0, 1.0, 1.0]])
    features = np.hstack([np.zeros((2, len(SURFACE))), states])
    found = design(features, np.zeros(features.shape[1]), np.ones(features.shape[1]), len(SURFACE))
    expected = [(1 * -1 + 2 * 3) / np.sqrt(5 * 10), 1 / np.sqrt(2)]
    np.testing.assert_allclose(found[:, -1], expected)


def test_squares_are_read_and_no_feature_beside_the_states_counts_more_than_three_deviations() -> None:
    found = design(np.array([[9.0, -1.5, 50.0, 1.0]]), np.zeros(4), np.ones(4), 2, curved=True)
    np.testing.assert_allclose(found[0, :5], [3.0, -1.5, 3.0, 1.25, 50.0])


def test_the_documentation_gives_the_numbers_that_the_files_give() -> None:
    told = (PROJECT / "docs" / "indicators.md").read_text(encoding="utf-8")
    for name in ("reward", "naturalness", "coherence", "understandability"):
        for each in registry()[name].trust(profile("embedded")).agreements:
            line = next(line for line in told.splitlines() if line.startswith(f"| {name}, {each.compared_with} |"))
            numbers = [each.value, *([] if each.reference_value is None else [each.reference_value])]
            assert [float(found.replace("−", "-")) for found in re.findall(r"−?\d\.\d{3}", line)] == numbers


def test_counts_and_distances_have_nothing_to_agree_with() -> None:
    assert all(registry()[name].trust(profile("embedded")) is None for name in ("output_length", "knn_distance"))


def test_unievals_own_scores_are_not_called_weak() -> None:
    assert not registry()["coherence"].trust(profile("paper")).weak
