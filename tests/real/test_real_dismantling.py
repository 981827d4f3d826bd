"""Public networks taken apart: what the literature and exact programs have found in them."""

import csv
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmnet.cli import main
from harmnet.dismantling.exact import solve
from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import METHODS, methods_for
from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import curve
from harmnet.dismantling.plan import make_plans

REAL = Path(os.environ.get("HARMNET_REAL_DATA") or Path(__file__).parents[3] / "shared" / "real")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is not there: HARMNET_REAL_DATA names the public data"),
]
FILES = {"montagna": "meetings", "caviar": "edges", "ciel": "edges", "togo": "edges"}
LEAST = {"montagna": (9, 14), "caviar": (11, 8), "ciel": (2, 6), "togo": (3, 5)}
"""People who may hold together, a tenth of the largest component rounded down, and the fewest removals to that."""


def pairs_of(dataset):
    with (REAL / dataset / f"{FILES[dataset]}.csv").open(encoding="utf-8") as file:
        return [(row["source"], row["target"]) for row in csv.DictReader(file)]


def network_of(pairs):
    return Network.build([one for one, _ in pairs], [other for _, other in pairs])


@pytest.mark.parametrize("dataset", FILES)
def test_the_fewest_removals_are_proved(dataset):
    network = network_of(pairs_of(dataset))
    goal = Goal.of(network, 0.1)
    small, least = LEAST[dataset]
    plans = make_plans(network, goal, methods_for(goal))
    found = solve(network, goal, known=plans[0].people, seconds=300)
    assert goal.small == small
    assert (found.proved, len(found.people)) == (True, least)
    assert min(plan.steps for plan in plans) >= least


def test_montagna_falls_apart_by_sequential_betweenness_as_published():
    # Cavallaro et al., Disrupting resilient criminal networks through data analysis, 2020: unweighted, meetings.
    network = network_of(pairs_of("montagna"))
    goal = Goal.of(network, 0.1)
    found = curve(network, METHODS["betweenness"](network, goal), goal.small)
    assert network.largest == 92
    assert [round(float(found.largest[removals]) / 92, 3) for removals in (5, 10)] == [0.424, 0.207]


def test_the_crime_network_falls_apart_as_fast_as_the_best_that_is_published(tmp_path):
    # Ren et al., Generalized network dismantling, PNAS 2019, have this network.
    lines = (REAL / "gnd_crime" / "Crime_Gcc.txt").read_text(encoding="utf-8").split("\n")
    pairs = [tuple(line.split()) for line in lines if line]
    network = network_of(pairs)
    assert (len(network), network.ties) == (754, 2127)
    plan = make_plans(network, Goal.of(network, 0.1), methods_for(Goal.of(network, 0.1)))[0]
    assert plan.curve.r <= 0.0140
    assert plan.reached <= 17


@pytest.mark.parametrize("dataset", ["ciel", "togo"])
def test_the_command_says_the_same(dataset, tmp_path):
    rows = "".join(f"{one},{other}\n" for one, other in pairs_of(dataset))
    (tmp_path / "ties.csv").write_text(f"src,dst\n{rows}", encoding="utf-8")
    arguments = ["dismantle", "--edges", str(tmp_path / "ties.csv"), "--exact", "--format", "json"]
    found = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert (found["exact"]["value"], found["exact"]["proved"]) == (LEAST[dataset][1], True)
    assert found["removals_to_target"] == LEAST[dataset][1]
