#!/usr/bin/env bash
# Fills in the connection form in Debian's Chromium. Needs .venv (`make browser-test` makes it), and root and apt for
# what is missing of the browser, its font and npm. What is given is passed on to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly FORM=integration_tests/browser/form
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# quietly SENTENCE COMMAND…: what it prints is shown only if it fails.
quietly() {
  local sentence=$1
  shift
  "$@" >"$log" 2>&1 || { echo "FAILED  $sentence" >&2 && tail -n 40 "$log" >&2 && exit 1; }
}

install_packages() {
  local missing=()
  [[ -x /usr/bin/chromium ]] || missing+=(chromium)
  [[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]] || missing+=(fonts-dejavu-core)
  # The driver is a program of its own that needs it.
  compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null || missing+=(libatomic1)
  command -v npm >/dev/null || missing+=(nodejs npm)
  if ((${#missing[@]} == 0)); then return; fi
  quietly "apt-get update" apt-get update
  quietly "apt-get install ${missing[*]}" \
    env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"
}

install_packages
quietly "the browser's driver" .venv/bin/pip install --disable-pip-version-check --no-deps --require-hashes -r requirements/browser.txt
# No package runs a script of its own while it is installed.
quietly "npm ci" npm ci --ignore-scripts --prefix "$FORM"
quietly "the form can't be built" npm run build --prefix "$FORM"
exec .venv/bin/python -m pytest integration_tests/browser "$@"
