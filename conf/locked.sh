#!/usr/bin/env bash
# conf/locked.sh PYTHON FOLDER NAME
# Makes an environment of its own from conf/locks/NAME.lock, hashes checked; left alone when it is as that says.
set -euo pipefail
python=$1
folder=$2
name=$3
cd "$(dirname "$0")/.."
lock=conf/locks/$name.lock
log=build/setup/pip-$name.log
key=$({ pwd; cat "$lock"; } | sha256sum | cut -d ' ' -f 1)
[ "$(cat "$folder/.packages" 2>/dev/null || true)" != "$key" ] || exit 0

fail() { printf '%s: %s: details in %s\n' "$name" "$1" "$log" >&2; exit 1; }

mkdir -p build/setup
printf '%s: making %s\n' "$name" "$folder"
"$python" -m venv --clear "$folder" >"$log" 2>&1 || fail "$folder could not be made"
# What comes as source is built by these: they have to be there first, for nothing unpinned to be fetched for it.
tools=build/setup/$name-build-tools.txt
awk '/^[a-z]/ { keep = /^(setuptools|wheel|packaging)==/ } keep' "$lock" >"$tools"
pip="$folder/bin/python -m pip --disable-pip-version-check --no-input install -q --require-hashes"
for asked in "-r $tools" "--no-build-isolation -r $lock"; do
    $pip $asked >>"$log" 2>&1 || fail "the packages of $lock could not be fetched or are not the pinned ones"
done
echo "$key" >"$folder/.packages"
