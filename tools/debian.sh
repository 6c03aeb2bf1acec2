#!/usr/bin/env bash
# Installs the Debian packages named in lists (tools/debian/*.txt); says nothing where all are there.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

wanted() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -e 's/[[:space:]]//g' "$@"; }

missing() {
    local package
    while read -r package; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done < <(wanted "$@")
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }

command -v dpkg-query >/dev/null || fail "this needs Debian 12 or newer (no dpkg-query here)"
packages=$(missing "$@" | xargs)
[ -n "$packages" ] || exit 0
[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "Debian packages are missing and this is neither root nor sudo; as root: apt-get install $packages"

say "Debian packages to install: $packages"
apt update >&2 || fail "apt-get update failed: is there a network? Still missing: $packages"
# shellcheck disable=SC2086  # why: a list of plain package names, one word each
apt install -y --no-install-recommends $packages </dev/null >&2 || fail "apt-get could not install: $packages"
