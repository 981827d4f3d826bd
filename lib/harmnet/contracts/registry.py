"""Tables that say which batches, recipes, runs and snapshots exist."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass


def _registry(name: str, grain: str, key: tuple[str, ...], *columns: Column) -> Table:
    return Table(name, TableClass.REGISTRY, grain, key, columns)


CHAIN_COLUMNS = (
    Column("chain_seq", "bigint", "Place in the table's chain, from 1."),
    Column("previous_hash", "string", "row_hash of the row before; 64 zeros for the first."),
    Column("row_hash", "string", "SHA-256 of all other columns as canonical JSON, instants in microseconds."),
)

RAW_BATCHES = _registry(
    "raw_batches",
    "one row per batch: a batch exists if and only if its row is here",
    ("batch_id",),
    Column("batch_id", "bigint", "Number of the batch, from 1; never reused."),
    Column("received_at", "timestamp", "When it was received (UTC)."),
    Column("mode", "string", "DELTA: new and changed records. FULL: everything; keys that vanished are deleted."),
    Column("origin", "string", "EXTRACTS: files. TABLES: the force's own tables of conf/sources.yml."),
    Column("digest", "string", "SHA-256 over mode and the digest of every table: the same batch twice is found by it."),
    Column(
        "tables",
        "array<struct<table_name:string,rows:bigint,deletes:bigint,repeated_keys:bigint,digest:string,version:string,"
        "files:array<struct<name:string,bytes:bigint,sha256:string>>,rows_digest:string>>",
        "Per table: rows, DELETE rows among them, keys delivered more than once, digest of what was delivered, version "
        "read, files, digest of the raw rows.",
    ),
)

RECIPES = _registry(
    "recipes",
    "one row per recipe: everything a snapshot follows from",
    ("recipe_hash",),
    Column("recipe_hash", "string", "SHA-256 of the recipe."),
    Column("snapshot_id", "string", "<as_of yyyymmdd>-<first 8 of recipe_hash>."),
    Column("as_of", "date", "Day the analysis looks back from."),
    Column("known_at", "bigint", "Last batch it knows of."),
    Column("parent", "string", "Snapshot it follows; null for the first."),
    Column("engine", "string", "Graph engine."),
    Column("recipe", "string", "The recipe as canonical JSON, conf and harm tables with their contents."),
)

RUN_EVENTS = _registry(
    "run_events",
    "one row per thing that happened in a run; append-only, each row chained to the one before",
    ("run_id", "seq"),
    Column("run_id", "string", "Run."),
    Column("seq", "bigint", "Order within the run."),
    Column("at", "timestamp", "When (UTC)."),
    Column("event", "string", "INGESTED, STARTED, PINNED, STAGE_DONE, PUBLISHED, FAILED ...; see docs/snapshots.md."),
    Column("recipe_hash", "string", "Recipe, once pinned."),
    Column("snapshot_id", "string", "Snapshot, once pinned."),
    Column("stage", "string", "Stage, for STAGE_DONE and FAILED."),
    Column("detail", "string", "JSON: seconds, what failed, hashes of the registry rows that the event stands for."),
    *CHAIN_COLUMNS,
)

RUN_METRICS = _registry(
    "run_metrics",
    "one row per run and stage that it began: what the stage took; append-only, written once at the end of a run",
    ("run_id", "stage"),
    Column("run_id", "string", "Run, as in run_events; begins with its instant."),
    Column("stage", "string", "Stage, pin and publish among them."),
    Column("place", "int", "Order of the stage within the run, from 1."),
    Column("recipe_hash", "string", "Recipe."),
    Column("snapshot_id", "string", "Snapshot that the recipe leads to."),
    Column("started_at", "timestamp", "When the stage began (UTC)."),
    Column(
        "outcome",
        "string",
        "DONE. TAKEN_OVER: an earlier run of the same recipe had finished it. FAILED: it ended the run.",
    ),
    Column("elapsed_ms", "bigint", "Milliseconds it took."),
    Column("budget_ms", "bigint", "Milliseconds it may take, operating.stage_seconds; null without a budget."),
    Column("rows", "bigint", "Rows of all tables it wrote; null for pin and for a stage that failed.", unit="rows"),
    Column("spark_stages", "bigint", "Spark stages that ran tasks for it."),
    Column(
        "spark_stages_lost",
        "bigint",
        "Spark stages that Spark had forgotten by then (spark.ui.retainedStages): with any, the sums are too small.",
    ),
    Column("tasks", "bigint", "Tasks that ended well."),
    Column("failed_tasks", "bigint", "Tasks that failed, and were run again unless the stage failed."),
    Column("task_ms", "bigint", "Milliseconds of all tasks together."),
    Column(
        "cpu_ms", "bigint", "Milliseconds of processor time of all tasks in the JVM; Python beside it is not counted."
    ),
    Column("gc_ms", "bigint", "Milliseconds of garbage collection while tasks ran."),
    Column("input_bytes", "bigint", "Bytes that tasks read from the lake."),
    Column("shuffle_bytes", "bigint", "Bytes that tasks wrote for others to read."),
    Column("spilled_bytes", "bigint", "Bytes that went to disk because memory was short."),
    Column(
        "peak_heap_bytes",
        "bigint",
        "Largest heap that Spark saw in one JVM while it ran; null when it was over before Spark looked.",
    ),
    Column(
        "peak_process_bytes",
        "bigint",
        "Largest resident memory so far of the driver and all below it: on one machine all there is, on a cluster the "
        "driver's node alone.",
    ),
)

SNAPSHOT_FILES = _registry(
    "snapshot_files",
    "one row per file that holds rows of a published snapshot, each time its files were recorded",
    ("snapshot_id", "recorded_seq", "path"),
    Column("snapshot_id", "string", "Snapshot."),
    Column("table_name", "string", "Result table."),
    Column("path", "string", "Path of the file below the lake's root."),
    Column("bytes", "bigint", "Its length in bytes."),
    Column("sha256", "string", "SHA-256 of its bytes."),
    Column(
        "recorded_seq", "bigint", "1 at publication, one more each time maintenance rewrote files; the last counts."
    ),
)

ACCESS_LOG = _registry(
    "access_log",
    "one row per reading and event: OPEN before results are read, CLOSE before anything of them leaves; append-only",
    ("access_id", "event"),
    Column("access_id", "string", "The reading: the same for its OPEN and its CLOSE."),
    Column("event", "string", "OPEN before the read. CLOSE before rows leave: without one, nothing left."),
    Column("at", "timestamp", "When (UTC)."),
    Column("user", "string", "Who: the user of the authenticated session, or of the operating system."),
    Column("purpose", "string", "Why, in the reader's words; null when none was given."),
    Column("command", "string", "What read: sql, explain, chart ...; sql-service: a statement of the SQL service."),
    Column(
        "asked",
        "string",
        "What was asked, as canonical JSON: the statement, the people, the network; sql-service: the statement with "
        "its plan, or with why it was refused.",
    ),
    Column("snapshot_id", "string", "Snapshot read; null for a statement that names snapshots itself."),
    Column("corrections", "bigint", "Last correction there was: what the reader could be shown."),
    Column(
        "nominals",
        "array<string>",
        "HMAC-SHA256 of the nominal_id of each person in it, sorted; CLOSE only, and null for sql-service.",
    ),
    Column("key_id", "string", "Beginning of the SHA-256 of the key they are hashed with; CLOSE only."),
    Column("rows", "bigint", "Rows of the answer; CLOSE only.", unit="rows"),
    Column(
        "result_digest",
        "string",
        "SHA-256 of the answer, whatever the order of its rows; CLOSE only, and null for sql-service.",
    ),
    *CHAIN_COLUMNS,
)

SNAPSHOT_MANIFEST = _registry(
    "snapshot_manifest",
    "one row per published snapshot and table; one commit per snapshot: the snapshot exists if and only if it is here",
    ("snapshot_id", "table_name"),
    Column("snapshot_id", "string", "Snapshot."),
    Column("table_name", "string", "Result table."),
    Column("rows", "bigint", "Rows.", unit="rows"),
    Column("digest", "string", "SHA-256 over the rows, whatever their order."),
    Column("columns", "string", "Ordered columns and types that the digest covers, as JSON."),
    Column("as_of", "date", "Day the snapshot looks back from."),
    Column("known_at", "bigint", "Last batch it knows of."),
    Column("published_seq", "bigint", "Order of publication, from 1."),
    Column("recipe_hash", "string", "Recipe."),
    Column("content_hash", "string", "SHA-256 over the tables' digests."),
    Column("parent", "string", "Snapshot it follows; null for the first."),
)
