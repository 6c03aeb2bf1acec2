# One way of speaking for the set-up scripts (sourced): what is done, as it is done.

say() { printf '  %s\n' "$*" >&2; }

fail() {
    printf 'luukku: %s\n' "$*" >&2
    exit 1
}
