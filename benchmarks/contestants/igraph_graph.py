"""igraph: components and weighted PageRank in one process, as its documentation says."""

import igraph as ig
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contestants.timing import Clock


def main(clock: Clock) -> None:
    """Components and PageRank by PRPACK, igraph's default."""
    with clock.part("graph"):
        edges = pq.read_table(clock.path("edges"))
        src, dst = edges["src"].to_numpy(), edges["dst"].to_numpy()
        names, places = np.unique(np.concatenate((src, dst)), return_inverse=True)
        ends = np.column_stack((places[: len(src)], places[len(src) :]))
        graph = ig.Graph(n=len(names), edges=ends)
        label = np.array(graph.connected_components().membership)
        smallest = np.full(label.max() + 1, np.iinfo(np.int64).max)
        np.minimum.at(smallest, label, names)
        ranks = graph.pagerank(damping=0.85, weights=edges["weight_micro"].to_pylist())
        found = pa.table({"idx": names, "component_idx": smallest[label], "pagerank": ranks})
        pq.write_table(found, clock.out("graph") + ".parquet")


if __name__ == "__main__":
    Clock.run("igraph_graph", main)
