"""Who is who: when records are one person, and what that person is called."""

import unicodedata
from datetime import date

import pytest
from pyspark.sql import functions as F

from harmnet.identity import WHY, link_people, name_key, number_nominals
from typed_rows import by_column, frame_of, tuples

RECORDS = {
    "person_ref": "string",
    "nominal_ref": "string",
    "forename": "string",
    "surname": "string",
    "sex": "string",
    "dob": "date",
    "first_batch": "bigint",
    "in_people": "boolean",
}
BORN = date(1990, 11, 2)


def person(ref, number=None, **other):
    """A record of Zoe O'Brien, apart from what is said."""
    usual = {"forename": "Zoe", "surname": "O'Brien", "sex": "F", "dob": BORN, "first_batch": 1, "in_people": True}
    return {"person_ref": ref, "nominal_ref": number} | usual | other


AGREEING = [
    person("a1", "N7"),
    person("a2", forename="ZOË", surname="O\u2019BRIEN"),
    person("a3", surname="Obrien"),
    person("a4", surname="O'Brian"),
    person("a5", forename="Zoey"),
    person("a6", sex="X"),
    person("a7", dob=date(1990, 2, 11)),
    person("a8", "N7", surname="Smith", dob=None),
]
SEVERAL = [person(f"s{n}", number, surname="Bay") for n, number in enumerate(("N1", "N2", None, None, "N2"))]
ONE_TWICE = [person(f"t{n}", number, surname="Coe") for n, number in enumerate(("N3", "N3", None))]
LACKING = [{"sex": None}, {"dob": None}, {"forename": None}, {"surname": None}, {"surname": "-"}, {"forename": "李"}]
UNKNOWN = [person(f"{side}{n}", None, **lack) for n, lack in enumerate(LACKING) for side in ("u", "v")]
UNKNOWN += [person(f"w{n}", f"W{n}", **lack) for n, lack in enumerate(LACKING)]
FIRST = [("P5", 3), ("P9", 2), ("P7", 2)]
NAMED = [person(f"before {ref}", None, surname="Dee", first_batch=batch) for ref, batch in FIRST]
NAMED += [person(f"after {ref}", None, surname="Eve", first_batch=batch) for ref, batch in [*FIRST, ("P1", 4)]]


@pytest.fixture(scope="module")
def linked(spark):
    """Every case in one run: cases have people of their own, so none touches another."""
    records = [*AGREEING, *SEVERAL, *ONE_TWICE, *UNKNOWN, *NAMED]
    return by_column(link_people(frame_of(spark, RECORDS, records)), "person_ref", "nominal_id", "how")


def of(linked, records):
    return {record["person_ref"]: linked[record["person_ref"]] for record in records}


def test_a_record_joins_the_one_numbered_person_it_agrees_with_exactly(linked):
    assert of(linked, AGREEING) == {
        "a1": ("N7", "FORCE_NUMBER"),
        "a2": ("N7", "JOINED_NUMBERED"),
        "a3": ("N7", "JOINED_NUMBERED"),
        "a4": ("a4", "SAME_PERSON"),
        "a5": ("a5", "SAME_PERSON"),
        "a6": ("a6", "SAME_PERSON"),
        "a7": ("a7", "SAME_PERSON"),
        "a8": ("N7", "FORCE_NUMBER"),
    }


def test_each_record_says_in_words_what_its_nominal_rests_on(spark):
    nowhere = person("only on events", in_people=False, forename=None, surname=None, sex=None, dob=None)
    found = link_people(frame_of(spark, RECORDS, [*AGREEING, *SEVERAL, *UNKNOWN, nowhere]))
    assert set(tuples(found, "how", "why")) == set(WHY.items())
    assert len(WHY) == 6


def test_a_record_that_agrees_with_several_numbered_people_stays_apart_from_all_and_from_its_like(linked):
    assert of(linked, SEVERAL) == {
        "s0": ("N1", "FORCE_NUMBER"),
        "s1": ("N2", "FORCE_NUMBER"),
        "s2": ("s2", "AMBIGUOUS"),
        "s3": ("s3", "AMBIGUOUS"),
        "s4": ("N2", "FORCE_NUMBER"),
    }


def test_one_person_under_several_records_with_one_number_is_not_several(linked):
    assert linked["t2"] == ("N3", "JOINED_NUMBERED")


def test_what_is_not_known_agrees_with_nothing(linked):
    apart = {f"{side}{n}": (f"{side}{n}", "ALONE") for side in "uv" for n in range(len(LACKING))}
    assert of(linked, UNKNOWN) == apart | {f"w{n}": (f"W{n}", "FORCE_NUMBER") for n in range(len(LACKING))}


def test_a_person_without_number_is_named_after_the_record_that_came_first_and_keeps_the_name(linked):
    assert {linked[f"before {ref}"] for ref, _ in FIRST} == {("before P7", "SAME_PERSON")}
    assert {linked[f"after {ref}"] for ref in ("P1", "P5", "P7", "P9")} == {("after P7", "SAME_PERSON")}


def test_a_reference_that_is_also_someone_elses_number_names_another_person(spark):
    records = [
        person("1", "100"),
        person("100", surname="Smith"),
        person("200", surname="Smith"),
        person("300", dob=None),
        person("2", "300", surname="Jones"),
        person("400", in_people=False, surname=None),
        person("3", "400", surname="Brown"),
        person("500", in_people=False, surname=None),
    ]
    found = by_column(link_people(frame_of(spark, RECORDS, records)), "person_ref", "nominal_id", "how")
    assert found == {
        "1": ("100", "FORCE_NUMBER"),
        "100": ("ref:100", "SAME_PERSON"),
        "200": ("ref:100", "SAME_PERSON"),
        "300": ("ref:300", "ALONE"),
        "2": ("300", "FORCE_NUMBER"),
        "400": ("ref:400", "NOT_IN_PEOPLE"),
        "3": ("400", "FORCE_NUMBER"),
        "500": ("500", "NOT_IN_PEOPLE"),
    }


def test_a_name_is_compared_by_its_plain_letters_and_digits_alone(spark):
    names = "Zoë|O'Brien|O\u2019BRIEN|Ó Briain|smith-jones|Łukasz|Müller|Straße|Nguyễn|Zoe\u0308|J4ne|Þór|Çelik|李|--|"
    names = [*names.split("|"), " Anne  Marie ", "ﬁona", "İpek", "ŞİRİN", "naïve", None]

    def key(name):
        plain = "".join(c for c in unicodedata.normalize("NFKD", name or "") if not unicodedata.combining(c)).upper()
        return "".join(c for c in plain if c.isascii() and c.isalnum()) or None

    frame = frame_of(spark, {"name": "string"}, [{"name": name} for name in names])
    assert by_column(frame.withColumn("key", name_key(F.col("name"))), "name", "key") == {
        name: key(name) for name in names
    }
    assert key("Ó Briain") == "OBRIAIN"


def test_people_are_numbered_densely_from_nought_in_byte_order(spark):
    ids = ["N10", "N9", "n1", "N1", "É", "Z", "", "ref:1", "10", "9", "😀", "\uffff"]
    frame = frame_of(spark, {"nominal_id": "string", "person_ref": "string"}, [{"nominal_id": i} for i in ids * 2])
    expected = sorted(ids, key=lambda name: name.encode("utf-8"))
    assert tuples(number_nominals(frame.repartition(3)), "idx", "nominal_id") == sorted(
        enumerate(expected), key=lambda row: str(row[0])
    )
    assert number_nominals(frame.where("false")).collect() == []
