"""Clusters are asked for by name or number, or left out; what is none is refused with those that there are."""

import pytest

from core.errors import InputError
from core.rows.filters import MapCluster
from jobs.api.typed_clusters import typed_clusters

NAMES = {1: "poem, verse", 2: "python function"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Poem, verse", MapCluster("a map", 1, "poem, verse")),
        (" 2 ", MapCluster("a map", 2, "python function")),
        ("not python function", MapCluster("a map", 2, "python function", outside=True)),
        ("none", MapCluster("a map", None, "no cluster")),
        ("not no cluster", MapCluster("a map", None, "no cluster", outside=True)),
    ],
)
def test_a_text_means_a_cluster(text: str, wanted: MapCluster) -> None:
    assert typed_clusters([text], "a map", NAMES) == (wanted,)


def test_an_unknown_cluster_is_refused() -> None:
    with pytest.raises(InputError, match=r"Cluster not found.*poem, verse; python function; none"):
        typed_clusters(["3"], "a map", NAMES)
    with pytest.raises(InputError, match="The map has no clusters"):
        typed_clusters(["1"], "a map", {})
