#!/usr/bin/env bash
# The gates that stand before the tests: lint, format, types, import layers, vendored files.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

gate() {
    local name=$1
    shift
    say "gate: $name"
    "$@" || fail "gate failed: $name ($*)"
}

gate lint .venv/bin/ruff check --quiet .
gate format .venv/bin/ruff format --quiet --check .
gate types .venv/bin/mypy --no-error-summary
gate layers .venv/bin/lint-imports --no-logo
gate sizes .venv/bin/python tools/sizes.py
if [ -e tools/vendor.py ]; then gate "vendored files" .venv/bin/python tools/vendor.py --check; fi
