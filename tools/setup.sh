#!/usr/bin/env bash
# Makes this checkout ready: `tools/setup.sh run` for the program, `tools/setup.sh test` for its tests too.
#
# Debian packages, then .venv from a hash-pinned lock, then the project itself in editable form. What is
# there is skipped: each step leaves a stamp under .venv/stamps with the content hash that it was done for.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh
. tools/sources.sh

stamps=.venv/stamps
pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input)

hash_of() { { printf '%s\n' "$PWD"; cat "$@"; } | sha256sum | cut -d' ' -f1; }
is_done() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$2" ]; }
mark() { mkdir -p "$stamps" && printf '%s\n' "$2" >"$stamps/$1"; }

able() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

a_python() {
    local candidate
    for candidate in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
        if able "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or newer with the venv module (looked for python3, /usr/bin/python3, python3.11 to 3.14)"
}

make_venv() {
    if able .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then return; fi
    local python
    python=$(a_python)
    say "virtual environment: .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || fail "python3 -m venv failed with $python"
}

# Wheels only; forbiddenfruit is published as source alone, evdev for other machines than x86_64. Both are built with
# the pinned setuptools.
install_lock() {
    local lock=$1 hash
    hash=$(hash_of "$lock")
    if is_done "$lock" "$hash"; then return; fi
    say "Python packages from $lock (every file checked against its hash)"
    if needs_compiler; then "${pip[@]}" install -qq --require-hashes -r <(pinned setuptools "$lock") >&2; fi
    "${pip[@]}" install -qq --require-hashes --only-binary :all: --no-binary forbiddenfruit,evdev \
        --no-build-isolation --use-pep517 -r "$lock" >&2 || fail "pip could not install $lock"
    mark "$lock" "$hash"
}

# What others made and only tests look at, in a folder of its own: .venv/strangers.
install_strangers() {
    local lock=tools/strangers.lock hash
    hash=$(hash_of "$lock")
    if is_done strangers "$hash" && [ -d .venv/strangers ]; then return; fi
    say "independent judges from $lock"
    rm -rf .venv/strangers
    "${pip[@]}" install -qq --require-hashes --no-deps --only-binary :all: --ignore-requires-python \
        --target .venv/strangers -r "$lock" >&2 || fail "pip could not install $lock"
    mark strangers "$hash"
}

install_project() {
    local hash
    hash=$(hash_of pyproject.toml)
    if is_done project "$hash" && [ -x .venv/bin/luukku ]; then return; fi
    say "luukku itself, editable: .venv/bin/luukku"
    "${pip[@]}" install -qq --no-deps --no-build-isolation --no-index -e . >&2 || fail "pip could not install the project"
    mark project "$hash"
}

lists=(tools/debian/run.txt)
if needs_compiler; then lists+=(tools/debian/build.txt); fi
case "${1:-}" in
run) tools/debian.sh "${lists[@]}" ;;
test) tools/debian.sh "${lists[@]}" tools/debian/test.txt ;;
*) fail "say 'tools/setup.sh run' or 'tools/setup.sh test'" ;;
esac
make_venv
install_lock requirements.lock
if [ "$1" = test ]; then
    install_lock requirements-dev.lock
    install_strangers
fi
install_project
