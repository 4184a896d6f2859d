#!/usr/bin/env bash
# Reads into a real Postgres through PyAirbyte, with the lines of docs/setup.md, and builds the models of dbt/ in it,
# over the demo's tables. Needs .venv and those tables (`make postgres-test` makes both), and root: for apt where there is
# no Postgres, and to run it as its own user. It listens on loopback alone, and its files are gone afterwards. What is
# given is passed on to the first pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

programs() {
  compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1
}

if [[ -z $(programs) ]]; then
  apt_install postgresql
fi
bin=$(programs)
port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups env -C / HOME="$work")

chown postgres: "$work"
quietly "initdb" "${as_postgres[@]}" "$bin/initdb" --username=airbyte --auth=trust --encoding=UTF8 --no-sync "$work/data"
"${as_postgres[@]}" "$bin/postgres" -D "$work/data" -p "$port" -c listen_addresses=127.0.0.1 \
  -c unix_socket_directories= -c fsync=off >"$work/server.log" 2>&1 &
processes+=($!)
timeout 60 bash -c "until '$bin/pg_isready' --quiet --host=127.0.0.1 --port=$port; do sleep 0.2; done" ||
  fatal "Postgres does not start" "$work/server.log"
export POSTGRES_PORT=$port
"$PYTHON" -m pytest integration_tests/postgres "$@"
"$PYTHON" -m pytest integration_tests/dbt/test_postgres.py
