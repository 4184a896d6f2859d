# What the scripts share: what they say, a directory that is gone afterwards, and the simulator on loopback. They source
# it in the checkout, after `set -euo pipefail`.
# shellcheck shell=bash

readonly PYTHON=$PWD/.venv/bin/python
work=$(mktemp -d)
passed=0 failed=0
processes=()

# clean_up: ends what was started, by its process, and removes the directory. A script with more to undo has its own trap.
clean_up() {
  local process
  for process in ${processes[@]+"${processes[@]}"}; do
    kill -INT "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT

# verify SENTENCE COMMAND…: one line for each thing looked at; the run goes on after a failure, to show them all.
verify() {
  local sentence=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok      $sentence"
  else
    failed=$((failed + 1))
    echo "FAILED  $sentence"
  fi
}

step() { echo "── $1 (${SECONDS}s)"; }

# fatal SENTENCE [LOG]: ends the run, with the end of a log.
fatal() {
  echo "FAILED  $1" >&2
  [[ -z ${2:-} ]] || tail -n 40 "$2" >&2
  exit 1
}

# quietly SENTENCE COMMAND…: what it prints is shown only if it fails.
quietly() {
  local sentence=$1
  shift
  "$@" >"$work/quietly.log" 2>&1 || fatal "$sentence" "$work/quietly.log"
}

# apt_install PACKAGE…
apt_install() {
  quietly "apt-get update" apt-get update
  quietly "apt-get install $*" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
}

# start_simulator: leaves what it prints in $work/simulator, and how to reach it in $proxy and $authority.
start_simulator() {
  : >"$work/simulator"
  # The time limit ends it even if this script is killed.
  "$PYTHON" -m tiktok_simulator --port 0 --seconds 900 >"$work/simulator" 2>"$work/simulator.log" &
  processes+=($!)
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    # The configurations are printed after the variables; the third line of them is the last.
    if (($(grep -c '^{' "$work/simulator") >= 3)); then break; fi
    kill -0 "${processes[-1]}" 2>/dev/null || fatal "the simulator ended" "$work/simulator.log"
    sleep 0.1
  done
  proxy=$(sed -n 's/^export HTTPS_PROXY=//p' "$work/simulator")
  authority=$(sed -n 's/^export REQUESTS_CA_BUNDLE=//p' "$work/simulator")
  [[ -n $proxy && -f $authority ]] || fatal "the simulator does not say how to reach it" "$work/simulator.log"
}

# build_site: leaves the explorer in build/site/index.html. Needs npm, which Debian has.
build_site() {
  mkdir -p build/site
  quietly "the explorer's data" "$PYTHON" scripts/site_data.py build/site/data.json
  # No package runs a script of its own while it is installed.
  quietly "npm ci" npm ci --ignore-scripts --prefix site
  quietly "the explorer can't be built" npm run build --prefix site
}
