"""harmnet beside what else there is, on the same input: pairs, components and PageRank, Parquet to Parquet.

    python benchmarks/side_by_side.py --millions 4        # people on records in millions; --write keeps the results

Contestants take turns, several times. Answers that should be equal are compared, and a difference ends the benchmark.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from machine import described, spread

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "side_by_side.json"
WORK = ROOT / "build" / "side_by_side"
SEED = 1

CONTESTANTS = {
    "duckdb_pairs": (".venv-bench", None),
    "harmnet_native": (".venv", "4.1"),
    "networkit_graph": (".venv-bench", None),
    "igraph_graph": (".venv-bench", None),
    "graphframes_defaults": (".venv-3.5", "3.5"),
}
"""Contestant -> the environment it runs in, and its Spark line. The first one's pairs are the edges all are given."""

Rounds = dict[str, dict[str, float]]
"""Seconds of each part, in the first round of a process and in the one after it."""

SAME_RANKS = ("harmnet_native", "networkit_graph", "igraph_graph")


@click.command()
@click.option("--millions", default=1.0, show_default=True, help="People on records, in millions.")
@click.option("--runs", default=3, show_default=True)
@click.option("--memory", default="8g", show_default=True, help="Heap of the two that have one.")
@click.option("--write", is_flag=True, help="Into benchmarks/results instead of the screen.")
def main(millions: float, runs: int, memory: str, write: bool) -> None:
    """Let every contestant run in turn, check that they found the same, and say what each took."""
    machine, folder = described(), WORK / f"{millions:g}-million"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "incidences").mkdir(parents=True)
    size = make_incidences(folder / "incidences", round(millions * 1e6))
    seconds: dict[str, list[Rounds]] = {name: [] for name in CONTESTANTS}
    for _ in range(runs):
        for name in CONTESTANTS:
            seconds[name].append(_run(name, folder, memory))
            if not (folder / "edges").exists():
                _share_edges(folder, name)
            click.echo(f"{name}: {seconds[name][-1]}", err=True)
    check_same(folder)
    edges = pq.read_metadata(next((folder / "edges").glob("*.parquet"))).num_rows
    summary = {
        "machine": machine,
        "millions": millions,
        "runs": runs,
        "seed": SEED,
        **size,
        "edges": edges,
        "seconds": {name: spreads(found) for name, found in seconds.items()},
    }
    text = json.dumps(summary, indent=1, sort_keys=True) + "\n"
    if write:
        RESULTS.write_text(text, encoding="utf-8")
    click.echo(f"written to {RESULTS.relative_to(ROOT)}" if write else text)


def spreads(runs: list[Rounds]) -> dict[str, dict[str, dict[str, float]]]:
    """Per round and part the median, least and most of the seconds."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name in runs[0]:
        for part in runs[0][name]:
            found.setdefault(name, {})[part] = spread([run[name][part] for run in runs])
    return found


def make_incidences(folder: Path, wanted: int) -> dict[str, int]:
    """People on records as records have them: two to eight people, most of them two, and people who come again."""
    draws = np.random.default_rng(SEED)
    sizes = np.minimum(2 + draws.geometric(0.6, wanted // 2) - 1, 8)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), wanted)]
    record = np.repeat(np.arange(len(sizes)), sizes)
    people = max(10, wanted // 4)
    # Some are on many records: a square of a uniform draw falls low more often.
    idx = (draws.random(len(record)) ** 2 * people).astype(np.int64)
    weight = draws.integers(1_000, 1_000_000, len(sizes))
    table = pa.table({"record": record, "idx": idx, "weight_micro": weight[record]})
    table = table.group_by(["record", "idx"]).aggregate([("weight_micro", "min")])
    table = table.rename_columns(["record", "idx", "weight_micro"])
    pq.write_table(table, folder / "part-0.parquet", row_group_size=500_000)
    return {"rows": len(table), "records": len(sizes), "people": people}


def _share_edges(folder: Path, contestant: str) -> None:
    """The contestant's pairs as the edges that everyone is given: one file, sorted by pair."""
    (folder / "edges").mkdir()
    (pairs,) = _written(folder, "pairs", (contestant,))
    ordered = _sorted(pairs, ("src", "dst", "weight_micro"))
    pq.write_table(ordered, folder / "edges" / "part-0.parquet", row_group_size=500_000)


def _run(name: str, folder: Path, memory: str) -> Rounds:
    environment, line = CONTESTANTS[name]
    python = ROOT / environment / "bin" / "python"
    if not python.is_file():
        raise SystemExit(f"{environment} is not there: run make bench-setup")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYSPARK", "SPARK_HOME"))}
    env |= {"PYTHONPATH": os.pathsep.join((str(ROOT / "benchmarks"), str(ROOT / "lib")))}
    env |= {"HARMNET_DRIVER_MEMORY": memory, "SPARK_LOCAL_IP": "127.0.0.1"}
    if line:
        env["HARMNET_JARS"] = str(ROOT / "jars" / line)
    ran = subprocess.run(
        [str(python), str(ROOT / "benchmarks" / "contestants" / f"{name}.py"), str(folder)],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: Rounds = json.loads(ran.stdout.splitlines()[-1])
    return found


def check_same(folder: Path) -> None:
    """Ends the benchmark where two contestants' pairs or components differ, or ranks by more than 1e-8 in all."""
    pairs = {_digest(path, ("src", "dst", "weight_micro")) for path in _written(folder, "pairs")}
    components = {_digest(path, ("idx", "component_idx")) for path in _written(folder, "graph")}
    if len(pairs) != 1 or len(components) != 1:
        raise SystemExit(f"contestants differ: {len(pairs)} answers for pairs, {len(components)} for components")
    ranks = [
        _sorted(path, ("idx", "pagerank"))["pagerank"].to_numpy() for path in _written(folder, "graph", SAME_RANKS)
    ]
    apart = max(float(np.abs(other - ranks[0]).sum()) for other in ranks[1:])
    if apart > 1e-8:
        raise SystemExit(f"contestants differ: ranks by {apart:.1e} in all")


def _written(folder: Path, what: str, names: tuple[str, ...] = tuple(CONTESTANTS)) -> list[Path]:
    paths = (folder / name / file for name in names for file in (what, f"{what}.parquet"))
    return [path for path in paths if path.exists()]


def _sorted(path: Path, columns: tuple[str, ...]) -> pa.Table:
    table = pq.read_table(path, columns=list(columns))
    return table.sort_by([(name, "ascending") for name in columns])


def _digest(path: Path, columns: tuple[str, ...]) -> str:
    table = _sorted(path, columns)
    digest = hashlib.sha256()
    for name in columns:
        digest.update(table[name].to_numpy().astype("<i8").tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
