"""What `make package` makes: code and conf in one zip, an environment to unpack, settings that name its files."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from cluster.site import ROOT
from harmnet.cli import main
from harmnet.config import load_settings
from harmnet.session import spark_line
from harmnet.snapshots.digests import canonical_json
from harmnet.snapshots.recipe import code_digest, lock_digest, package_files
from package.__main__ import build, spark_defaults
from package.code import write_code
from package.environment import base_python, needed, pack, unpack

ASKED = """
import hashlib, json
from harmnet.config import load_settings, load_maintenance, shipped_conf
from harmnet.snapshots.digests import canonical_json
from harmnet.snapshots.recipe import code_digest, lock_digest, package_files
load_maintenance()
settings = hashlib.sha256(canonical_json(load_settings().contents).encode()).hexdigest()
print(json.dumps([code_digest(package_files()), lock_digest(), settings, str(shipped_conf())]))
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    path = tmp_path_factory.mktemp("code") / "harmnet.zip"
    write_code(ROOT / "conf", path)
    return path


def test_code_conf_and_locks_have_the_same_digests_in_the_zip(code, tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("HARMNET_")}
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        env=env | {"PYTHONPATH": str(code)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    *digests, folder = json.loads(done.stdout)
    assert folder.startswith(str(code))
    settings = hashlib.sha256(canonical_json(load_settings().contents).encode()).hexdigest()
    assert digests == [code_digest(package_files()), lock_digest(), settings]


def test_the_zip_follows_from_code_and_conf_alone_and_holds_nothing_else(code, tmp_path):
    again = tmp_path / "again.zip"
    write_code(ROOT / "conf", again)
    assert again.read_bytes() == code.read_bytes()
    with zipfile.ZipFile(code) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"harmnet", "conf"}
    assert {Path(name).suffix for name in names if name.startswith("conf/")} == {".yml", ".csv", ".lock"}
    assert set(package_files()) <= set(names)


def test_the_environment_is_what_harmnet_asks_for_without_spark_and_without_what_tests_need():
    names = {one.metadata["Name"].lower().replace("_", "-") for one in needed(ROOT / "setup.cfg")}
    assert {"numpy", "scipy", "pandas", "pyarrow", "networkit", "pydantic-core", "delta-spark"} <= names
    assert names.isdisjoint({"pyspark", "py4j", "harmnet", "pytest", "mypy", "ruff", "hypothesis", "pip"})
    locked = (ROOT / f"conf/locks/spark-{spark_line()}.lock").read_text().lower().replace("_", "-")
    assert [name for name in names if f"\n{name}==" not in f"\n{locked}"] == []


def test_an_unpacked_environment_runs_with_its_own_packages_alone(tmp_path):
    unpack([distribution("click"), distribution("PyYAML")], base_python(), tmp_path / "made")
    for name in ("one", "two"):
        pack(tmp_path / "made", tmp_path / f"{name}.tar.gz")
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    (tmp_path / "node").mkdir()
    # As YARN does it.
    subprocess.run(["tar", "-xzf", tmp_path / "one.tar.gz", "-C", tmp_path / "node"], check=True)
    python = tmp_path / "node" / "bin" / "python"
    other = "try: import numpy\nexcept ImportError: print('no')"
    asked = f"import click, sys, yaml; print(click.__file__, sys.prefix)\n{other}"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([python, "-c", asked], env=env, capture_output=True, text=True, check=True)
    where, prefix, found = done.stdout.split()
    assert where.startswith(str(tmp_path / "node"))
    assert (prefix, found) == (str(tmp_path / "node"), "no")


def test_settings_hold_no_value_twice_and_no_comment_behind_a_value():
    lines = [line for line in spark_defaults(["a.jar", "b.jar"]).splitlines() if line and not line.startswith("#")]
    keys = [line.split()[0] for line in lines]
    assert len(keys) == len(set(keys))
    assert [line for line in lines if len(line.split()) != 2] == []
    settings = dict(line.split() for line in lines)
    assert settings["spark.jars"] == "jars/a.jar,jars/b.jar"
    assert settings["spark.submit.pyFiles"] == "harmnet.zip"
    assert settings["spark.archives"] == "environment.tar.gz#environment"


@pytest.mark.slow
def test_the_package_is_complete_and_names_the_interpreter_of_the_nodes(tmp_path):
    target = tmp_path / "package"
    written = build(target, Path("/usr/bin/python3.11"))
    sums = dict(reversed(line.split("  ")) for line in (target / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {path.relative_to(target).as_posix() for path in written}
    assert (target / "environment/bin/python").readlink() == Path("/usr/bin/python3.11")
    assert {path.name for path in (target / "jobs").glob("*.py")} == {path.name for path in ROOT.glob("jobs/*.py")}
    settings = (target / "spark-defaults.conf").read_text()
    for jar in (target / "jars").glob("*.jar"):
        assert f"jars/{jar.name}" in settings


PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
SUBMITTED = [
    shlex.split(command.replace("\\\n", " "))
    for block in re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for command in re.findall(r"^spark-submit (?:.*\\\n)*.*$", block, re.MULTILINE)
]


@pytest.mark.parametrize("words", SUBMITTED, ids=lambda words: " ".join(words[4:8]))
def test_every_submission_of_the_page_names_files_of_the_package_and_options_of_its_job(words):
    place = next(number for number, word in enumerate(words) if word.startswith("jobs/"))
    options = dict(zip(words[1:place:2], words[2:place:2], strict=True))
    assert options["--master"] == "yarn"
    queues = ET.parse(ROOT / "conf/hadoop/capacity-scheduler.xml").getroot()
    assert f".root.{options['--queue']}.capacity" in "".join(entry.text or "" for entry in queues.iter("name"))
    sums = (ROOT / "conf/jars/SHA256SUMS").read_text()
    jars = {f"jars/{name}" for name in re.findall(r"  4\.1/(.+)$", sums, re.MULTILINE)}
    assert set(options.get("--jars", "").split(",")) in (jars, {""})
    made = {"harmnet.zip", "environment.tar.gz", "force-conf.tar.gz", "spark-defaults.conf"}
    named = [options.get("--py-files"), options.get("--properties-file"), *options.get("--archives", "").split(",")]
    assert {name.split("#")[0] for name in named if name} <= made
    job = Path(words[place]).stem
    assert (ROOT / "jobs" / f"{job}.py").is_file()
    known = {option for param in main.commands[job].params for option in param.opts}
    assert {word for word in words[place + 1 :] if word.startswith("--")} <= known
