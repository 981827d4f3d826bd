"""What skew does to pairs, small and with few partitions: a person on many records, records of many people.

python benchmarks/skew.py                 # prints what was measured; --write keeps it in benchmarks/results
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.evidence import pairs_of
from harmnet.session import build_session
from machine import described

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "skew.json"
SEED, RECORDS, PEOPLE = 1, 400_000, 300_000
PARTITIONS = (2, 8)


def even(draws: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Records of two to eight people, nobody on many of them: record and person of each row."""
    record = np.repeat(np.arange(RECORDS), np.minimum(1 + draws.geometric(0.6, RECORDS), 8))
    return record, draws.integers(1, PEOPLE, len(record))


def hub_person(draws: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The same, and one person on every tenth record."""
    record, person = even(draws)
    tenth = np.arange(0, RECORDS, 10)
    return np.concatenate([record, tenth]), np.concatenate([person, np.zeros(len(tenth), np.int64)])


def records_of(count: int, people: int) -> Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]:
    """The same as `even`, and so many records of so many people."""

    def made(draws: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        record, person = even(draws)
        wide = np.repeat(np.arange(RECORDS, RECORDS + count), people)
        return np.concatenate([record, wide]), np.concatenate([person, draws.integers(1, PEOPLE, len(wide))])

    return made


CASES = {
    "even": even,
    "one person on every tenth record": hub_person,
    "and 500 records of 50 people, the most that make a tie": records_of(500, 50),
    "and 5 records of 2,000 people, which max_people keeps out": records_of(5, 2000),
}
"""Case -> what makes its rows."""


@click.command()
@click.option("--write", is_flag=True, help="Into benchmarks/results instead of the screen.")
def main(write: bool) -> None:
    """Make the pairs of each case with few partitions, and say how long the longest task took beside the others."""
    machine, found = described(), []
    with tempfile.TemporaryDirectory(prefix="harmnet-skew-") as folder:
        events = Path(folder, "events")
        events.mkdir()
        log = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri()}
        log |= {"spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false"}
        spark = build_session("harmnet skew", settings=log)
        # The first run compiles what the others run.
        for name, case in [("", even), *CASES.items()]:
            path = write_rows(Path(folder, "rows.parquet"), case)
            for partitions in PARTITIONS if name else PARTITIONS[:1]:
                run = measured(spark, path, partitions, Path(folder, "pairs"))
                found += [{"case": name, "partitions": partitions, **run}] if name else []
                click.echo(f"{name or 'warming up'}, {partitions} partitions: {run['seconds']} s", err=True)
        spark.stop()
        log_file = next(path for path in events.rglob("*") if path.is_file())
        add_tasks(found, log_file)
    text = json.dumps({"machine": machine, "seed": SEED, "runs": found}, indent=1, sort_keys=True) + "\n"
    if write:
        RESULTS.write_text(text, encoding="utf-8")
    click.echo(f"written to {RESULTS.relative_to(ROOT)}" if write else text)


def write_rows(path: Path, case: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]) -> Path:
    """The case's rows as one Parquet file."""
    record, person = case(np.random.default_rng(SEED))
    pq.write_table(pa.table({"record": record, "idx": person}), path, row_group_size=200_000)
    return path


def measured(spark: SparkSession, path: Path, partitions: int, out: Path) -> dict[str, Any]:
    """Rows, pairs before they are added up, and seconds of one case."""
    spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    rows = spark.read.parquet(str(path))
    began, clock = time.perf_counter(), time.time()
    pairs = pairs_in(rows)
    summed = pairs.groupBy("src", "dst").agg(F.sum("weight_micro").alias("weight_micro"), F.count("*").alias("pairs"))
    summed.write.mode("overwrite").parquet(str(out))
    seconds = round(time.perf_counter() - began, 1)
    # By person: where a hub's neighbours meet.
    ends = spark.read.parquet(str(out)).select(F.explode(F.array("src", "dst")).alias("idx"), "pairs")
    ends.groupBy("idx").agg(F.sum("pairs").alias("pairs")).write.mode("overwrite").format("noop").save()
    span = {"began": round(clock * 1000), "ended": round(time.time() * 1000)}
    made = spark.read.parquet(str(out)).agg(F.sum("pairs")).collect()[0][0]
    return {"rows": rows.count(), "pairs": made, "seconds": seconds, **span}


def pairs_in(rows: DataFrame) -> DataFrame:
    """Every two people on a record, by the function that makes the ties of a refresh."""
    members = rows.groupBy("record").agg(F.sort_array(F.collect_set("idx")).alias("members"))
    none = F.lit(None).cast("bigint")
    return pairs_of(
        members.select(
            F.lit("co_offending").alias("tie"),
            "members",
            F.lit(1_000_000).cast("bigint").alias("weight_micro"),
            none.alias("base_micro"),
            none.alias("decay_micro"),
        )
    )


def add_tasks(found: list[dict[str, Any]], log: Path) -> None:
    """Adds to each run the seconds of its longest task, and of the median task of the same Spark stage."""
    tasks: dict[int, list[tuple[int, int]]] = defaultdict(list)
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith('{"Event":"SparkListenerTaskEnd"'):
                event = json.loads(line)
                info = event["Task Info"]
                tasks[event["Stage ID"]].append((info["Launch Time"], info["Finish Time"]))
    for run in found:
        began, ended = run.pop("began"), run.pop("ended")
        of_run = [
            [(last - first) / 1000 for first, last in times]
            for times in tasks.values()
            if began <= times[0][0] and max(last for _, last in times) <= ended
        ]
        longest = max(of_run, key=max)
        run |= {"longest_task": round(max(longest), 2), "median_task": round(statistics.median(longest), 2)}


if __name__ == "__main__":
    main()
