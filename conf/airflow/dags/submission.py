"""The refresh as an Airflow task: submitted as docs/cluster.md does it, and what it came to on the asset's event."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowException, AirflowFailException

SNAPSHOT = Asset("harmnet_snapshot", uri="harmnet://snapshot")
TOLD = ("snapshot_id", "content_hash", "as_of", "known_at", "parent", "recipe_hash")


class RefreshOperator(SparkSubmitOperator):
    """Submits jobs/refresh.py from the folder of the package; returns the snapshot id.

    The job writes its answer to a file of this try alone. What the answer says goes to the log and onto the event of
    the asset: in cluster mode the driver's own words stay in YARN's log.
    """

    template_fields = (*SparkSubmitOperator.template_fields, "answer")

    def __init__(self, *, package: str, arguments: Sequence[str], answer: str, **given: Any) -> None:
        super().__init__(
            application="jobs/refresh.py",
            properties_file="spark-defaults.conf",
            application_args=[*arguments, "--answer", answer],
            **given,
        )
        self.package, self.answer = package, answer

    def execute(self, context: Any) -> str:
        """Submit, read the answer, put it on the event. Raises AirflowException when there is none."""
        if not Path(self.package, "spark-defaults.conf").is_file():
            raise AirflowFailException(f"no package in {self.package}: run make package, or set HARMNET_PACKAGE")
        with contextlib.chdir(self.package):
            super().execute(context)
        answer = read_answer(self.answer)
        for line in answer["said"][:2]:
            self.log.info("%s", line)
        told = {name: answer[name] for name in TOLD}
        if answer["withdrawn"]:
            raise AirflowFailException(f"snapshot {answer['snapshot_id']} of this interval was withdrawn")
        self.log.info("snapshot %(snapshot_id)s, content hash %(content_hash)s", told)
        context["outlet_events"][SNAPSHOT].extra = told
        return str(answer["snapshot_id"])


def read_answer(address: str) -> dict[str, Any]:
    """The answer of a refresh, by path or any address Hadoop knows. Raises AirflowException when it is not there."""
    if ":/" not in address or address.startswith("file:"):
        # Hadoop's shell wants the conf of a cluster, and a lake on this machine needs none.
        path = Path(address.removeprefix("file://").removeprefix("file:"))
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise _lost(f"{path}: {error.strerror}") from error
    words = ["spark-class", "org.apache.hadoop.fs.FsShell", "-cat", address]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.splitlines()
        raise _lost(" ".join([line for line in lines if line.startswith("cat: ")] or lines[:3]))
    return dict(json.loads(done.stdout))


def _lost(why: str) -> AirflowException:
    return AirflowException(f"the refresh ended and left no answer, so nothing says that it was published: {why}")
