"""Prison: the cell is the event, the stay the record."""

from datetime import date

from harmnet.sources.prison import involve
from typed_rows import by_column, staged_of


def test_a_stay_is_in_a_cell_of_one_prison_from_its_first_night(spark):
    first, left, due = date(2024, 5, 1), date(2024, 6, 1), date(2026, 1, 1)
    stays = [
        {"stay_ref": "S1", "prison": "HMP A", "from_date": first, "to_date": left},
        {"stay_ref": "S2", "prison": "HMP B", "from_date": left, "release_due": due},
    ]
    rows = involve(staged_of(spark, "prison_stays", [stay | {"person_ref": "P", "cell": "1-02"} for stay in stays]))
    columns = ("event_id", "role", "event_date", "from_date", "to_date", "release_due")
    assert by_column(rows, "record_ref", *columns) == {
        "S1": ("HMP A/1-02", "PRISONER", first, first, left, None),
        "S2": ("HMP B/1-02", "PRISONER", left, left, None, due),
    }
