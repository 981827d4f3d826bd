"""How a refresh grows: forces of one to ten million involvements, each stage's time, rows, shuffle and memory.

    python benchmarks/scale.py                    # 1 and 3 million, three runs each, printed
    python benchmarks/scale.py --full             # 1, 3 and 10 million, into benchmarks/results/scale.json

Forces and the lakes that took them in are kept below build/scale/; a run works on links to such a lake, in a process of
its own as a user would start it.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from harmnet.session import jars_dir, spark_line
from harmnet.stages import STAGE_NAMES
from harmnet.synthetic import synthesise
from harmnet.synthetic.sizes import SIZES, Size
from machine import PeakMemory, described, spread

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "scale.json"
WORK = ROOT / "build" / "scale"
AS_OF = "2026-06-30"
SEED = 1
_BEGUN, _DONE = re.compile(r"^([a-z]+): [a-z]"), re.compile(r"^([a-z]+): done in [0-9.]+ s: (.*)$")
_COUNT = re.compile(r"([a-z_]+) ([0-9,]+)(?:, |$)")


@click.command()
@click.option("--full", is_flag=True, help="10 million as well, and write the results.")
@click.option("--millions", multiple=True, type=float, help="Involvements in millions, instead of 1 and 3.")
@click.option("--runs", default=3, show_default=True, help="Refreshes of each force.")
@click.option("--memory", default="8g", show_default=True, help="The driver's heap.")
def main(full: bool, millions: tuple[float, ...], runs: int, memory: str) -> None:
    """Refresh forces of several sizes and say what each stage took."""
    sizes = millions or ((1.0, 3.0, 10.0) if full else (1.0, 3.0))
    machine = described()
    found = [one for size in sizes for one in measured(size, runs, memory)]
    summary = {
        "machine": machine,
        "spark": spark_line(),
        "driver_memory": memory,
        "seed": SEED,
        "runs": found,
        "medians": medians(found),
        "growth": growth(found),
    }
    text = json.dumps(summary, indent=1, sort_keys=True) + "\n"
    if full:
        RESULTS.write_text(text, encoding="utf-8")
    click.echo(text if not full else f"written to {RESULTS.relative_to(ROOT)}")


def scaled(millions: float) -> Size:
    """A force of so many million involvements, made as `large` is."""
    share, large = millions / 10, SIZES["large"]
    return replace(
        large,
        name=f"{millions:g} million",
        involvements=round(large.involvements * share),
        background=round(large.background * share),
        networks={theme: max(1, round(count * share)) for theme, count in large.networks.items()},
        cases=max(1, round(large.cases * share)),
        faults=max(1, round(large.faults * share)),
        decoys=max(1, round(large.decoys * share)),
    )


def measured(millions: float, runs: int, memory: str) -> list[dict[str, Any]]:
    """Some refreshes of a force of that size, each from the same batches."""
    folder = WORK / f"{millions:g}-million"
    taken_in = folder / "lake"
    if not (taken_in / "registry" / "raw_batches").is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        synthesise(scaled(millions), SEED, folder / "extracts")
        _harmnet("ingest", "--lake", str(taken_in), "--from", str(folder / "extracts"), memory=memory, check=True)
    found = []
    for number in range(1, runs + 1):
        lake = folder / "run"
        shutil.rmtree(lake, ignore_errors=True)
        # Files of a lake are never written to twice: links are copies.
        shutil.copytree(taken_in, lake, copy_function=os.link)
        run = refreshed(lake, folder / "events", memory)
        found.append({"millions": millions, "run": number, **run})
        click.echo(f"{millions:g} million, run {number}: {run['seconds']} s, {run['peak_mib']} MiB", err=True)
        shutil.rmtree(lake)
    return found


@dataclass
class StageRun:
    """A stage as the run's own lines frame it: moments of time.monotonic and of time.time."""

    name: str
    began: float
    began_at: float
    ended: float = math.inf
    ended_at: float = math.inf
    rows: dict[str, int] = field(default_factory=dict)


def refreshed(lake: Path, events: Path, memory: str) -> dict[str, Any]:
    """One refresh in a process of its own: seconds, peak memory, and what each stage took of everything."""
    shutil.rmtree(events, ignore_errors=True)
    events.mkdir(parents=True)
    began = time.monotonic()
    process = _harmnet("refresh", "--lake", str(lake), "--as-of", AS_OF, memory=memory, events=events)
    stages: list[StageRun] = []
    said = []
    with PeakMemory(process.pid) as memory_used:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            _note(stages, line.rstrip())
        process.wait()
    seconds = time.monotonic() - began
    if process.returncode:
        raise SystemExit("".join(said[-20:]))
    if stages:
        stages[-1].ended, stages[-1].ended_at = began + seconds, time.time()
    tasks = _tasks(events)
    return {
        "seconds": round(seconds, 1),
        "peak_mib": memory_used.peak(),
        "start_seconds": round(stages[0].began - began, 1),
        "stages": {stage.name: _of_stage(stage, tasks, memory_used) for stage in stages},
    }


def _note(stages: list[StageRun], line: str) -> None:
    """Takes down where a stage begins and ends, by the lines that the refresh shows."""
    now, clock = time.monotonic(), time.time()
    if done := _DONE.match(line):
        stages[-1].ended, stages[-1].ended_at = now, clock
        stages[-1].rows = {name: int(count.replace(",", "")) for name, count in _COUNT.findall(done[2])}
    elif (begun := _BEGUN.match(line)) and begun[1] in STAGE_NAMES:
        stages.append(StageRun(begun[1], now, clock))


def _of_stage(stage: StageRun, tasks: list[dict[str, int]], memory_used: PeakMemory) -> dict[str, Any]:
    own = [task for task in tasks if stage.began_at * 1000 <= task["finished"] < stage.ended_at * 1000]
    return {
        "seconds": round(stage.ended - stage.began, 1),
        "rows": stage.rows,
        "tasks": len(own),
        "shuffle_bytes": sum(task["shuffle_bytes"] for task in own),
        "spilled_bytes": sum(task["spilled_bytes"] for task in own),
        "peak_mib": memory_used.peak(stage.began, stage.ended),
    }


def _tasks(events: Path) -> list[dict[str, int]]:
    """Every task of Spark's event log: when it finished, what it wrote for a shuffle and spilled to disk."""
    found = []
    for file in sorted(path for path in events.rglob("*") if path.is_file()):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if not line.startswith('{"Event":"SparkListenerTaskEnd"'):
                    continue
                event = json.loads(line)
                metrics = event.get("Task Metrics") or {}
                found.append(
                    {
                        "finished": event["Task Info"]["Finish Time"],
                        "shuffle_bytes": metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0),
                        "spilled_bytes": metrics.get("Disk Bytes Spilled", 0),
                    }
                )
    return found


def _harmnet(*command: str, memory: str, events: Path | None = None, check: bool = False) -> subprocess.Popen[str]:
    """The command line in a process of its own, with Spark's event log when there is a folder for it."""
    env = os.environ | {"HARMNET_DRIVER_MEMORY": memory, "HARMNET_JARS": str(jars_dir())}
    if events is not None:
        conf = events.with_name("conf")
        conf.mkdir(exist_ok=True)
        settings = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri()}
        settings |= {"spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false"}
        (conf / "spark-defaults.conf").write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        env["SPARK_CONF_DIR"] = str(conf)
    process = subprocess.Popen(
        [sys.executable, "-m", "harmnet", *command],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=None if check else subprocess.PIPE,
        text=True,
    )
    if check and process.wait():
        raise SystemExit(f"harmnet {command[0]} failed")
    return process


def medians(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per size the median, least and most of the seconds, whole and by stage, and the largest memory."""
    found = []
    for millions in sorted({run["millions"] for run in runs}):
        own = [run for run in runs if run["millions"] == millions]
        names = own[0]["stages"]
        found.append(
            {
                "millions": millions,
                "seconds": spread([run["seconds"] for run in own]),
                "peak_mib": max(run["peak_mib"] for run in own),
                "stages": {name: spread([run["stages"][name]["seconds"] for run in own]) for name in names},
            }
        )
    return found


def growth(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds that each million adds and those that come before, by least squares over the medians; and the exponent.

    The exponent is that of the last doubling: how the largest size stands to the one before it.
    """
    points = [(row["millions"], row["seconds"]["median"]) for row in medians(runs)]
    if len(points) < 2:
        return {}
    mean_x, mean_y = (statistics.mean(values) for values in zip(*points))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    (x_0, y_0), (x_1, y_1) = points[-2:]
    return {
        "seconds_fixed": round(mean_y - slope * mean_x, 1),
        "seconds_per_million": round(slope, 1),
        "exponent": round(math.log(y_1 / y_0) / math.log(x_1 / x_0), 2),
    }


if __name__ == "__main__":
    main()
