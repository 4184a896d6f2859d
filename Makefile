# Every target works on a bare clone by itself: what it needs, it installs.
# `make` alone shows what there is.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
DBT := .venv/dbt
DBT_READY := $(DBT)/.ready
AIRFLOW := .venv/airflow
AIRFLOW_READY := $(AIRFLOW)/.ready
DEMO_TABLES := demo/output/tiktok.duckdb

.DEFAULT_GOAL := help
.PHONY: help install demo preview test test-slow test-fast lint types fmt docs docs-check docs-site golden golden-stream check image-test browser-test postgres-test workers-test airflow-test dbt-test cdk-test pictures bench bench-quick bench-memory bench-requests mutation soak lock clean

help:  ## shows this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DBT_READY): requirements/dbt.txt | $(READY)
	$(PYTHON) -m venv $(DBT)
	$(DBT)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dbt.txt
	@touch $@

$(AIRFLOW_READY): requirements/airflow.txt | $(READY)
	$(PYTHON) -m venv $(AIRFLOW)
	$(AIRFLOW)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/airflow.txt
	@touch $@

install: $(READY)  ## makes .venv, with the command source-tiktok-marketing in it

demo: $(READY) $(DBT_READY)  ## TikTok Ads data in a database, without a TikTok account (TIKTOK_CONFIG=path for a real one)
	$(BIN)/python -m demo

$(DEMO_TABLES): | $(READY) $(DBT_READY)
	$(BIN)/python -m demo

preview: $(READY)  ## rows of a stream as a table: REPORT=ads_reports_daily ROWS=10 FROM=today-7 TO=today COLUMNS=spend,clicks
	@$(BIN)/python -m preview

# The tests of a file stay together, so that what they share is made once.
QUICK := FUZZ_EXAMPLES=0.1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile -m "not slow"

test: $(READY)  ## unit and integration tests, but the slow ones
	$(QUICK) unit_tests integration_tests

test-slow: $(READY) $(DBT_READY)  ## the slow tests: whole syncs, crashes, the demo, and every example of the searching ones
	$(BIN)/python -m pytest --numprocesses auto -m "slow or hypothesis" unit_tests integration_tests

test-fast: $(READY)  ## unit tests only, but the slow ones
	$(QUICK) unit_tests

lint: $(READY)  ## style of Python, YAML and prose
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict manifest.yaml metadata.yaml acceptance-test-config.yml recipes/workers/kubernetes.yaml
	$(BIN)/codespell

types: $(READY)  ## mypy --strict over connector, simulator and the recipes' workers
	$(BIN)/mypy
	$(BIN)/mypy recipes/workers/*.py

fmt: $(READY)  ## formats the code and mends what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

GENERATED := README.md docs/setup.md docs/coverage.md docs/data-model.md docs/metrics.md docs/custom-reports.md docs/faults.md \
  docs/streams.md docs/evidence.md docs/architecture.md CONTRIBUTING.md \
  tiktok_simulator/README.md docs/demo.md

docs: $(READY)  ## writes the generated passages: streams table, entity-relationship diagram
	$(BIN)/cog -r -I scripts $(GENERATED)

docs-check: $(READY)  ## fails if a generated passage is stale
	$(BIN)/cog --check -I scripts $(GENERATED)

docs-site: $(READY)  ## makes the explorer, build/site/index.html: streams, columns, diagram, report builder (needs npm, or root and apt)
	scripts/docs-site.sh

golden-stream: $(READY) $(DBT_READY)  ## rewrites what a new stream changes of the golden files, in two minutes; look at the diff
	$(BIN)/python scripts/acceptance_files.py
	$(BIN)/python -m pytest -q --golden unit_tests/test_spec_and_catalog.py unit_tests/test_compatibility.py \
	  integration_tests/test_demo.py::test_the_demo_prints_what_the_readme_shows

golden: $(READY) $(DBT_READY)  ## rewrites all golden files: of spec, catalog, columns, faults and demo, and the standard tests' files; look at the diff
	$(BIN)/python scripts/acceptance_files.py
	$(BIN)/python -m pytest -q unit_tests/test_spec_and_catalog.py unit_tests/test_compatibility.py unit_tests/test_fault_table.py integration_tests/test_demo.py integration_tests/test_kpis.py --golden

check: lint types docs-check test test-slow  ## everything but the image, the browser, Postgres, dbt and the CDK's command line

image-test: $(READY)  ## builds the image without a Docker engine and runs it against the simulator (needs root and apt)
	scripts/image-test.sh

browser-test: $(DEMO_TABLES)  ## fills in the connection form in Chromium, uses the explorer, opens the dashboard (needs root and apt)
	scripts/browser-test.sh

postgres-test: $(DEMO_TABLES)  ## reads into a real Postgres as docs/setup.md says, and builds dbt's models in it (needs root and apt)
	scripts/postgres-test.sh

workers-test: $(READY)  ## runs several workers of recipes/workers into a real Postgres and a DuckLake, and kills them (needs root and apt)
	scripts/workers-test.sh

airflow-test: $(AIRFLOW_READY)  ## runs the DAG of recipes/workers in a real Airflow, and kills a worker (needs root and apt)
	scripts/workers-test.sh integration_tests/workers/airflow

dbt-test: $(DEMO_TABLES)  ## builds the models of dbt/ over the demo's tables, and compiles them for five warehouses
	$(DBT)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/warehouses.txt
	$(BIN)/python -m pytest --numprocesses auto integration_tests/dbt

cdk-test: $(READY)  ## runs the CDK's own command-line tests on a clone, against the simulator
	scripts/cdk-test.sh

pictures: $(DEMO_TABLES)  ## draws the pictures of the documentation anew, from the form and the explorer (needs root and apt)
	scripts/browser-test.sh --pictures

bench: $(READY)  ## CPU per record beside the other connectors: docs/performance.md and its chart (ten minutes)
	$(BIN)/python -m benchmarks

bench-quick: $(READY)  ## fails if a record costs much more, beside a bare loop, than when make bench last ran
	$(BIN)/python -m benchmarks --quick

bench-memory: $(READY)  ## memory and CPU by rows, ad accounts and streams: docs/performance.md (ten minutes)
	$(BIN)/python -m benchmarks.memory --write

bench-requests: $(READY)  ## requests per sync, counted by the simulator: docs/performance.md (five minutes)
	$(BIN)/python -m benchmarks.requests_per_sync --write --accounts 100 --first 100
	$(BIN)/python -m benchmarks.requests_per_sync --write --accounts 20 --first 20 --streams hourly
	$(BIN)/python -m benchmarks.requests_per_sync --write --accounts 10 --first 10 --streams every

soak: $(READY)  ## three years of fifty ad accounts read under faults, every row compared: SOAK="--years 1 --fault-rate 0.05"
	$(BIN)/python -m benchmarks.soak $(SOAK)

MUTANTS ?= 40

mutation: $(READY)  ## how many small mistakes in the connector the quick tests find: MUTANTS=40 of each module
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/mutation.txt
	FUZZ_EXAMPLES=0.1 nice -n 10 $(BIN)/python scripts/mutation.py --mutants $(MUTANTS)

lock: $(READY)  ## writes the locks anew from pyproject.toml
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --group dev --output-file requirements/dev.txt
	$(BIN)/uv pip compile $(LOCK) --constraint requirements/dev.txt --group browser --output-file requirements/browser.txt
	$(BIN)/uv pip compile $(LOCK) --constraint requirements/dev.txt --group mutation --output-file requirements/mutation.txt
	$(BIN)/uv pip compile $(LOCK) --constraint requirements/dev.txt --group workers --output-file requirements/workers.txt
	$(BIN)/uv pip compile $(LOCK) --group ducklake --output-file requirements/ducklake.txt
	$(BIN)/uv pip compile $(LOCK) --group airflow --output-file requirements/airflow.txt
	$(OUR_DUCKDB) | $(BIN)/uv pip compile $(LOCK) --constraint /dev/stdin --group dbt --output-file requirements/dbt.txt
	$(BIN)/uv pip compile $(LOCK) --constraint requirements/dbt.txt --group dbt --group warehouses \
	  --output-file requirements/warehouses.txt
	printf 'hatchling\n' | $(BIN)/uv pip compile $(LOCK) --constraint requirements/dev.txt - --output-file requirements/build.txt

# dbt writes into the file that PyAirbyte's DuckDB wrote, and ours reads.
OUR_DUCKDB := sed -n 's/^\(duckdb==[^ ]*\).*/\1/p' requirements/dev.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links

clean:  ## removes what the targets made
	rm -rf .venv .mutation build dist demo/output benchmarks/.cache site/node_modules integration_tests/browser/form/node_modules integration_tests/browser/form/built
