"""One snapshot for each interval, published by jobs/refresh.py in one Spark application.

pin → stage → link → tie → theme → network → measure → harm → rank → safeguard → dismantle → publish

as_of is the day on which the interval ends, and what had been received by its end is known: the same interval again
returns the same snapshot, whatever has come since. One task, because the refresh itself takes up after its last
finished stage: a retry, or clearing the task, resumes.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronDataIntervalTimetable

from alerts import alert
from deployment import deployment
from submission import SNAPSHOT, RefreshOperator

THERE = deployment()

with DAG(
    "harmnet_refresh",
    description="Networks, harm and priorities as one published snapshot",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable(THERE.schedule, timezone="UTC"),
    start_date=THERE.start,
    catchup=False,
    max_active_runs=1,
    tags=["harmnet"],
):
    RefreshOperator(
        task_id="refresh",
        doc_md="Resumes after the last finished stage. The lake's own lock refuses a second refresh at the same time.",
        conn_id="harmnet_spark",
        package=THERE.package,
        arguments=THERE.arguments,
        answer=THERE.answers + "/{{ ti.id }}.json",
        name="harmnet refresh {{ data_interval_end | ds }}",
        conf=THERE.spark_conf,
        # The lake's own lock keeps a second driver out, and stages that are finished are taken over.
        durable=False,
        pool="harmnet_writer",
        outlets=[SNAPSHOT],
        retries=3,
        # A lock that a lost machine left is taken over after five minutes.
        retry_delay=timedelta(minutes=6),
        execution_timeout=timedelta(hours=6),
        on_failure_callback=alert(
            "The snapshot before it is still served. Mend what the line names, then clear the task: it resumes after "
            "its last finished stage"
        ),
    )
