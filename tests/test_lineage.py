"""Lineage: planted groups that stay, grow, move, split, merge, are born and end; and what a chain of them is called."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise

import pytest

from harmnet import lineage
from harmnet.config import load_settings
from harmnet.contracts import Column, conform
from harmnet.contracts.linked import NOMINAL_IDS
from harmnet.contracts.networks import NETWORK_LINEAGE
from harmnet.contracts.results import NETWORK_MEMBERS, NETWORKS
from harmnet.imports import run_import
from harmnet.snapshots.recipe import load_recipe
from harmnet.stage_io import StageIO
from lakes import derive_more, publish_lake
from typed_rows import InMemory, frame_of, table_of, tuples

MEMBERS = {"theme": "string", "network_id": "string", "nominal": "string"}
CONTINUED, SPLIT, MERGED, BORN, ENDED = "CONTINUED", "SPLIT", "MERGED", "BORN", "ENDED"

# Case -> networks of the parent snapshot, networks of this one, and the rows expected: network, parent, event, shared.
CASES = {
    "stays": ({"o": "abc"}, {"n": "abc"}, [("n", "o", CONTINUED, 3)]),
    "grows and loses one": ({"o": "abc"}, {"n": "bcdefgh"}, [("n", "o", CONTINUED, 2)]),
    "one moves": (
        {"o": "abc", "p": "defg"},
        {"n": "ab", "m": "cdefg"},
        [("m", "p", CONTINUED, 4), ("n", "o", CONTINUED, 2)],
    ),
    "splits": ({"o": "abcdefg"}, {"n": "abcd", "m": "efg"}, [("m", "o", SPLIT, 3), ("n", "o", CONTINUED, 4)]),
    "splits in halves: the smaller id goes on": (
        {"o": "abcd"},
        {"n": "ab", "m": "cd"},
        [("m", "o", CONTINUED, 2), ("n", "o", SPLIT, 2)],
    ),
    "splits in two, as many of each: the larger Jaccard index goes on": (
        {"o": "abcd"},
        {"m": "abx", "n": "cd"},
        [("m", "o", SPLIT, 2), ("n", "o", CONTINUED, 2)],
    ),
    "merges": ({"o": "abcd", "p": "efg"}, {"n": "abcdefg"}, [("n", "o", CONTINUED, 4), ("n", "p", MERGED, 3)]),
    "half of it merges": (
        {"o": "abcd", "p": "efgh"},
        {"n": "abcdef"},
        [("n", "o", CONTINUED, 4), ("n", "p", MERGED, 2)],
    ),
    "less than half of it merges": (
        {"o": "abcd", "p": "efghi"},
        {"n": "abcdef"},
        [("n", "o", CONTINUED, 4), (None, "p", ENDED, 0)],
    ),
    "is born and ends": ({"o": "abc"}, {"n": "def"}, [("n", None, BORN, 0), (None, "o", ENDED, 0)]),
    "too little of either in common": (
        {"o": "abcde"},
        {"n": "abxyz"},
        [("n", None, BORN, 0), (None, "o", ENDED, 0)],
    ),
    "a few of its members are from a network that goes on": (
        {"o": "abcdef"},
        {"m": "exy", "n": "abcd"},
        [("m", None, BORN, 0), ("n", "o", CONTINUED, 4)],
    ),
    "splits and merges at once": (
        {"o": "abcdef", "p": "ghijkl"},
        {"m": "efijkl", "n": "abcd", "q": "gh"},
        [("m", "p", CONTINUED, 4), ("n", "o", CONTINUED, 4), ("q", "p", SPLIT, 2)],
    ),
}


def members_of(spark, theme_networks):
    rows = [
        {"theme": theme, "network_id": network, "nominal": person}
        for theme, networks in theme_networks.items()
        for network, people in networks.items()
        for person in people
    ]
    return frame_of(spark, MEMBERS, rows)


def test_each_planted_change_is_told_by_its_members(spark):
    old = members_of(spark, {case: before for case, (before, _, _) in CASES.items()})
    new = members_of(spark, {case: after for case, (_, after, _) in CASES.items()})
    found = lineage.match(old, new, overlap=Decimal("0.5"))
    expected = [
        (
            case,
            network,
            parent,
            event,
            shared,
            after.get(network) and len(after[network]),
            parent and len(before[parent]),
        )
        for case, (before, after, rows) in CASES.items()
        for network, parent, event, shared in rows
    ]
    columns = ("theme", "network_id", "parent_network_id", "event", "shared_members", "size", "parent_size")
    assert sorted(tuples(found, *columns), key=str) == sorted(expected, key=str)


def random_networks(draw, people, prefix):
    """Some of the people in networks of two or more."""
    people = draw.sample(people, draw.randint(len(people) // 2, len(people)))
    cuts = sorted({0, len(people), *draw.sample(range(len(people)), 4)})
    pieces = [people[low:high] for low, high in pairwise(cuts)]
    return {f"{prefix}{place}": piece for place, piece in enumerate(pieces) if len(piece) > 1}


def events_of(before, after, share):
    """The rules of the page on lineage, written a second time, one network after the other."""

    def common(old, new):
        return set(before[old]) & set(after[new])

    def best(shared, networks):
        touched = [name for name in networks if shared[name]]
        return min(touched, key=lambda name: (-shared[name], len(networks[name]), name), default=None)

    parent = {new: best({old: len(common(old, new)) for old in before}, before) for new in after}
    child = {old: best({new: len(common(old, new)) for new in after}, after) for old in before}
    rows = set()
    for new, old in parent.items():
        small = min(len(before[old]), len(after[new])) if old else 0
        if old and child[old] == new and len(common(old, new)) >= share * small:
            rows.add((new, old, CONTINUED))
        elif old and child[old] != new and len(common(old, new)) >= share * len(after[new]):
            rows.add((new, old, SPLIT))
        else:
            rows.add((new, None, BORN))
    for old, new in child.items():
        if (new, old, CONTINUED) in rows:
            continue
        merged = new and parent[new] != old and len(common(old, new)) >= share * len(before[old])
        rows.add((new, old, MERGED) if merged else (None, old, ENDED))
    return rows


@pytest.mark.parametrize("share", ["0.5", "0.3", "1"])
def test_random_regroupings_follow_the_rules_and_give_each_network_one_origin_and_one_fate(spark, share):
    print("seed 20260630")
    draw, people = random.Random(20260630), [f"N{number}" for number in range(40)]
    before = {f"t{place}": random_networks(draw, people, "o") for place in range(60)}
    after = {f"t{place}": random_networks(draw, people, "n") for place in range(60)}
    rows = tuples(
        lineage.match(members_of(spark, before), members_of(spark, after), overlap=Decimal(share)),
        *("theme", "network_id", "parent_network_id", "event"),
    )
    assert set(rows) == {
        (theme, *row) for theme in before for row in events_of(before[theme], after[theme], float(share))
    }
    assert len(set(rows)) == len(rows)
    assert {event for *_, event in rows} == {CONTINUED, SPLIT, MERGED, BORN, ENDED}
    origins = Counter((theme, network) for theme, network, _, event in rows if event in (CONTINUED, SPLIT, BORN))
    fates = Counter((theme, parent) for theme, _, parent, event in rows if event in (CONTINUED, MERGED, ENDED))
    assert origins == Counter((theme, network) for theme, networks in after.items() for network in networks)
    assert fates == Counter((theme, network) for theme, networks in before.items() for network in networks)


def run(spark, members, handling, parent):
    """network_lineage of people N0 to N9, and what is returned beside it."""
    ids = [{"nominal_id": f"N{idx}", "idx": idx} for idx in range(10)]
    io = InMemory(spark, {NOMINAL_IDS.name: table_of(spark, NOMINAL_IDS, ids)}, parent=parent)
    members = [{"theme": "soc", "network_id": network, "nominal_id": idx} for network, idx in members]
    columns = {"theme": "string", "network_id": "string", "handling": "int"}
    of_networks = frame_of(spark, columns, [{"theme": "soc", "network_id": n, "handling": h} for n, h in handling])
    returned = lineage.run(io, table_of(spark, NETWORK_MEMBERS, members), of_networks)
    return conform(io.read(NETWORK_LINEAGE), NETWORK_LINEAGE), returned


def test_without_a_parent_every_network_is_born_and_named_after_itself_day_and_batch(spark):
    found, returned = run(spark, [("soc-1", 0), ("soc-1", 1), (None, 2)], [("soc-1", 4)], {})
    name = "soc-1@2026-06-30.1"
    assert tuples(found) == [("soc", "soc-1", name, None, None, "BORN", 0, 2, None, 4)]
    assert tuples(returned) == [("soc", "soc-1", name)]


def test_a_network_that_continues_keeps_its_lineage_and_takes_in_what_merged_with_it(spark):
    """People by their published ids, whatever their numbers; handling of both snapshots' ties.

    Two members came from each parent: the smaller of the two is the nearer.
    """
    published = {"theme": "string", "network_id": "string", "nominal_id": "string"}
    parent = {
        NETWORKS.name: table_of(
            spark,
            NETWORKS,
            [
                {"theme": "soc", "network_id": network, "lineage_id": f"{network}@before", "handling": bits}
                for network, bits in (("soc-o", 1), ("soc-p", 2), ("soc-q", 64))
            ],
        ),
        NETWORK_MEMBERS.name: frame_of(
            spark,
            published,
            [
                {"theme": "soc", "network_id": network, "nominal_id": f"N{idx}"}
                for network, people in (("soc-o", (0, 1, 2)), ("soc-p", (3, 4)), ("soc-q", (5, 6)), (None, (7,)))
                for idx in people
            ],
        ),
    }
    members = [("soc-n", idx) for idx in (0, 1, 3, 4)] + [("soc-m", idx) for idx in (2, 8, 9)]
    found, returned = run(spark, members, [("soc-n", 4), ("soc-m", 8)], parent)
    born, kept = "soc-m@2026-06-30.1", "soc-p@before"
    assert tuples(found) == [
        ("soc", None, None, "soc-q", "soc-q@before", "ENDED", 0, None, 2, 64),
        ("soc", "soc-m", born, None, None, "BORN", 0, 3, None, 8),
        ("soc", "soc-n", kept, "soc-o", "soc-o@before", "MERGED", 2, 4, 3, 5),
        ("soc", "soc-n", kept, "soc-p", kept, "CONTINUED", 2, 4, 2, 6),
    ]
    assert tuples(returned) == [("soc", "soc-m", born), ("soc", "soc-n", kept)]


def pairs_of(*groups):
    """An edge list that ties every two of each group by three fresh events."""
    rows = [f"{a},{b},3,2026-06-01" for group in groups for a, b in combinations(group.split(), 2)]
    return "\n".join(["src,dst,times,date", *rows]) + "\n"


@pytest.fixture(scope="module")
def two_days(spark, tmp_path_factory):
    """A lake with the snapshot of one day, and the networks of the next day, which has more events."""
    root = tmp_path_factory.mktemp("days")
    first = ("A1 A2 A3 A4", "B1 B2 B3", "C1 C2", "E1 E2")
    # The rows of the first day stand first again: the same events under the same references.
    second = (*first, "A4 A5", "B3 C1", "D1 D2")
    for name, groups in (("one", first), ("two", second)):
        source = root / f"{name}_list"
        source.mkdir()
        (source / "edgelist.csv").write_text(pairs_of(*groups), encoding="utf-8")
        run_import("edgelist", source, root / name)
    made = publish_lake(spark, root / "lake", root / "one", as_of=date(2026, 6, 29))
    return made, derive_more(made.lake, made.settings, root / "two", until="network")


def by_first_member(of_day):
    """Smallest member of each network of theme `all` -> its lineage_id and network_id."""
    first = {}
    for row in of_day.rows("network_members"):
        if row["network_id"]:
            first[row["network_id"]] = min(row["nominal_id"], first.get(row["network_id"], row["nominal_id"]))
    return {first[row["network_id"]]: (row["lineage_id"], row["network_id"]) for row in of_day.rows("networks")}


@pytest.mark.slow
def test_from_one_snapshot_to_the_next_a_network_keeps_its_lineage_while_it_continues(two_days):
    before, after = two_days
    old, new = by_first_member(before), by_first_member(after)
    assert after.recipe.parent == before.snapshot.snapshot_id
    assert {first: lineage_id for first, (lineage_id, _) in old.items()} == {
        first: f"{network_id}@2026-06-29.1" for first, (_, network_id) in old.items()
    }
    assert (set(old), set(new)) == ({"A1", "B1", "C1", "E1"}, {"A1", "B1", "D1", "E1"})
    assert {first for first in ("A1", "B1", "E1") if new[first][0] == old[first][0]} == {"A1", "B1", "E1"}
    assert {first for first in ("A1", "B1", "E1") if new[first][1] == old[first][1]} == {"E1"}
    assert new["D1"][0] == f"{new['D1'][1]}@2026-06-30.2"
    columns = ("network_id", "parent_network_id", "event", "shared_members", "size", "parent_size")
    assert {tuple(row[name] for name in columns) for row in after.rows("network_lineage")} == {
        (new["A1"][1], old["A1"][1], "CONTINUED", 4, 5, 4),
        (new["B1"][1], old["B1"][1], "CONTINUED", 3, 5, 3),
        (new["B1"][1], old["C1"][1], "MERGED", 2, 5, 2),
        (new["D1"][1], None, "BORN", 0, 2, None),
        (new["E1"][1], old["E1"][1], "CONTINUED", 2, 2, 2),
    }


@pytest.mark.slow
def test_a_stage_reads_a_table_of_the_parent_snapshot_unless_there_is_none_or_it_lacks_a_column(two_days):
    before, after = two_days
    lake, of_first = before.lake, before.snapshot
    recipes = (load_recipe(lake, of_first.recipe_hash), after.recipe)
    first, second = (StageIO(lake, recipe, load_settings(), "network", {}) for recipe in recipes)
    assert first.read_parent(NETWORKS) is None
    assert tuples(second.read_parent(NETWORKS)) == tuples(lake.read_result(NETWORKS, of_first.snapshot_id))
    later = replace(NETWORKS, columns=(*NETWORKS.columns, Column("mood", "string", "A column of a later version.")))
    assert second.read_parent(later) is None
    assert second.read_parent(replace(NETWORKS, name="network_moods")) is None
