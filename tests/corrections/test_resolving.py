"""Whom a correction concerns once references have come, gone, or been linked otherwise."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from harmnet.corrections.register import in_force
from harmnet.corrections.resolving import Identities, Ref, unlinked_id
from made_corrections import made, refs

LINKED = refs(("p1", "N1", "FORCE_NUMBER"), ("p2", "N1", "JOINED_NUMBERED"), ("p3", "N2", "FORCE_NUMBER"))


def test_a_person_is_found_by_id_whatever_the_references_are_now():
    one = made(1, "REMOVE_NOMINAL", "N1", refs=("gone",))
    assert Identities(LINKED, [one]).people(one) == {"N1"}


def test_a_person_is_found_by_a_reference_that_has_come_under_another_id():
    one = made(1, "REMOVE_NOMINAL", "p2", refs=("p2",))
    assert Identities(LINKED, [one]).people(one) == {"N1"}


def test_a_person_is_found_by_what_was_recorded_under_a_new_unnumbered_reference_alone():
    one = made(1, "REMOVE_NOMINAL", "p0", refs=("p0",), keys=("k",))
    new = refs(
        ("p7", "p7", "SAME_PERSON", "k"),
        ("p8", "N8", "FORCE_NUMBER", "k"),
        ("p9", "p9", "AMBIGUOUS", "k"),
        ("p10", "p10", "SAME_PERSON", "other"),
        ("p11", "p11", "ALONE", None),
    )
    assert Identities(new, [one]).people(one) == {"p7"}


def test_nobody_is_found_when_nothing_is_left_of_them():
    one = made(1, "REMOVE_NOMINAL", "N9", refs=("p9",), keys=("k",))
    assert Identities(LINKED, [one]).people(one) == set()


def test_a_removal_follows_the_person_into_whom_they_are_merged_later():
    removed = made(1, "REMOVE_NOMINAL", "N1", refs=("p1", "p2"))
    merged = made(2, "MERGE", "N1", refs=("p1", "p2"), others=("N2",), other_refs=("p3",))
    found = Identities(LINKED, [removed, merged])
    assert found.now == {"p1": "N2", "p2": "N2", "p3": "N2"}
    assert found.people(removed) == {"N2"}
    assert found.changed == {"p1": ("MERGED", "correction 2"), "p2": ("MERGED", "correction 2")}
    # As the snapshot had them: both, for what was published of either is about the person removed.
    assert found.linked_as({"N2"}) == {"N1", "N2"}


def test_a_person_whose_references_are_all_new_is_found_by_id_after_a_merge_too():
    removed = made(1, "REMOVE_NOMINAL", "N1", refs=("gone",))
    merged = made(2, "MERGE", "N1", refs=("gone",), others=("N2",), other_refs=("p3",))
    assert Identities(LINKED, [removed, merged]).people(removed) == {"N2"}


def test_a_reference_taken_off_stands_alone_and_is_no_longer_what_was_said_of_the_person():
    removed = made(1, "REMOVE_NOMINAL", "N1", refs=("p1", "p2"))
    off = made(2, "UNLINK", "N1", refs=("p1",), person_ref="p2")
    found = Identities(LINKED, [removed, off])
    assert found.now == {"p1": "N1", "p2": unlinked_id("p2"), "p3": "N2"}
    assert found.people(removed) == {"N1"}


def test_a_removal_of_a_reference_that_was_taken_off_is_of_that_one_alone():
    off = made(1, "UNLINK", "N1", refs=("p1",), person_ref="p2")
    removed = made(2, "REMOVE_NOMINAL", "unlinked:p2", refs=("p2",))
    assert Identities(LINKED, [off, removed]).people(removed) == {"unlinked:p2"}


def test_the_reference_that_gave_a_nominal_its_name_can_be_taken_off_and_the_name_stays():
    off = made(1, "UNLINK", "p1", refs=("p2",), person_ref="p1")
    found = Identities(refs(("p1", "p1"), ("p2", "p1")), [off])
    assert found.now == {"p1": "unlinked:p1", "p2": "p1"}


def test_a_reference_that_was_linked_elsewhere_since_is_not_taken_off():
    off = made(1, "UNLINK", "N1", refs=("p1",), person_ref="p3")
    assert Identities(LINKED, [off]).changed == {}


def test_what_was_taken_off_can_be_merged_with_someone_else():
    off = made(1, "UNLINK", "N1", refs=("p1",), person_ref="p2")
    merged = made(2, "MERGE", "unlinked:p2", refs=("p2",), others=("N2",), other_refs=("p3",))
    assert Identities(LINKED, [off, merged]).now == {"p1": "N1", "p2": "N2", "p3": "N2"}


def test_a_merge_into_someone_under_a_new_id_goes_where_they_are():
    merged = made(1, "MERGE", "N2", refs=("p3",), others=("p2",), other_refs=("p2",))
    assert Identities(LINKED, [merged]).now["p3"] == "N1"


def test_merging_back_the_other_way_changes_nothing_more():
    one = made(1, "MERGE", "N1", refs=("p1", "p2"), others=("N2",), other_refs=("p3",))
    back = made(2, "MERGE", "N2", refs=("p3",), others=("N1",), other_refs=("p1", "p2"))
    assert Identities(LINKED, [one, back]).now == Identities(LINKED, [one]).now


def test_what_is_undone_no_longer_holds_and_an_undoing_is_nothing_by_itself():
    known = [made(1, "MERGE", "N1", others=("N2",)), made(2, "RESTRICT", "N1"), made(3, "UNMERGE", undoes=1)]
    assert [one.correction_id for one in in_force(known)] == [2]


PEOPLE = [f"N{number}" for number in range(6)]
REFS = [Ref(f"p{number}", PEOPLE[number % 6], "FORCE_NUMBER") for number in range(12)]
OF = {person: tuple(ref.person_ref for ref in REFS if ref.nominal_id == person) for person in PEOPLE}
PAIRS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda pair: pair[0] != pair[1])


def merges(pairs):
    return [
        made(number, "MERGE", one, refs=OF[one], others=(other,), other_refs=OF[other])
        for number, (one, other) in enumerate(pairs, 1)
    ]


@given(st.lists(PAIRS, max_size=6))
def test_merges_in_any_order_make_the_components_of_their_graph(pairs):
    graph = nx.Graph(pairs)
    graph.add_nodes_from(PEOPLE)
    found = Identities(REFS, merges(pairs)).now
    together = [{ref.person_ref for ref in REFS if ref.nominal_id in part} for part in nx.connected_components(graph)]
    by_person = {}
    for name, nominal_id in found.items():
        by_person.setdefault(nominal_id, set()).add(name)
    assert sorted(map(sorted, by_person.values())) == sorted(map(sorted, together))


@given(st.lists(PAIRS, min_size=1, max_size=6), st.data())
def test_a_merge_and_its_undoing_leave_what_the_other_merges_make(pairs, data):
    made_so_far = merges(pairs)
    undone = data.draw(st.sampled_from(made_so_far))
    undoing = made(len(pairs) + 1, "UNMERGE", undoes=undone.correction_id)
    left = Identities(REFS, in_force([*made_so_far, undoing]))
    never = Identities(REFS, [one for one in made_so_far if one is not undone])
    assert (left.now, left.changed) == (never.now, never.changed)


@given(st.lists(PAIRS, max_size=5), st.sampled_from(PEOPLE))
def test_whoever_is_removed_is_found_under_every_reference_after_any_merges(pairs, person):
    removed = made(100, "REMOVE_NOMINAL", person, refs=OF[person])
    found = Identities(REFS, [*merges(pairs), removed])
    assert {found.now[name] for name in OF[person]} == found.people(removed)
