#!/usr/bin/env bash
# Takes the daemon off this machine. Journal and config stay; `make uninstall ARGS=--purge` deletes them too.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

root=${DESTDIR:-}
[ $# = 0 ] || [ "$1" = --purge ] || fail "'$1' is nothing that make uninstall knows; ARGS=--purge deletes data and config too"
if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "this needs root, and there is no sudo here; as root: make uninstall"
    exec sudo "$0" "$@"
fi

gone() {
    local path
    for path in "$@"; do
        if [ -e "$path" ] || [ -L "$path" ]; then
            say "removed: ${path#"$root"}"
            rm -rf "$path"
        fi
    done
}

if [ -z "$root" ]; then
    if [ -d /run/systemd/system ]; then systemctl stop luukku.service luukku-media.service 2>/dev/null || true; fi
    systemctl disable --quiet luukku.service luukku-media.service 2>/dev/null || true
fi
lib=$root/usr/local/lib
gone "$lib"/systemd/system/{luukku,luukku-media}.service "$lib"/{sysusers,tmpfiles,modules-load}.d/luukku.conf \
    "$lib/udev/rules.d/60-luukku.rules" \
    "$root/usr/local/bin/luukku" "$root/opt/luukku"
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if command -v udevadm >/dev/null; then udevadm control --reload 2>/dev/null || true; fi
fi
if [ "${1:-}" = --purge ]; then
    gone "$root/var/lib/luukku" "$root/etc/luukku"
    if [ -z "$root" ]; then
        userdel luukku 2>/dev/null || true
        groupdel luukku-admin 2>/dev/null || true
    fi
else
    say "kept: /var/lib/luukku and /etc/luukku (ARGS=--purge deletes them)"
fi
