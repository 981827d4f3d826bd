"""What the tests of ingest share: a lake nobody has written to, settings, an empty folder for extracts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession

from harmnet.config import Settings, load_settings
from harmnet.storage import Lake


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings()


@pytest.fixture
def settings_with(tmp_path: Path) -> Callable[..., Settings]:
    """Settings with a conf/sources.yml of one's own laid over the shipped one."""

    def make(**sources: Any) -> Settings:
        folder = tmp_path / "conf"
        folder.mkdir(exist_ok=True)
        (folder / "sources.yml").write_text(yaml.safe_dump(sources), encoding="utf-8")
        return load_settings(folder)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "extracts"
    place.mkdir()
    return place
