"""Hold a frame to its table's contract."""

from __future__ import annotations

from functools import cache

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructField, StructType, _parse_datatype_string

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.raw import BATCH_COLUMNS
from harmnet.errors import HarmnetError


def published_type(column: Column) -> str:
    """Spark type of the column in a published table: a nominal is a string there."""
    return "string" if column.nominal else column.type


def schema_of(table: Table, *, published: bool = False) -> StructType:
    """The table's columns as a Spark schema; every one may hold null."""
    return StructType(
        [StructField(column.name, _type(published_type(column) if published else column.type)) for column in table]
    )


def stored_schema(table: Table) -> StructType:
    """The columns of a table that Delta keeps, each with its meaning as its comment; every one may hold null.

    In a raw table every value is text, or a list of texts, and the batch's columns come first.
    """
    fields = []
    if table.table_class is TableClass.RAW:
        fields = [(column, column.type) for column in BATCH_COLUMNS]
        fields += [(column, "array<string>" if column.type == "array<string>" else "string") for column in table]
    else:
        fields = [(column, published_type(column)) for column in table]
    return StructType(
        [StructField(column.name, _type(written), True, {"comment": column.meaning}) for column, written in fields]
    )


def conform(df: DataFrame, table: Table, *, published: bool = False) -> DataFrame:
    """The frame with exactly the table's columns, in order and type.

    Raises HarmnetError naming every column that is missing or has another type: nothing is cast or filled in silence.
    """
    wanted = {field.name: field.dataType.simpleString() for field in schema_of(table, published=published)}
    found: StructType = df.schema
    problems = []
    for name, type_ in wanted.items():
        if name not in found.fieldNames():
            problems.append(f"{table.name}: column {name} is missing")
        elif found[name].dataType.simpleString() != type_:
            problems.append(f"{table.name}: column {name} is {found[name].dataType.simpleString()}, declared {type_}")
    if problems:
        raise HarmnetError("\n".join(problems))
    return df.select(*wanted)


@cache
def _type(written: str) -> DataType:
    # Spark asks the JVM for each.
    return _parse_datatype_string(written)


def check_key(df: DataFrame, table: Table, *, key: tuple[str, ...] | None = None) -> None:
    """Stop when two rows share the table's key. Raises HarmnetError with the count and the smallest such key."""
    columns = key or table.key
    repeated = df.groupBy(*columns).count().where(F.col("count") > 1)
    found = repeated.agg(F.count("*").alias("keys"), F.min(F.to_json(F.struct(*columns))).alias("smallest")).collect()[
        0
    ]
    if found["keys"]:
        raise HarmnetError(
            f"{table.name}: {found['keys']} key(s) stand more than once, the first {found['smallest']}; "
            f"declared {table.grain}"
        )
