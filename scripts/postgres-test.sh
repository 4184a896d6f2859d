#!/usr/bin/env bash
# Reads into a real Postgres through PyAirbyte, with the lines of docs/setup.md. Needs .venv (`make postgres-test` makes
# it), and root: for apt where there is no Postgres, and to run it as its own user. It listens on loopback alone, and
# its files are gone afterwards. What is given is passed on to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

directory=$(mktemp -d)
server=
readonly LOG=$directory/log

stop() {
  if [[ -n $server ]]; then
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$directory"
}
trap stop EXIT

# quietly SENTENCE COMMAND…: what it prints is shown only if it fails.
quietly() {
  local sentence=$1
  shift
  "$@" >"$LOG" 2>&1 || { echo "FAILED  $sentence" >&2 && tail -n 40 "$LOG" >&2 && exit 1; }
}

programs() {
  compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1
}

if [[ -z $(programs) ]]; then
  quietly "apt-get update" apt-get update
  quietly "apt-get install postgresql" \
    env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql
fi
bin=$(programs)
port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups env -C / HOME="$directory")

chown postgres: "$directory"
quietly "initdb" "${as_postgres[@]}" "$bin/initdb" --username=airbyte --auth=trust --encoding=UTF8 --no-sync "$directory/data"
"${as_postgres[@]}" "$bin/postgres" -D "$directory/data" -p "$port" -c listen_addresses=127.0.0.1 \
  -c unix_socket_directories= -c fsync=off >"$directory/server.log" 2>&1 &
server=$!
quietly "Postgres does not start: $directory/server.log" \
  timeout 60 bash -c "until '$bin/pg_isready' --quiet --host=127.0.0.1 --port=$port; do sleep 0.2; done"
POSTGRES_PORT=$port .venv/bin/python -m pytest integration_tests/postgres "$@"
