"""The whole refresh with GraphFrames as its engine: the same networks and ranks as with SciPy."""

from pathlib import Path

import pytest

from harmnet.config import load_settings
from harmnet.refresh import refresh
from lakes import AS_OF, Published, publish_lake

pytestmark = [pytest.mark.engine35, pytest.mark.graphframes]
GOLDEN = Path(__file__).parent / "golden" / "extracts"


def test_both_engines_publish_the_same_networks_and_ranks(graphframes_spark, tmp_path):
    native = publish_lake(graphframes_spark, tmp_path / "lake", GOLDEN)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "graph.yml").write_text("engine: graphframes\n", encoding="utf-8")
    settings, said = load_settings(tmp_path / "conf"), []
    snapshot = refresh(native.lake, settings, as_of=AS_OF, progress=said.append)
    other = Published(native.lake, settings, snapshot, said)
    assert any("graph engine: graphframes" in line for line in said)
    assert snapshot.recipe_hash != native.snapshot.recipe_hash

    def members(published):
        rows = published.rows("network_members")
        return sorted((row["theme"], row["nominal_id"], row["component_id"], row["network_id"]) for row in rows)

    def ranks(published):
        rows = published.rows("nominal_measures")
        return {(row["theme"], row["scope"], row["nominal_id"]): row["pagerank"] for row in rows}

    assert members(other) == members(native) != []
    assert ranks(other) == pytest.approx(ranks(native), rel=1e-6)
