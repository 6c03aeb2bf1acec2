# shellcheck shell=bash
# What is built on the spot where a package has no wheel (evdev, on other machines than x86_64). Sourced.

needs_compiler() { [ "$(uname -m)" != x86_64 ]; }

# The lines of one package in a lock, with its hashes.
pinned() { awk -v name="$1" 'index($0, name "==") == 1 { on = 1 } on { print } on && !/\\$/ { exit }' "$2"; }
