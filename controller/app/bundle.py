"""The bundle for support that `luukku export-diagnostics` writes, with secrets and personal data left out.

Everything that goes in is made here, piece by piece, and passes the redactor; nothing is copied whole. A piece that
cannot be had is named in the manifest with the reason.
"""

import io
import os
import platform
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

import apsw
import msgspec

from controller.app.doctor.asking import asked
from controller.app.doctor.examine import examine
from controller.app.doctor.finding import Box
from controller.app.doctor.verb import report
from controller.app.redact import Redactor
from controller.app.settings import ConfigError, load
from controller.journal.faults import JournalFault
from controller.journal.file import JournalFile
from controller.web.auth import all_credentials, token

EVENTS = 2000  # the newest
LINES = "3000"  # of the log, the newest
PROGRAM_S = 15.0
NOTE = """\
A bundle for Luukku's support. Left out, always: the journal's secret, sign-in and central's tokens, private keys,
cookies, stored answers, customers' codes and their hashes, pictures and bytes of papers, texts of the service cards and
of the running line, comments of the config. Advisors' pseudonyms are numbered anew. Since members were taken out of
the events, their chain can be followed, not proven.
"""


def pack(box: Box, out: io.BufferedWriter) -> int:
    """Write the bundle to `out`; gives how many files are in it."""
    inside, without = [], []
    now = int(time.time())
    with tarfile.open(fileobj=out, mode="w:gz") as bundle:

        def put(name: str, content: bytes) -> None:
            entry = tarfile.TarInfo(f"luukku-diagnostics/{name}")
            entry.size, entry.mtime, entry.mode = len(content), now, 0o600
            bundle.addfile(entry, io.BytesIO(content))

        redactor = Redactor(secrets(box))
        for name, make in pieces(box, redactor):
            print(f"  {name}", file=sys.stderr, flush=True)
            try:
                content = redactor.text(make()).encode()
            except Exception as no:  # noqa: BLE001  why: one piece that cannot be had must not cost the others
                without.append(f"{name}: {redactor.text(f'{type(no).__name__}: {no}')}")
                continue
            put(name, content)
            inside.append(f"{name} ({len(content)} bytes)")
        told = [NOTE, "In it:", *inside, "", "Could not be had:", *(without or ["nothing"])]
        put("MANIFEST.txt", "\n".join(told).encode() + b"\n")
    return len(inside) + 1


def secrets(box: Box) -> Iterator[str]:
    """Every secret of this box that can be known, so that it can be looked for."""
    if box.config is not None and box.config.central.token_file:
        yield from _lines(box.file.parent / box.config.central.token_file)
    for path in (box.data / "tls").glob("*.key") if os.access(box.data / "tls", os.R_OK) else ():
        yield from _lines(path)
    try:
        answer = asked(box.socket, "/tokens")
    except OSError:
        answer = None
    if answer is not None and answer.status == 200:
        yield from (known["token"] for known in msgspec.json.decode(answer.text, type=list[dict[str, str]]))
    elif (file := _opened(box)) is not None:
        secret = file.secret
        file.leave()
        yield secret.hex()
        if box.config is not None:
            yield from (token(secret, one.role, one.id) for one in all_credentials(box.config))


def pieces(box: Box, redactor: Redactor) -> Iterator[tuple[str, Callable[[], str]]]:
    """Name and maker of each file. State and events first: the redactor learns the advisors from them."""

    def cleaned(text: str) -> str:
        return _json(redactor.value(msgspec.json.decode(text)))

    yield "events.jsonl", lambda: "".join(f"{cleaned(line)}\n" for line in _events(box))
    yield "state.json", lambda: cleaned(_from_daemon(box, "/api/v1/state"))
    yield "devices.json", lambda: cleaned(_from_daemon(box, "/api/v1/devices"))
    yield "readyz.json", lambda: _from_daemon(box, "/readyz")
    yield "metrics.txt", lambda: _from_daemon(box, "/metrics")
    yield "doctor.json", lambda: _json(redactor.value(report(dict(examine(box)))))
    yield "config.json", lambda: _json(redactor.value(_config(box)))
    yield "versions.json", lambda: _json(_versions())
    yield "os-release", lambda: Path("/etc/os-release").read_text("utf-8")
    yield "data.txt", lambda: "\n".join(_listing(box.data)) + "\n"
    yield "usb.txt", lambda: "\n".join(_usb()) + "\n"
    unit = ("-u", "luukku.service")
    for name, words in {
        "log.txt": ("journalctl", "--no-pager", "--output=short-iso", "-n", LINES, *unit),
        "kernel.txt": ("journalctl", "--no-pager", "--output=short-iso", "-k", "-p", "warning", "-n", "500"),
        "service.txt": ("systemctl", "status", "--no-pager", "-n", "0", "luukku.service"),
        "disks.txt": ("lsblk", "-o", "NAME,SIZE,TYPE,FSTYPE,MOUNTPOINTS,MODEL,ROTA,RO"),
        "room.txt": ("df", "-hT"),
        "network.txt": ("ip", "-brief", "address"),
        "time.txt": ("timedatectl", "show"),
        "processes.txt": ("ps", "-eo", "pid,user,stat,etime,time,rss,comm"),
    }.items():
        yield name, partial(_said, *words)


def _events(box: Box) -> Iterator[str]:
    """The newest, one JSON a line: from the daemon, or out of the file when none runs."""
    metrics = asked(box.socket, "/metrics")
    if metrics is not None:
        figures = (line.split() for line in metrics.text.splitlines())
        head = next(int(float(words[1])) for words in figures if words[0] == "luukku_journal_seq")
        page = _from_daemon(box, f"/api/v1/events?after={max(0, head - EVENTS)}&limit={EVENTS}")
        yield from (bytes(raw).decode() for raw in msgspec.json.decode(page, type=_Page).events)
        return
    file = _opened(box)
    if file is None:
        raise FileNotFoundError(f"{box.data / 'journal.db'} is not there, not sound, or not yours to read")
    try:
        seq, _ = file.head()
        yield from (stored.body.decode() for stored in file.read(max(0, seq - EVENTS), EVENTS))
    finally:
        file.leave()


class _Page(msgspec.Struct):
    events: list[msgspec.Raw]


def _opened(box: Box) -> JournalFile | None:
    """The journal, when no daemon has it and it can be read."""
    path = box.data / "journal.db"
    try:
        return JournalFile(path) if path.is_file() else None
    except (JournalFault, OSError):
        return None


def _from_daemon(box: Box, address: str) -> str:
    answer = asked(box.socket, address)
    if answer is None:
        raise ConnectionError("no daemon runs")
    return answer.text


def _config(box: Box) -> object:
    """Its values without its texts for people; of a wrong one only where the faults are, not what stands there."""
    try:
        config = load(box.file)
    except ConfigError as wrong:
        return {
            "faults": [{"line": f.line, "place": f.device, "in": f.key, "allowed": f.allowed} for f in wrong.faults]
        }
    plain: dict[str, Any] = msgspec.to_builtins(config)
    plain["point"].pop("message", None)
    for service in plain["services"]:
        service.pop("card", None)
    return plain


def _versions() -> object:
    return {
        "luukku": version("luukku"), "python": sys.version, "sqlite": apsw.sqlite_lib_version(),
        "kernel": " ".join(platform.uname()[2:5]), "prefix": sys.prefix,
        "packages": dict(sorted((one.metadata["Name"], one.version) for one in distributions())),
    }  # fmt: skip


def _listing(folder: Path) -> Iterator[str]:
    """Names, sizes and modes: never contents."""
    for path in sorted(folder.rglob("*")):
        found = path.lstat()
        yield f"{stat.filemode(found.st_mode)} {found.st_uid:5} {found.st_size:12} {path.relative_to(folder)}"


def _usb() -> Iterator[str]:
    """What is plugged in, as the kernel names it."""
    for device in sorted(Path("/sys/bus/usb/devices").glob("*")):
        names = ("idVendor", "idProduct", "manufacturer", "product", "serial")
        told = [(device / name).read_text("utf-8", "replace").strip() for name in names if (device / name).exists()]
        if told:
            yield f"{device.name}: {' '.join(told)}"


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=PROGRAM_S, check=False,
                          stdin=subprocess.DEVNULL)  # fmt: skip
    return done.stdout + done.stderr


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text("utf-8", "replace").splitlines() if "-----" not in line]
    except OSError:
        return []


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
