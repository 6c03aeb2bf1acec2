#!/usr/bin/env bash
# Writes the two locks anew from pyproject.toml: requirements-dev.lock has all, requirements.lock what runs.
#
# The second is held to the first, so that both name the same version of everything. Pins stay as they are
# unless they must move; `tools/lock.sh --upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

upgrade=("$@")
uv=.cache/uv/bin/uv
if [ ! -x "$uv" ]; then
    say "uv, to resolve with: .cache/uv"
    python3 -m venv .cache/uv
    .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'
fi

resolve() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate --group build pyproject.toml "${upgrade[@]}" "$@"
}

say "requirements-dev.lock"
resolve --extra dev -o requirements-dev.lock
say "requirements.lock"
resolve --constraint requirements-dev.lock -o requirements.lock
