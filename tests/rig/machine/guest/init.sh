#!/bin/busybox sh
# The first program of the machine: drivers of the disk, then the disk's own systemd.
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t devtmpfs dev /dev
while read -r module; do $busybox insmod "/modules/$module"; done </modules/order
until [ -b /dev/vda ]; do $busybox sleep 0.05; done
# A journal that a power cut left behind is played back by the kernel at this mount.
$busybox mount -t ext4 /dev/vda /root || exec $busybox sh
$busybox mount --move /dev /root/dev
$busybox umount /proc
exec $busybox switch_root /root /sbin/init
