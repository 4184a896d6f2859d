#!/usr/bin/env bash
# Makes the explorer of streams, columns, joins and custom reports: one page that opens from disk and from any static host.
# Needs .venv (`make docs-site` makes it), and root and apt where npm is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

command -v npm >/dev/null || apt_install nodejs npm
build_site
echo "build/site/index.html"
