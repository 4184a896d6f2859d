#!/usr/bin/env bash
# Runs `airbyte-cdk connector test` on a clone, as Airbyte's own CI does, against the simulator on loopback. Needs git
# and .venv (`make cdk-test` makes it). What is given is passed on to the command.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

# The command takes the connector's name, and that of its class, from the directory's.
readonly CLONE=$work/source-tiktok-marketing
quietly "git clone" git clone --quiet . "$CLONE"
git diff HEAD --binary | quietly "the change that is not committed" git -C "$CLONE" apply --allow-empty

start_simulator
# The tests that need a Docker engine are left out: `make image-test` builds and runs the image without one.
env HTTPS_PROXY="$proxy" NO_PROXY= REQUESTS_CA_BUNDLE="$authority" PYTHONPATH="$CLONE" \
  .venv/bin/airbyte-cdk connector test "$CLONE" \
  --pytest-arg=-m --pytest-arg="not image_tests" --pytest-arg=--numprocesses --pytest-arg=auto \
  --pytest-arg=-r --pytest-arg=fE --pytest-arg=--show-capture=no "$@"
