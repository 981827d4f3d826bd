"""What a correction names is found in raw rows however the source writes its references."""

from harmnet.config import load_settings
from harmnet.corrections.lookup import Lookup
from lakes import receive
from made_corrections import made


def test_references_with_spaces_around_them_are_the_same_people_and_records(lake, tmp_path):
    before = Lookup(lake).people_on("crimes:C01")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "crime_people.csv").write_text(
        "crime_ref,person_ref,role,status\nC01   ,CR-01   ,WITNESS,\n C01,   ,WITNESS,\nC01,CR-05  ,WITNESS,\n"
    )
    receive(lake, load_settings(), tmp_path / "more")
    assert Lookup(lake).people_on("crimes:C01") == before | {"CR-05"}


def test_what_a_person_agrees_on_is_found_under_a_reference_with_spaces(lake, tmp_path):
    keys = Lookup(lake).about(made(1, "REMOVE_NOMINAL", "N03"), "N03").keys
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "people.csv").write_text(
        "person_ref,source_system,nominal_ref,forename,surname,dob,sex,ethnicity,address,area_code\n"
        "CR-03 ,CRIMES,N03,Other,Name,1980-01-01,F,,,\n"
    )
    receive(lake, load_settings(), tmp_path / "more")
    assert set(Lookup(lake).about(made(1, "REMOVE_NOMINAL", "N03"), "N03").keys) - set(keys)
