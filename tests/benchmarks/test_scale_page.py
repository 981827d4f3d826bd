"""The figures of the page on scale are those of the runs, and what is counted is counted right."""

import json
import os
import re
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import scale
import side_by_side
import skew
from harmnet.run_report import process_tree
from machine import PeakMemory
from pages import DOCS, ROOT, text_of
from scale_tables import scale_tables, side_tables, skew_table

WORDS = ROOT / "benchmarks" / "scale_page.md"
PAGE = DOCS / "scale.md"


@pytest.mark.skipif(not PAGE.is_file(), reason="make bench-full has left no page yet")
def test_every_table_of_the_page_is_the_one_made_from_the_results():
    made = scale_tables(json.loads(text_of(scale.RESULTS))) | side_tables(json.loads(text_of(side_by_side.RESULTS)))
    made |= {"skew": skew_table(json.loads(text_of(skew.RESULTS)))}
    shown = dict(re.findall(r"<!-- (\w+) -->\n\n(.*?)\n\n<!-- /\1 -->", text_of(PAGE), re.DOTALL))
    assert shown == made
    bare = re.sub(r"(<!-- (\w+) -->)\n\n.*?(<!-- /\2 -->)", r"\1\n\n\3", text_of(PAGE), flags=re.DOTALL)
    assert bare == text_of(WORDS)


def test_a_line_of_the_refresh_begins_or_ends_a_stage_and_its_rows_are_read():
    stages = []
    for line in (
        "recipe 0123abcd: as of 2026-06-30, batches up to 1, parent none",
        "new: the first snapshot as of 2026-06-30",
        "tie: weighted ties between two people",
        "  graph engine: native",
        "tie: done in 12.3 s: edge_sources 1,234,567, edges 12, hub_events 0",
        "publish: results, digests, manifest",
    ):
        scale._note(stages, line)
    assert [stage.name for stage in stages] == ["tie", "publish"]
    assert stages[0].rows == {"edge_sources": 1_234_567, "edges": 12, "hub_events": 0}
    assert stages[0].ended < float("inf") == stages[1].ended


def test_growth_is_the_line_through_the_medians_and_the_last_exponent():
    runs = [
        {"millions": size, "seconds": seconds, "peak_mib": 1, "stages": {"tie": {"seconds": 1.0}}}
        for size, three in ((1.0, (69.0, 70.0, 99.0)), (3.0, (90.0,)), (10.0, (160.0,)))
        for seconds in three
    ]
    assert scale.growth(runs) == {"seconds_fixed": 60.0, "seconds_per_million": 10.0, "exponent": 0.48}


def test_each_round_of_a_contestant_has_the_median_least_and_most_of_its_runs():
    runs = [{"first": {"pairs": one}, "again": {"pairs": one / 2}} for one in (9.0, 4.0, 8.0)]
    assert side_by_side.spreads(runs) == {
        "first": {"pairs": {"median": 8.0, "least": 4.0, "most": 9.0}},
        "again": {"pairs": {"median": 4.0, "least": 2.0, "most": 4.5}},
    }


def test_memory_counts_the_process_and_what_it_started():
    code = "import subprocess, sys; kept = bytearray(200_000_000); subprocess.run([sys.executable, '-c', 'input()'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    with PeakMemory(process.pid, every=0.05) as used:
        until = time.monotonic() + 20
        while len(process_tree(process.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        began = time.monotonic()
        time.sleep(1.0)
        process.communicate(b"\n")
    assert 190 < used.peak(began) < 400
    assert used.peak(0, 1) == 0
    assert os.getpid() in process_tree(os.getpid())


def test_contestants_that_differ_end_the_benchmark(tmp_path):
    def put(name, what, **columns):
        (tmp_path / name).mkdir(exist_ok=True)
        pq.write_table(pa.table(columns), tmp_path / name / f"{what}.parquet")

    for name in ("duckdb_pairs", "harmnet_native"):
        put(name, "pairs", src=[1, 2], dst=[2, 3], weight_micro=[5, 7])
    put("harmnet_native", "graph", idx=[1, 2], component_idx=[1, 1], pagerank=[0.5, 0.5])
    put("igraph_graph", "graph", idx=[2, 1], component_idx=[1, 1], pagerank=[0.5, 0.5])
    side_by_side.check_same(tmp_path)
    put("igraph_graph", "graph", idx=[2, 1], component_idx=[1, 1], pagerank=[0.5, 0.50001])
    with pytest.raises(SystemExit, match=r"ranks by 1\.0e-05"):
        side_by_side.check_same(tmp_path)
    put("duckdb_pairs", "pairs", src=[1, 2], dst=[2, 3], weight_micro=[5, 8])
    with pytest.raises(SystemExit, match="2 answers for pairs, 1 for components"):
        side_by_side.check_same(tmp_path)
