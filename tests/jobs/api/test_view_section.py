"""Views by name: saved, renamed, deleted, and without what is gone since."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from core.rows.filters import Filters, MapArea
from core.rows.view import View
from jobs.api import Studio

GOOD = View(Filters().with_range("reward", 1.0, None), "reward", True, ("reward",))


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio.open(tmp_path) as opened:
        yield opened


def test_views_are_saved_renamed_and_deleted_in_their_order(studio: Studio) -> None:
    studio.views.save(" good ", GOOD)
    studio.views.save("all", View())
    studio.views.rename("good", "better")
    assert [(each.name, each.view) for each in studio.views.all()] == [("better", GOOD), ("all", View())]
    assert studio.views.table().to_dict("records")[0] == {
        "name": "better", "sort": "reward", "descending": True, "filters": 1,
    }  # fmt: skip
    studio.views.save("better", View())
    assert studio.views.get("better").view == View()
    studio.views.delete("better")
    assert [each.name for each in studio.views.all()] == ["all"]


def test_a_view_keeps_nothing_that_is_gone(studio: Studio) -> None:
    there = studio.datasets.all()[0].dataset_id
    area = MapArea("a map that is gone", ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    studio.views.save("old", View(Filters((there, 999)).with_area(area).with_range("no_such_score", 1.0, None)))
    assert studio.views.get("old").view.filters == Filters((there,))


def test_names_that_cannot_be_are_refused(studio: Studio) -> None:
    studio.views.save("one", View())
    studio.views.save("two", View())
    for act, said in (
        (lambda: studio.views.save("  ", View()), "1 to 120"),
        (lambda: studio.views.rename("one", "two"), "Another view"),
        (lambda: studio.views.rename("none", "three"), "not found"),
        (lambda: studio.views.delete("none"), "not found"),
    ):
        with pytest.raises(InputError, match=said):
            act()
    assert [each.name for each in studio.views.all()] == ["one", "two"]
