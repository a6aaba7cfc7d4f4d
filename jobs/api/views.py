"""Views that were saved by name: filters, order, columns and colour."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from core.errors import InputError
from core.rows.view import View
from core.values import mended
from jobs.api.lookup import NAME_CHARACTERS, among, of_what_is_here
from jobs.api.section import Section

VIEWS = "views"


@dataclass(frozen=True)
class SavedView:
    """A view and what it is called."""

    name: str
    view: View


class ViewSection(Section):
    """Looks at the rows, saved by name; the pages open them, `rows` and `select` take their filters."""

    name = "views"

    def all(self) -> list[SavedView]:
        """Every saved view, in the order in which they were saved."""
        return [SavedView(name, self._of_today(mended(View, each))) for name, each in self._kept().items()]

    def table(self) -> pd.DataFrame:
        """All views: name, sort, descending, filters (how many hold)."""
        lines = [(each.name, each.view.sort, each.view.descending, each.view.filters.count) for each in self.all()]
        return pd.DataFrame(lines, columns=["name", "sort", "descending", "filters"])

    def get(self, which: str) -> SavedView:
        """A view by name.

        Raises:
            InputError: there is none of this name.
        """
        for each in self.all():
            if each.name == which:
                return each
        raise InputError("View not found.", where=which, mend=among([each.name for each in self.all()]))

    def save(self, name: str, view: View) -> None:
        """Keep a view under a name, in place of the one that had it.

        Raises:
            InputError: the name is empty or too long.
            StoreError: it can't be written.
        """
        with self._store.connection.writing:
            self._store.settings.set(VIEWS, self._kept() | {_named(name): view.as_dict()})

    def rename(self, which: str, name: str) -> str:
        """Call a view something else; the new name.

        Raises:
            InputError: there is none of this name, the new one is another's, or it is empty or too long.
        """
        with self._store.connection.writing:
            self.get(which)
            new = _named(name)
            if new != which and new in self._kept():
                raise InputError("Another view has this name.", where=new, mend="Choose another name.")
            renamed = {new if each == which else each: view for each, view in self._kept().items()}
            self._store.settings.set(VIEWS, renamed)
            return new

    def delete(self, which: str) -> None:
        """Forget a view; no row is changed.

        Raises:
            InputError: there is none of this name.
        """
        with self._store.connection.writing:
            self.get(which)
            self._store.settings.set(VIEWS, {name: each for name, each in self._kept().items() if name != which})

    def _of_today(self, view: View) -> View:
        return replace(view, filters=of_what_is_here(self._store, view.filters))

    def _kept(self) -> dict[str, Any]:
        kept = self._store.settings.get(VIEWS, {})
        return kept if isinstance(kept, dict) else {}


def _named(name: str) -> str:
    stripped = name.strip()
    if not 0 < len(stripped) <= NAME_CHARACTERS:
        raise InputError(
            f"A name has 1 to {NAME_CHARACTERS} characters.", where=stripped[:40], mend="Choose another name."
        )
    return stripped
