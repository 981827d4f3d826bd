#!/usr/bin/env bash
# conf/airflow/airflow.sh WORD...
# Airflow's own command, with what harmnet's DAGs need around it. What the environment already says stands.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=${AIRFLOW_VENV:-$root/.venv-airflow}
[ -x "$venv/bin/airflow" ] || { echo "airflow: none in $venv: run make airflow-setup" >&2; exit 1; }
export AIRFLOW_HOME=${AIRFLOW_HOME:-$root/.airflow}
export AIRFLOW__CORE__DAGS_FOLDER=${AIRFLOW__CORE__DAGS_FOLDER:-$root/conf/airflow/dags}
export AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False
# Nothing listens outside this machine.
export AIRFLOW__API__HOST=${AIRFLOW__API__HOST:-127.0.0.1}
export AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST=127.0.0.1
export AIRFLOW_CONN_HARMNET_SPARK=${AIRFLOW_CONN_HARMNET_SPARK:-'{"conn_type": "spark", "host": "yarn", "extra": {"queue": "etl", "deploy-mode": "client"}}'}
# spark-submit is that of harmnet's own Spark: Airflow's provider brings a pyspark without JARs.
export SPARK_HOME=${SPARK_HOME:-$root/.venv/lib/python3.11/site-packages/pyspark}
export PATH=$SPARK_HOME/bin:$PATH
unset PYTHONPATH PYSPARK_PYTHON PYSPARK_DRIVER_PYTHON
# Its configuration holds keys.
[ -d "$AIRFLOW_HOME" ] || mkdir -p -m 700 "$AIRFLOW_HOME"
exec "$venv/bin/airflow" "$@"
