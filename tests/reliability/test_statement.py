"""What networks and people rest on, and who would join, leave or be cut off, on typed rows and against plain Python."""

import random

import pytest
from stated import ByHand, changes, evidence, identity, let_in, person, stated, vertex

from harmnet.errors import HarmnetError
from harmnet.record_kinds import KINDS
from harmnet.reliability.rows import STILL_INVOLVED, THEN_INVOLVED

FOUR = [vertex("soc", idx, "net") for idx in range(4)] + [person(STILL_INVOLVED, "soc", idx) for idx in range(4)]


def network_row(sent):
    (row,) = stated(sent)["network_reliability"]
    return row


def test_shares_are_of_the_weight_of_ties_between_members():
    sent = [
        *FOUR,
        vertex("soc", 8, "other"),
        vertex("soc", 9, "other"),
        evidence(0, 1, 500_000, old_micro=300_000),
        evidence(0, 1, 100_000, "REPORT", "ASSESSMENT", grade_band=3, records=2),
        evidence(1, 2, 200_000, "NON_CRIME", "FACT"),
        evidence(2, 3, 50_000, "STAY", "FACT"),
        evidence(2, 3, 90_000, "ASSOCIATION", "ASSESSMENT", tie="shared_victim"),
        evidence(0, 3, 19_999),
        evidence(3, 8, 150_000),
        evidence(8, 9, 150_000),
        identity(0, "NUMBERED"),
        identity(1, "NUMBERED"),
        identity(2, "JOINED"),
    ]
    row = stated(sent)["network_reliability"][0]
    # 850,000 in all: shared_victim joins no one here, one tie is below the cut, one leads out of the network.
    told = {name: value for name, value in row.items() if value and name.endswith("_micro")}
    assert told == {
        "weight_micro": 850_000,
        "crimes_micro": 823_529,
        "intelligence_micro": 117_647,
        "prison_micro": 58_823,
        "fact_micro": 882_352,
        "assessment_micro": 117_647,
        "non_crime_micro": 235_294,
        "intelligence_high_micro": 117_647,
        "single_record_micro": 294_117,
        "old_micro": 352_941,
        "numbered_micro": 500_000,
        "joined_micro": 250_000,
        "unnumbered_micro": 250_000,
    }
    assert row["pairs"] == 3
    three = stated(sent)["nominal_reliability"][3]
    assert (three["pairs"], three["weight_micro"], three["prison_micro"]) == (2, 200_000, 250_000)


@pytest.mark.parametrize(
    ("ties", "cut_off"),
    [
        # A chain breaks at its lightest tie; the half with the smallest idx stays where halves are equal.
        ([(0, 1, 90_000), (1, 2, 30_000), (2, 3, 90_000)], [2, 3]),
        ([(0, 1, 30_000), (1, 2, 90_000), (2, 3, 90_000)], [0]),
        # A ring holds without one of its ties.
        ([(0, 1, 30_000), (1, 2, 30_000), (2, 3, 30_000), (0, 3, 30_000)], []),
        # The lighter of two kinds of record behind one tie goes, and the tie stays above the cut, or does not.
        ([(0, 1, 90_000), (1, 2, 90_000), (2, 3, 20_000), (2, 3, 19_999)], []),
        ([(0, 1, 90_000), (1, 2, 90_000), (2, 3, 19_999), (2, 3, 19_998)], [3]),
    ],
)
def test_a_network_is_fragile_when_the_weakest_evidence_holds_it_together(ties, cut_off):
    kinds = ("CRIME", "ARREST")
    seen, sent = set(), list(FOUR)
    for src, dst, weight in ties:
        sent.append(evidence(src, dst, weight, kinds[(src, dst) in seen]))
        seen.add((src, dst))
    assert changes(sent, "WOULD_SPLIT_OFF") == [("net", idx, "NOT_TIED") for idx in cut_off]
    assert network_row(sent)["fragile"] == bool(cut_off)
    assert network_row(sent)["would_split_off"] == len(cut_off)


def test_a_tenth_of_the_evidence_is_left_out_and_one_piece_at_least():
    star = [vertex("soc", idx, "net") for idx in range(31)]
    heavy = [evidence(0, idx, 100_000 + idx) for idx in range(1, 30)]
    for lightest, cut_off in ((30, [1, 2, 30]), (None, [1, 2])):
        sent = star + heavy + ([evidence(0, 30, 50_000)] if lightest else [])
        sent = [row for row in sent if lightest or row["src"] != 30]
        assert [idx for _, idx, _ in changes(sent, "WOULD_SPLIT_OFF")] == cut_off
    pair = [vertex("soc", 0, "net"), vertex("soc", 1, "net"), evidence(0, 1, 10**9)]
    assert [idx for _, idx, _ in changes(pair, "WOULD_SPLIT_OFF")] == [0, 1]


def test_members_tied_or_involved_by_non_crimes_alone_would_leave_without_them():
    sent = [
        *[row for row in FOUR if row["kind"] != STILL_INVOLVED],
        *(person(STILL_INVOLVED, "soc", idx) for idx in (0, 1, 2)),
        evidence(0, 1, 30_000),
        evidence(1, 2, 19_999),
        evidence(1, 2, 90_000, "NON_CRIME", "FACT"),
        evidence(1, 3, 90_000),
    ]
    assert changes(sent, "WOULD_LEAVE") == [("net", 2, "NOT_TIED"), ("net", 3, "NOT_INVOLVED")]
    assert network_row(sent)["would_leave"] == 2
    assert [row["rests_on_non_crimes"] for row in stated(sent)["nominal_reliability"]] == [False, False, True, True]
    on_crimes = [evidence(0, idx, 30_000) for idx in (1, 2, 3)]
    assert changes([*FOUR, *on_crimes], "WOULD_LEAVE") == []
    nobody = [row for row in FOUR if row["kind"] != STILL_INVOLVED]
    assert len(changes([*nobody, *on_crimes], "WOULD_LEAVE")) == 4


def test_people_involved_or_tied_by_records_let_in_would_join_and_their_own_records_make_no_one_join_twice():
    sent = [
        *FOUR,
        evidence(0, 1, 30_000),
        evidence(1, 2, 30_000),
        evidence(2, 3, 30_000),
        vertex("soc", 4, None),
        vertex("soc", 5, "other"),
        vertex("soc", 6, "other"),
        evidence(5, 6, 30_000),
        # Below the cut together; just at it; tied to a member but to nobody more; new and tied now; new and tied then.
        let_in(0, 4, 19_999),
        evidence(1, 5, 10_000),
        let_in(1, 5, 10_000),
        evidence(0, 7, 30_000),
        person(THEN_INVOLVED, "soc", 7),
        let_in(2, 8, 30_000),
        let_in(3, 8, 30_000),
        person(THEN_INVOLVED, "soc", 8),
        let_in(2, 9, 30_000),
        let_in(3, 10, 30_000, "shared_victim"),
        person(THEN_INVOLVED, "soc", 10),
    ]
    assert changes(sent, "WOULD_JOIN") == [
        ("net", 5, "TIED"),
        ("net", 7, "INVOLVED"),
        ("net", 8, "INVOLVED_AND_TIED"),
        ("other", 1, "TIED"),
    ]


def test_communities_that_are_tied_already_do_not_join_each_other():
    sent = [vertex("soc", idx, "one" if idx < 2 else "two") for idx in range(4)]
    sent += [evidence(0, 1, 30_000), evidence(2, 3, 30_000), evidence(1, 2, 30_000), let_in(1, 2, 30_000)]
    assert changes(sent, "WOULD_JOIN") == []
    two = stated(sent)["network_reliability"][1]
    assert (two["pairs"], stated(sent)["nominal_reliability"][2]["pairs"]) == (1, 2)


def test_a_record_of_a_kind_without_a_number_stops_the_run():
    with pytest.raises(HarmnetError, match="edge_sources: rows without record_kind"):
        stated([*FOUR, evidence(0, 1, 30_000) | {"record_kind": None}])


def random_rows(seed):
    """Three themes over 24 people: networks are the components of the graph, and every kind of row stands there."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    sent, seen = [], set()
    for _ in range(60):
        src, dst = sorted(draw.sample(range(24), 2))
        kind, basis = draw.choice(KINDS)
        row = evidence(
            src,
            dst,
            draw.choice([5_000, 15_000, 20_000, 40_000]) + draw.randrange(2),
            kind,
            basis,
            tie=draw.choice(["co_offending", "shared_victim"]),
            grade_band=draw.randint(1, 3) if kind == "REPORT" else 0,
            records=draw.randint(1, 2),
        )
        key = tuple(row[name] for name in ("src", "dst", "tie", "record_kind", "grade_band"))
        if key not in seen:
            seen.add(key)
            sent.append(row | {"old_micro": draw.choice([0, row["weight_micro"]])})
    sent += [
        let_in(
            *sorted(draw.sample(range(24), 2)),
            draw.choice([5_000, 30_000]),
            draw.choice(["co_offending", "shared_victim"]),
        )
        for _ in range(12)
    ]
    for theme in ("all", "soc", "cse"):
        people = draw.sample(range(24), 18)
        bare = [vertex(theme, idx, None) for idx in people]
        sent += with_networks(bare, ByHand([*bare, *sent], theme), theme)
        sent += [person(STILL_INVOLVED, theme, idx) for idx in people if draw.random() < 0.8]
        sent += [person(THEN_INVOLVED, theme, idx) for idx in range(24) if draw.random() < 0.7]
    sent += [identity(idx, draw.choice(["NUMBERED", "JOINED", "UNNUMBERED"])) for idx in range(24)]
    draw.shuffle(sent)
    return sent


def with_networks(vertices, hand, theme):
    import networkx as nx

    graph = nx.Graph((row["src"], row["dst"]) for row in hand.graph)
    names = {idx: f"{theme}-{min(part)}" for part in nx.connected_components(graph) for idx in part}
    return [row | {"network_id": names.get(row["src"])} for row in vertices]


def by_key(tables):
    names = ("theme", "network_id", "nominal_id", "change")
    return {
        (table, *(str(row.get(name)) for name in names)): {name: row[name] for name in row if row[name] is not None}
        for table, rows in tables.items()
        for row in rows
    }


@pytest.mark.parametrize("seed", range(20))
def test_random_networks_have_the_statement_that_plain_python_works_out(seed):
    sent = random_rows(seed)
    expected = {}
    for theme in ("all", "soc", "cse"):
        told = ByHand(sent, theme).told()
        expected |= by_key({table: [{"theme": theme} | row for row in rows] for table, rows in told.items()})
    assert by_key(stated(sent)) == expected
    assert by_key(stated(sorted(sent, key=str))) == expected
    assert {key[4] for key in expected if key[0] == "network_changes"} >= {"WOULD_LEAVE", "WOULD_SPLIT_OFF"}
