"""`map` lays rows out by a real worker, once, and writes where they lie."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from core.indicators.scoring import embedding_model
from jobs.api import Studio
from tests.jobs.shell import Shell


def test_a_map_is_made_once_and_its_places_are_written(shell: Shell, tmp_path: Path) -> None:
    queued = shell.json("map", "handbook")
    assert queued["status"] in ("queued", "running") and queued["rows"] == 0
    file = tmp_path / "places.csv"
    made = shell.json("map", "handbook", "--out", str(file))
    assert (made["status"], made["method"], made["rows"], made["datasets"]) == ("done", "UMAP", 90, ["handbook"])
    places = pd.read_csv(file)
    with Studio.open(shell.root) as studio:
        jobs = [each for each in studio.session.client.jobs() if each.kind == "map"]
        scores = studio.scores.table("handbook").set_index("row_id")
        stored = studio.session.store.maps.input([1], embedding_model(studio.profile))
        rows = studio.session.store.rows.numbers(stored["key"].to_pylist())
    assert len(jobs) == 1, "the waiting job is gone on with, none is added"
    assert places.columns[:6].tolist() == ["dataset", "row_id", "x", "y", "mark", "cluster"]
    sizes = {each["name"]: each["rows"] for each in made["clusters"]}
    assert places["cluster"].fillna("no cluster").value_counts().to_dict() == sizes
    for name, size in sizes.items():
        assert shell.json("rows", "handbook", "--cluster", name)["total"] == size
        assert shell.json("rows", "handbook", "--cluster", f"not {name}")["total"] == 90 - size
    assert "Cluster not found" in shell.refused("rows", "handbook", "--cluster", "of nothing")
    assert places.set_index("row_id")["mtld"].to_dict() == scores["mtld"].to_dict()

    vectors = {rows[each["key"]]: each["vector"] for each in stored.to_pylist()}
    meanings = np.array([vectors[row] for row in places["row_id"]])
    likeness = meanings @ meanings.T
    near = nearest(places[["x", "y"]].to_numpy())
    apart = likeness[~np.eye(len(places), dtype=bool)]
    assert likeness[np.arange(len(places)), near].mean() > apart.mean() + 0.1, "what lies together means much the same"

    same = tmp_path / "places.parquet"
    code, said, _ = shell.run("map", "handbook", "--out", str(same))
    assert code == 0 and "90 rows of handbook, UMAP" in said
    pd.testing.assert_frame_equal(
        pd.read_parquet(same)[["row_id", "x", "y"]], places[["row_id", "x", "y"]], check_dtype=False
    )


def nearest(points: np.ndarray) -> np.ndarray:
    """Of each point the nearest other one."""
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


def test_maps_after_scoring_are_switched_off_and_on(shell: Shell) -> None:
    assert shell.json("map", "--automatic", "off") == {"automatic": False}
    with Studio.open(shell.root) as studio:
        assert not studio.maps.automatic
    assert "--automatic stands alone" in shell.refused("map", "handbook", "--automatic", "on")
    assert shell.run("map", "--automatic", "on")[1] == "The app computes the map after scoring.\n"


def test_what_can_not_be_mapped_is_told(shell: Shell, tmp_path: Path) -> None:
    assert "Dataset not found" in shell.refused("map", "nowhere")
    assert "is not clear from the file name" in shell.refused("map", "handbook", "--out", "places.png")
    rows = [{"instruction": f"Ask {i}?", "output": f"Answer {i}."} for i in range(3)]
    file = tmp_path / "new.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    shell.json("load", str(file))
    assert "No row has an embedding. Score the KNN distance first" in shell.refused("map", "new")
