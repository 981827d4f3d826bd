"""Asks the lake itself, once a day, whether its current snapshot is recent enough; fails with one line when it is not.

It looks at the lake and not at Airflow's own record: a scheduler that stood still, or runs that were never due, are
found like runs that failed.
"""

import subprocess
from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from alerts import alert
from deployment import deployment

THERE = deployment()
NOT_FRESH = 4

with DAG(
    "harmnet_freshness",
    description="Is the current snapshot recent enough",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 8 * * *", timezone="UTC"),
    start_date=THERE.start,
    catchup=False,
    max_active_runs=1,
    tags=["harmnet"],
):

    @task(
        retries=2,
        retry_delay=timedelta(minutes=5),
        execution_timeout=timedelta(minutes=30),
        on_failure_callback=alert("See which run of harmnet_refresh is missing, and why"),
    )
    def fresh() -> str:
        """What harmnet fresh says. A lake that cannot be read is asked again; one that is too old is not."""
        words = [THERE.command, "fresh", "--lake", THERE.lake, "--days", str(THERE.fresh_days)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        line = ((done.stdout if done.returncode in (0, NOT_FRESH) else done.stderr).strip().splitlines() or ["?"])[-1]
        if done.returncode == NOT_FRESH:
            raise AirflowFailException(line)
        if done.returncode:
            raise AirflowException(line)
        return line

    fresh()
