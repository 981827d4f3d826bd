"""The whole refresh with GraphFrames as its engine: the components and ranks that SciPy finds on the same graphs."""

from pathlib import Path

import pytest

from harmnet.contracts.results import GRAPH_EDGES, GRAPH_VERTICES
from harmnet.graph import analyse
from lakes import publish_lake

pytestmark = [pytest.mark.engine35, pytest.mark.graphframes]
GOLDEN = Path(__file__).parent / "golden" / "extracts"


def test_a_refresh_with_graphframes_finds_what_scipy_finds(graphframes_spark, tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "graph.yml").write_text("engine: graphframes\n", encoding="utf-8")
    published = publish_lake(graphframes_spark, tmp_path / "lake", GOLDEN, conf=tmp_path / "conf")
    assert any("graph engine: graphframes" in line for line in published.said)
    recipe, lake = published.snapshot.recipe_hash, published.lake
    found = lake.read_work(recipe, "network", GRAPH_VERTICES)
    edges = lake.read_work(recipe, "network", GRAPH_EDGES).select("theme", "src", "dst", "weight_micro")
    other = analyse(found.select("theme", "idx"), edges, engine="native", work_dir=str(tmp_path / "work"))

    def by_vertex(rows, column):
        return {(row["theme"], row["idx"]): row[column] for row in rows}

    mine, scipy = found.collect(), other.collect()
    assert len(mine) > 5
    assert by_vertex(mine, "component_idx") == by_vertex(scipy, "component_idx")
    assert by_vertex(mine, "pagerank") == pytest.approx(by_vertex(scipy, "pagerank"), rel=1e-6)
