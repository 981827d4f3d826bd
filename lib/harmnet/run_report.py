"""The run report: what a run read, set aside, found and took, on one page a person can read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from harmnet.contracts import TABLES
from harmnet.snapshots.recipe import Recipe
from harmnet.storage import Lake

_WIDTH = 26


class RunReport:
    """Collects the seconds of a run; the rest it reads from what the stages wrote."""

    def __init__(self, lake: Lake, recipe: Recipe) -> None:
        self.lake = lake
        self.recipe = recipe
        self.seconds: dict[str, float] = {}

    def took(self, stage: str, seconds: float) -> None:
        """Note how long a stage took (0: taken over from an earlier run)."""
        self.seconds[stage] = seconds

    def write(self, show: Callable[[str], None]) -> None:
        """Show the report and keep it in the lake as registry/reports/<snapshot_id>.txt."""
        text = self.text()
        self.lake.write_text(text, "registry", "reports", f"{self.recipe.snapshot_id}.txt")
        for line in text.splitlines():
            show(line)

    def text(self) -> str:
        """The report."""
        from harmnet.stages import WRITTEN_BY  # the list of stages reads modules that report through this one

        def rows(table: str, *columns: Any) -> list[Any]:
            frame = self.lake.read_work(self.recipe.recipe_hash, WRITTEN_BY[table], TABLES[table])
            return frame.select(*columns).collect() if columns else frame.collect()

        def grouped(table: str, keys: list[str], *aggregates: Any) -> list[Any]:
            frame = self.lake.read_work(self.recipe.recipe_hash, WRITTEN_BY[table], TABLES[table])
            return frame.groupBy(*keys).agg(*aggregates).orderBy(*keys).collect()

        lines = ["", f"Run report of snapshot {self.recipe.snapshot_id} (decision support, not evidence)", ""]

        def section(title: str, found: list[tuple[str, str]]) -> None:
            lines.append(title)
            lines.extend(f"  {name:<{_WIDTH}} {value}" for name, value in found or [("none", "")])
            lines.append("")

        counts = sorted(rows("staged_counts"), key=lambda row: row["source"])
        section(
            "Rows per source: raw, current, staged, quarantined",
            [
                (
                    row["source"],
                    f"{row['raw_rows']:>11,} {row['current']:>11,} {row['staged']:>11,} {row['quarantined']:>9,}",
                )
                for row in counts
            ],
        )
        section(
            "Quarantined by reason",
            [
                (f"{row['source']} {row['reason']}", f"{row['rows']:>11,}")
                for row in grouped("quarantine", ["source", "reason"], F.count("*").alias("rows"))
            ],
        )
        excluded = [
            row
            for row in grouped("involvements", ["source_system"], F.count_if(~F.col("credible")).alias("rows"))
            if row["rows"]
        ]
        section(
            "Involvements without weight: grade not credible",
            [(row["source_system"], f"{row['rows']:>11,}") for row in excluded],
        )
        section(
            "Too many people for pairs (hubs)",
            [
                (row["tie"], f"{row['rows']:>11,} record(s), up to {row['most']:,} people")
                for row in grouped("hub_events", ["tie"], F.count("*").alias("rows"), F.max("n").alias("most"))
            ],
        )
        section(
            "Ties: pairs and records, weight, set aside",
            [
                (row["tie"], f"{row['pair_records']:>11,} {row['weight_micro'] / 1e6:>14,.3f} {row['set_aside']:>7,}")
                for row in sorted(rows("tie_counts"), key=lambda row: row["tie"])
            ],
        )
        section(
            "Edges by relation",
            [
                (row["relation"], f"{row['rows']:>11,}")
                for row in grouped("edges", ["relation"], F.count("*").alias("rows"))
            ],
        )
        section(
            "Offences without a value",
            [
                (row["harm_index"], f"{row['codes']:,} code(s) on {row['crimes']:,} crime(s)")
                for row in grouped(
                    "unmatched_offences", ["harm_index"], F.count("*").alias("codes"), F.sum("crimes").alias("crimes")
                )
            ],
        )
        found = grouped("networks", ["theme"], F.count("*").alias("rows"), F.max("size").alias("most"))
        networks = {row["theme"]: (row["rows"], row["most"]) for row in found}
        sizes = [
            (row["theme"], row["rows"], *networks.get(row["theme"], (0, 0)))
            for row in grouped("network_members", ["theme"], F.count("*").alias("rows"))
        ]
        section(
            "Networks: people, networks, largest",
            [(theme, f"{people:>11,} {count:>9,} {most:>9,}") for theme, people, count, most in sizes],
        )
        fragile = grouped(
            "network_reliability",
            ["theme"],
            F.count("fragile").alias("networks"),
            F.count_if("fragile").alias("fragile"),
        )
        agreement = {
            (row["theme"], row["crime_scope"]): row["spearman"]
            for row in rows("harm_correlations")
            if row["level"] == "NETWORK"
        }
        section(
            "Fragile networks, and rank correlation of the two harm indices over networks",
            [
                (
                    row["theme"],
                    f"{row['fragile']:>11,} of {row['networks']:>7,}  {_shown(agreement.get((row['theme'], 'ALL')))}",
                )
                for row in fragile
                if row["networks"]
            ],
        )
        section("Safeguarding: people with the reason, flagged, new, not flagged", _safeguarding(rows))
        section(
            "Seconds",
            [
                *(
                    (stage, f"{seconds:>9.1f}" if seconds else "     taken over")
                    for stage, seconds in self.seconds.items()
                ),
                ("all", f"{sum(self.seconds.values()):>9.1f}"),
            ],
        )
        section("Memory", [("peak of this process tree", f"{peak_memory_mib():,} MiB resident")])
        return "\n".join(lines)


def _shown(correlation: float | None) -> str:
    return "none" if correlation is None else f"{correlation:.3f}"


def _safeguarding(rows: Callable[[str], list[Any]]) -> list[tuple[str, str]]:
    """Counts per reason; who is not flagged is tied to nobody of a theme, and counted all the same."""
    counts = sorted(rows("safeguarding_counts"), key=lambda row: row["reason"])
    first_run = [("first run", "all is new, so nothing is called new")] if _is_first_run(counts) else []
    return first_run + [
        (
            row["reason"],
            f"{row['people']:>11,} {row['flagged']:>9,} {row['new_people'] or 0:>9,} {row['not_flagged']:>9,}",
        )
        for row in counts
    ]


def _is_first_run(counts: list[Any]) -> bool:
    return any(row["flagged"] and row["new_people"] is None for row in counts)


def peak_memory_mib() -> int:
    """Sum of the peak resident memory of this process and everything below it, MiB; 0 where /proc does not tell."""
    return sum(_peak_kib(pid) for pid in process_tree(os.getpid())) // 1024


def process_tree(root: int) -> list[int]:
    """The process and all below it that run now, as /proc tells."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold spaces and brackets.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found, more = [root], [root]
    while more:
        more = [pid for pid, parent in parents.items() if parent in more]
        found += more
    return found


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
