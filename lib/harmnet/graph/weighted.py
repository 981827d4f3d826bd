"""Graphs as sorted arrays, their parts, and NetworKit's graph of them: one thread, one seed."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from scipy import sparse

from harmnet.graph.kernel import Array

SEED = 1
"""Where NetworKit and the kernels draw: the same in every run."""


def networkit() -> ModuleType:
    """The library on one thread and from SEED, whatever ran in this process before."""
    # It takes a second to import: only the tasks that need it wait for it.
    library = importlib.import_module("networkit")
    library.setNumberOfThreads(1)
    library.setSeed(SEED, False)
    return library


@dataclass(frozen=True)
class Part:
    """A graph: its vertices, ascending, and its edges as places among them, sorted, each once, src < dst."""

    vertices: Array
    src: Array
    dst: Array
    weight: Array

    @classmethod
    def of_edges(cls, src: Array, dst: Array, weight: Array) -> Part:
        """The graph of some edges, rows in any order."""
        order = np.lexsort((dst, src))
        vertices, places = np.unique(np.concatenate((src[order], dst[order])), return_inverse=True)
        return cls(vertices, places[: len(src)], places[len(src) :], weight[order])

    @classmethod
    def of_matrix(cls, matrix: sparse.csr_array) -> Part:
        """The graph of a symmetric matrix of whole weights, columns sorted."""
        src = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        once = src < matrix.indices
        return cls(np.arange(matrix.shape[0]), src[once], matrix.indices[once], matrix.data[once].astype(np.int64))

    def graph(self, weight: Array) -> Any:
        """NetworKit's graph of the places, with these weights of the edges.

        Keep it in a name while NetworKit works on it: not all of its algorithms hold the graph they were given.
        """
        ends = tuple(np.ascontiguousarray(end, np.int64) for end in (self.src, self.dst))
        weights = np.ascontiguousarray(weight, np.float64)
        return networkit().GraphFromCoo((weights, ends), n=len(self.vertices), weighted=True, directed=False)

    def pieces(self, label: Array) -> list[Part]:
        """The parts that the labels, codes from 0, divide it into; edges between two of them are left out."""
        order = np.argsort(label, kind="stable")
        bounds = np.searchsorted(label[order], np.arange(label.max() + 2))
        place = np.empty(len(label), np.int64)
        place[order] = np.arange(len(label)) - bounds[label[order]]
        inner = np.flatnonzero(label[self.src] == label[self.dst])
        inner = inner[np.argsort(label[self.src[inner]], kind="stable")]
        edge_bounds = np.searchsorted(label[self.src[inner]], np.arange(len(bounds)))
        src, dst, weight = place[self.src[inner]], place[self.dst[inner]], self.weight[inner]
        vertices = self.vertices[order]
        return [
            Part(vertices[first:last], src[start:end], dst[start:end], weight[start:end])
            for first, last, start, end in zip(bounds, bounds[1:], edge_bounds, edge_bounds[1:])
        ]
