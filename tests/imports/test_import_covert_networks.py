"""Networks that police listened to: the graph an extract implies is the one of the file, and its counts add up."""

import csv
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest
from imported import co_offenders, component_sizes, folder, real, table

from harmnet.errors import HarmnetError
from harmnet.imports import run_import

FILES = {"montagna": "meetings", "caviar": "edges", "ciel": "edges", "togo": "edges"}
COUNTED = {"montagna": (101, 256, 92), "caviar": (110, 205, 110), "ciel": (25, 35, 25), "togo": (33, 47, 33)}
"""People, ties and the largest component, as counted with networkx."""


@pytest.mark.parametrize("dataset", FILES)
def test_each_exchange_is_a_crime_of_two_in_either_direction(tmp_path: Path, dataset: str) -> None:
    source = folder(tmp_path / "in", **{FILES[dataset]: "source,target,weight\nA,B,2\nB,A,1\nB,C,1\n"})
    run_import(dataset, source, tmp_path / "out")
    assert len(table(tmp_path / "out", "crimes")) == 4
    assert {row["source_system"] for row in table(tmp_path / "out", "people")} == {dataset.upper()}
    assert {frozenset(edge) for edge in co_offenders(tmp_path / "out").edges} == {frozenset("AB"), frozenset("BC")}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("source,target\nA,B\n", "no column weight (found: source, target)"),
        ("source,target,weight,date\nA,B,1,\n", "column 'date' is not one of source, target, weight"),
        ("source,target,weight\nA,A,1\n", "line 2: source and target are both 'A'"),
        ("source,target,weight\nA,B,0.5\n", "line 2: weight '0.5' is not a whole number from 1 to 10000"),
    ],
)
def test_a_file_that_is_not_such_a_list_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(HarmnetError) as refused:
        run_import("caviar", folder(tmp_path / "in", edges=text), tmp_path / "out")
    assert problem in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.real
@pytest.mark.parametrize("dataset", FILES)
def test_the_networks_are_those_that_were_counted(tmp_path: Path, dataset: str) -> None:
    run_import(dataset, real(dataset), tmp_path / "out")
    graph = co_offenders(tmp_path / "out")
    people, ties, largest = COUNTED[dataset]
    assert (graph.number_of_nodes(), graph.number_of_edges(), component_sizes(graph)[0]) == (people, ties, largest)
    with (real(dataset) / f"{FILES[dataset]}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    events: Counter[frozenset[str]] = Counter()
    for row in rows:
        events[frozenset((row["source"], row["target"]))] += int(row["weight"])
    crimes: dict[str, set[str]] = {}
    for row in table(tmp_path / "out", "crime_people"):
        crimes.setdefault(row["crime_ref"], set()).add(row["person_ref"])
    assert Counter(frozenset(pair) for pair in crimes.values()) == events
    assert nx.number_of_selfloops(graph) == 0
