"""Areas from small to large."""

from harmnet.areas import with_larger_areas
from typed_rows import SHIPPED, frame_of, tuples


def test_an_area_finds_its_unit_and_force_whatever_its_size(spark):
    codes = [{"area_code": code} for code in ("F1B3", "F1B", "F1", "X9", None, "f1b3")]
    found = tuples(with_larger_areas(frame_of(spark, {"area_code": "string"}, codes), SHIPPED.areas))
    assert found == [
        (None, None, None),
        ("F1", None, "F1"),
        ("F1B", "F1B", "F1"),
        ("F1B3", "F1B", "F1"),
        ("X9", None, None),
        ("f1b3", None, None),
    ]
