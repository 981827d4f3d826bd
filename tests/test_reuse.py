"""Staged rows taken over from an earlier run are those that checking every raw row again would give."""

import random
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from click.testing import CliRunner
from pyspark.sql import functions as F

from harmnet import reuse
from harmnet.cli import main
from harmnet.config import load_settings
from harmnet.contracts.raw import RAW_TABLES
from harmnet.contracts.staged import PROFILE, QUARANTINE, STAGED, STAGED_COUNTS, STAGED_ISSUES
from harmnet.ingest import batches_up_to, ingest
from harmnet.one_stage import pin_recipe
from harmnet.refresh import run_stage
from harmnet.snapshots.recipe import load_recipe
from harmnet.snapshots.run_events import stage_done
from harmnet.stage_io import StageIO
from harmnet.stages import WRITTEN_BY, stage_named
from harmnet.synthetic import synthesise
from lakes import AS_OF, copy_of, derive_lake
from typed_rows import RAW, batch, raw_of

SEED = 20261130
TABLES = (*STAGED.values(), STAGED_COUNTS, QUARANTINE, STAGED_ISSUES, PROFILE)
STAGE = stage_named("stage")


def changed_rows(lake, chosen, share):
    """Table -> rows of a next batch: some of those there deleted, delivered again, changed or with another key."""
    found = {}
    for table in RAW_TABLES:
        there = lake.read_raw(table).orderBy("source_key").select(*table.names).toPandas()
        picked = there.iloc[sorted(chosen.sample(range(len(there)), max(1, round(len(there) * share))))]
        others = [name for name in table.names if name not in table.key]
        rows = []
        for row in picked.to_dict("records"):
            what = chosen.choice(["DELETE", "same", "new", *(["changed", "broken"] if others else [])])
            name = chosen.choice(others or table.names)
            if what == "changed":
                row[name] = there[name].iloc[chosen.randrange(len(there))]
            elif what == "broken" and table.columns[table.names.index(name)].type != "array<string>":
                row[name] = chosen.choice([None, "", "31/02/2024", "perhaps"])
            elif what == "new":
                row[table.key[-1]] = f"{row[table.key[-1]]}X"
            rows.append(row | {"op": "DELETE" if what == "DELETE" else "UPSERT"})
        found[table.source] = pd.DataFrame(rows)
    return found


def deliver(lake, rows, folder):
    """One more batch of these rows."""
    folder.mkdir()
    for source, frame in rows.items():
        text = frame.map(lambda value: value if value is None or hasattr(value, "__len__") else str(value))
        text.to_parquet(folder / f"{source}.parquet", index=False)
    ingest(lake, load_settings(), extracts=str(folder), progress=lambda _: None)


def one_crime(**values):
    return pd.DataFrame([dict.fromkeys(RAW["crimes"].names) | values])


def staged(lake, recipe):
    """Every table of the stage as sorted text."""
    return {
        table.name: sorted(
            row[0]
            for row in lake.read_work(recipe.recipe_hash, "stage", table)
            .select(F.to_json(F.struct(*table.names), {"ignoreNullFields": "false"}))
            .collect()
        )
        for table in TABLES
    }


def both_ways(lake, as_of=AS_OF):
    """The tables of the stage with reuse and afresh, and what the stage noted."""
    recipe = load_recipe(lake, pin_recipe(lake, None, as_of=as_of, known_at=None))
    said = []
    run_stage(lake, recipe, load_settings(), STAGE, reuse=True, progress=said.append)
    again = replace(recipe, recipe_hash=f"reproduce-{recipe.recipe_hash}")
    run_stage(lake, again, load_settings(), STAGE, progress=lambda _: None)
    mark = stage_done(lake, recipe, "stage")
    return staged(lake, recipe), staged(lake, again), mark["notes"], said


@pytest.fixture(scope="module")
def force(spark, tmp_path_factory):
    """A tiny force, staged."""
    folder = tmp_path_factory.mktemp("reuse")
    synthesise("tiny", 3, folder / "extracts")
    return derive_lake(spark, folder / "lake", folder / "extracts", until="stage")


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch):
    """A few rows are divided as millions are."""
    monkeypatch.setattr(reuse, "LEAST_ROWS", 0)


@pytest.fixture
def ten(ten_people, tmp_path, monkeypatch):
    monkeypatch.setattr(reuse, "MOST_NEW", 1)
    return copy_of(ten_people, tmp_path / "lake").lake


def taken(notes):
    return {source: int(note.split()[0].replace(",", "")) for source, note in notes.items()}


def test_what_three_batches_of_changes_leave_is_what_checking_every_row_gives(force, tmp_path):
    """Inserts, corrections, deletes, broken values; records deleted under rows that hang on them; another day."""
    chosen = random.Random(SEED)
    print(f"seed {SEED}")
    for number, as_of in enumerate((AS_OF, AS_OF, date(2026, 7, 31)), 1):
        deliver(force.lake, changed_rows(force.lake, chosen, 0.04), tmp_path / f"batch{number}")
        with_reuse, afresh, notes, said = both_ways(force.lake, as_of)
        for name, rows in afresh.items():
            assert with_reuse[name] == rows, name
        counts = taken(notes)
        assert counts["crimes"] > 0.8 * len(afresh["stg_crimes"])
        assert counts["crime_people"] > 0.8 * len(afresh["stg_crime_people"])
        assert (counts["people"] > 0) is (as_of == AS_OF)
        assert any("of these taken over" in line for line in said)
    assert min(len(afresh[name]) for name in ("quarantine", "staged_issues")) > 20


def test_a_row_under_a_record_that_went_is_checked_again(ten, tmp_path):
    deliver(ten, {"crimes": one_crime(crime_ref="C01", op="DELETE")}, tmp_path / "gone")
    with_reuse, afresh, notes, _ = both_ways(ten)
    assert with_reuse == afresh
    assert sum('"NO_SUCH_RECORD"' in row for row in with_reuse["quarantine"]) > 0
    assert taken(notes)["people"] > 0


def test_without_reuse_everything_is_checked_and_the_note_says_so(ten):
    recipe = load_recipe(ten, pin_recipe(ten, None, as_of=date(2026, 7, 1), known_at=None))
    run_stage(ten, recipe, load_settings(), STAGE, progress=lambda _: None)
    notes = stage_done(ten, recipe, "stage")["notes"]
    assert set(notes.values()) == {"          0 everything afresh, as asked for"}


def refused(lake, recipe, **changes):
    """Why nothing of the lake's runs is taken over by a recipe with these changes."""
    settings = changes.pop("settings", load_settings())
    io = StageIO(lake, replace(recipe, **changes), settings, "stage", WRITTEN_BY, print, reuse=True)
    return reuse.earlier_run(io, batches_up_to(lake, recipe.known_at))


def test_other_code_conf_or_batches_take_nothing_over(ten, ten_people):
    recipe = load_recipe(ten, pin_recipe(ten, None, as_of=date(2026, 7, 1), known_at=None))
    there, why = refused(ten, recipe)
    assert there is not None
    assert why == f"of snapshot {ten_people.snapshot.snapshot_id}"
    for part, value, said in (
        ("code", "0" * 64, "other code or packages"),
        ("lock", "0" * 64, "other code or packages"),
        ("batches", [], "it knew other batches"),
        ("batches", [{"batch_id": 1, "digest": "another"}], "it knew other batches"),
    ):
        there, why = refused(ten, recipe, body=recipe.body | {part: value})
        assert there is None
        assert why.endswith(said)
    shipped = load_settings()
    fewer = shipped.sources.model_copy(update={"systems": shipped.sources.systems | {"markers": False}})
    there, why = refused(ten, recipe, settings=replace(shipped, sources=fewer))
    assert there is None
    assert why.endswith("keywords, ages or systems are others in conf")


def test_few_rows_are_checked(ten, monkeypatch):
    recipe = load_recipe(ten, pin_recipe(ten, None, as_of=date(2026, 7, 1), known_at=None))
    monkeypatch.setattr(reuse, "LEAST_ROWS", 1_000_000)
    assert refused(ten, recipe) == (None, "fewer than 1,000,000 rows: checking them is quicker")


@pytest.mark.parametrize(("options", "reused"), [([], True), (["--afresh"], False)])
def test_a_refresh_takes_rows_over_unless_told_to_check_afresh(tmp_path, monkeypatch, options, reused):
    asked = []

    def taken(*_, **how):
        asked.append(how["reuse"])
        return SimpleNamespace(snapshot_id="20260630-0123abcd")

    monkeypatch.setattr("harmnet.refresh.refresh", taken)
    result = CliRunner().invoke(main, ["refresh", "--lake", str(tmp_path), "--as-of", "2026-06-30", *options])
    assert result.exit_code == 0, result.output
    assert asked == [reused]


def test_work_that_is_not_whole_or_a_batch_too_large_take_nothing_over(ten, ten_people, tmp_path, monkeypatch):
    recipe = load_recipe(ten, pin_recipe(ten, None, as_of=date(2026, 7, 1), known_at=None))
    monkeypatch.setattr(reuse, "MOST_NEW", 0.001)
    deliver(ten, {"crimes": one_crime(crime_ref="C77", op="UPSERT")}, tmp_path / "more")
    more = load_recipe(ten, pin_recipe(ten, None, as_of=date(2026, 7, 1), known_at=None))
    there, why = refused(ten, more)
    assert there is None
    assert why.endswith("rows are new")
    first = ten_people.snapshot.recipe_hash
    ten.delete("_work", first, "stage", STAGED["crimes"].name)
    there, why = refused(ten, recipe)
    assert there is None
    assert why.endswith("its work is not whole")


def test_rows_erased_since_then_are_not_taken_over(spark):
    rows = raw_of(spark, "crimes", [{"crime_ref": "C1"}, {"crime_ref": "C2"}])
    known = [batch(1, ("crimes", 2, 0, 0), ("people", 5, 0, 0))]
    assert reuse._untouched(rows, RAW["crimes"], known)
    assert not reuse._untouched(rows.where("crime_ref = 'C1'"), RAW["crimes"], known)
    assert reuse._untouched(rows.limit(0), RAW["groups"], known)
