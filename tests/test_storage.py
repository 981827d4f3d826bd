"""Small files and addresses of a lake, on file systems that are not this machine's."""

import pytest

from harmnet.storage import Lake


class Small:
    """A file system with room for nothing, or with room; a rename replaces nothing, as on HDFS."""

    def __init__(self, error=None):
        self.error, self.there = error, {}

    def mkdirs(self, path):
        pass

    def exists(self, path):
        return path.getName() in self.there

    def create(self, path, overwrite):
        assert overwrite
        self.there[path.getName()] = b""
        self.open = path.getName()
        return self

    def write(self, content):
        if self.error:
            raise self.error
        self.there[self.open] = bytes(content)

    def close(self):
        pass

    def rename(self, path, to):
        if to.getName() in self.there:
            return False
        self.there[to.getName()] = self.there.pop(path.getName())
        return True

    def delete(self, path, recursive):
        self.there.pop(path.getName(), None)


def on(files, spark, monkeypatch):
    lake = Lake(spark, "hdfs://nowhere/lake")
    path = spark._jvm.org.apache.hadoop.fs.Path
    monkeypatch.setattr(lake, "_hadoop", lambda target: (files, path(target)))
    return lake


def test_a_small_file_without_room_for_its_bytes_leaves_nothing(spark, monkeypatch):
    full = Small(OSError("The DiskSpace quota is exceeded"))
    with pytest.raises(OSError, match="quota"):
        on(full, spark, monkeypatch).create_text("owner", "registry", "writer.lock")
    assert full.there == {}


def test_of_two_that_create_a_file_the_first_wins_and_it_is_never_seen_half_written(spark, monkeypatch):
    files = Small()
    lake = on(files, spark, monkeypatch)
    assert lake.create_text("owner", "registry", "writer.lock") is True
    assert lake.create_text("other", "registry", "writer.lock") is False
    # The other one had looked just before the first was there.
    monkeypatch.setattr(files, "exists", lambda path: False)
    assert lake.create_text("other", "registry", "writer.lock") is False
    assert files.there == {"writer.lock": b"owner"}


def test_a_plain_path_is_a_local_one_wherever_hadoop_would_look_for_it(spark, tmp_path):
    assert Lake(spark, str(tmp_path)).root == str(tmp_path)
    conf = spark._jsc.hadoopConfiguration()
    before = conf.get("fs.defaultFS")
    conf.set("fs.defaultFS", "hdfs://nowhere:8020")
    try:
        lake = Lake(spark, str(tmp_path))
        lake.write_text("here", "a", "file")
        assert lake.is_local
        assert (tmp_path / "a" / "file").read_text() == "here"
        assert lake.names("a") == ["file"]
    finally:
        conf.set("fs.defaultFS", before)
