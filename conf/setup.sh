#!/usr/bin/env bash
# conf/setup.sh [4.1|3.5]
# Makes one Spark line ready: .venv (or .venv-3.5) from its hashed lock, its JARs in jars/<line>/,
# and in jars/web/ what charts are drawn with.
# What is ready already is left alone. Every problem is one line; the exit status is then 1.
set -euo pipefail
line=${1:-4.1}
case $line in
    4.1) venv=.venv ;;
    3.5) venv=.venv-3.5 ;;
    *) echo "set-up: SPARK=$line is not a Spark line of this project: use 4.1 or 3.5" >&2; exit 1 ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
lock=conf/locks/spark-$line.lock
log=build/setup/pip-$line.log
disk_needed_mb=4000 # 1.3 GB stay; the rest is what unpacking Spark takes for a while
problems=0

say() { printf 'set-up: %s\n' "$*"; }
problem() { printf 'set-up: %s\n' "$*" >&2; problems=1; }
fail() { problem "$*"; exit 1; }
stop_on_problems() { [ "$problems" = 0 ] || exit 1; }

check_java() { # as Spark looks for it: JAVA_HOME first, then PATH
    local java javac version advice
    advice="install a Java 17 JDK (Debian: apt install openjdk-17-jdk-headless) or point JAVA_HOME at one"
    if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; else java=$(command -v java || true); fi
    if [ -z "$java" ]; then problem "no java found: $advice"; return; fi
    if [ ! -x "$java" ]; then problem "JAVA_HOME is $JAVA_HOME, which holds no bin/java: $advice"; return; fi
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1 || true)
    case $version in
        17 | 17.*) ;;
        *) problem "$java is version ${version:-unknown}, Spark $line runs here on 17: $advice"; return ;;
    esac
    if [ -n "${JAVA_HOME:-}" ]; then javac=$JAVA_HOME/bin/javac; else javac=$(command -v javac || true); fi
    if [ -z "$javac" ] || [ ! -x "$javac" ]; then problem "$java is a Java 17 without javac, not a JDK: $advice"; fi
}

check_maven() {
    command -v mvn >/dev/null || problem "no mvn found: install Maven (Debian: apt install maven)"
}

check_python() { # sets $python
    local candidate
    python=
    for candidate in ${PYTHON:-python3.11 python3}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then python=$candidate; break; fi
    done
    if [ -z "$python" ]; then problem "no Python 3.11 found: install it (Debian 12: apt install python3.11 python3.11-venv) or name it in PYTHON"; return; fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        problem "$python has no venv module: install it (Debian 12: apt install python3.11-venv)"
}

check_disk() {
    local free_mb
    free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
    [ "$free_mb" -ge "$disk_needed_mb" ] ||
        problem "$free_mb MB are free in $root, set-up needs $disk_needed_mb MB for a while: free some disk space"
}

key_of() { { printf '%s\n' "$root"; cat "$@"; } | sha256sum | cut -d ' ' -f 1; }
key_in() { cat "$venv/$1" 2>/dev/null || true; }

explain_pip() {
    if grep -q 'No space left on device' "$log"; then
        fail "the disk filled up while installing the packages of $lock: free some space and run make setup again"
    elif grep -qE 'DO NOT MATCH THE HASHES' "$log"; then
        fail "a package does not have the hash that $lock pins, and is not installed: see $log"
    elif grep -qiE 'new connection|name resolution|name or service|unreachable|refused|timed out|proxyerror|sslerror|no matching distribution' "$log"; then
        fail "the packages of $lock could not be fetched: no network, or pip's package index is out of reach. Check the connection and pip config; details in $log"
    fi
    fail "pip could not install $lock: $(grep -m 1 -E '^ *(ERROR|error):' "$log" || echo 'no reason given'); details in $log"
}

pip() { # progress on the terminal, everything in the log
    PYTHONUNBUFFERED=1 "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@" --progress-bar off 2>>"$log" |
        tee -a "$log" | awk -v all="$(grep -c '^[a-z].*==' "$lock")" -v n="$(grep -c '^[a-z].*==' build/setup/build-tools.txt)" '
            /^Collecting / { sub(/==/, " ", $2); printf "set-up:   %d of %d: %s\n", ++n, all, $2; fflush() }
            /^Building wheels? for collected/ { print "set-up:   building Spark'\''s package"; fflush() }
            /^Installing collected/ { print "set-up:   installing"; fflush() }'
}

make_venv() {
    say "making $venv with $("$python" --version)"
    rm -f "$log"
    "$python" -m venv --clear "$venv" >"$log" 2>&1 ||
        fail "$python could not make $venv: $(tail -n 1 "$log"); details in $log"
    # Spark comes as source: what builds it has to be there first, for nothing unpinned to be fetched for it.
    awk '/^[a-z]/ { keep = /^(setuptools|wheel|packaging)==/ } keep' "$lock" >build/setup/build-tools.txt
    say "installing the packages of $lock (some 700 MB the first time, most of it Spark)"
    pip install --require-hashes -r build/setup/build-tools.txt >/dev/null || explain_pip
    pip install --require-hashes --no-build-isolation -r "$lock" || explain_pip
    rm -rf "$TMPDIR"
    key_of "$lock" >"$venv/.packages"
}

install_harmnet() {
    local site spark
    "$venv/bin/python" -m pip --disable-pip-version-check install -q --no-deps --no-index --no-build-isolation -e . >"$log" 2>&1 ||
        fail "harmnet itself could not be installed into $venv: details in $log"
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
    spark=$site/pyspark/conf
    mkdir -p "$spark"
    # What a plain spark-submit of this venv reads: the same JARs, by hand or fetched, as harmnet itself takes.
    printf 'spark.jars file://%s/jars/%s/*.jar\n' "$root" "$line" >"$spark/spark-defaults.conf"
    cp conf/spark/log4j2.properties "$spark/log4j2.properties"
    key_of setup.cfg pyproject.toml conf/spark/log4j2.properties conf/setup.sh >"$venv/.harmnet"
}

check_java
mkdir -p build/setup build/tmp
export TMPDIR=$root/build/tmp
if command -v flock >/dev/null; then exec 9>"build/setup/$line.lock"; flock 9; fi

if [ "$(key_in .packages)" != "$(key_of "$lock")" ] || [ ! -x "$venv/bin/python" ]; then
    check_python
    check_maven
    check_disk
    stop_on_problems
    make_venv
fi
for folder in "jars/$line" jars/web; do
    ls "$folder"/*.jar >/dev/null 2>&1 || { check_maven; break; }
done
stop_on_problems
mkdir -p "$TMPDIR"
[ "$(key_in .harmnet)" = "$(key_of setup.cfg pyproject.toml conf/spark/log4j2.properties conf/setup.sh)" ] || install_harmnet
bash conf/jars/fetch.sh "$line" "$venv/bin/python"
# Both lines share it: one set-up at a time.
if command -v flock >/dev/null; then exec 8>build/setup/web.lock; flock 8; fi
bash conf/jars/fetch.sh web "$venv/bin/python"
say "Spark $line is ready ($venv, jars/$line, jars/web)"
