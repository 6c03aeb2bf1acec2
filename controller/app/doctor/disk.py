"""The disk under the journal: room, how long a write takes to be safe, and what kind of disk it is."""

import errno
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn

GIB, MIB = 1 << 30, 1 << 20
ROOM_WARN, ROOM_FAIL = GIB, 100 * MIB  # a busy year of events is some hundred MiB
SYNCS, SYNC_S = 100, 1.0  # writes that are timed, and for how long at most
SLOW_MS, UNFIT_MS = 50.0, 500.0  # p99 of one durable write; a ticket with its paper waits for three
VOLATILE = {"tmpfs", "ramfs"}
REMOTE = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"}
SUDO = "sudo luukku doctor"


def folder(box: Box) -> Finding:
    """The data directory: there, the daemon's, closed to others."""
    try:
        found = box.data.stat()
    except FileNotFoundError:
        return fail(f"{box.data} is not there", "sudo systemd-tmpfiles --create, or as root: make install")
    except OSError as no:
        return unknown(f"{box.data}: {no.strerror}", SUDO)
    seen = f"{box.data} {stat.filemode(found.st_mode)} of {_user(found.st_uid)}"
    if not stat.S_ISDIR(found.st_mode):
        return fail(f"{box.data} is no folder", f"sudo mv {box.data} {box.data}.old; as root: make install")
    if found.st_mode & 0o007:
        return fail(f"{seen}: others may come in", f"sudo chmod o-rwx {box.data}")
    with suppress(OSError):
        journal = (box.data / "journal.db").stat()
        if journal.st_uid != found.st_uid:
            return fail(f"journal.db is {_user(journal.st_uid)}'s, not {_user(found.st_uid)}'s",
                        f"sudo chown {_user(found.st_uid)} {box.data}/journal.db*")  # fmt: skip
    return ok(seen)


def room(box: Box) -> Finding:
    try:
        found = os.statvfs(_nearest(box.data))
    except OSError as no:
        return unknown(f"{box.data}: {no.strerror}", SUDO)
    free, share = found.f_bavail * found.f_frsize, found.f_favail / found.f_files if found.f_files else 1.0
    seen = f"{free / GIB:.1f} GiB free, {share:.0%} of the file entries"
    mend = "sudo journalctl --vacuum-size=200M; sudo apt clean; du -xh / | sort -h | tail"
    if free < ROOM_FAIL or share < 0.01:
        return fail(f"{seen}: the journal will soon take no ticket", mend)
    return warn(seen, mend) if free < ROOM_WARN or share < 0.05 else ok(seen)


def kind(box: Box) -> Finding:
    """Would what is written there outlive a power cut?"""
    mount = _mount(_nearest(box.data))
    if mount is None:
        return unknown("/proc/self/mountinfo does not tell", SUDO)
    device, type_, options = mount
    seen = f"{type_} on {device}{_cache(device)}"
    if type_ in VOLATILE:
        return fail(f"{seen}: gone with the power", f"put {box.data} on a disk")
    if type_ in REMOTE:
        return fail(f"{seen}: SQLite's locks do not hold over a network", f"put {box.data} on a disk of this box")
    if "ro" in options:
        return fail(f"{seen}, read-only", "the disk may be dying: sudo dmesg | tail; sudo mount -o remount,rw /")
    if {"nobarrier", "barrier=0"} & options:
        return fail(f"{seen} without write barriers", "take nobarrier out of /etc/fstab")
    return ok(seen)


def sync(box: Box) -> Finding:
    """How long until a write is safe: 4 KiB over what is there, then fdatasync, as the journal does it."""
    try:
        times = sorted(_timed(box.data))
    except OSError as no:
        if no.errno in {errno.EACCES, errno.EPERM, errno.ENOENT}:
            return unknown(f"{box.data}: {no.strerror}", SUDO)
        return fail(f"{box.data}: {no.strerror}", "make room, or change the disk: sudo dmesg | tail")
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    seen = f"p50 {p50:.2f} ms, p99 {p99:.2f} ms of {len(times)} writes of 4 KiB"
    mend = "another disk (an SSD with power-loss protection), or whatever else writes to it: sudo iotop"
    if p99 > UNFIT_MS:
        return fail(seen, mend)
    return warn(seen, mend) if p99 > SLOW_MS else ok(seen)


def _timed(folder: Path) -> list[float]:
    page = os.urandom(4096)
    with TemporaryFile(dir=folder, prefix=".doctor-") as file:
        os.pwrite(file.fileno(), page, 0)
        os.fsync(file.fileno())
        times: list[float] = []
        end = time.monotonic() + SYNC_S
        while len(times) < SYNCS and time.monotonic() < end:
            began = time.perf_counter()
            os.pwrite(file.fileno(), page, 0)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1e3)
        return times


def _nearest(path: Path) -> Path:
    """`path`, or the nearest folder above it that is there: the disk it would be on."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _mount(path: Path) -> tuple[str, str, set[str]] | None:
    """Device, type and options of the mount that `path` is in: the innermost, of several the newest."""
    found, inner = None, -1
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():  # proc(5)
        head, _, tail = line.partition(" - ")
        fields, (type_, source, super_) = head.split(), tail.split(" ", 2)
        point = Path(fields[4].replace("\\040", " "))
        if path.resolve().is_relative_to(point) and len(point.parts) >= inner:
            found, inner = (source, type_, set(fields[5].split(",")) | set(super_.split(","))), len(point.parts)
    return found


def _cache(device: str) -> str:
    """What the kernel believes of the disk's write cache; whether the disk obeys a flush nobody can ask it."""
    name = Path(device).resolve().name
    for block in (Path("/sys/class/block") / name, (Path("/sys/class/block") / name).resolve().parent):
        with suppress(OSError):
            return f", write cache: {(block / 'queue/write_cache').read_text('ascii').strip()}"
    return ""


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
