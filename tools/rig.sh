#!/usr/bin/env bash
# The rig: our drivers against real kernel drivers, without hardware. `tools/rig.sh [kernel|machine] [pytest's words]`.
#
# kernel: a User-Mode Linux kernel as a plain process, in virtual time (tests/rig/kernel). machine: Debian's own kernel
# on an emulated machine (tests/rig/machine). Without a name both run; the exit code is 1 if either failed.
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

tiers=(kernel machine)
case "${1:-}" in
kernel | machine) tiers=("$1") && shift ;;
esac

tier() {
    case $1 in
    kernel) .venv/bin/python -m tests.rig.kernel "${@:2}" ;;
    machine) tests/rig/machine/run.sh "${@:2}" ;;
    esac
}

failed=0
for name in "${tiers[@]}"; do
    [ -e "tests/rig/$name" ] || continue
    say "rig: $name"
    tier "$name" "$@" || failed=1
done
exit $failed
