"""Central: it answers, takes this box's token, has the same history and all but the newest events; its certificate."""

import http.client
import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from controller.app.doctor.asking import ASK_S, Answer, asked, over_the_web
from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn
from controller.app.doctor.point import NO_CONFIG, expires
from controller.domain.point import Config
from controller.journal import wire
from controller.uplink.line import point_url

BEHIND = 100  # events that may be on their way
ALONE = ok("no [central]: a point on its own")
GET_ONE = "get the box's token from central; put it into {file}; sudo chown root:luukku-admin and chmod 0640 it"
FORK = "two boxes with one journal (a cloned disk)? Take one off the line, delete nothing, tell who runs central"


class Head(msgspec.Struct):
    """What central has of a journal."""

    journal: str
    seq: int
    chain: str


class Page(msgspec.Struct):
    events: list[msgspec.Raw]


def central(box: Box) -> Finding:
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
    newest = _event(box, _figures(box).get("luukku_journal_seq", 0))
    try:
        answer = _head(box.config, token, newest.id.rpartition("-")[0] if newest else "none")
    except socket.gaierror as no:
        return fail(f"{urlsplit(link.url).hostname}: {no.strerror}", "DNS: resolvectl query, /etc/resolv.conf")
    except ssl.SSLError as no:
        return fail(f"{link.url}: {no.reason or no}", "central's certificate, or this box's clock: see clock")
    except (OSError, http.client.HTTPException) as no:
        return fail(f"{link.url}: {no}", "the line, a firewall, or central itself; the point goes on without it")
    if answer.status in {401, 403}:
        return fail(f"{link.url} does not take this box's token ({answer.status})", GET_ONE.format(file=file))
    if answer.status != 200:
        return fail(f"{link.url} answered {answer.status}", "tell who runs central")
    if newest is None:
        return ok("answers and takes this box's token; no daemon to compare with")
    return _compared(box, int(newest.sequence), msgspec.json.decode(answer.text, type=Head))


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


def _compared(box: Box, newest: int, head: Head) -> Finding:
    """Is central's newest event ours, byte for byte by its chain, and how many are still to come?"""
    ours = _event(box, head.seq) if head.seq else None
    if head.seq > newest or (ours is not None and ours.chain != head.chain):
        return fail(f"central holds another history than this journal, at event {head.seq}", FORK)
    seen = f"answers, takes this box's token, has the first {head.seq} of {newest} events"
    if newest - head.seq <= BEHIND:
        return ok(seen)
    up = _figures(box).get("luukku_central_up", 0)
    return warn(seen, "it is catching up: look again" if up else "journalctl -u luukku -n 50")


def _head(config: Config, token: str, journal: str) -> Answer:
    url = point_url(config.central.url, config.point.id, "head")
    return over_the_web(f"{url}?journal={journal}", {"Authorization": f"Bearer {token}"})


def _figures(box: Box) -> dict[str, float]:
    """The daemon's metrics without labels; none where no daemon answers."""
    try:
        answer = asked(box.socket, "/metrics")
    except OSError:
        return {}
    lines = [line.split() for line in answer.text.splitlines()] if answer and answer.status == 200 else []
    return {words[0]: float(words[1]) for words in lines if len(words) == 2 and not words[0].startswith("#")}


def _event(box: Box, seq: float) -> wire.CloudEvent | None:
    """One event, of the daemon; None where it cannot be had."""
    try:
        answer = asked(box.socket, f"/api/v1/events?after={max(0, int(seq) - 1)}&limit=1")
    except OSError:
        return None
    if answer is None or answer.status != 200:
        return None
    found = msgspec.json.decode(answer.text, type=Page).events
    return wire.read(bytes(found[0])) if found else None
