"""May a device's node be opened, by whoever asks and by the daemon? If not: why, and how to mend it."""

import errno
import fcntl
import grp
import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path

import msgspec

DAEMON = "luukku"  # the unit's user
RULE = "udev/rules.d/60-luukku.rules"
ROOTS = (Path("/etc"), Path("/run"), Path("/usr/local/lib"), Path("/usr/lib"), Path("/lib"))  # udev(7)
EVIOCGRAB = 0x40044590  # linux/input.h: _IOW('E', 0x90, int)
UDEVADM = "sudo udevadm control --reload; sudo udevadm trigger; plug it in again"


class Shut(msgspec.Struct, frozen=True):
    """Why a node cannot be opened. `cause` is a word for the report, `mend` what to do."""

    cause: str  # no_node, no_access, busy, error
    seen: str
    mend: str

    def __str__(self) -> str:
        return f"{self.seen}; mend: {self.mend}"


def shut(node: str) -> Shut | None:
    """Try it, and give it back at once; None when it opens and the daemon may open it too. Never waits."""
    way = os.O_RDONLY if "/input/" in node else os.O_RDWR
    try:
        found = os.stat(node)
        line = os.open(node, way | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as no:
        return _why(node, no)
    held: OSError | None = None
    try:
        if stat.S_ISCHR(found.st_mode):
            _take(node, line)
    except OSError as no:
        held = no
    finally:
        os.close(line)  # before the holders are looked for: we are none
    if held is not None:
        return _why(node, held)
    return None if daemon_may(found) else _no_access(node, found, f"the daemon's user {DAEMON} may not open it")


def _take(node: str, line: int) -> None:
    """Have it as the daemon would; it is given back when `line` is closed. Raises OSError: EBUSY, EAGAIN when another
    program has it."""
    if "/input/" in node:
        fcntl.ioctl(line, EVIOCGRAB, 1)
    else:
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)  # how programs that share a serial line keep it


def daemon_may(found: os.stat_result) -> bool:
    """Whether the daemon's user may read and write a node; True where there is no such user: nothing is known."""
    try:
        user = pwd.getpwnam(DAEMON)
    except KeyError:
        return True
    groups = {group.gr_gid for group in grp.getgrall() if DAEMON in group.gr_mem}
    for shift, is_theirs in ((6, found.st_uid == user.pw_uid), (3, found.st_gid in groups), (0, True)):
        if is_theirs:
            return found.st_mode >> shift & 0o6 == 0o6
    return False


def rule() -> Path | None:
    """Our udev rule where udev reads it; None when it is not installed."""
    return next((root / RULE for root in ROOTS if (root / RULE).is_file()), None)


def holders(node: str) -> list[str]:
    """The programs that have it open, as far as this user may see: "luukku (process 12)"."""
    found, real = [], os.path.realpath(node)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(_leads_to(one, real) for one in (process / "fd").iterdir()):
                found.append(f"{(process / 'comm').read_text('utf-8', 'replace').strip()} (process {process.name})")
    return found


def _leads_to(open_file: Path, node: str) -> bool:
    """One that is closed while we look leads nowhere, and says nothing of the others."""
    with suppress(OSError):
        return os.readlink(open_file) == node
    return False


def _why(node: str, no: OSError) -> Shut:
    match no.errno:
        case errno.ENOENT:
            return Shut("no_node", f"{node} is not there", UDEVADM)
        case errno.EACCES | errno.EPERM:
            return _no_access(node, os.stat(node), "you may not open it")
        case errno.EBUSY | errno.EAGAIN:
            names = holders(node)
            who = ", ".join(names) or "another program (who: sudo luukku check FILE --devices)"
            mend = "end it, or take the device from it; the daemon itself: luukku doctor asks it"
            return Shut("busy", f"{node} is held by {who}", mend)
        case _:
            return Shut("error", f"{node}: {no.strerror}", "pull its plug and put it in again; sudo dmesg | tail")


def _no_access(node: str, found: os.stat_result, who: str) -> Shut:
    group = _name_of_group(found.st_gid)
    seen = f"{node} is {stat.filemode(found.st_mode)} of group {group}: {who}"
    if rule() is None:
        return Shut("no_access", seen, "the udev rule 60-luukku.rules is not installed: make install")
    if group in {"root", "0"}:
        return Shut("no_access", seen, UDEVADM)
    name = DAEMON if DAEMON in who else "$USER"
    return Shut("no_access", seen, f"sudo usermod -aG {group} {name}; then sudo systemctl restart luukku")


def _name_of_group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
