# One Spark line for each run: 4.1, or `SPARK=3.5` on any target.
SPARK ?= 4.1
ifeq ($(SPARK),4.1)
VENV := .venv
else ifeq ($(SPARK),3.5)
VENV := .venv-3.5
else
$(error SPARK=$(SPARK) is not a Spark line of this project: use 4.1 or 3.5)
endif
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
# Two processes, each with a Spark session of its own; tests of one file share a process.
TOGETHER := -n 2

export PYSPARK_PYTHON := $(CURDIR)/$(PY)
export PYSPARK_DRIVER_PYTHON := $(PYSPARK_PYTHON)
export SPARK_HOME := $(CURDIR)/$(VENV)/lib/python3.11/site-packages/pyspark
export SPARK_LOCAL_IP := 127.0.0.1
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup test test-slow check lint types demo evaluation bench bench-full bench-setup dictionary lock clean
.PHONY: test-cluster package cluster-up cluster-down cluster-status cluster-jars

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile
	@echo "SPARK=3.5 on any of them takes the Spark 3.5 line (4.1 otherwise)."

setup: ## Packages into .venv and JARs into jars/, pinned and checked; once done it does nothing
	@bash conf/setup.sh $(SPARK)

demo: setup ## A fictional force from records to published networks, beside those planted
	@$(PY) -m harmnet.demo

# Tests that need servers have a target of their own, and what they need is made for them.
SERVED := (cluster or sql or airflow)
SERVERS := cluster-jars package airflow-venv sql-clients
# ALL=1: those and the slow ones as well, in one run, which makes sessions and published lakes once. Servers on 4.1 alone.
WITH_SERVERS := $(and $(ALL),$(filter 4.1,$(SPARK)))

# With 3.5 given, `make test` is the whole suite on that line; otherwise 4.1 in full, then the engine tests on 3.5.
test: setup $(if $(WITH_SERVERS),$(SERVERS)) ## The tests, on Spark 4.1, then the engine tests on 3.5
	$(PYTEST) tests $(if $(WITH_SERVERS),,-m "not $(SERVED)$(if $(ALL),, and not slow)") $(TOGETHER)
ifeq ($(SPARK),4.1)
	@$(MAKE) --no-print-directory test-engine35 SPARK=3.5
endif

.PHONY: test-engine35
test-engine35: setup
	$(PYTEST) tests -m "engine35 and not cluster$(if $(ALL),, and not slow)" $(TOGETHER)

# pytest ends with 5 when no test carries the marker.
test-slow: setup ## The tests that take minutes
	$(PYTEST) tests -m "slow and not $(SERVED)" $(TOGETHER) || [ $$? -eq 5 ]

# Those of a folder in tests/cluster share a process, a cluster and lakes; those of the SQL service share one service.
test-cluster: $(SERVERS) ## On a cluster of its own: HDFS, YARN, Airflow, what goes wrong; the SQL service
	$(PYTEST) tests/cluster tests/sql tests/airflow -m "$(SERVED)" $(TOGETHER)

package: setup ## build/package: what spark-submit needs to run harmnet on a cluster
	@PYTHONPATH=conf $(PY) -m package

cluster-jars: setup
	@bash conf/jars/fetch.sh hadoop $(PY)

cluster-up: cluster-jars ## HDFS and YARN on this machine, on loopback; CLUSTER_SHIFT=100 moves every port by 100
	@PYTHONPATH=conf $(PY) -m cluster up

cluster-down: setup ## Stops them and whatever they run; data and logs stay in .cluster
	@PYTHONPATH=conf $(PY) -m cluster down

cluster-status: setup ## Each daemon: its process, memory and port, and whether it is in service
	@PYTHONPATH=conf $(PY) -m cluster status

.PHONY: history-up history-down
history-up: setup ## Spark's history server of that cluster, http://127.0.0.1:18080: every job, stage and task that ran
	@PYTHONPATH=conf $(PY) -m cluster history-up

history-down: setup ## Stops it; cluster-down does so too
	@PYTHONPATH=conf $(PY) -m cluster history-down

# What people ask the SQL service with is no part of harmnet's own environment.
CLIENTS := .venv-clients
.PHONY: sql-up sql-down sql-status sql-clients test-sql
SQL_PORT ?= 10000

sql-up: setup ## The SQL service of LAKE=URI on 127.0.0.1, port SQL_PORT (10000); see docs/sql_service.md
	@$(if $(LAKE),,echo "make sql-up: name the lake, LAKE=URI" >&2; exit 2;) \
		$(PY) -m harmnet sql-up --lake "$(LAKE)" --port $(SQL_PORT) $(SQL_OPTIONS)

sql-down: setup ## Stops it
	@$(PY) -m harmnet sql-down

sql-status: setup ## Whether it runs, and where
	@$(PY) -m harmnet sql-status

sql-clients: setup ## Python drivers for the SQL service into .venv-clients, pinned
	@bash conf/locked.sh $(PY) $(CLIENTS) sql-clients

test-sql: sql-clients ## The tests of the SQL service, with beeline, impyla and SQLAlchemy
	$(PYTEST) tests/sql

# Airflow would bring another pyspark: it never shares an environment with harmnet.
.PHONY: airflow-venv airflow-setup test-airflow
AIRFLOW := .venv-airflow

airflow-venv: setup
	@bash conf/locked.sh $(PY) $(AIRFLOW) airflow

airflow-setup: airflow-venv ## Airflow into .venv-airflow, pinned; its database and pool into .airflow; see docs/airflow.md
	@bash conf/airflow/setup.sh

test-airflow: airflow-venv ## The DAGs as Airflow reads, renders and alerts; the refresh itself is in test-cluster
	$(PYTEST) tests/airflow -m airflow

lint: setup ## ruff: faults and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup ## mypy on lib, jobs, benchmarks and conf
	$(PY) -m mypy

check: ## All that must hold before a change is done: lint, types, and every test there is
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory test ALL=1

evaluation: setup ## Fictional forces over seeds and weight models beside what was planted: results and a page
	$(PY) benchmarks/evaluation.py
	$(PY) benchmarks/evaluation_page.py

bench: setup ## A refresh of 1 and 3 million involvements, three times each: seconds, shuffle, memory of each stage
	$(PY) benchmarks/scale.py

bench-full: bench-setup ## The same up to 10 million, and harmnet beside what else there is: results and plots
	$(PY) benchmarks/scale.py --full
	$(PY) benchmarks/side_by_side.py --millions 4 --write
	$(PY) benchmarks/skew.py --write
	$(PY) benchmarks/scale_page.py

bench-setup: setup ## What benchmarks compare with, into .venv-bench, and the 3.5 line
	@$(MAKE) --no-print-directory setup SPARK=3.5
	@[ -x .venv-bench/bin/python ] || $(PY) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r conf/locks/bench.lock

dictionary: setup ## Writes docs/data_dictionary.md again from the contracts
	$(PY) -m harmnet.data_dictionary > docs/data_dictionary.md

lock: ## Writes conf/locks/*.lock again from requirements*.in (needs uv)
	@command -v uv >/dev/null || { echo "make lock: no uv found: install it (pip install uv)" >&2; exit 1; }
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links conf/locks/requirements.in -o conf/locks/spark-4.1.lock
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links conf/locks/requirements-3.5.in -o conf/locks/spark-3.5.lock
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links conf/locks/requirements-bench.in -o conf/locks/bench.lock
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links conf/locks/requirements-sql-clients.in -o conf/locks/sql-clients.lock
	uv pip compile -q -U --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links conf/locks/requirements-airflow.in -o conf/locks/airflow.lock

clean: ## Removes what runs leave behind; .venv*, jars/, .cluster/ and .airflow/ stay
	rm -rf build .demo* spark-warehouse metastore_db derby.log .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find lib jobs tests benchmarks conf -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
