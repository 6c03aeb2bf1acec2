#!/usr/bin/env bash
# The second tier of the rig: sets up what it needs, builds the machine or takes the one that is kept, runs its tests.
# Words go to pytest. LUUKKU_RIG_CUTS=N: so many power cuts (3).
set -euo pipefail
cd "$(dirname "$0")/../../.."
. tools/say.sh
tools/setup.sh test
tools/debian.sh tools/debian/rig-machine.txt
tests/rig/machine/build.sh >/dev/null
say "rig: a whole machine in software"
[[ " $* " == *" tests/"* ]] || set -- tests/rig/machine "$@"
LUUKKU_RIG=machine exec .venv/bin/python -m pytest --timeout=1800 "$@"
