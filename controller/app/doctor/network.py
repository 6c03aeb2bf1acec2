"""The network and central: a way out, an answer, a token that is taken, one history on both sides."""

import fcntl
import http.client
import socket
import ssl
import struct
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from controller.app.doctor.asking import ASK_S, Answer, asked, over_the_web
from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn
from controller.app.doctor.point import NO_CONFIG, expires
from controller.domain.point import Config

SIOCGIFFLAGS, IFF_RUNNING = 0x8913, 0x40  # linux/sockios.h, linux/if.h
ALONE = ok("no [central]: a point on its own")
GET_ONE = "get the box's token from central; put it into {file}; sudo chown root:luukku-admin and chmod 0640 it"


def network(box: Box) -> Finding:
    """An address, and a way out."""
    routes = [line.split() for line in Path("/proc/net/route").read_text("ascii").splitlines()[1:]]
    ways = sorted({words[0] for words in routes if words[1] == "00000000"})
    up = [name for _, name in socket.if_nameindex() if name != "lo" and _up(name)]
    if not up:
        return fail("no interface is up", "the cable; ip addr")
    if not ways:
        return warn(f"{', '.join(up)} up, but no default route", "DHCP or /etc/network/interfaces; ip route")
    return ok(f"out by {', '.join(ways)}")


def central(box: Box) -> Finding:
    """Does it answer, does it know this box, and has it the same history?"""
    if box.config is None:
        return NO_CONFIG
    link = box.config.central
    if not link.url:
        return ALONE
    file = box.file.parent / link.token_file
    try:
        token = file.read_text("utf-8").strip() if link.token_file else ""
    except FileNotFoundError:
        return fail(f"{file} is not there: the daemon does not start", GET_ONE.format(file=file))
    except OSError as no:
        return unknown(f"{file}: {no.strerror}", "sudo luukku doctor")
    host = urlsplit(link.url).hostname
    try:
        answer = _points(box.config, token)
    except socket.gaierror as no:
        return fail(f"{host}: {no.strerror}", "DNS: resolvectl query, /etc/resolv.conf")
    except ssl.SSLError as no:
        return fail(f"{link.url}: {no.reason or no}", "central's certificate, or this box's clock: see clock")
    except (OSError, http.client.HTTPException) as no:
        return fail(f"{link.url}: {no}", "the line, a firewall, or central itself; the point goes on without it")
    if answer.status in {401, 403}:
        return fail(f"{link.url} does not take this box's token ({answer.status})", GET_ONE.format(file=file))
    if answer.status != 200:
        return fail(f"{link.url} answered {answer.status}", "tell who runs central")
    return _compared(box, answer)


def tls(box: Box) -> Finding:
    """How long central's certificate holds."""
    if box.config is None:
        return NO_CONFIG
    parts = urlsplit(box.config.central.url)
    if not box.config.central.url:
        return ALONE
    if parts.scheme != "https":
        return warn(f"{box.config.central.url} is not encrypted", "an https:// address of central")
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), timeout=ASK_S) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=parts.hostname) as secure,
        ):
            shown = secure.getpeercert() or {}
    except OSError as no:
        return unknown(f"{parts.hostname} shows none: {no}", "see the check central")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    return expires(ends, "tell who runs central")


def _points(config: Config, token: str) -> Answer:
    """Central's head of this point. Which journal is asked for does not matter to whether it answers."""
    url = f"{config.central.url.rstrip('/')}/api/v1/points/{config.point.id}/head?journal=doctor"
    return over_the_web(url, {"Authorization": f"Bearer {token}"})


def _compared(box: Box, answer: Answer) -> Finding:
    """What the daemon says of the line: how much central has not acknowledged."""
    seen = "answers and takes this box's token"
    try:
        metrics = asked(box.socket, "/metrics")
    except OSError:
        metrics = None
    if metrics is None or metrics.status != 200:
        return ok(f"{seen}; no daemon to compare with")
    lines = (line.split() for line in metrics.text.splitlines() if not line.startswith("#"))
    figures = {words[0]: float(words[1]) for words in lines if len(words) == 2}
    lag, up = figures["luukku_central_lag_events"], figures["luukku_central_up"]
    if not up:
        return fail(f"{seen}, but the daemon's line is down", "journalctl -u luukku -n 50; a fork is told there")
    return (
        warn(f"{seen}; {lag:.0f} events behind", "wait; then: journalctl -u luukku")
        if lag > 100
        else ok(f"{seen}; has all but {lag:.0f} events")
    )


def _up(name: str) -> bool:
    """Is it switched on, with a line on it? netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        answer = fcntl.ioctl(line, SIOCGIFFLAGS, struct.pack("16sH14x", name.encode(), 0))
    return bool(struct.unpack("16xH14x", answer)[0] & IFF_RUNNING)
