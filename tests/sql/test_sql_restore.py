"""The catalogue and the lake are deleted; the lake comes back from its copy, and the service makes its views again."""

import shutil

import pytest
from served import Service, free_port, put_users

from harmnet.snapshots import manifest
from harmnet.snapshots.verify import verify_chain, verify_snapshot
from lakes import copy_of

pytestmark = pytest.mark.sql

STATEMENT = "SELECT to_json(struct(*)) AS row FROM pub_nominal_priorities ORDER BY row"


def test_a_service_without_its_catalogue_serves_a_restored_lake_as_before(driver, ten_people, tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    put_users(home)
    published = copy_of(ten_people, tmp_path / "lake")
    service = Service(home, free_port(), published, driver)

    def while_it_serves():
        up = service.harmnet("sql-up", "--lake", published.lake.root, "--port", service.port)
        assert up.returncode == 0, up.stderr
        try:
            return service.ask(STATEMENT), len(service.ask("SHOW TABLES"))
        finally:
            assert service.harmnet("sql-down").returncode == 0

    before = while_it_serves()
    assert before[0]
    shutil.copytree(tmp_path / "lake", tmp_path / "backup", ignore=shutil.ignore_patterns("_work"))
    shutil.rmtree(tmp_path / "lake")
    shutil.rmtree(home / "catalogue")
    shutil.copytree(tmp_path / "backup", tmp_path / "lake")
    published.lake.spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    for snapshot in manifest.snapshots(published.lake):
        assert verify_snapshot(published.lake, snapshot).faults == []
    assert verify_chain(published.lake).faults == []
    assert while_it_serves() == before
