#!/usr/bin/env bash
# Builds the rig's User-Mode Linux kernel once, from Debian's source, and prints the directory it is kept in.
#
# Kept under ${LUUKKU_RIG_CACHE:-~/.cache/luukku/rig}/kernel-<hash of source version, compiler, configuration, patches
# and this script>/: `linux`, `lib/modules/<release>/`, `release`. A directory that is there is whole (it is moved
# there as the last step). About 6 minutes on two processors the first time, nothing after that.
cd "$(dirname "$0")/../../.."
set -euo pipefail
. tools/say.sh

here=tests/rig/kernel
source=/usr/src/linux-source-6.1.tar.xz
cache=${LUUKKU_RIG_CACHE:-$HOME/.cache/luukku/rig}

key() {
    {
        dpkg-query -W -f '${Version}\n' linux-source-6.1
        gcc -dumpfullversion
        sha256sum "$here/um.config" "$here"/*.patch "$here/build.sh"
    } | sha256sum | cut -c1-20
}

# What the configuration asks for and the kernel's own rules then left out would be missed by a test much later.
all_granted() {
    local option
    grep '^CONFIG_' "$1" | while read -r option; do
        grep -qxF "$option" .config || { say "not granted: $option" && return 1; }
    done
}

build() {
    local work=$1 out=$2 repo=$PWD patch
    say "unpacking the kernel's source"
    tar -xf "$source" -C "$work" --strip-components=1
    cd "$work"
    for patch in "$repo/$here"/*.patch; do patch --quiet -p1 <"$patch"; done
    cp "$repo/$here/um.config" .config
    make --silent ARCH=um olddefconfig >/dev/null
    all_granted "$repo/$here/um.config"
    say "building the kernel: about 10 processor minutes, once"
    make --silent ARCH=um -j"$(nproc)" linux modules >"$work/build.log" 2>&1 ||
        { tail -n 40 "$work/build.log" >&2 && fail "the rig's kernel does not build"; }
    make --silent ARCH=um modules_install INSTALL_MOD_PATH="$out" INSTALL_MOD_STRIP=1 >>"$work/build.log" 2>&1
    install -s -m 0755 linux "$out/linux"
    make --silent ARCH=um kernelrelease >"$out/release"
    rm -f "$out"/lib/modules/*/{build,source}
}

tools/debian.sh tools/debian/rig-kernel.txt
kept=$cache/kernel-$(key)
if [ ! -d "$kept" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/.build.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/source" "$work/out"
    (build "$work/source" "$work/out")
    mv -T "$work/out" "$kept" 2>/dev/null || [ -d "$kept" ] # another build was faster: the same bytes
    say "the rig's kernel is built: $kept"
fi
echo "$kept"
