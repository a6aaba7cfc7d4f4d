"""Presets are found by their plain names and by the keys that stored specs have."""

import pytest

from core.errors import InputError
from core.experiments.presets import NAMES, PRESETS, preset_named


def test_every_preset_has_a_plain_name() -> None:
    assert {preset_named(name).name for name in NAMES} == set(PRESETS)


def test_an_older_name_stays_accepted() -> None:
    assert preset_named("taste") == preset_named("quick-trial")


def test_an_unknown_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match=r"huge: Unknown preset\. Choose from quick-trial, workstation, paper\."):
        preset_named("huge")
