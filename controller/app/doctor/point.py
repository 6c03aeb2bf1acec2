"""The config and what it promises: doors, certificate, voices, fonts."""

import asyncio
import socket
import ssl
import subprocess
from datetime import UTC, datetime

from controller.app.doctor.asking import ASK_S, asked
from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn
from controller.app.doors import address
from controller.app.settings import ConfigError, load
from drivers.escpos.raster import DEBIAN_FONTS, FONT_ROOT
from drivers.speech.voices import discover

EXAMPLE = "esimerkki"
CERT_WARN = 30  # days
NO_CONFIG = unknown("the config is wrong or closed to you", "see the check config")


def config(box: Box) -> Finding:
    try:
        found = load(box.file)
    except ConfigError as wrong:
        first, *more = [str(fault) for fault in wrong.faults]
        if "Permission denied" in first:
            return unknown(first, "sudo luukku doctor, or be in the group luukku-admin")
        return fail(
            f"{first}{f' (and {len(more)} more)' if more else ''}", f"sudoedit {box.file}; luukku check {box.file}"
        )
    if found.point.id == EXAMPLE:
        return warn(f'{box.file} is the example still: [point] id "{EXAMPLE}"', f"sudoedit {box.file}")
    return ok(f"{box.file}: point {found.point.id}")


def doors(box: Box) -> Finding:
    """Are the doors ours, or free to be?"""
    if box.config is None:
        return NO_CONFIG
    listen = box.config.listen
    runs = _runs(box)
    for name, text in (("device", listen.device), ("staff", listen.staff)):
        if not text:
            continue
        host, port = address(text)
        if runs and not _answers(host, port):
            return fail(f"the daemon runs, and {name} {text} does not answer", "sudo systemctl restart luukku")
        if not runs and (why := _taken(host, port)):
            return fail(f"{name} {text}: {why}", f"who has it: sudo ss -ltnp 'sport = :{port}'; or another port")
    both = " and ".join(text for text in (listen.device, listen.staff) if text)
    return ok(f"{both} {'answer' if runs else 'are free'}")


def certificate(box: Box) -> Finding:
    """The staff door's certificate: asked of the door itself, else read from its file."""
    if box.config is None:
        return NO_CONFIG
    if not box.config.listen.staff:
        return ok("no staff door, no certificate")
    try:
        pem = _shown(*address(box.config.listen.staff)) or (box.data / "tls" / "staff.crt").read_text("ascii")
        ends = end_of(pem)
    except FileNotFoundError:
        return ok("none yet: the first start makes it")
    except (OSError, ValueError, subprocess.SubprocessError) as no:
        return unknown(f"it cannot be read: {no}", "sudo luukku doctor")
    return expires(ends, f"sudo rm -r {box.data}/tls; sudo systemctl restart luukku (or lay your own there)")


def expires(ends: datetime, mend: str) -> Finding:
    days = (ends - datetime.now(UTC)).days
    seen = f"good until {ends:%Y-%m-%d}, {days} days"
    if days < 0:
        return fail(f"ended {ends:%Y-%m-%d}", mend)
    return warn(seen, mend) if days < CERT_WARN else ok(seen)


def end_of(pem: str) -> datetime:
    """When this certificate ends. Raises OSError, ValueError, SubprocessError."""
    said = subprocess.run(["openssl", "x509", "-noout", "-enddate"], input=pem, capture_output=True, text=True,
                          timeout=ASK_S, check=True).stdout  # fmt: skip
    return datetime.strptime(said.strip().removeprefix("notAfter="), "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)


def voices(box: Box) -> Finding:
    """A voice for every language of the point, on this machine."""
    if box.config is None:
        return NO_CONFIG
    wanted = [tag for tag in box.config.point.languages if tag != "se"]  # Northern Sami: no offline voice exists
    known = asyncio.run(discover())
    missing = [tag for tag in wanted if not known.of(tag)]
    if missing:
        return warn(f"no voice for {', '.join(missing)}: such calls are shown only",
                    "sudo apt install espeak-ng festival festvox-suopuhe-lj")  # fmt: skip
    return ok(", ".join(f"{tag}: {known.of(tag)[0].name}" for tag in wanted))


def fonts(box: Box) -> Finding:
    """What draws letters that a printer does not know."""
    files = [face.replace("{-Bold}", "-Bold").replace("{Bold}", "Bold") for face in DEBIAN_FONTS]
    missing = [name for name in files if not (FONT_ROOT / name).exists()]
    if len(missing) == len(DEBIAN_FONTS):
        return fail(f"none under {FONT_ROOT}", "sudo apt install fonts-dejavu-core fonts-noto-core")
    if missing:
        return warn(f"missing: {', '.join(missing)}", "sudo apt install fonts-dejavu-core fonts-noto-core")
    return ok(f"{len(DEBIAN_FONTS)} under {FONT_ROOT}")


def _runs(box: Box) -> bool:
    try:
        answer = asked(box.socket, "/healthz")
    except OSError:
        return box.socket.exists()
    return answer is not None and answer.status == 200


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((_near(host), port), timeout=ASK_S):
            return True
    except OSError:
        return False


def _taken(host: str, port: int) -> str:
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as no:
            return no.strerror or "it cannot be had"
    return ""


def _shown(host: str, port: int) -> str:
    """The certificate that the door shows; "" where none answers."""
    try:
        return ssl.get_server_certificate((_near(host), port), timeout=ASK_S)
    except OSError:
        return ""


def _near(host: str) -> str:
    return "127.0.0.1" if host in {"", "0.0.0.0"} else host
