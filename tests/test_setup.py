"""Set-up on machines that lack something: the real conf/setup.sh and conf/jars/fetch.sh, with stand-in tools."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {line: ROOT / "conf" / "locks" / f"spark-{line}.lock" for line in ("4.1", "3.5")}
AIRFLOW = ROOT / "conf" / "locks" / "airflow.lock"
PLAIN_TOOLS = (
    *("awk", "basename", "bash", "cat", "cp", "cut", "dirname", "df", "flock", "grep", "head", "ls", "mkdir", "mv"),
    *("rm", "sed", "sha256sum", "tail", "tee"),
)
JAVA_17 = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"
PYTHON = f'exec {Path(sys.executable).resolve()} "$@"'
CYTOSCAPE = "cytoscape-3.33.1.jar"
DELTA = ("delta-spark_4.1_2.13-4.4.0.jar", "delta-storage-4.4.0.jar")


@dataclass
class Machine:
    """A copy of the project's set-up files, and a PATH that holds only the tools put there."""

    project: Path
    bin: Path

    def tool(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def without(self, name: str) -> None:
        (self.bin / name).unlink()

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", *command],
            cwd=self.project,
            env={"PATH": str(self.bin), "HOME": str(self.project), **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def setup(self, line: str = "4.1", **env: str) -> subprocess.CompletedProcess[str]:
        return self.run("conf/setup.sh", line, **env)

    def fetch(self, line: str = "4.1", **env: str) -> subprocess.CompletedProcess[str]:
        return self.run("conf/jars/fetch.sh", line, "python3.11", **env)

    def jars(self, line: str = "4.1") -> set[str]:
        return {path.name for path in (self.project / "jars" / line).glob("*.jar")}

    def pin(self, **contents: str) -> None:
        """Writes a SHA256SUMS that wants Delta's two JARs and Cytoscape.js's with these contents."""
        wanted = zip(DELTA, (contents["spark"], contents["storage"]), strict=True)
        lines = [f"{hashlib.sha256(text.encode()).hexdigest()}  4.1/{name}\n" for name, text in wanted]
        lines.append(f"{hashlib.sha256(contents.get('cytoscape', '').encode()).hexdigest()}  web/{CYTOSCAPE}\n")
        (self.project / "conf/jars/SHA256SUMS").write_text("".join(lines))

    def repository(
        self,
        *,
        spark: str = "",
        storage: str = "",
        cytoscape: str = "",
        graphframes: str = "echo 'Could not find artifact'; exit 1",
    ) -> None:
        """A Maven that brings these contents as the JARs asked for; asked for GraphFrames it runs the script given."""
        self.tool(
            "mvn",
            'for word in "$@"; do case $word in -Djars.out=*) out=${word#*=} ;; -P*) profile=$word ;; esac; done\n'
            'echo run >>"$HOME/mvn-runs"\n'
            f"if [ $profile = -Pgraphframes-4.1 ]; then {graphframes}; exit; fi\n"
            f'if [ $profile = -Pweb ]; then printf %s "{cytoscape}" >"$out/{CYTOSCAPE}"; exit; fi\n'
            f'printf %s {spark} >"$out/{DELTA[0]}"; printf %s {storage} >"$out/{DELTA[1]}"',
        )

    def maven_runs(self) -> int:
        runs = self.project / "mvn-runs"
        return len(runs.read_text().splitlines()) if runs.exists() else 0


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with everything that set-up asks for, apart from a network."""
    project, tools = tmp_path / "project", tmp_path / "bin"
    shutil.copytree(ROOT / "conf", project / "conf")
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, project / name)
    tools.mkdir()
    for name in PLAIN_TOOLS:
        (tools / name).symlink_to(str(shutil.which(name)))
    made = Machine(project, tools)
    for name, script in {"java": JAVA_17, "javac": "", "mvn": "exit 1", "python3.11": PYTHON}.items():
        made.tool(name, script)
    made.tool("df", "echo header; echo '/dev/disk 100000 1 90000 1% /'")
    return made


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_a_machine_without_java_is_told_to_install_a_jdk(machine: Machine) -> None:
    machine.without("java")
    assert re.search(r"no java found: install a Java 17 JDK .*openjdk-17-jdk", one_line(machine.setup()))


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.22", "21.0.4", "170"])
def test_a_java_that_is_not_17_is_named_with_its_version(machine: Machine, version: str) -> None:
    machine.tool("java", f"echo 'openjdk version \"{version}\"' >&2")
    assert re.search(rf"bin/java is version {re.escape(version)}, .* 17: install", one_line(machine.setup()))


def test_a_java_that_does_not_run_is_not_taken_for_17(machine: Machine) -> None:
    machine.tool("java", "exit 127")
    assert "version unknown" in one_line(machine.setup())


def test_a_java_17_without_a_compiler_is_not_a_jdk(machine: Machine) -> None:
    machine.without("javac")
    assert "without javac, not a JDK: install a Java 17 JDK" in one_line(machine.setup())


def test_java_home_is_looked_at_before_the_path(machine: Machine) -> None:
    assert "JAVA_HOME is /nowhere, which holds no bin/java" in one_line(machine.setup(JAVA_HOME="/nowhere"))


def test_a_machine_without_maven_is_told_to_install_it(machine: Machine) -> None:
    machine.without("mvn")
    assert "no mvn found: install Maven" in one_line(machine.setup())


def test_a_machine_without_python_3_11_is_told_to_install_it(machine: Machine) -> None:
    machine.without("python3.11")
    machine.tool("python3", "exit 1")
    assert "no Python 3.11 found" in one_line(machine.setup())


def test_a_python_without_venv_is_told_which_package_has_it(machine: Machine) -> None:
    machine.tool("python3.11", f'case "$2" in *ensurepip*) exit 1 ;; esac\n{PYTHON}')
    assert "no venv module: install it (Debian 12: apt install python3.11-venv)" in one_line(machine.setup())


def test_a_disk_that_is_too_full_is_refused_with_both_figures(machine: Machine) -> None:
    machine.tool("df", "echo header; echo '/dev/disk 100000 1 3999 99% /'")
    assert re.search(r"3999 MB are free in .*, set-up needs 4000 MB", one_line(machine.setup()))


def test_everything_that_is_missing_is_named_at_once(machine: Machine) -> None:
    for name in ("java", "mvn", "python3.11"):
        machine.without(name)
    result = machine.setup()
    assert result.returncode == 1
    assert [re.search(r"no (\w+)", line)[1] for line in result.stderr.splitlines()] == ["java", "Python", "mvn"]
    assert not (machine.project / ".venv").exists()


def test_a_spark_line_that_is_none_of_ours_is_refused(machine: Machine) -> None:
    assert "SPARK=3.4 is not a Spark line" in one_line(machine.setup("3.4"))


def test_packages_out_of_reach_are_told_in_one_line(machine: Machine) -> None:
    # Nothing listens on port 9 of this machine.
    env = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }
    assert "no network, or pip's package index is out of reach" in one_line(machine.setup(**env))
    assert not (machine.project / ".venv/.packages").exists()


def test_jars_out_of_reach_are_told_in_one_line(machine: Machine) -> None:
    machine.tool("mvn", "echo '[ERROR] Could not transfer artifact: repo: Name or service not known'; exit 1")
    assert "Delta's JARs could not be fetched: no network" in one_line(machine.fetch())


def test_jars_with_the_pinned_sum_are_taken_and_not_fetched_again(machine: Machine) -> None:
    machine.pin(spark="one", storage="two")
    machine.repository(spark="one", storage="two")
    first, second = machine.fetch(), machine.fetch()
    assert (first.returncode, second.returncode) == (0, 0)
    assert machine.jars() == set(DELTA)
    assert machine.maven_runs() == 2
    assert "GraphFrames for Spark 4.1 is not in the Maven repository" in first.stdout
    assert second.stdout == ""


def test_a_jar_with_another_sum_is_refused_and_nothing_is_put_on_the_class_path(machine: Machine) -> None:
    machine.pin(spark="one", storage="two")
    machine.repository(spark="one", storage="tampered")
    line = one_line(machine.fetch())
    assert DELTA[1] in line
    assert hashlib.sha256(b"tampered").hexdigest() in line
    assert hashlib.sha256(b"two").hexdigest() in line
    assert machine.jars() == set()


def test_a_fetched_jar_that_was_changed_later_is_refused(machine: Machine) -> None:
    machine.pin(spark="one", storage="two")
    machine.repository(spark="one", storage="two")
    machine.fetch()
    (machine.project / "jars/4.1" / DELTA[0]).write_text("tampered")
    assert "not used. Delete the file and run make setup again" in one_line(machine.fetch())


def test_a_jar_put_there_by_hand_stays_and_a_pin_that_moved_takes_its_old_jar_away(machine: Machine) -> None:
    folder = machine.project / "jars/4.1"
    machine.pin(spark="one", storage="two")
    machine.repository(spark="one", storage="two")
    machine.fetch()
    (folder / "graphframes-own.jar").write_text("by hand")
    (folder / "delta-spark_4.1_2.13-4.3.0.jar").write_text("the pin before this one")
    (folder / ".fetched").write_text("delta-spark_4.1_2.13-4.3.0.jar\n")
    (folder / DELTA[0]).unlink()
    assert machine.fetch().returncode == 0
    assert machine.jars() == {*DELTA, "graphframes-own.jar"}


def test_graphframes_is_taken_where_the_repository_has_it(machine: Machine) -> None:
    machine.pin(spark="one", storage="two")
    machine.repository(
        spark="one", storage="two", graphframes='printf three >"$out/graphframes-spark4_2.13-0.12.2.jar"'
    )
    result = machine.fetch()
    assert machine.jars() == {*DELTA, "graphframes-spark4_2.13-0.12.2.jar"}
    assert hashlib.sha256(b"three").hexdigest() in result.stdout


def test_graphframes_is_asked_for_again_after_a_failure_of_the_network_or_on_demand(machine: Machine) -> None:
    machine.pin(spark="one", storage="two")
    machine.repository(spark="one", storage="two", graphframes="echo 'Connection timed out'; exit 1")
    assert "could not be asked for" in machine.fetch().stdout
    machine.repository(spark="one", storage="two")
    assert "is not in the Maven repository" in machine.fetch().stdout
    assert machine.fetch().stdout == ""
    assert "is not in the Maven repository" in machine.fetch(HARMNET_REQUIRE_GRAPHFRAMES="1").stdout


def test_the_library_of_charts_is_taken_into_a_folder_that_is_not_on_sparks_class_path(machine: Machine) -> None:
    machine.pin(spark="one", storage="two", cytoscape="three")
    machine.repository(cytoscape="three")
    first, second = machine.fetch("web"), machine.fetch("web")
    assert (first.returncode, second.returncode) == (0, 0)
    assert (machine.jars("web"), machine.jars()) == ({CYTOSCAPE}, set())
    assert machine.maven_runs() == 1
    assert second.stdout == ""


def test_a_library_of_charts_with_another_sum_is_refused(machine: Machine) -> None:
    machine.pin(spark="one", storage="two", cytoscape="three")
    machine.repository(cytoscape="tampered")
    line = one_line(machine.fetch("web"))
    assert CYTOSCAPE in line
    assert hashlib.sha256(b"tampered").hexdigest() in line
    assert machine.jars("web") == set()


def test_a_library_of_charts_out_of_reach_is_told_in_one_line(machine: Machine) -> None:
    machine.tool("mvn", "echo '[ERROR] Could not transfer artifact: repo: Name or service not known'; exit 1")
    assert "Cytoscape.js's JAR could not be fetched: no network" in one_line(machine.fetch("web"))


def test_hadoop_without_maven_or_a_network_is_told_in_one_line(machine: Machine) -> None:
    machine.tool("mvn", "echo '[ERROR] Could not transfer artifact: repo: Name or service not known'; exit 1")
    assert "Hadoop's JARs could not be fetched: no network" in one_line(machine.fetch("hadoop"))
    machine.without("mvn")
    assert "no mvn found: install Maven" in one_line(machine.fetch("hadoop"))


@pytest.mark.parametrize("lock", [*LOCKS.values(), AIRFLOW], ids=lambda lock: lock.name)
def test_every_package_of_a_lock_is_pinned_and_hashed_and_no_registry_is_named(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) > 30
    assert [block for block in blocks if not re.match(r"[\w.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", block)] == []
    assert "://" not in text


def test_both_lines_hold_the_same_packages_apart_from_spark() -> None:
    names = {line: set(re.findall(r"^([\w.-]+)==", path.read_text(), re.MULTILINE)) for line, path in LOCKS.items()}
    assert names["4.1"] ^ names["3.5"] <= {"graphframes-py", "lazy-importer"}


@pytest.mark.parametrize(
    ("line", "profile", "jars"),
    [("4.1", "spark-4.1", 2), ("3.5", "spark-3.5", 2), ("web", "web", 1), ("hadoop", "hadoop", 5)],
)
def test_every_jar_of_the_pom_has_its_sum(line: str, profile: str, jars: int) -> None:
    pom = ET.parse(ROOT / "conf/jars/pom.xml")
    space = {"m": "http://maven.apache.org/POM/4.0.0"}
    entry = next(p for p in pom.iterfind(".//m:profile", space) if p.findtext("m:id", "", space) == profile)
    hadoop = entry.findtext("m:properties/m:hadoop.version", "", space)
    named = {
        f"{line}/{d.findtext('m:artifactId', '', space)}-{d.findtext('m:version', '', space)}.jar"
        for d in entry.iterfind(".//m:dependency", space)
    }
    named = {name.replace("${hadoop.version}", hadoop) for name in named}
    summed = {row.split()[1] for row in (ROOT / "conf/jars/SHA256SUMS").read_text().splitlines()}
    assert len(named) == jars
    assert named <= summed
