#!/usr/bin/env bash
# Fills in the connection form and uses the explorer in Debian's Chromium. Needs .venv (`make browser-test` makes it),
# and root and apt for what is missing of the browser, its font and npm. What is given is passed on to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

readonly FORM=integration_tests/browser/form

install_packages() {
  local missing=()
  [[ -x /usr/bin/chromium ]] || missing+=(chromium)
  [[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]] || missing+=(fonts-dejavu-core)
  # The driver is a program of its own that needs it.
  compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null || missing+=(libatomic1)
  command -v npm >/dev/null || missing+=(nodejs npm)
  if ((${#missing[@]} == 0)); then return; fi
  apt_install "${missing[@]}"
}

install_packages
quietly "the browser's driver" .venv/bin/pip install --disable-pip-version-check --no-deps --require-hashes -r requirements/browser.txt
# No package runs a script of its own while it is installed.
quietly "npm ci" npm ci --ignore-scripts --prefix "$FORM"
quietly "the form can't be built" npm run build --prefix "$FORM"
build_site
"$PYTHON" -m pytest integration_tests/browser "$@"
