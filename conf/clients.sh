#!/usr/bin/env bash
# conf/clients.sh PYTHON FOLDER
# Makes an environment of the Python drivers for the SQL service, from their hashed lock; left alone when it is as that says.
set -euo pipefail
python=$1
folder=$2
cd "$(dirname "$0")/.."
lock=conf/locks/sql-clients.lock
log=build/setup/pip-sql-clients.log
key=$({ pwd; cat "$lock"; } | sha256sum | cut -d ' ' -f 1)
[ "$(cat "$folder/.packages" 2>/dev/null || true)" != "$key" ] || exit 0

fail() { printf 'sql-clients: %s: details in %s\n' "$1" "$log" >&2; exit 1; }

mkdir -p build/setup
printf 'sql-clients: making %s\n' "$folder"
"$python" -m venv --clear "$folder" >"$log" 2>&1 || fail "$folder could not be made"
# One of them comes as source: what builds it has to be there first, for nothing unpinned to be fetched for it.
awk '/^[a-z]/ { keep = /^(setuptools|wheel|packaging)==/ } keep' "$lock" >build/setup/client-build-tools.txt
pip="$folder/bin/python -m pip --disable-pip-version-check --no-input install -q --require-hashes"
$pip -r build/setup/client-build-tools.txt >>"$log" 2>&1 || fail "the packages of $lock could not be fetched or are not the pinned ones"
$pip --no-build-isolation -r "$lock" >>"$log" 2>&1 || fail "the packages of $lock could not be fetched or are not the pinned ones"
echo "$key" >"$folder/.packages"
