#!/bin/bash
# The first process of the guest: makes a small Debian of the host's own files, runs what it is told, switches off.
#
# From the kernel's command line: RIG_KERNEL (lib/modules in it), RIG_REPO (this checkout), RIG_OUT (a directory of the
# host; `command` in it is run, `output` and `rc` are written there). Everything else of the host is read only.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/root TMPDIR=/run/tmp LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

over() { # what is written to $1 stays in the guest
    mkdir -p "/run/over$1/upper" "/run/over$1/work"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=/run/over$1/upper,workdir=/run/over$1/work" "$1"
}

start() {
    set -e
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mkdir -p /dev/pts /dev/shm
    mount -t devpts devpts /dev/pts
    mount -t tmpfs -o size=75% tmpfs /dev/shm
    mount -t tmpfs -o size=75% tmpfs /run
    mkdir -m 1777 /run/tmp
    mkdir -p /run/root /run/out /run/udev/rules.d
    mount -t hostfs -o "$RIG_OUT" none /run/out
    over /etc
    over /usr/lib
    mkdir -p /usr/lib/modules
    mount --bind "$RIG_KERNEL/lib/modules" /usr/lib/modules
    cp /proc/devices /run/devices-at-boot
    mount -t configfs configfs /sys/kernel/config
    ip link set lo up
    systemd-sysusers "$RIG_REPO/systemd/luukku.sysusers.conf"
    cp "$RIG_REPO/systemd/60-luukku.rules" /run/udev/rules.d/
    /lib/systemd/systemd-udevd --daemon
}

finish() {
    echo "$1" >/run/out/rc
    sync
    echo o >/proc/sysrq-trigger
    sleep 60 # virtual; the machine is off before
}

(start) >/dev/console 2>&1 || finish 70
cd "$RIG_REPO" || finish 70
bash /run/out/command >/run/out/output 2>&1 </dev/null
finish $?
