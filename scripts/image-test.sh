#!/usr/bin/env bash
# Builds the Dockerfile without a Docker engine and runs the image as Airbyte would, against the simulator on loopback.
# Needs root, apt and .venv (`make image-test` makes it). The base image and pip's downloads are kept for the next run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh
export STORAGE_DRIVER=${STORAGE_DRIVER:-vfs} BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot}

readonly IMAGE=localhost/source-tiktok-marketing:image-test
readonly CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
container=""

remove_container() {
  if [[ -n $container ]]; then buildah rm "$container" >/dev/null || true; fi
}
trap 'remove_container; clean_up' EXIT

# ─── Build ──────────────────────────────────────────────────────────────────────────────────────────────────────────

build() {
  local base mounts=() file
  scripts/base-image.sh >"$work/base" 2>"$work/base.log" || fatal "the base image can't be made" "$work/base.log"
  base=$(<"$work/base")
  # What this machine needs to reach its packages. Mounted and not copied: none of it may stay in the image.
  for file in /etc/pip.conf "$CERTIFICATES"; do
    if [[ -f $file ]]; then mounts+=(--volume "$file:$file:ro"); fi
  done
  buildah bud --quiet --build-arg "BASE_IMAGE=$base" ${mounts[@]+"${mounts[@]}"} --tag "$IMAGE" . \
    >"$work/build.log" 2>&1 || fatal "the Dockerfile does not build" "$work/build.log"
  # The image of the run before has just lost its name. Only that one: others on this machine are none of our business.
  if [[ -n $1 && $1 != "$(image_id)" ]]; then buildah rmi "$1" >/dev/null 2>&1 || true; fi
  container=$(buildah from --pull-never "$IMAGE")
}

image_id() { buildah inspect --type image --format '{{.FromImageID}}' "$IMAGE" 2>/dev/null || true; }

configured() { [[ $(buildah inspect --type image --format "{{$1}}" "$IMAGE") == "$2" ]]; }

size() { buildah images --json "$1" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[0]["size"])'; }

# ─── Run ────────────────────────────────────────────────────────────────────────────────────────────────────────────

share_secrets() {
  mkdir "$work/secrets"
  grep -m 1 '^{' "$work/simulator" >"$work/secrets/config.json"
  cp "$authority" "$work/secrets/ca.pem"
  chmod -R a+rX "$work/secrets"
}

# connector FILE ARGUMENT…: one command of the connector, its messages into a file. As Airbyte's platform does it: a
# shell in the image, as its user, evaluates the entry point the image names.
connector() {
  local messages=$1
  shift
  # shellcheck disable=SC2016  # the variable is the image's
  buildah run --network host --volume "$work/secrets:/secrets:ro" \
    --env "HTTPS_PROXY=$proxy" --env "NO_PROXY=" --env "REQUESTS_CA_BUNDLE=/secrets/ca.pem" \
    "$container" -- sh -c 'eval "$AIRBYTE_ENTRYPOINT $*"' sh "$@" >"$messages"
}

# holds FILE EXPRESSION: whether a Python expression is true of the Airbyte messages in a file.
holds() {
  "$PYTHON" - "$@" <<'PYTHON'
import json, sys

path, expression = sys.argv[1:3]
messages = [json.loads(line) for line in open(path, encoding="utf-8")]

def of(kind):
    found = [message for message in messages if message["type"] == kind]
    return [content for message in found for key, content in message.items() if key != "type"]

sys.exit(not eval(expression))
PYTHON
}

write_catalog() {
  "$PYTHON" - "$work/discover" >"$work/secrets/catalog.json" <<'PYTHON'
import json, sys

wanted = {"advertisers": "full_refresh", "campaigns": "incremental", "campaigns_reports_daily": "incremental"}
messages = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
streams = next(message["catalog"]["streams"] for message in messages if message["type"] == "CATALOG")
entries = [
    {"stream": stream, "sync_mode": wanted[stream["name"]], "destination_sync_mode": "append"}
    for stream in streams
    if stream["name"] in wanted
]
print(json.dumps({"streams": entries}))
PYTHON
}

# The last state of each stream, as the platform hands it back in the next sync.
write_state() {
  "$PYTHON" - "$work/read" >"$work/secrets/state.json" <<'PYTHON'
import json, sys

messages = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
states = [message["state"] for message in messages if message["type"] == "STATE"]
print(json.dumps(list({state["stream"]["stream_descriptor"]["name"]: state for state in states}.values())))
PYTHON
}

goes_on() {
  local first again
  first=$(grep -c '"type":"RECORD"' "$work/read")
  again=$(grep -c '"type":"RECORD"' "$work/again")
  echo "        $first records, then $again"
  ((again > 0 && again * 10 < first))
}

same_spec() {
  "$PYTHON" -m source_tiktok_marketing spec | grep '"type":"SPEC"' >"$work/spec.checkout"
  grep '"type":"SPEC"' "$work/spec" | cmp - "$work/spec.checkout"
}

same_catalog() {
  "$PYTHON" -m source_tiktok_marketing discover --config "$work/secrets/config.json" | grep '"type":"CATALOG"' >"$work/catalog.checkout"
  grep '"type":"CATALOG"' "$work/discover" | cmp - "$work/catalog.checkout"
}

not_root() { [[ $(buildah run "$container" -- id -un) == airbyte && $(buildah run "$container" -- id -u) != 0 ]]; }

# Looked for from outside, as root: what the user of the image can't see is in it all the same.
carries_nothing_else() {
  local root strays
  root=$(buildah mount "$container") && [[ -d $root/opt/connector ]] || return 1
  strays=$(find "$root/opt/connector" "$root/airbyte" \
    \( -name 'tiktok_simulator*' -o -name 'unit_tests' -o -name 'integration_tests' -o -name tests \
    -o -name 'hatchling*' -o -path '*/site-packages/pip' \) -print
    find "$root/build" "$root/root/.cache" "$root/etc/pip.conf" "$root/opt/tools" 2>/dev/null || true)
  buildah umount "$container" >/dev/null
  [[ -z $strays ]] || { echo "$strays" && return 1; }
}

cannot_change_itself() { ! buildah run "$container" -- sh -c 'touch /opt/connector/x' 2>/dev/null; }

# ─── What is looked at ──────────────────────────────────────────────────────────────────────────────────────────────

main() {
  ((EUID == 0)) || fatal "run it as root: buildah mounts and debootstrap need it"
  [[ -x $PYTHON ]] || fatal "there is no .venv: run make install"

  step "build"
  build "$(command -v buildah >/dev/null && image_id)"
  verify "the image runs as the user airbyte" not_root
  verify "its entry point is the connector" configured .OCIv1.Config.Entrypoint "[source-tiktok-marketing]"
  verify "it carries no simulator, no tests, no build tools, no settings of this machine" carries_nothing_else
  verify "its user can't change the connector" cannot_change_itself

  start_simulator
  share_secrets
  step "spec"
  verify "spec ends well, by AIRBYTE_ENTRYPOINT" connector "$work/spec" spec
  verify "the image's spec is the checkout's" same_spec

  step "check"
  verify "check ends well" connector "$work/check" check --config /secrets/config.json
  verify "the connection status is SUCCEEDED" \
    holds "$work/check" '[s["status"] for s in of("CONNECTION_STATUS")] == ["SUCCEEDED"]'

  step "discover"
  verify "discover ends well" connector "$work/discover" discover --config /secrets/config.json
  verify "the image's catalog is the checkout's" same_catalog
  write_catalog

  step "read"
  verify "read ends well" connector "$work/read" read --config /secrets/config.json --catalog /secrets/catalog.json
  verify "every stream gives records" holds "$work/read" \
    '{r["stream"] for r in of("RECORD")} == {"advertisers", "campaigns", "campaigns_reports_daily"}'
  verify "no error is traced" holds "$work/read" 'not [t for t in of("TRACE") if t["type"] == "ERROR"]'
  write_state

  step "read again, with the state of the first"
  verify "the second read ends well" \
    connector "$work/again" read --config /secrets/config.json --catalog /secrets/catalog.json --state /secrets/state.json
  verify "it goes on where the first ended: fewer than a tenth of the records" goes_on

  step "done: the image has $(size "$IMAGE"), of which $(size "$(<"$work/base")") are the base's"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

main
