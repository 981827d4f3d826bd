"""Ties of the refresh against the oracle; tests/test_counted_data.py has the ten people worked out by hand."""

from harmnet.evidence import build
from harmnet.harm import offence_group_rows
from lakes import AS_OF
from oracle import by_key, differences


def test_every_person_record_stands_for_the_nominal_the_oracle_says(random_forces):
    derived, oracle = random_forces
    assert {row["person_ref"]: row["nominal_id"] for row in derived.rows("people")} == oracle.people()


def test_every_edge_has_the_weight_the_oracle_works_out(random_forces):
    derived, oracle = random_forces
    expected = oracle.edges()
    assert len(expected) > 1000
    assert differences(expected, by_key(derived.rows("edges"), "src", "dst", "relation")) == []


def test_every_record_with_too_many_people_is_listed_and_no_other(random_forces):
    derived, oracle = random_forces
    found = sorted((row["tie"], row["record_ref"], row["n"]) for row in derived.rows("hub_events"))
    assert found == oracle.hub_events() != []


def test_the_evidence_has_every_factor_of_every_record_the_oracle_counts(random_forces):
    derived, oracle = random_forces
    settings, names = derived.settings, derived.names()
    groups = offence_group_rows(derived.lake.spark, settings)
    found = build(derived.work("involvements"), ties=settings.ties, as_of=AS_OF, offence_groups=groups).pairs
    factors = ("times", "base_micro", "quality_micro", "decay_micro", "n", "weight_micro")
    columns = ("tie", "record_ref", "event_date", *factors)

    def key(row, src, dst):
        return (src, dst, *(row[name] for name in columns))

    counted = sorted(key(row, names[row["src"]], names[row["dst"]]) for row in found.collect() if row["counted"])
    assert counted == sorted(key(row, row["src"], row["dst"]) for row in oracle.evidence() if row["counted"])
