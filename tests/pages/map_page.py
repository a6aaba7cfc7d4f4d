"""The Map page as a test sees and uses it: a map like a worker's, what is drawn, and what a browser sends."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from streamlit.testing.v1 import AppTest

from core.indicators.scoring import embedding_model
from tests.pages.conftest import Studio
from tests.scored_demo import PROFILE

STAR = [(-1.5, -1.0), (0.0, 0.2), (1.5, -1.0), (0.4, 0.4), (0.0, 1.8), (-0.4, 0.4)]


CLUSTERS = {1: "poem, verse", 2: "python function", 3: "recipe"}


def with_map(scored: Studio, tmp_path: Path, clusters: bool) -> Studio:
    """A scored studio with a map as a worker would have made it; `rows` has the places and clusters (0 for none)."""
    numbers = [each.dataset_id for each in scored.store.datasets.all()]
    keys = scored.store.maps.input(numbers, embedding_model(PROFILE))["key"].to_pylist()
    points = np.random.default_rng(3).normal(size=(len(keys), 2)).astype(np.float32)
    n = len(keys)
    columns = {"key": keys, "x": points[:, 0], "y": points[:, 1], "model": [embedding_model(PROFILE)] * n}
    columns |= {"datasets": [numbers] * n, "method": ["UMAP"] * n, "fitted": [n] * n}
    clustered = np.random.default_rng(5).choice([1, 1, 1, 2, 2, 3, 0], n)
    if clusters:
        columns |= {"cluster": pa.array([each or None for each in clustered.tolist()], pa.int32())}
        columns |= {"cluster_name": [CLUSTERS.get(each) for each in clustered.tolist()], "clusters_sampled": [n] * n}
    pq.write_table(pa.table(columns), tmp_path / "map-00000.parquet")
    scored.store.parts.take("a map", [tmp_path / "map-00000.parquet"])
    here = scored.store.rows.numbers(keys)
    places = pd.DataFrame(points, columns=["x", "y"], index=[here[key] for key in keys]).assign(cluster=clustered)
    scored.rows = scored.rows.join(places, on="row_id")
    return scored


def cluster_table(app: AppTest) -> Any:
    (found,) = [each for each in app.dataframe if str(each.key).startswith("clusters ")]
    return found


def click_clusters(app: AppTest, **chosen: object) -> AppTest:
    """Click a line or a head of the clusters' table."""
    states = app._tree.get_widget_states()
    selection = {"selection": {"rows": [], "columns": [], "cells": []} | chosen}
    states.widgets.add(id=cluster_table(app).proto.id, string_value=json.dumps(selection))
    return app._run(states).run()  # a run of parts alone shows only these


def traces(app: AppTest) -> dict[str, dict[str, Any]]:
    """What is drawn on the map, by name."""
    (chart,) = [each for each in app.get("plotly_chart") if str(each.key).startswith("plot map ")]
    return {str(each["name"]): each for each in json.loads(chart.proto.spec)["data"]}


def draw(app: AppTest, **shape: object) -> AppTest:
    """Draw a lasso or click a point: what the browser sends then."""
    (chart,) = [each for each in app.get("plotly_chart") if str(each.key).startswith("plot map ")]
    chosen = {"selection": {"points": [], "point_indices": [], "box": [], "lasso": []} | shape}
    states = app._tree.get_widget_states()
    states.widgets.add(id=chart.proto.id, string_value=json.dumps(chosen))
    return app._run(states).run()  # a run of parts alone shows only these


def lasso(app: AppTest, corners: list[tuple[float, float]]) -> AppTest:
    xs, ys = zip(*corners, strict=True)
    return draw(app, lasso=[{"xref": "x", "yref": "y", "x": xs, "y": ys}])


def heading(app: AppTest) -> str:
    (found,) = [each.value for each in app.subheader if str(each.value).startswith("Rows (")]
    return str(found)


def look_at(app: AppTest, **window: object) -> AppTest:
    """Zoom: what the browser tells of it. A run of parts alone shows only these."""
    (found,) = [each for each in app.get("bidi_component") if each.key == "map window"]
    states = app._tree.get_widget_states()
    told = json.dumps([{"event": "window", "value": window}])
    states.widgets.add(id=f"$$STREAMLIT_INTERNAL_KEY_{found.proto.id}__events", json_trigger_value=told)
    return app._run(states)


def drawn(app: AppTest) -> int:
    """How many points are on the map."""
    return sum(len(each["customdata"]) for each in traces(app).values() if each["type"] == "scattergl")


def ranges(app: AppTest) -> list[list[float] | None]:
    """Between which values the axes of the map are drawn; None where plotly finds them."""
    (chart,) = [each for each in app.get("plotly_chart") if str(each.key).startswith("plot map ")]
    layout = json.loads(chart.proto.spec)["layout"]
    return [layout[axis].get("range") for axis in ("xaxis", "yaxis")]
