#!/usr/bin/env bash
# Builds what a machine of this rig boots, and prints the folder that it lies in: disk.ext4, vmlinux, initrd.
#
# Debian with its own kernel, and on it this source, installed by its own tools/install.sh. Both are kept by the hash of
# what they are made of, under ~/.cache/luukku/rig; a folder that is there is complete. Needs root and a network.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. tools/say.sh
rig=tests/rig/machine
cache=${LUUKKU_RIG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/luukku/rig}
suite=bookworm
source_of=(controller drivers kiosk_ui config systemd docs/install.md pyproject.toml requirements.lock README.md
    tools/install.sh tools/say.sh tools/sources.sh tools/debian.sh tools/debian)

[ "$(id -u)" = 0 ] || fail "this needs root: it makes a Debian of its own"
# Whatever is mounted here is gone when this ends, however it ends.
[ "${LUUKKU_RIG_APART:-}" ] || LUUKKU_RIG_APART=yes exec unshare --mount --propagation private "$0" "$@"
mkdir -p "$cache"
exec 9>"$cache/machine.lock"
flock 9

# What a small Debian box has, and what `make install` would fetch: it must find nothing missing.
packages() {
    printf '%s\n' systemd-sysv dbus kmod ca-certificates linux-image-amd64
    sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' tools/debian/run.txt tools/debian/install.txt
}

hash_of() { sha256sum | cut -c1-16; }

make_base() {
    say "rig: Debian $suite with its kernel: ${base##*/}"
    rm -rf "$base.new"
    mmdebstrap --quiet --mode=root --variant=minbase --format=directory --include="$(packages | paste -sd,)" \
        --aptopt='APT::Install-Recommends "false"' \
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        $suite "$base.new" >&2 || fail "mmdebstrap could not make a Debian"
    mv "$base.new" "$base"
}

# Only what pip needs to come through on this machine; the rest is as on a box that was just set up.
inside() {
    local name env=()
    for name in PIP_CERT SSL_CERT_FILE; do
        [ -z "${!name:-}" ] || env+=("$name=/root/ca.crt")
    done
    chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        PIP_CACHE_DIR=/root/.cache/pip "${env[@]}" "$@"
}

install_the_point() {
    say "rig: the point, by tools/install.sh"
    mkdir -p "$root/source" "$root/root/.cache/pip" "$HOME/.cache/pip"
    tar c --exclude=__pycache__ "${source_of[@]}" | tar x --no-same-owner -C "$root/source"
    cp --remove-destination /etc/resolv.conf "$root/etc/resolv.conf"
    [ -z "${PIP_CERT:-${SSL_CERT_FILE:-}}" ] || cp "${PIP_CERT:-$SSL_CERT_FILE}" "$root/root/ca.crt"
    mount --bind "$HOME/.cache/pip" "$root/root/.cache/pip"
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    inside /source/tools/install.sh >&2 </dev/null || fail "tools/install.sh failed on a fresh Debian"
    umount -l "$root/root/.cache/pip" "$root/dev" "$root/proc"
    rm -rf "$root/source" "$root/root/.cache" "$root/root/ca.crt" "$root/etc/resolv.conf"
}

# The rig's own hand in the machine, and what a Debian installer would have written.
add_the_hand() {
    mkdir -p "$root/opt/rig"
    cp $rig/guest/*.py "$root/opt/rig"
    install -D -m 0644 $rig/guest/luukku-rig.service "$root/etc/systemd/system/luukku-rig.service"
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -s ../luukku-rig.service "$root/etc/systemd/system/multi-user.target.wants/luukku-rig.service"
    echo "luukku-rig" >"$root/etc/hostname"
    echo "/dev/vda / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
    echo "$key$key" >"$root/etc/machine-id"
}

make_initrd() {
    local dir=$work/initrd module
    mkdir -p "$dir"/{bin,modules,proc,dev,root}
    cp "$(command -v busybox)" "$dir/bin/busybox"
    install -m 0755 $rig/guest/init.sh "$dir/init"
    for module in crc32c_generic virtio_pci virtio_blk ext4; do
        modprobe -d "$root" -S "$kernel" --show-depends "$module"
    done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$work/modules"
    while read -r module; do
        cp "$module" "$dir/modules"
        echo "${module##*/}"
    done <"$work/modules" >"$dir/modules/order"
    (cd "$dir" && find . | cpio --quiet -o -H newc) | gzip -1 >"$made/initrd"
}

# The kernel as it is inside its boot file (xz): unpacking it in software would take seconds at each boot.
unpack_kernel() {
    python3 - "$root/boot/vmlinuz-$kernel" "$made/vmlinux" <<'PY'
import lzma, sys
packed = open(sys.argv[1], "rb").read()
open(sys.argv[2], "wb").write(lzma.LZMADecompressor().decompress(packed[packed.index(b"\xfd7zXZ\0"):]))
PY
}

make_machine() {
    made=$machine.new work=$cache/machine.work root=$cache/machine.work/root
    rm -rf "$made"
    mkdir -p "$made" "$work"
    mount -t tmpfs luukku-rig "$work"
    mkdir "$work"/{upper,work,root}
    mount -t overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/work" luukku-rig "$root"
    kernel=$(basename "$(ls -d "$root"/lib/modules/*)")
    install_the_point
    add_the_hand
    make_initrd
    unpack_kernel
    say "rig: the disk"
    mke2fs -q -F -t ext4 -L luukku -d "$root" "$made/disk.ext4" 6G >&2
    umount "$root"
    umount "$work"
    mv "$made" "$machine"
}

base=$cache/base-$({ packages; declare -f make_base; echo $suite; } | hash_of)
[ -d "$base" ] || make_base
key=$({ echo "$base"; cat "$0"; find "${source_of[@]}" $rig/guest -type f -not -path '*/__pycache__/*' -print0 |
    sort -z | xargs -0 sha256sum; } | hash_of)
machine=$cache/machine-$key
[ -d "$machine" ] || make_machine
# Old ones, each of gigabytes: nobody comes back to a source of this morning, or to last week's Debian.
touch "$machine" "$base"
find "$cache" -maxdepth 1 \( -name 'machine-*' -mmin +360 -o -name 'base-*' -mmin +10080 \) -exec rm -rf {} + >&2
echo "$machine"
