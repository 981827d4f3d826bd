"""What the tests of importers share: input files, extracts read back, and the graphs that extracts imply."""

import csv
import os
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest

REAL_DATA = Path(os.environ.get("HARMNET_REAL_DATA") or Path(__file__).resolve().parents[2] / ".." / "shared" / "real")


def real(dataset: str) -> Path:
    """Folder of a public data set; the test is skipped when it is absent."""
    if not (REAL_DATA / dataset).is_dir():
        pytest.skip(f"no folder {dataset} in HARMNET_REAL_DATA ({REAL_DATA})")
    return REAL_DATA / dataset


def folder(path: Path, **files: str) -> Path:
    """A folder with the CSV files given, name -> text."""
    path.mkdir()
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def table(extract: Path, name: str) -> list[dict[str, str]]:
    """Rows of a table of an extract."""
    with (extract / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def filled(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows without their empty values."""
    return [{name: value for name, value in row.items() if value} for row in rows]


def co_offenders(extract: Path) -> nx.Graph:
    """Everyone who is suspect of a crime, tied to whoever shares one with them."""
    crimes = defaultdict(set)
    for row in table(extract, "crime_people"):
        assert row["role"] == "SUSPECT"
        crimes[row["crime_ref"]].add(row["person_ref"])
    graph = nx.Graph()
    for people in crimes.values():
        graph.add_nodes_from(people)
        graph.add_edges_from(combinations(sorted(people), 2))
    return graph


def associates(extract: Path, kind: str) -> nx.Graph:
    """Pairs with a recorded association of a kind."""
    rows = table(extract, "associations")
    return nx.Graph((row["person_ref"], row["other_person_ref"]) for row in rows if row["kind"] == kind)


def component_sizes(graph: nx.Graph) -> list[int]:
    """Sizes of the components, largest first."""
    return sorted(map(len, nx.connected_components(graph)), reverse=True)
