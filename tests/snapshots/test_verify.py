"""A snapshot is verified while it is what was published; whatever changed is named."""

import hashlib
from pathlib import Path

import pytest
from tests.snapshots.made import command

from harmnet.contracts.registry import SNAPSHOT_FILES, SNAPSHOT_MANIFEST
from harmnet.contracts.results import EDGES
from harmnet.snapshots.stored import recorded_files
from harmnet.snapshots.verify import verify_chain
from harmnet.storage import Lake

MAY, JUNE = "20260531-aaaaaaaa", "20260630-bbbbbbbb"


def faults(lake: Lake, snapshot_id: str = JUNE, *, status: int = 4) -> list[str]:
    """What `harmnet verify` says against a snapshot, in a lake that no earlier look is remembered of."""
    lake.spark.catalog.clearCache()
    said = command("verify", "--lake", lake.root, snapshot_id)
    assert said.exit_code == status, said.output
    assert (said.stdout.splitlines()[-1] == "verified") == (status == 0)
    return [line.removeprefix("NOT VERIFIED: ") for line in said.stdout.splitlines() if line.startswith("NOT ")]


def file_of(lake: Lake, table: str, snapshot_id: str = JUNE) -> Path:
    return next(Path(lake.root, file.path) for file in recorded_files(lake, snapshot_id) if file.table_name == table)


def flip(path: Path, place: int) -> None:
    """Change one bit; the file system's own checksum stays behind."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.slow
def test_what_was_published_is_verified_and_every_file_is_recorded_with_its_hash(two_published: Lake) -> None:
    for snapshot_id in (MAY, JUNE):
        assert faults(two_published, snapshot_id, status=0) == []
        files = recorded_files(two_published, snapshot_id)
        # A table without rows has no file.
        assert {file.table_name for file in files} == {"edges", "network_members"}
        for file in files:
            content = Path(two_published.root, file.path).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
    assert verify_chain(two_published).faults == []


@pytest.mark.parametrize(
    ("place", "checksum"),
    [(4, True), (-9, False), (-1, False)],
    ids=["data, on a file system with checksums", "footer, without them", "last byte, without them"],
)
@pytest.mark.slow
def test_one_flipped_bit_is_found_and_its_file_named(published: Lake, place: int, checksum: bool) -> None:
    path = file_of(published, "edges")
    flip(path, place)
    if not checksum:
        path.with_name(f".{path.name}.crc").unlink()
    [fault] = faults(published)
    assert fault.startswith(f"results/edges/snapshot_id={JUNE}/{path.name} was changed")
    assert ("SHA-256" in fault) == (not checksum)
    assert faults(published, MAY, status=0) == []


@pytest.mark.slow
def test_a_file_cut_short_and_a_file_gone_are_named(published: Lake) -> None:
    short, gone = file_of(published, "edges"), file_of(published, "network_members")
    short.write_bytes(short.read_bytes()[:-1])
    gone.unlink()
    size = len(short.read_bytes())
    assert faults(published) == [
        f"results/edges/snapshot_id={JUNE}/{short.name} has {size:,} bytes, {size + 1:,} were recorded",
        f"results/network_members/snapshot_id={JUNE}/{gone.name} is not there any more",
    ]


@pytest.mark.slow
def test_rows_changed_through_delta_and_rows_added_are_found(published: Lake) -> None:
    edges = f"delta.`{published.table_path(EDGES)}`"
    published.spark.sql(f"UPDATE {edges} SET weight_micro = 9 WHERE snapshot_id = '{JUNE}' AND relation = 'HARM'")
    [fault] = faults(published)
    assert fault.startswith("edges: 2 rows with digest ")
    assert faults(published, MAY, status=0) == []
    published.spark.sql(f"INSERT INTO {edges} SELECT * FROM {edges} WHERE snapshot_id = '{MAY}'")
    [fault] = faults(published, MAY)
    assert fault.startswith("edges: 4 rows with digest ")


@pytest.mark.slow
def test_files_rewritten_with_the_same_rows_are_told(published: Lake) -> None:
    published.spark.sql(f"UPDATE delta.`{published.table_path(EDGES)}` SET weight_micro = weight_micro")
    assert faults(published) == ["edges: lies in other files than those recorded"]


@pytest.mark.slow
def test_a_flip_recorded_as_if_it_had_always_been_so_is_found_by_the_chain(published: Lake) -> None:
    path = file_of(published, "edges")
    flip(path, 4)
    path.with_name(f".{path.name}.crc").unlink()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    table = f"delta.`{published.table_path(SNAPSHOT_FILES)}`"
    published.spark.sql(f"UPDATE {table} SET sha256 = '{digest}' WHERE path LIKE '%{path.name}'")
    fault = f"snapshot {JUNE}: what snapshot_files records is not what was recorded at the time"
    assert fault in faults(published)
    assert verify_chain(published).faults == [fault]


@pytest.mark.slow
def test_a_manifest_that_was_changed_with_the_rows_is_found_by_the_chain(published: Lake) -> None:
    table = f"delta.`{published.table_path(SNAPSHOT_MANIFEST)}`"
    published.spark.sql(f"UPDATE {table} SET known_at = 7 WHERE snapshot_id = '{JUNE}'")
    assert faults(published) == [f"snapshot {JUNE}: its rows in snapshot_manifest are not what was published"]


@pytest.mark.slow
def test_a_table_that_cannot_be_read_is_named(published: Lake) -> None:
    log = Path(published.table_path(EDGES), "_delta_log")
    log.rename(log.with_name("_log"))
    found = faults(published)
    assert len(found) == 1
    assert found[0].startswith("edges: cannot be read: ")


@pytest.mark.slow
def test_what_to_verify_must_be_said_and_be_there(two_published: Lake) -> None:
    nothing = command("verify", "--lake", two_published.root)
    assert (nothing.exit_code, nothing.stderr) == (
        2,
        "harmnet: verify: say what to verify: the id of a snapshot, or --chain\n",
    )
    unknown = command("verify", "--lake", two_published.root, "20200101-00000000")
    assert (unknown.exit_code, "no snapshot 20200101-00000000" in unknown.stderr) == (2, True)
