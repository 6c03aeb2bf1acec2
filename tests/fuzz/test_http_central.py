"""Central as a process, and everything that a box, an operator or a stranger may send it.

It has no OpenAPI document: its doors are those of the contract, section 5. A hostile box stores nothing that is not its
own history; an honest one is then served as if nothing had been.
"""

import contextlib
import gzip
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from controller.central.problems import TITLES
from tests.central.rig import TOKENS, Box, batch, free_port, one_visit
from tests.fuzz.rig import ANSWER_S, GROWTH_KIB, LONG, TRACE, line, plain_problem, resident, until_closed
from tests.fuzz.test_http_bytes import NO_HTTP
from tests.journal.rig import verify_chain

pytestmark = pytest.mark.system
REQUESTS = 15_000 if LONG else 1200
KNOWN = frozenset(TITLES) - {"internal"}
POINTS = ("p1", "p2", "sodankyla", "x" * 80, "x" * 81, "..", "%2e%2e", "a b", "ä", "%00", "p1/../p2", "", "'--")
DOORS = ("head", "events", "commands", "x", "events/1", "")
QUERIES = ("journal", "after", "limit", "wait", "format", "since", "%ff")
VALUES = ("j1", "0", "1", "-1", "9" * 18, "9" * 19, "1e3", "", "٣", "j" * 81, "../x", "%00", "null", "0")
TYPES = ("application/cloudevents-batch+json", "application/json", "text/plain", "", "application/json; charset=utf-16",
         "multipart/form-data; boundary=x", "\x7f/\x7f")  # fmt: skip
ORDER = {"type": "open_queue", "data": {"queue": "kela"}, "expires": "2099-01-01T00:00:00Z"}
JUNK: tuple[Any, ...] = (None, True, -1, 2**63, 1e300, "", "x" * 3000, "\x00", [], {}, "2026-13-45",
                         "0001-01-01T00:00:00Z",                         "9999-12-31T23:59:59-23:59", "💥")  # fmt: skip


class Central:
    """The process and one line to it."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "central.log"
        (folder / "tokens.json").write_text(json.dumps(TOKENS))
        command = [
            sys.executable,
            "-m",
            "controller.central",
            "--listen",
            f"127.0.0.1:{self.port}",
            "--data",
            str(folder),
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None and self.process.stdout.readline()
        self.kib = resident(self.process.pid)

    def ask(self, method: str, path: str, body: bytes = b"", role: str = "", **headers: str) -> tuple[int, str, bytes]:
        """One request on a line of its own."""
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if role:
            sent["Authorization"] = f"Bearer {TOKENS.get(role, role)}"
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        try:
            wire.request(method, path, body, sent)
            said = wire.getresponse()
            return said.status, said.headers.get("Content-Type", ""), said.read()
        finally:
            wire.close()

    def unharmed(self) -> None:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        assert self.ask("GET", "/api/v1/points", role="central")[0] == 200
        grown = resident(self.process.pid) - self.kib
        assert grown < 2 * GROWTH_KIB, f"central has grown by {grown} KiB"
        log = self.log.read_bytes()
        assert not any(trace in log for trace in TRACE), log[-3000:].decode(errors="replace")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(ANSWER_S)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    central = Central(tmp_path_factory.mktemp("central"))
    try:
        yield central
    finally:
        central.stop()


@pytest.fixture
def central(running: Central) -> Iterator[Central]:
    """Central, unharmed after the test."""
    yield running
    running.unharmed()


def box_of(point: str, journal: str, visits: int) -> Box:
    box = Box(point, journal)
    for n in range(visits):
        for event in one_visit(n):
            box.put(event)
    return box


def send(central: Central, box: Box) -> None:
    """An honest box brings its whole journal, and central then has it byte for byte."""
    path = f"/api/v1/points/{box.point}/events"
    status, _, said = central.ask("POST", path, batch(box.events), "box", Content_Type=TYPES[0])
    assert (status, json.loads(said)["acked"]) == (200, box.seq), said
    status, _, page = central.ask("GET", f"{path}?journal={box.journal}&limit=10000", role="central")
    assert status == 200 and page.startswith(b'{"events":[' + b",".join(box.bodies) + b"]")
    assert verify_chain(box.bodies) == box.seq


def spoilt(chance: Random, body: bytes) -> bytes:
    """These bytes with some exchanged, cut, doubled or put in."""
    data = bytearray(body)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + chance.randrange(80)]
            case 2:
                data[at:at] = chance.choice((b"[" * 3000, b"\x00", b"\xff", b'"', b"{}", b",", b"\\u0000"))
            case 3:
                data += data[at:]
            case _:
                del data[at:]
    return bytes(data)


def request(chance: Random, box: Box) -> tuple[str, str, bytes, str, dict[str, str]]:
    """Something that a hostile box, operator or stranger may send."""
    point = quote(chance.choice(POINTS), safe="%/") if chance.random() < 0.3 else box.point
    door = chance.choice(DOORS[:3]) if chance.random() < 0.9 else chance.choice(DOORS)
    query = "&".join(
        f"{chance.choice(QUERIES)}={quote(chance.choice(VALUES), safe='%')}" for _ in range(chance.randrange(3))
    )
    method = chance.choice(("GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"))
    headers = {"Content_Type": chance.choice(TYPES[:2]) if chance.random() < 0.8 else chance.choice(TYPES)}
    if door == "commands":
        order = {**ORDER, chance.choice(("type", "data", "expires", "x")): chance.choice(JUNK)}
        body = json.dumps(chance.choice((order, ORDER, [], None))).encode()
        headers["Idempotency_Key"] = chance.choice(("", "k1", "k2", "x" * 201, "\x7f"))
    else:
        at = chance.randrange(box.seq)
        some = [event.body for event in box.events[at : at + chance.randrange(1, 12)]]
        chance.shuffle(some)
        body = batch(some)
    if chance.random() < 0.5:
        body = spoilt(chance, body)
    if chance.random() < 0.1:
        headers["Content_Encoding"] = chance.choice(("gzip", "deflate", "br", "x"))
        body = gzip.compress(body) if chance.random() < 0.5 else body
    path = f"/api/v1/points/{point}/{door}?{query}&wait=0" if door != "" else f"/api/v1/points?{query}"
    role = chance.choice(("box", "box", "box", "central", "central", "", "none"))
    return method, path, body if method in {"POST", "PUT"} else b"", role, headers


def test_any_requests_are_answered_plainly_and_an_honest_box_is_served(central: Central) -> None:
    chance, box = Random() if LONG else Random(1), box_of("p1", "j1", 20)
    for n in range(REQUESTS):
        method, path, body, role, headers = request(chance, box)
        status, kind, said = central.ask(method, path, body, role, **headers)
        if status >= 400 and method != "HEAD" and kind.split(";")[0] != "text/plain":  # text/plain: what was no HTTP
            plain_problem(status, kind, said, KNOWN)
        assert status < 500, (method, path, body[:300], status, said[:300])
        if n % 300 == 0:
            central.unharmed()
    send(central, box_of("honest", "j9", 5))
    status, _, page = central.ask("GET", "/api/v1/points/p1/events?journal=j1&limit=10000", role="central")
    kept = json.loads(page)["events"] if status == 200 else []
    assert [int(event["sequence"]) for event in kept] == list(range(1, len(kept) + 1)), "stored with a gap"
    status, _, listed = central.ask("GET", "/api/v1/points", role="central")
    assert all(one["gaps"] == 0 for one in json.loads(listed))


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_right_request_is_refused_at_once(central: Central, name: str) -> None:
    with line(central.port) as open_line:
        with contextlib.suppress(ConnectionError):
            open_line.sendall(NO_HTTP[name])
        beginning = name in {"nothing", "tls", "chunk-huge"}  # of something that may still come
        open_line.settimeout(0.3 if beginning else ANSWER_S)
        try:
            told = until_closed(open_line)
        except TimeoutError:
            assert beginning, "no answer"
            return
        assert b"Traceback" not in told and b" 500 " not in told[:20], told[:300]


def test_half_requests_keep_no_box_out(central: Central) -> None:
    head = b"POST /api/v1/points/p1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    who = f"Content-Length: 900\r\nAuthorization: Bearer {TOKENS['box']}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for n in range(150):
            stack.enter_context(line(central.port)).sendall((head + who + b"[")[: 20 + n * 2])
        send(central, box_of("patient", "j1", 2))
