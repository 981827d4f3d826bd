"""The oracle: the tables of ties worked out again in plain Python, without Spark and without harmnet.

Slow and obvious on purpose: sets of nights, whole days, exact integers. It reads the same extracts and the same conf
files as the refresh and shares no code with it, so that an error must be made twice to go unseen.

A test of the refresh compares many random forces in one Spark job:

    overlay = small_records(4)                               # more than four people on a record make a hub
    write_overlay(overlay, tmp_path / "conf")                # the same for the refresh: --conf
    extract = force_batch(range(30))                         # ids begin with F<seed>X: forces never meet
    write_extract(extract, tmp_path / "extracts", {"custody": "jsonl", "groups": "parquet"})
    oracle = Oracle(extract, load_conf(CONF, overlay=overlay), AS_OF)
    ...ingest and refresh as of AS_OF; edges, people, hub_events as lists of dicts...
    assert differences(oracle.edges(), by_key(edges, "src", "dst", "relation")) == []
    assert oracle.people() == {row["person_ref"]: row["nominal_id"] for row in people}
    assert oracle.hub_events() == sorted((row["tie"], row["record_ref"], row["n"]) for row in hub_events)

Dates are datetime.date, weights integers in micro-units, ids text. What an evidence row's `counted` says is what
`harmnet explain` lists: `evidence()` also holds rows of weight 0 and the losing side of co_offending against co_arrest.

    Oracle(extract, conf, as_of)   people(), involvements(), evidence(), edges(), hub_events()
    read_extract, write_extract    an extract folder as table -> rows of text, and back
    load_conf, overlaid            conf files as the oracle takes them
    small_records, write_overlay   the same conf with small records, for the oracle and as a conf folder
    random_extract, extracts       one random force by seed, or drawn by hypothesis
    force_batch, prefixed, merge   many forces in one extract
    differences, by_key            two tables side by side
"""

from .combine import by_key, differences, merge, prefixed
from .engine import Oracle
from .extract import read_extract, write_extract
from .settings import load_conf, overlaid, small_records, write_overlay
from .strategies import AS_OF, extracts, force_batch, random_extract

__all__ = [
    "AS_OF",
    "Oracle",
    "by_key",
    "differences",
    "extracts",
    "force_batch",
    "load_conf",
    "merge",
    "overlaid",
    "prefixed",
    "random_extract",
    "read_extract",
    "small_records",
    "write_extract",
    "write_overlay",
]
