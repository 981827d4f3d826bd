"""The figures of the page on the evaluation are those of the runs, and its words have none."""

import json
import re

import pytest

from evaluation import RESULTS, summary
from evaluation_tables import MODELS, tables
from pages import DOCS, ROOT, text_of

PAGE = DOCS / "evaluation.md"
WORDS = ROOT / "benchmarks" / "evaluation_page.md"
has_results = pytest.mark.skipif(not RESULTS.is_file(), reason="make evaluation has left no results yet")


@has_results
def test_every_table_of_the_page_is_the_one_made_from_the_results():
    made = tables(json.loads(RESULTS.read_text(encoding="utf-8")))
    shown = dict(re.findall(r"<!-- (\w+) -->\n\n(.*?)\n\n<!-- /\1 -->", text_of(PAGE), re.DOTALL))
    assert shown == made
    assert re.sub(r"(<!-- (\w+) -->)\n\n.*?(<!-- /\2 -->)", r"\1\n\n\3", text_of(PAGE), flags=re.DOTALL) == text_of(
        WORDS
    )


def test_no_figure_of_a_run_stands_in_the_words_around_the_tables():
    words = re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->", "", text_of(WORDS), flags=re.DOTALL)
    assert re.findall(r"(?<![\w.])0\.\d+|\d+ ?%", words) == ["0.8", "0.5"]


@has_results
def test_every_plot_of_the_page_is_there_and_says_nothing_of_when_it_was_made():
    plots = re.findall(r"!\[[^\]]+\]\((img/[^)]+)\)", text_of(PAGE))
    assert sorted(plots) == sorted(f"img/{path.name}" for path in (DOCS / "img").glob("evaluation_*.svg"))
    assert plots
    assert all("<dc:date>" not in text_of(DOCS / plot) for plot in plots)


def shares(**other):
    return {
        "member_precision": 0.5,
        "member_recall": 1.0,
        "members_true": 4,
        "network_precision": 1.0,
        "network_recall": 1.0,
        "planted_networks": 1,
        "networks_found": 1,
        "largest_network": 9,
        "leader_percentile": None,
        "leaders_in_top_3": 1.0,
        "tie_order": 0.25,
    } | other


def run(seed, model="shipped", **of_soc):
    found = {
        "themes": {"cse": shares(leader_percentile=0.5), "soc": shares(leader_percentile=0.5, **of_soc)},
        "full_network": shares(),
        "safeguarding_recall": 1.0,
        "safeguarding": {"TURNED_18": {"cases": 2, "found": 1, "missed": ["SG-1"]}},
        "missed": [{"theme": "soc", "origin": "PLANTED", "reason": "NO_RULE"}] * 2,
        "added": [{"theme": "cse", "rules": ["cse_flag", "cse_words"]}],
    }
    return summary("small", seed, model, found)


def test_tables_add_up_counts_and_give_the_mean_and_the_lowest_of_the_seeds():
    runs = [run(1, model, member_precision=1.0) for model in MODELS] + [run(2, member_precision=0.7)]
    made = tables({"runs": runs})
    assert "| soc | 0.85 (0.70) | 1.00 (1.00) |" in made["members"]
    assert "| people: precision | 0.68 (0.60) | 0.75 (0.75) | 0.75 (0.75) | 0.75 (0.75) |" in made["models"]
    assert "| order of ties | 0.25 (0.25) |" in made["models"]
    assert "| no rule of the theme saw anything on the offender side | planted | 0 | 4 |" in made["missed"]
    assert "| of | all | 8 | 8 |" in made["missed"]
    assert "| cse | cse_flag + cse_words | 2 |" in made["added"]
    assert "| TURNED_18 | 4 | 2 |" in made["safeguarding"]


def test_a_summary_names_nobody():
    text = json.dumps(run(1))
    assert "SG-1" not in text
    assert json.loads(text)["missed"] == [{"theme": "soc", "origin": "PLANTED", "reason": "NO_RULE", "people": 2}]
