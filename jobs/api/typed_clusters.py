"""Clusters of a map as people name them: `poem, verse`, `3`, `none`, `not poem, verse`."""

from collections.abc import Mapping, Sequence

from core.errors import InputError
from core.rows.filters import MapCluster
from core.store.maps import NO_CLUSTER

NOT, NONE = "not ", "none"


def typed_clusters(texts: Sequence[str], map_id: str, names: Mapping[int, str]) -> tuple[MapCluster, ...]:
    """The clusters that texts mean, by name or number; `none` is the rows in no cluster, after `not` rows are left out.

    Args:
        names: of the map's clusters, by number.

    Raises:
        InputError: there is no such cluster.
    """
    return tuple(_typed(text, map_id, names) for text in texts)


def _typed(text: str, map_id: str, names: Mapping[int, str]) -> MapCluster:
    outside = text.lower().startswith(NOT)
    wanted = " ".join((text[len(NOT) :] if outside else text).lower().split())
    if wanted in (NONE, NO_CLUSTER):
        return MapCluster(map_id, None, NO_CLUSTER, outside)
    for number, name in names.items():
        if wanted in (str(number), name):
            return MapCluster(map_id, number, name, outside)
    known = "; ".join(names.values())
    raise InputError(
        "Cluster not found.", where=text, mend=f"Choose from {known}; {NONE}." if known else "The map has no clusters."
    )
