#!/usr/bin/env bash
# conf/airflow/setup.sh
# Makes AIRFLOW_HOME ready: its database, the pool of one writer, a password for its page. Once more does no harm.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
airflow=$root/conf/airflow/airflow.sh
home=${AIRFLOW_HOME:-$root/.airflow}
log=$root/build/setup/airflow.log
passwords=$home/simple_auth_manager_passwords.json.generated
umask 077
mkdir -p "$home" "$root/build/setup"
# The server would make one up and print it into its log.
[ -e "$passwords" ] || "${AIRFLOW_VENV:-$root/.venv-airflow}/bin/python" - >"$passwords" <<'PYTHON'
import json
import secrets

print(json.dumps({"admin": secrets.token_urlsafe(24)}))
PYTHON
for words in "db migrate" "pools import $root/conf/airflow/pools.json"; do
    bash "$airflow" $words >"$log" 2>&1 || { echo "airflow: airflow $words failed: details in $log" >&2; exit 1; }
done
echo "airflow: ready in $home"
