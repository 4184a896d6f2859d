#!/usr/bin/env bash
# Runs several workers of recipes/workers at once into a real Postgres and a DuckLake, kills some of them, and the server too, and
# compares its Kubernetes manifest with the API. Needs .venv (`make workers-test` makes it), and root and apt where there
# is no Postgres. The server listens on loopback alone, and its files are gone afterwards. It ends after fifteen minutes,
# which only a busy machine needs.
# What is given is passed on to pytest; a path takes the place of the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

if ! compgen -G '/usr/lib/postgresql/*/bin' >/dev/null; then
  apt_install postgresql
fi
quietly "DuckLake" .venv/bin/pip install --disable-pip-version-check --no-deps --require-hashes --upgrade --target .venv/ducklake -r requirements/ducklake.txt
export PYTHONPATH=$PWD/.venv/ducklake
quietly "the schemas of Kubernetes" .venv/bin/pip install --disable-pip-version-check --no-deps --require-hashes -r requirements/workers.txt
# Interrupted, pytest still ends what it has started.
timeout --signal=INT --kill-after=30 900 "$PYTHON" -m pytest "${@:-integration_tests/workers}"
