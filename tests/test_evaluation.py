"""What a snapshot found of a planted truth: members, networks, leaders, ties, people who need protecting."""

import csv
from collections import namedtuple
from datetime import date

import pytest

from harmnet.contracts import TABLES, published_type
from harmnet.errors import HarmnetError
from harmnet.evaluation import evaluate, members, networks
from harmnet.evaluation.published import Place, Published, Signs, read_published
from harmnet.evaluation.truth import Case, Part, Truth, read_truth
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake
from typed_rows import frame_of

SNAPSHOT = Snapshot("20260630-00000000", date(2026, 6, 30), 1, 1, "", "", None, False, ())
OFFENDER = namedtuple("OFFENDER", "theme network person role", defaults=("MEMBER",))


def truth_of(*offenders, victims=(), cases=(), refs=None):
    parts = [
        Part(one.theme, one.network, one.person, one.role, "OFFENDER", "PLANTED" if one.network else "BACKGROUND")
        for one in offenders
    ]
    parts += [Part(theme, network, person, "VICTIM", "VICTIM", "PLANTED") for theme, network, person in victims]
    return Truth(tuple(parts), tuple(cases), refs or {})


def published_of(**known):
    """A snapshot that knows each person under one nominal of the same name, unless it says otherwise."""
    nothing = {
        "nominals": {},
        "involved": {},
        "victims": frozenset(),
        "signs": {},
        "network_of": {},
        "sizes": {},
        "places": {},
        "ties": (),
        "flagged": None,
    }
    return Published(**{**nothing, **known})


def themselves(*people):
    return {person: frozenset({person}) for person in people}


def test_people_are_compared_on_the_offender_side_and_victims_apart():
    truth = truth_of(OFFENDER("soc", "SOC-1", "A"), OFFENDER("soc", "", "B"), victims=[("soc", "SOC-1", "V")])
    published = published_of(
        nominals=themselves("A", "B", "V"),
        involved={("soc", "A"): ("listed_ocg",), ("soc", "V"): ("firearm",), ("cse", "B"): ("cse_flag",)},
        victims=frozenset({("soc", "V")}),
    )
    assert members.of_theme(truth, published, "soc") == {
        "member_precision": 0.5,
        "member_recall": 0.5,
        "members_true": 2,
        "members_found": 2,
        "victim_precision": 1.0,
        "victim_recall": 1.0,
        "victims_true": 1,
        "victims_found": 1,
    }
    assert members.added(truth, published) == [{"theme": "soc", "nominal_id": "V", "rules": ["firearm"]}]


@pytest.mark.parametrize(("true", "found", "precision", "recall"), [("", "", 1, 1), ("", "A", 0, 1), ("A", "", 1, 0)])
def test_where_there_is_nobody_nothing_is_wrong(true, found, precision, recall):
    shares = members.agreement("member", list(true), list(found))
    assert (shares["member_precision"], shares["member_recall"]) == (precision, recall)


@pytest.mark.parametrize(
    ("nominals", "signs", "reason"),
    [
        ({}, {}, "NOT_LINKED"),
        ({"A": frozenset({"A", "A2"})}, {}, "OTHER_RECORD"),
        ({"A": frozenset({"A"})}, {("soc", "A"): Signs(counted=True, credible=True)}, "ONE_SUPPORTING_RULE"),
        ({"A": frozenset({"A"})}, {("soc", "A"): Signs(counted=False, credible=True)}, "OLD_OR_LET_GO"),
        ({"A": frozenset({"A"})}, {("soc", "A"): Signs(counted=False, credible=False)}, "NOT_CREDIBLE"),
        ({"A": frozenset({"A"})}, {("cse", "A"): Signs(counted=True, credible=True)}, "NO_RULE"),
    ],
)
def test_someone_missed_has_a_reason(nominals, signs, reason):
    truth = truth_of(OFFENDER("soc", "SOC-1", "A"))
    published = published_of(nominals=nominals, signs=signs, involved={("soc", "A2"): ("listed_ocg",)})
    assert members.missed(truth, published) == [
        {
            "theme": "soc",
            "reason": reason,
            "origin": "PLANTED",
            "network": "SOC-1",
            "person": "A",
            "nominal_id": "A",
        }
    ]
    assert reason in members.REASONS


def networks_of(found, sizes=None, planted=("A", "B", "C", "D")):
    """agreement of one planted network of soc, from the found network of each nominal."""
    truth = truth_of(*(OFFENDER("soc", "SOC-1", person) for person in planted))
    network_of = {("soc", nominal): network for nominal, network in found.items()}
    counted = {network: list(found.values()).count(network) for network in found.values()}
    published = published_of(
        nominals=themselves(*planted),
        network_of=network_of,
        sizes={("soc", network): size for network, size in {**counted, **(sizes or {})}.items()},
    )
    offenders = networks.planted_networks(truth, published.nominals)
    rows = networks.beside(offenders, published)
    return rows, networks.agreement("soc", offenders, rows, published)


def test_half_of_a_planted_network_in_one_found_network_is_enough():
    rows, shares = networks_of({"A": "N1", "B": "N1", "C": "N2"})
    assert (shares["network_recall"], shares["networks_found"]) == (1.0, 1)
    assert [(row["together"], row["offenders"], row["network_id"]) for row in rows] == [(2, 4, "N1")]


def test_less_than_half_in_one_network_is_not_found():
    _, shares = networks_of({"A": "N1", "B": "N2", "C": "N3"})
    assert (shares["network_recall"], shares["networks_found"]) == (0.0, 0)


def test_a_planted_network_of_which_nobody_is_in_a_network_is_not_found():
    rows, shares = networks_of({})
    assert (shares["network_recall"], shares["network_precision"], rows[0]["network_id"]) == (0.0, 1.0, None)


@pytest.mark.parametrize(("size", "precision"), [(8, 1.0), (9, 0.0)])
def test_a_found_network_is_mostly_one_planted_network_when_half_of_its_members_are(size, precision):
    _, shares = networks_of({"A": "N1", "B": "N1", "C": "N1", "D": "N1"}, {"N1": size})
    assert (shares["network_precision"], shares["largest_network"]) == (precision, size)


def test_found_networks_without_anyone_planted_are_outside_the_precision():
    _, shares = networks_of({"A": "N1", "B": "N1", "X": "N2", "Y": "N2"})
    assert (shares["network_precision"], shares["networks"]) == (1.0, 2)


def test_two_planted_networks_in_one_found_network_are_both_found_and_it_is_neither():
    people = {"SOC-1": "ABC", "SOC-2": "DEF"}
    truth = truth_of(*(OFFENDER("soc", name, person) for name, all_ in people.items() for person in all_))
    published = published_of(
        nominals=themselves(*"ABCDEF"),
        network_of={("soc", person): "N1" for person in "ABCDEF"},
        sizes={("soc", "N1"): 7},
    )
    offenders = networks.planted_networks(truth, published.nominals)
    shares = networks.agreement("soc", offenders, networks.beside(offenders, published), published)
    assert (shares["network_recall"], shares["network_precision"]) == (1.0, 0.0)


def test_leaders_are_placed_among_the_ranked_people_of_the_theme():
    led = [OFFENDER("soc", f"SOC-{person}", person, "LEADER") for person in "ABC"]
    places = {("soc", "A"): Place(1, 5, 1), ("soc", "A2"): Place(4, 5, 4), ("soc", "B"): Place(3, 5, 4)}
    published = published_of(nominals={**themselves("B", "C"), "A": frozenset({"A", "A2"})}, places=places)
    shares = networks.leaders(truth_of(*led), published, "soc")
    assert shares == {"leaders": 3, "leader_percentile": 0.5, "leaders_in_top_3": 1 / 3}
    assert networks.leaders(truth_of(*led), published, "cse") == {
        "leaders": 0,
        "leader_percentile": None,
        "leaders_in_top_3": None,
    }


def test_the_order_of_ties_is_the_chance_that_one_inside_weighs_more_than_one_leading_out():
    truth = truth_of(*(OFFENDER("soc", "SOC-1", person) for person in "ABC"), OFFENDER("soc", "SOC-2", "D"))
    ties = (("A", "B", 30), ("B", "C", 10), ("A", "X", 20), ("C", "D", 10), ("X", "Y", 99))
    found = networks.tie_order(
        networks.planted_networks(truth, themselves(*"ABCD")), published_of(nominals=themselves(*"ABCD"), ties=ties)
    )
    assert found == {"tie_order": (1 + 1 + 0 + 0.5) / 4, "ties_inside": 2, "ties_leading_out": 2}


def test_a_case_is_found_under_any_nominal_and_only_under_its_theme():
    cases = [Case(f"SG-{person}", kind, person, "cse") for person, kind in (("A", "X"), ("B", "X"), ("C", "Y"))]
    nominals = {**themselves("B", "C"), "A": frozenset({"A", "A2"})}
    flagged = frozenset({("cse", "A2"), ("soc", "B"), ("cse", "C")})
    found = members.safeguarding(truth_of(cases=cases), published_of(nominals=nominals, flagged=flagged))
    assert found == {
        "safeguarding_recall": 2 / 3,
        "safeguarding": {
            "X": {"cases": 2, "found": 1, "missed": ["SG-B"]},
            "Y": {"cases": 1, "found": 1, "missed": []},
        },
    }


def test_without_flags_the_share_of_cases_is_not_known():
    truth = truth_of(cases=[Case("SG-1", "X", "A", "cse")])
    assert members.safeguarding(truth, published_of()) == {"safeguarding_recall": None, "safeguarding": {}}


TRUTH = {
    "members": [
        ("theme", "network", "person_id", "role", "side", "origin"),
        ("soc", "SOC-1", "P1", "LEADER", "OFFENDER", "PLANTED"),
        ("soc", "SOC-1", "P2", "MEMBER", "OFFENDER", "PLANTED"),
        ("soc", "", "P3", "OFFENDER", "OFFENDER", "BACKGROUND"),
    ],
    "people": [
        ("person_id", "nominal_ref", "person_refs", "dob", "is_child_at_end"),
        ("P1", "N1", "CR-1;IN-1", "1980-01-01", "false"),
        ("P2", "", "CR-2", "1981-01-01", "false"),
        ("P3", "N3", "CR-3", "1982-01-01", "false"),
        ("P4", "N4", "CR-4", "1983-01-01", "false"),
    ],
    "safeguarding": [("case", "kind", "person_id", "nominal_id_hint", "theme", "network", "detail")],
}
ROWS = {
    "people": [
        {"person_ref": ref, "nominal_id": nominal, "how": "ALONE", "why": ""}
        for ref, nominal in (("CR-1", "N1"), ("IN-1", "N1"), ("CR-2", "CR-2"), ("CR-3", "N3"), ("CR-4", "N4"))
    ],
    "theme_members": [
        {"theme": "soc", "nominal_id": "N1", "involved": True, "victim": False, "rules": ["listed_ocg"]},
        {"theme": "soc", "nominal_id": "CR-2", "involved": True, "victim": True, "rules": ["organised_flag"]},
        {"theme": "soc", "nominal_id": "N4", "involved": False, "victim": False, "connected": True, "rules": []},
    ],
    "theme_hits": [
        {"theme": theme, "nominal_id": "N3", "role": role, "side": side, "credible": credible, "counted": False}
        for theme, role, side, credible in (
            ("soc", "SUBJECT", "NEUTRAL", False),
            ("soc", "SUBJECT", "OFFENDER", True),
            ("cse", "SUBJECT", "NEUTRAL", False),
            ("violent_crime", "VICTIM", "VICTIM", True),
            ("violent_crime", "MENTIONED", "NEUTRAL", False),
        )
    ],
    "network_members": [
        {"theme": theme, "network_id": network, "nominal_id": nominal}
        for theme, network, nominal in (
            ("soc", "soc-1", "N1"),
            ("soc", "soc-1", "CR-2"),
            ("all", "all-1", "N1"),
            ("all", "all-1", "CR-2"),
            ("all", None, "N3"),
        )
    ],
    "networks": [
        {"theme": "soc", "network_id": "soc-1", "size": 2},
        {"theme": "all", "network_id": "all-1", "size": 7},
    ],
    "nominal_priorities": [
        {"theme": theme, "nominal_id": nominal, "network_id": network, "rank": rank}
        for theme, nominal, network, rank in (
            ("soc", "CR-2", "soc-1", 1),
            ("soc", "N3", None, 2),
            ("soc", "N1", "soc-1", 3),
            ("all", "N1", "all-1", 1),
        )
    ],
    "edges": [
        {"src": src, "dst": dst, "relation": relation, "weight_micro": weight}
        for src, dst, relation, weight in (
            ("CR-2", "N1", "ASSOCIATION", 500),
            ("N1", "N4", "ASSOCIATION", 100),
            ("N4", "N5", "ASSOCIATION", 900),
            ("N1", "N3", "FAMILY", 900),
        )
    ],
}


@pytest.fixture(scope="module")
def published(spark, tmp_path_factory):
    """A lake with a few published rows, and the folder of a truth beside it."""
    folder = tmp_path_factory.mktemp("evaluation")
    for name, rows in TRUTH.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    lake = Lake(spark, str(folder / "lake"))
    for name, rows in ROWS.items():
        columns = {column.name: published_type(column) for column in TABLES[name]}
        lake.write_result(frame_of(spark, columns, rows), TABLES[name], SNAPSHOT.snapshot_id)
    return lake, folder


@pytest.mark.slow
def test_what_is_published_is_read_for_the_people_of_the_truth(published):
    lake, folder = published
    assert read_published(lake, SNAPSHOT, read_truth(folder)) == Published(
        nominals={"P1": frozenset({"N1"}), "P2": frozenset({"CR-2"}), "P3": frozenset({"N3"})},
        involved={("soc", "N1"): ("listed_ocg",), ("soc", "CR-2"): ("organised_flag",)},
        victims=frozenset({("soc", "CR-2")}),
        signs={
            ("soc", "N3"): Signs(counted=False, credible=True),
            ("cse", "N3"): Signs(counted=False, credible=False),
        },
        network_of={
            ("soc", "N1"): "soc-1",
            ("soc", "CR-2"): "soc-1",
            ("all", "N1"): "all-1",
            ("all", "CR-2"): "all-1",
        },
        sizes={("soc", "soc-1"): 2, ("all", "all-1"): 7},
        places={("soc", "CR-2"): Place(1, 3, 1), ("soc", "N3"): Place(2, 3, 0), ("soc", "N1"): Place(3, 3, 2)},
        ties=(("CR-2", "N1", 500), ("N1", "N4", 100)),
        flagged=None,
    )


def test_the_whole_comparison_of_a_few_rows(published):
    lake, folder = published
    found = evaluate(lake, SNAPSHOT, folder)
    assert found["themes"] == {
        "soc": {
            "member_precision": 1.0,
            "member_recall": 2 / 3,
            "members_true": 3,
            "members_found": 2,
            "victim_precision": 0.0,
            "victim_recall": 1.0,
            "victims_true": 0,
            "victims_found": 1,
            "network_recall": 1.0,
            "network_precision": 1.0,
            "planted_networks": 1,
            "networks_found": 1,
            "networks": 1,
            "largest_network": 2,
            "leaders": 1,
            "leader_percentile": 0.0,
            "leaders_in_top_3": 1.0,
        }
    }
    assert found["full_network"] == {
        "network_recall": 1.0,
        "network_precision": 0.0,
        "planted_networks": 1,
        "networks_found": 1,
        "networks": 1,
        "largest_network": 7,
        "tie_order": 1.0,
        "ties_inside": 1,
        "ties_leading_out": 1,
    }
    assert [(row["person"], row["reason"], row["origin"]) for row in found["missed"]] == [
        ("P3", "OLD_OR_LET_GO", "BACKGROUND")
    ]
    assert (found["added"], found["safeguarding_recall"]) == ([], None)


def test_a_folder_without_truth_is_refused_in_one_line(tmp_path):
    with pytest.raises(HarmnetError, match=r"members\.csv: no such file; --truth is the folder truth/"):
        read_truth(tmp_path)
