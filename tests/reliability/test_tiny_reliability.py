"""The published statement of the tiny force against its evidence, record by record, in plain Python."""

from datetime import timedelta

from stated import ByHand, vertex

from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.contracts.priorities import EVIDENCE_SHARES
from harmnet.evidence import build
from harmnet.harm import offence_group_rows
from harmnet.record_kinds import KINDS
from harmnet.reliability import rules_of
from lakes import AS_OF

SYSTEM = {
    "co_offending": "crimes",
    "co_arrest": "custody",
    "co_reported": "intelligence",
    "shared_cell": "prison",
    "same_group": "groups",
    "recorded_association": "associations",
}
WEAKER_FIRST = ("REPORT", "NON_CRIME", "CRIME")


def band(kind, quality):
    if kind != "REPORT":
        return 0
    return 3 if quality >= 800_000 else 2 if quality >= 500_000 else 1


def evidence_rows(tiny):
    """Rows of ByHand, one per record and pair: what each record is, is looked up in the involvements."""
    involvements = tiny.lake.read_work(tiny.snapshot.recipe_hash, "link", INVOLVEMENTS)
    kinds = {}
    for row in involvements.select("source_system", "event_id", "event_kind", "basis").distinct().collect():
        kinds[row["source_system"], row["event_id"]] = (row["event_kind"], row["basis"])
    ties = sorted(tiny.settings.ties)
    groups = offence_group_rows(tiny.lake.spark, tiny.settings)
    found = build(involvements, ties=tiny.settings.ties, as_of=AS_OF, offence_groups=groups).pairs
    rows = []
    for row in found.where("counted").collect():
        if row["tie"] in SYSTEM:
            kind, basis = kinds[SYSTEM[row["tie"]], row["record_ref"]]
        elif row["tie"] == "shared_victim":
            systems = ("crimes", "intelligence")
            both = [
                kinds[system, ref]
                for ref in row["record_ref"].split("|")
                for system in systems
                if (system, ref) in kinds
            ]
            kind, basis = min(both, key=lambda pair: WEAKER_FIRST.index(pair[0]))
        else:
            continue
        rows.append(
            {
                "kind": 1,
                "src": row["src"],
                "dst": row["dst"],
                "tie": ties.index(row["tie"]),
                "record_kind": KINDS.index((kind, basis)),
                "grade_band": band(kind, row["quality_micro"]),
                "weight_micro": row["weight_micro"],
                "old_micro": row["weight_micro"] if row["event_date"] < AS_OF - timedelta(days=730) else 0,
                "records": 1,
            }
        )
    return rows


def test_shares_of_every_network_and_person_follow_from_the_records_behind_their_ties(tiny):
    rows = evidence_rows(tiny)
    numbers = {row["nominal_id"]: row["idx"] for row in tiny.rows("nominals")}
    columns = ["pairs", "weight_micro", *(f"{name}_micro" for name in EVIDENCE_SHARES)]
    expected, found = {}, {}
    for theme in {row["theme"] for row in tiny.rows("network_members")}:
        members = [row for row in tiny.rows("network_members") if row["theme"] == theme]
        sent = [vertex(theme, numbers[row["nominal_id"]], row["network_id"]) for row in members]
        hand = ByHand([*sent, *rows], theme, rules_of(tiny.settings))
        for network in {row["network_id"] for row in members} - {None}:
            expected[theme, network] = hand.shares(hand.inside(network))
        for row in members:
            idx = numbers[row["nominal_id"]]
            expected[theme, row["nominal_id"]] = hand.shares([r for r in hand.graph if idx in (r["src"], r["dst"])])
    for table, key in (("network_reliability", "network_id"), ("nominal_reliability", "nominal_id")):
        for row in tiny.rows(table):
            found[row["theme"], row[key]] = {name: row[name] for name in columns}
    assert found == expected
    assert len(found) > 200


def test_everyone_in_a_graph_has_the_identity_of_their_references_in_a_network_or_not(tiny):
    how = {}
    for row in tiny.rows("people"):
        how.setdefault(row["nominal_id"], []).append(row["how"])
    expected = {
        (row["theme"], row["nominal_id"], row["network_id"] is None): "NUMBERED"
        if set(how[row["nominal_id"]]) == {"FORCE_NUMBER"}
        else "JOINED"
        if {"FORCE_NUMBER", "JOINED_NUMBERED"} & set(how[row["nominal_id"]])
        else "UNNUMBERED"
        for row in tiny.rows("network_members")
    }
    told = {(row["theme"], row["nominal_id"]): row["identity"] for row in tiny.rows("nominal_reliability")}
    assert {key: told[key[:2]] for key in expected} == expected
    assert {name for (*_, alone), name in expected.items() if alone} == {"NUMBERED", "JOINED", "UNNUMBERED"}
