"""The journal: held by the daemon that runs, or sound enough for the next one to start on."""

from pathlib import Path

import apsw

from controller.app.doctor.asking import asked
from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn
from controller.journal import migrate
from controller.journal.faults import JournalDamaged, JournalFault, JournalFull, JournalInUse
from controller.journal.file import JournalFile

SUDO = "sudo luukku doctor"
VERSION_AT = 60  # byte of user_version in a database's header: sqlite.org, "Database File Format", 1.3


def journal(box: Box) -> Finding:
    path = box.data / "journal.db"
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return warn("none yet: the first start makes it", "sudo systemctl start luukku")
    except OSError as no:
        return _of_the_daemon(box) or unknown(f"{path}: {no.strerror}", SUDO)
    if found := _of_the_daemon(box):
        return found
    schema, newest = int.from_bytes(head[VERSION_AT : VERSION_AT + 4], "big"), migrate.steps()[-1][0]
    if schema > newest:
        return fail(f"schema {schema}; this program knows {newest}", "install the newer Luukku: make install")
    if schema < newest:
        return ok(f"schema {schema}: the next start brings it to {newest}")
    return _opened(path)


def damaged(box: Box) -> Finding:
    """What was set aside, and what of it central has not got yet (ADR 0011)."""
    try:
        names = [path.name for path in box.data.iterdir()]
    except OSError as no:
        return unknown(f"{box.data}: {no.strerror}", SUDO)
    aside = sorted(name for name in names if ".damaged-" in name and not name.endswith(("-wal", "-shm")))
    waiting = [name for name in names if ".undelivered-" in name]
    if waiting:
        return warn(f"{len(waiting)} journals that were rescued wait for central", "see the check central")
    if aside:
        return warn(f"set aside: {', '.join(aside)}", "keep a copy, look for the cause: sudo dmesg; then delete it")
    return ok("none was set aside")


def _of_the_daemon(box: Box) -> Finding | None:
    try:
        answer = asked(box.socket, "/metrics")
    except OSError:
        return None
    if answer is None or answer.status != 200:
        return None
    figures = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if line and not line.startswith("#"))
    seen = f"held by the daemon, at event {float(figures['luukku_journal_seq']):.0f}"
    if float(figures["luukku_journal_full"]):
        return fail(f"{seen}; the disk takes no more", "make room: see the check disk-room")
    return ok(seen)


def _opened(path: Path) -> Finding:
    """As the daemon would open it, and let go again; nothing is written."""
    try:
        file = JournalFile(path)
        try:
            file.check()
            seq, _ = file.head()
        finally:
            file.leave()
    except JournalInUse:
        return unknown(f"{path} is held by a process that does not answer on admin.sock", "sudo fuser -v " + str(path))
    except JournalDamaged as bad:
        return fail(str(bad), f"copy {path.parent} away first; the next start of luukku rescues what can be read")
    except JournalFull as no:
        return unknown(str(no), SUDO)
    except (JournalFault, apsw.Error) as bad:
        return fail(str(bad), f"copy {path.parent} away; then: sudo systemctl start luukku; journalctl -u luukku")
    return ok(f"sound, {seq} events, closed")
