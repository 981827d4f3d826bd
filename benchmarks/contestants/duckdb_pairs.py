"""DuckDB: pairs by joining people on records with themselves, in one process on all cores."""

import duckdb

from contestants.timing import Clock


def main(clock: Clock) -> None:
    """Pairs alone."""
    with clock.part("pairs"):
        duckdb.sql(f"""
            COPY (
                SELECT one.idx AS src, other.idx AS dst, sum(one.weight_micro)::BIGINT AS weight_micro
                FROM '{clock.path("incidences")}/*.parquet' one
                JOIN '{clock.path("incidences")}/*.parquet' other
                  ON one.record = other.record AND one.idx < other.idx
                GROUP BY 1, 2
            ) TO '{clock.out("pairs")}.parquet' (FORMAT parquet)
        """)


if __name__ == "__main__":
    Clock.run("duckdb_pairs", main)
