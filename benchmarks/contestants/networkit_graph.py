"""NetworKit: components and weighted PageRank in one process, as its documentation says."""

import networkit as nk
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contestants.timing import Clock


def main(clock: Clock) -> None:
    """Components and PageRank; the L1 norm and enough rounds, for the default stops far from 1e-9."""
    with clock.part("graph"):
        edges = pq.read_table(clock.path("edges"))
        src, dst, weight = (edges[name].to_numpy() for name in ("src", "dst", "weight_micro"))
        names, places = np.unique(np.concatenate((src, dst)), return_inverse=True)
        ends = (places[: len(src)], places[len(src) :])
        graph = nk.GraphFromCoo((weight.astype(np.float64), ends), n=len(names), weighted=True, directed=False)
        parts = nk.components.ConnectedComponents(graph).run()
        label = np.array(parts.getPartition().getVector(), np.int64)
        smallest = np.full(label.max() + 1, np.iinfo(np.int64).max)
        np.minimum.at(smallest, label, names)
        ranking = nk.centrality.PageRank(graph, damp=0.85, tol=1e-9)
        ranking.norm, ranking.maxIterations = nk.centrality.Norm.L1_NORM, 1000
        ranks = np.array(ranking.run().scores())
        found = pa.table({"idx": names, "component_idx": smallest[label], "pagerank": ranks})
        pq.write_table(found, clock.out("graph") + ".parquet")


if __name__ == "__main__":
    Clock.run("networkit_graph", main)
