#!/usr/bin/env bash
# Installs the daemon on this machine, or the newer one: `make install`; `ARGS=--back` goes back to the one before.
#
# A release is a folder of its own under /opt/luukku/releases, named by what is in it; /opt/luukku/current leads to
# the one that runs. The new one is made beside the old one, must read the config that is there, and must say that it
# is ready; else the old one goes on. DESTDIR=DIR puts all files below DIR instead and starts nothing (for tests).
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh
. tools/sources.sh
umask 022

root=${DESTDIR:-}
home=$root/opt/luukku etc=$root/etc/luukku lib=$root/usr/local/lib
unit=luukku.service
media=luukku-media.service # of a point with a booth; its ExecCondition knows
changed=

if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "this needs root, and there is no sudo here; as root: make install"
    say "sudo: the rest needs root"
    exec sudo --preserve-env=PIP_FIND_LINKS,PIP_CERT,SSL_CERT_FILE "$0" "$@"
fi

# The daemon is another user's: only a Python that everybody may read will do, so Debian's own comes first.
a_python() {
    local candidate
    for candidate in /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or newer with the venv module (looked for /usr/bin/python3, python3.11 to 3.14)"
}

# 0.1.0-1a2b3c4d5e6f: the version, and the hash of all that is installed.
release_name() {
    local version
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
    echo "$version-$({ "$1" --version; find controller drivers kiosk_ui systemd config docs/install.md \
        pyproject.toml requirements.lock tools/install.sh -type f -not -path '*/__pycache__/*' -print0 |
        sort -z | xargs -0 sha256sum; } | sha256sum | cut -c1-12)"
}

make_release() {
    local folder=$1 python=$2
    if [ -e "$folder/complete" ]; then
        say "program: ${folder#"$root"} is there"
        return
    fi
    say "program: ${folder#"$root"}, with $("$python" --version)"
    rm -rf "$folder"
    mkdir -p "$folder/docs"
    "$python" -m venv "$folder/venv" || fail "python3 -m venv failed with $python"
    local pip=("$folder/venv/bin/python" -m pip --disable-pip-version-check --no-input)
    say "Python packages from requirements.lock (every file checked against its hash)"
    if needs_compiler; then "${pip[@]}" install -qq --require-hashes -r <(pinned setuptools requirements.lock) >&2; fi
    "${pip[@]}" install -qq --require-hashes --only-binary :all: --no-binary evdev --no-build-isolation --use-pep517 \
        -r requirements.lock >&2 ||
        fail "pip could not install requirements.lock"
    "${pip[@]}" install -qq --no-deps --no-build-isolation --no-index . >&2 || fail "pip could not install the program"
    cp -r systemd requirements.lock "$folder"
    cp docs/install.md "$folder/docs"
    "$folder/venv/bin/luukku" --version >/dev/null || fail "the installed program does not start"
    touch "$folder/complete"
}

# The example as a point on its own that starts anywhere: central and its token come when there are any.
first_config() {
    sed -e '/^\[central\]/,/^$/ s/^[^#]/# &/' config/point.example.toml
}

# An edited config is yours. One that is as it was shipped is renewed.
install_config() {
    local file=$etc/point.toml shipped=$etc/point.toml.shipped
    mkdir -p "$etc"
    if [ ! -e "$file" ]; then
        say "config: ${file#"$root"}, an example; edit it, then: luukku check ${file#"$root"}"
        first_config >"$file"
    elif [ -e "$shipped" ] && ! first_config | cmp -s "$shipped" -; then
        if cmp -s "$file" "$shipped"; then
            say "config: ${file#"$root"} was never edited and is renewed"
            first_config >"$file"
        else
            say "config: ${file#"$root"} is yours and stays; the example has changed:"
            first_config | diff -u "$shipped" - >&2 || true
        fi
    else
        say "config: ${file#"$root"} stays as it is"
    fi
    first_config >"$shipped"
}

# Copies what is new and remembers that something was.
put() {
    cmp -s "$1" "$2" && return
    say "${2#"$root"}"
    install -D -m 0644 "$1" "$2"
    changed=yes
}

put_units() {
    put "$1/$unit" "$lib/systemd/system/$unit"
    # A release from before there was one, when going back to it, leaves the newer unit: it does not start there.
    if [ -e "$1/$media" ]; then put "$1/$media" "$lib/systemd/system/$media"; fi
    put "$1/luukku.sysusers.conf" "$lib/sysusers.d/luukku.conf"
    put "$1/luukku.tmpfiles.conf" "$lib/tmpfiles.d/luukku.conf"
    put "$1/luukku.modules-load.conf" "$lib/modules-load.d/luukku.conf"
    # A release from before there was a rule, when going back to it, leaves the newer rule: it does no harm.
    if [ -e "$1/60-luukku.rules" ]; then put "$1/60-luukku.rules" "$lib/udev/rules.d/60-luukku.rules"; fi
}

# What is plugged in already gets its group and names now.
tell_udev() {
    command -v udevadm >/dev/null || return 0
    { udevadm control --reload && udevadm trigger --action=change --subsystem-match=usb --subsystem-match=usbmisc; } 2>/dev/null ||
        say "udev does not answer; the device rule holds from the next start of the machine"
}

make_users() {
    say "user luukku, group luukku-admin, /var/lib/luukku"
    systemd-sysusers "$lib/sysusers.d/luukku.conf" || fail "systemd-sysusers could not make user and groups"
    systemd-tmpfiles --create "$lib/tmpfiles.d/luukku.conf" || fail "systemd-tmpfiles could not make the folders"
}

lead_to() { ln -sfn "releases/$2" "$home/$1.new" && mv -T "$home/$1.new" "$home/$1"; }
led_to() { readlink "$home/$1" 2>/dev/null | sed 's|^releases/||' || true; }

# Makes `release` the one that runs, with its own units and users. The one that ran is kept as `previous`.
switch_to() {
    local release=$1 before
    before=$(led_to current)
    put_units "$home/releases/$release/systemd"
    [ -n "$root" ] || make_users
    [ "$before" = "$release" ] && return
    say "current: $release${before:+ (before: $before)}"
    [ -z "$before" ] || lead_to previous "$before"
    lead_to current "$release"
    changed=yes
}

# A release that does not start: the one that ran is current again, the one before it is previous again.
undo() {
    local ran=$1 before=$2
    [ "$ran" ] || fail "the service does not start; its last words are above"
    say "this release does not start: back to $ran"
    switch_to "$ran"
    if [ "$before" ]; then lead_to previous "$before"; else rm -f "$home/previous"; fi
    tidy
    systemctl daemon-reload
    systemctl restart $unit || fail "neither does $ran; its last words are above"
    fail "$unit runs as before; what the new release said is above"
}

start() {
    if [ ! -d /run/systemd/system ]; then
        systemctl enable --quiet $unit $media
        say "NOT STARTED: systemd does not run here. It starts with the machine, or by: systemctl start luukku"
        return
    fi
    systemctl daemon-reload
    systemctl enable --quiet $unit $media
    tell_udev
    systemctl restart systemd-modules-load.service || say "a driver of a device is missing; see luukku doctor"
    if [ -z "$changed" ] && systemctl is-active --quiet $unit; then
        say "service: runs, and nothing changed"
        return
    fi
    say "service: started, waiting until it is ready"
    if systemctl restart $unit; then
        systemctl restart --no-block $media
        return
    fi
    journalctl --quiet --no-pager -n 20 -u $unit >&2 || true
    undo "$ran" "$before"
}

tidy() {
    local folder
    for folder in "$home"/releases/*; do
        case "$(basename "$folder")" in
        "$(led_to current)" | "$(led_to previous)") ;;
        *) say "removed: ${folder#"$root"}" && rm -rf "$folder" ;;
        esac
    done
}

ran=$(led_to current) before=$(led_to previous)
if [ "${1:-}" = --back ]; then
    [ "$before" ] || fail "there is no release before this one"
    switch_to "$before"
    [ -n "$root" ] || start
    exit
fi
[ $# = 0 ] || fail "'$1' is nothing that make install knows; ARGS=--back goes back to the release before"
lists=(tools/debian/run.txt tools/debian/install.txt)
if needs_compiler; then lists+=(tools/debian/build.txt); fi
[ -n "$root" ] || tools/debian.sh "${lists[@]}"
python=$(a_python)
release=$(release_name "$python")
make_release "$home/releases/$release" "$python"
install_config
"$home/releases/$release/venv/bin/luukku" check "$etc/point.toml" >/dev/null ||
    fail "this release cannot read ${etc#"$root"}/point.toml (above); nothing was switched"
switch_to "$release"
mkdir -p "$root/usr/local/bin"
ln -sfn ../../../opt/luukku/current/venv/bin/luukku "$root/usr/local/bin/luukku"
[ -n "$root" ] || start
tidy
say "installed: luukku $release; what this box still lacks: luukku doctor"
