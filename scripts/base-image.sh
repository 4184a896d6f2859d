#!/usr/bin/env bash
# A stand-in for airbyte/python-connector-base where no image registry can be reached, for scripts/image-test.sh.
# Like the real one: Debian 12, Python 3.11 with pip, the user airbyte (1000) and its folder, UTC. Unlike it: no poetry,
# no system packages for files of every kind. Needs root. Prints the name of the image; a second call finds it made.
set -euo pipefail
export STORAGE_DRIVER=${STORAGE_DRIVER:-vfs} BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot}

readonly IMAGE=localhost/python-connector-base-stand-in:3.11
readonly RELEASE=bookworm
readonly PACKAGES=ca-certificates,python3,python3-pip,python3-venv

install_tools() {
  local missing=()
  command -v buildah >/dev/null || missing+=(buildah)
  command -v debootstrap >/dev/null || missing+=(debootstrap debian-archive-keyring)
  if ((${#missing[@]})); then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
}

make_system() {
  local system=$1
  debootstrap --variant=minbase --include="$PACKAGES" "$RELEASE" "$system"
  chroot "$system" useradd --uid 1000 --create-home airbyte
  mkdir -p "$system/airbyte/integration_code"
  chroot "$system" chown -R airbyte:airbyte /airbyte
  # What debootstrap fetched and apt indexed is of no use to anyone who runs the image.
  rm -rf "$system"/var/cache/apt/* "$system"/var/lib/apt/lists/* "$system"/var/log/*
}

commit_system() {
  local system=$1 container
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$system" / >/dev/null
  buildah config --workingdir /airbyte/integration_code --env TZ=UTC "$container"
  buildah commit --quiet --rm "$container" "$IMAGE" >/dev/null
}

main() {
  local system
  install_tools >&2
  if ! buildah inspect --type image "$IMAGE" >/dev/null 2>&1; then
    system=$(mktemp -d)
    # The path is wanted now: at the exit the variable is gone.
    # shellcheck disable=SC2064
    trap "rm -rf '$system'" EXIT
    chmod 755 "$system"
    make_system "$system" >&2
    commit_system "$system"
  fi
  echo "$IMAGE"
}

main
