"""Settings: the shipped conf, a force's own laid over it, and every mistake named at once."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from harmnet.config import FILES, load_settings, settings_from_contents, shipped_conf, to_micro
from harmnet.errors import HarmnetError


def overlay(folder, **files):
    """A force's own conf: file name -> its content, as YAML or as it is."""
    for name, content in files.items():
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        path = folder / (name.replace("__", "/") if "." in name else f"{name}.yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def problems(folder):
    with pytest.raises(HarmnetError) as refused:
        load_settings(folder)
    return refused.value.problems


def test_a_forces_own_keys_are_laid_over_the_shipped_ones_and_the_rest_stays(tmp_path):
    shipped = load_settings()
    ours = load_settings(
        overlay(
            tmp_path,
            ties={"co_offending": {"base": 0.5}, "same_group": {"base_by_kind": {"USG": 0.1}}},
            graph={"min_weight": 0.03},
            sources={"systems": {"prison": False}},
            weights="grading: {5x5x5: {information: {3: 0.6}}}",
            themes={"themes": {"soc": {"rules": {"listed_ocg": {"group_kinds": ["OCG", "USG"]}}}}},
        )
    )
    assert ours.ties["co_offending"] == shipped.ties["co_offending"].model_copy(update={"base": Decimal("0.5")})
    assert ours.ties["same_group"].base_by_kind == {
        "OCG": Decimal("0.6"),
        "LINE": Decimal("0.6"),
        "USG": Decimal("0.1"),
    }
    assert {name: tie for name, tie in ours.ties.items() if name not in ("co_offending", "same_group")} == {
        name: tie for name, tie in shipped.ties.items() if name not in ("co_offending", "same_group")
    }
    assert ours.graph == shipped.graph.model_copy(update={"min_weight": Decimal("0.03")})
    assert ours.sources.systems == shipped.sources.systems | {"prison": False}
    # The key 3 is written as a number here and as text in the shipped file.
    shipped_grades = shipped.weights.grading["5x5x5"].information
    assert ours.weights.grading["5x5x5"].information == shipped_grades | {"3": Decimal("0.6")}
    # A list is one value: the force's own in place of the shipped one.
    assert ours.themes.themes["soc"].rules["listed_ocg"].group_kinds == ("OCG", "USG")
    assert ours.themes.themes["soc"].rules["listed_ocg"].strength == "PRIMARY"
    assert (ours.harm, ours.ranking, ours.areas) == (shipped.harm, shipped.ranking, shipped.areas)


def test_unknown_and_missing_keys_and_bad_values_of_all_files_are_named_at_once(tmp_path):
    found = problems(
        overlay(
            tmp_path,
            ties={"co_offending": {"bass": 1.0, "relation": "FRIENDSHIP"}, "co_gaming": {"base": 1.0}},
            graph={"engine": "gpu"},
            sources={"systems": {"telephones": True}},
            harm={"window_days": "always"},
        )
    )
    where = {problem.split(": ")[0] + ": " + problem.split(": ")[1] for problem in found}
    assert where == {
        "conf/sources.yml: systems.telephones.[key]",
        "conf/ties.yml: co_offending.bass",
        "conf/ties.yml: co_offending.relation",
        "conf/ties.yml: co_gaming.meaning",
        "conf/ties.yml: co_gaming.relation",
        "conf/ties.yml: co_gaming.half_life_days",
        "conf/ties.yml: co_gaming.max_age_days",
        "conf/ties.yml: co_gaming.max_people",
        "conf/graph.yml: engine",
        "conf/harm.yml: window_days",
    }
    assert any(problem.endswith("(found 'FRIENDSHIP')") for problem in found)


def test_ties_are_those_harmnet_has_with_what_each_of_them_needs(tmp_path):
    meaning = {"meaning": "Played together.", "relation": "ASSOCIATION", "base": 1.0, "max_people": 50}
    (problem,) = problems(
        overlay(
            tmp_path,
            ties={
                "co_gaming": meaning | {"half_life_days": 10, "max_age_days": 10},
                "shared_cell": {"min_nights": None},
                "family": {"half_life_days": 10},
            },
        )
    )
    assert (
        "co_gaming is no tie harmnet has; shared_cell needs min_nights; family: half_life_days and max_age_days"
        in problem
    )


SOC_RULE = {"strength": "PRIMARY", "flags": ["ORGANISED"]}


@pytest.mark.parametrize(
    ("file", "content", "where"),
    [
        (
            "themes",
            {"themes": {"soc": {"rules": {"all_comers": {"strength": "PRIMARY"}}}}},
            "themes.soc.rules.all_comers",
        ),
        (
            "themes",
            {"themes": {"soc": {"rules": {"new": SOC_RULE | {"source": ["crime"]}}}}},
            "themes.soc.rules.new.source",
        ),
        ("themes", {"themes": {"soc": {"relations": ["ASSOCIATON"]}}}, "themes.soc.relations.0"),
        ("themes", {"themes": {"all": {"title": "All", "relations": ["ASSOCIATION"], "rules": {}}}}, "themes"),
        ("harm", {"statuses": ["SUSPECT"]}, "statuses.0"),
        ("graph", {"damping": 1.0}, "damping"),
    ],
)
def test_what_could_never_work_is_refused_before_the_run(tmp_path, file, content, where):
    (problem,) = problems(overlay(tmp_path, **{file: content}))
    assert problem.startswith(f"conf/{file}.yml: {where}")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"networks": {"size": 0.2}}, "networks: weights add up to 1.10, not 1.0"),
        ({"nominals": {"charm": 0.1}}, "nominals: parts are theme_harm, all_harm, centrality_full, "),
    ],
)
def test_weights_of_a_priority_are_of_its_parts_and_add_up_to_one(tmp_path, parts, said):
    (problem,) = problems(overlay(tmp_path, ranking=parts))
    assert problem.startswith("conf/ranking.yml: ")
    assert said in problem


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ties", "co_offending: {base: 1.0", "not readable as YAML"),
        ("ties", "- base\n", "holds no keys"),
        ("ties", "", "holds no keys"),
        ("tie", "co_offending: {base: 1.0}", "not a conf file; harmnet reads sources.yml, themes.yml"),
        ("ties.yaml", "co_offending: {base: 1.0}", "not a conf file"),
    ],
)
def test_a_file_that_would_be_passed_over_or_cannot_be_read_is_named(tmp_path, name, text, said):
    found = problems(overlay(tmp_path, **{name: text}))
    assert len(found) == 1
    assert found[0].startswith(str(tmp_path / name))
    assert said in found[0]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    assert problems(tmp_path / "nowhere") == [f"--conf {tmp_path / 'nowhere'}: no such folder"]


def test_a_harm_table_of_the_force_is_taken_and_one_that_is_not_there_is_named(tmp_path):
    own = {"harm__cchi.csv": "offence_code,offence_code_system,days\n4.10,recorded_crime,9\n"}
    ours = load_settings(overlay(tmp_path / "own", **own))
    assert ours.table("harm/cchi.csv") == [
        {"offence_code": "4.10", "offence_code_system": "recorded_crime", "days": "9"}
    ]
    assert ours.table("harm/ons_css.csv") == load_settings().table("harm/ons_css.csv")
    elsewhere = overlay(tmp_path / "lost", harm={"indices": {"cchi": {"file": "harm/mine.csv"}}})
    assert problems(elsewhere) == ["conf/harm/mine.csv: no such file; conf/harm.yml names it"]


def test_settings_follow_from_their_contents_alone_and_contents_are_plain_json(tmp_path):
    first = load_settings(overlay(tmp_path, weights={"age": {"adult": 21}}))
    again = settings_from_contents(json.loads(json.dumps(first.contents)))
    assert again == first
    assert again.weights.age.adult == 21
    # A date that YAML reads as one is text like any other.
    assert set(first.weights.age.unknown_dates_of_birth) == {"1900-01-01", "1901-01-01", "1970-01-01"}
    assert {*first.contents["files"]} == set(FILES)


def test_the_shipped_folder_can_be_named_and_is_refused_without_conf(monkeypatch, tmp_path):
    assert shipped_conf() == Path(__file__).parents[1] / "conf"
    monkeypatch.setenv("HARMNET_SHIPPED_CONF", str(tmp_path))
    with pytest.raises(HarmnetError, match="the shipped conf is not there; set HARMNET_SHIPPED_CONF"):
        load_settings()


def test_decimals_become_millionths_exactly_or_not_at_all():
    assert [to_micro(Decimal(text)) for text in ("1.0", "0.02", "0.000001", "0")] == [1_000_000, 20_000, 1, 0]
    with pytest.raises(HarmnetError, match=r"0.0000001 has more than six decimals|1E-7 has more than six decimals"):
        to_micro(Decimal("0.0000001"))


def test_every_keyword_of_every_rule_is_looked_for_those_of_nested_conditions_too(tmp_path):
    nested = {"strength": "SUPPORTING", "any_of": [{"all_of": [{"words": ["plug"]}]}, {"words": ["trap house"]}]}
    ours = load_settings(overlay(tmp_path, themes={"themes": {"soc": {"rules": {"nested": nested}}}}))
    assert set(ours.themes.every_word()) - set(load_settings().themes.every_word()) == {"plug"}
    assert list(ours.themes.every_word()) == sorted(set(ours.themes.every_word()))
