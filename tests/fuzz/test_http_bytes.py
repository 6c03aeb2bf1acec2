"""Bytes that are no right HTTP, at every door: an answer or a closed line within a bound, a log without a traceback,
and the next customer is served.
"""

import contextlib
import gzip
import json
import re
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.web import server
from tests.fuzz.rig import ANSWER_S, POINT_PROBLEMS, Daemon, fuzz, line, plain_problem, until_closed
from tests.system.stage import healthy

pytestmark = pytest.mark.system
HOST = b"Host: localhost\r\n"
LAST = HOST + b"Connection: close\r\n"
TAKE = b'{"service":"elake","language":"fi"}'
STATUS = re.compile(rb"HTTP/\d\.\d (\d{3}) ")


def post(path: str, *headers: bytes, body: bytes = TAKE, token: str = "") -> bytes:
    """A right request, but for what `headers` say."""
    head = [f"POST {path} HTTP/1.1".encode(), LAST.strip(), *headers]
    head += [b"Authorization: Bearer " + token.encode()] if token else []
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def exchange(port: int, request: bytes) -> bytes:
    """What comes back until the other side closes. Raises TimeoutError for a line on which nothing happens."""
    with line(port) as open_line:
        with contextlib.suppress(ConnectionError):
            open_line.sendall(request)
        return until_closed(open_line)


def answered(told: bytes, *statuses: int) -> None:
    """One of these statuses, or a closed line; a problem document wherever the request came as far as our own code."""
    first = STATUS.match(told)
    assert first is not None or not told, told[:200]
    if first is None:
        return
    status = int(first[1])
    assert status in statuses, told[:300]
    head, _, body = told.partition(b"\r\n\r\n")
    kind = re.search(rb"(?i)content-type: ([^\r;]+)", head)
    if status >= 400 and kind is not None and kind[1] != b"text/plain":  # text/plain: aiohttp's word on what is no HTTP
        plain_problem(status, kind[1].decode(), body, POINT_PROBLEMS)
    assert b"Traceback" not in told


@pytest.fixture
def takes(daemon: Daemon) -> Iterator[Daemon]:
    """After what the test did, a customer still gets a number."""
    yield daemon
    key = f"Idempotency-Key: after-{socket.gethostname()}-{id(daemon)}".encode()
    size = f"Content-Length: {len(TAKE)}".encode()
    told = exchange(daemon.port, post("/api/v1/tickets", key, size, token=daemon.tokens["kiosk"]))
    assert told.startswith(b"HTTP/1.1 201 "), told[:300]


NO_HTTP = {
    "nothing": b"\r\n\r\n", "garbage": b"\x00\x01\x02\xff" * 50 + b"\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\xfc",
    "http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http9": b"GET / HTTP/9.9\r\n" + LAST + b"\r\n",
    "no-version": b"GET /\r\n\r\n", "spaces": b"GET  /  HTTP/1.1\r\n" + LAST + b"\r\n",
    "nul-target": b"GET /\x00 HTTP/1.1\r\n" + LAST + b"\r\n", "nul-header": b"GET / HTTP/1.1\r\nX: \x00\r\n\r\n",
    "high-target": b"GET /api/v1/t/\xff\xfe HTTP/1.1\r\n" + LAST + b"\r\n",
    "long-target": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + LAST + b"\r\n",
    "long-header": b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "long-name": b"GET / HTTP/1.1\r\n" + b"X" * 20_000 + b": 1\r\n\r\n",
    "many-headers": b"GET / HTTP/1.1\r\n" + LAST + b"".join(b"X-%d: 1\r\n" % n for n in range(2000)) + b"\r\n",
    "folded": b"GET / HTTP/1.1\r\n" + LAST + b"X: a\r\n b\r\n\r\n", "bare-lf": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "two-hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n", "no-host": b"GET / HTTP/1.1\r\n\r\n",
    "odd-host": b"GET / HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n",
    "absolute": b"GET http://[::1/ HTTP/1.1\r\n" + LAST + b"\r\n", "star": b"OPTIONS * HTTP/1.1\r\n" + LAST + b"\r\n",
    "connect": b"CONNECT localhost:80 HTTP/1.1\r\n" + LAST + b"\r\n",
    "foreign": b"GET http://evil.example/api/v1/openapi.json HTTP/1.1\r\n" + LAST + b"\r\n",
    "trace": b"TRACE / HTTP/1.1\r\n" + LAST + b"\r\n", "word": b"F\xc3\x96\xc3\x96 / HTTP/1.1\r\n" + LAST + b"\r\n",
    "bad-cookie": b"GET /api/v1/state HTTP/1.1\r\n" + LAST + b"Cookie: luukku_staff=\xff; ;=;luukku_=;\r\n\r\n",
    "bad-bearer": b"GET /api/v1/state HTTP/1.1\r\n" + LAST + b"Authorization: Bearer \xff\xfe\r\n\r\n",
    "bad-ticket": post("/api/v1/feedback", b"Authorization: Ticket \xff\xfe", b"Content-Length: 35"),
    "bad-origin": b"GET /api/v1/state HTTP/1.1\r\n" + LAST + b"Origin: \xff\x80\r\n\r\n",
    "bad-key": post("/api/v1/tickets", b"Idempotency-Key: \xff", b"Content-Length: 35"),
    "expects": post("/api/v1/tickets", b"Expect: the-unexpected", b"Content-Length: 35"),
    "two-lengths": post("/api/v1/tickets", b"Content-Length: 35", b"Content-Length: 3"),
    "length-minus": post("/api/v1/tickets", b"Content-Length: -5"),
    "length-word": post("/api/v1/tickets", b"Content-Length: 0x23"),
    "length-huge": post("/api/v1/tickets", b"Content-Length: 99999999999999999999999"),
    "smuggled": post("/api/v1/tickets", b"Content-Length: 35", b"Transfer-Encoding: chunked"),
    "odd-coding": post("/api/v1/tickets", b"Transfer-Encoding: gzip, identity"),
    "chunk-lie": post("/api/v1/tickets", b"Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "chunk-huge": post("/api/v1/tickets", b"Transfer-Encoding: chunked", body=b"ffffffffffffffffff\r\n{}"),
    "bad-query": b"GET /api/v1/services?lang=%ff&%&&=;%00 HTTP/1.1\r\n" + LAST + b"\r\n",
    "bad-clip": b"GET /api/v1/clips/%F0%80%00.wav HTTP/1.1\r\n" + LAST + b"\r\n",
    "bad-code": b"GET /t/%ff%00%E2%80%AE HTTP/1.1\r\n" + LAST + b"\r\n",
    "own-code": b"GET /api/v1/t/%ed%a0%80%ff HTTP/1.1\r\n" + LAST + b"\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_right_request_is_refused_at_once(takes: Daemon, name: str) -> None:
    with line(takes.port) as open_line:
        with contextlib.suppress(ConnectionError):
            open_line.sendall(NO_HTTP[name])
        if name in {"nothing", "tls", "chunk-huge"}:  # it may be the beginning of something
            open_line.settimeout(0.5)
            with contextlib.suppress(TimeoutError):
                answered(until_closed(open_line), 400)
        else:
            answered(until_closed(open_line), 200, 302, 400, 403, 404, 405, 413, 417)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "nonsense"])
@pytest.mark.parametrize("body", [b"junk" * 20, gzip.compress(TAKE)[:-9], zlib.compress(b" " * 60_000_000)],
                         ids=["junk", "torn", "bomb"])  # fmt: skip
def test_a_packed_body_is_refused_unopened(takes: Daemon, coding: str, body: bytes) -> None:
    size, how = f"Content-Length: {len(body)}".encode(), f"Content-Encoding: {coding}".encode()
    request = post("/api/v1/tickets", size, how, b"Idempotency-Key: packed", body=body, token=takes.tokens["kiosk"])
    answered(exchange(takes.port, request), 400)


def test_a_hundred_requests_in_one_breath_are_answered_in_order(takes: Daemon) -> None:
    one = (
        b"GET /api/v1/tickets/%d HTTP/1.1\r\n"
        + HOST
        + f"Authorization: Bearer {takes.tokens['staff']}\r\n\r\n".encode()
    )
    told = exchange(takes.port, b"".join(one % n for n in range(100)) + b"GET / HTTP/1.1\r\n" + LAST + b"\r\n")
    asked = [int(n) for n in re.findall(rb"there is no ticket '(\d+)' today", told)]
    assert asked == list(range(100))


def test_a_ticket_whose_line_breaks_at_any_byte_is_taken_once_or_not_at_all(takes: Daemon) -> None:
    size = f"Content-Length: {len(TAKE)}".encode()
    before = issued(takes)
    wishes = 0
    for cut in range(1, 400, 13):
        key = f"Idempotency-Key: torn-{cut}-{id(takes)}".encode()
        request = post("/api/v1/tickets", key, size, token=takes.tokens["kiosk"])
        if cut >= len(request):
            break
        with line(takes.port) as torn:
            torn.sendall(request[:cut])
        told = exchange(takes.port, request)
        assert told.startswith(b"HTTP/1.1 201 "), told[:300]
        wishes += 1
    assert issued(takes) == before + wishes


def issued(daemon: Daemon) -> int:
    """How many numbers of Kela's series are out today."""
    told = json.loads(daemon.get("/api/v1/state", "staff"))
    waiting = next(queue["waiting"] for queue in told["queues"] if queue["id"] == "kela")
    return max((ticket["n"] for ticket in waiting), default=0)


def test_half_requests_keep_nobody_out(takes: Daemon) -> None:
    """Two hundred lines that say something now and then and never end; meanwhile customers are served."""
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(line(takes.port)) for _ in range(200)]
        for turn in (b"POST /api/v1/tickets HTTP/1.1\r\n", HOST, b"Content-Length: 35\r\n", b"\r\n", b"{"):
            for one in slow:
                one.sendall(turn)
            told = exchange(takes.port, b"GET /api/v1/services HTTP/1.1\r\n" + LAST + b"\r\n")
            assert told.startswith(b"HTTP/1.1 403 ")


def test_more_lines_than_a_door_has_are_closed_at_once_and_cost_no_word_in_the_log(takes: Daemon) -> None:
    """A thousand lines that say nothing: the surplus is shut, and when they are gone the next customer is served."""
    with contextlib.ExitStack() as stack:
        quiet = [stack.enter_context(line(takes.port)) for _ in range(1000)]
        deadline = time.monotonic() + ANSWER_S
        while len(quiet) > server.LINES_MOST + (1000 - server.LINES_MOST) // 2:  # the others may be on their way
            assert time.monotonic() < deadline, f"{len(quiet)} lines are open"
            quiet = [one for one in quiet if not is_shut(one)]
    deadline = time.monotonic() + ANSWER_S
    while not healthy(takes.port) and time.monotonic() < deadline:
        time.sleep(0.1)


def is_shut(one: socket.socket) -> bool:
    """Without a word."""
    one.settimeout(0.001)
    try:
        return until_closed(one) == b""
    except TimeoutError:
        return False


@pytest.mark.long
@pytest.mark.timeout(300)
def test_what_never_ends_is_not_waited_for(takes: Daemon) -> None:
    """Half a head, and bodies that do not come: with the daemon's real patience (`tests/web` shortens it)."""
    half = b"GET / HTTP/1.1\r\nHost: local"
    head = post("/api/v1/tickets", b"Content-Length: 35", b"Idempotency-Key: slow", body=b"",
                token=takes.tokens["kiosk"])  # fmt: skip
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(line(takes.port)) for _ in range(3)]
        for one, said in zip(slow, (half, head, head + b"{"), strict=True):
            one.settimeout(180)
            one.sendall(said)
        assert until_closed(slow[0]) == b""
        answered(until_closed(slow[1]), 408)
        answered(until_closed(slow[2]), 408)


def test_the_admin_socket_is_as_robust(takes: Daemon) -> None:
    path = str(takes.data / "admin.sock")
    for request in NO_HTTP.values():
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(0.2)
            door.connect(path)
            with contextlib.suppress(ConnectionError, TimeoutError):
                door.sendall(request)
                answered(until_closed(door), 200, 302, 400, 403, 404, 405, 413, 417)
    assert Path(path).is_socket()


PIECES = st.sampled_from(
    [b"GET ", b"POST ", b"/api/v1/tickets", b"/api/v1/state", b" HTTP/1.1", b"\r\n", b"\n", b"\r", b"Host: localhost",
     b"Content-Length: ", b"35", b"Transfer-Encoding: chunked", b"0", b"5\r\nabcde", TAKE, b"\x00", b"\xff", b": ",
     b" ", b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
     b"Expect: 100-continue", b"Sec-WebSocket-Version: 13", b"Idempotency-Key: x", b"%", b"?", b"#", b";",
     b"Cookie: luukku_staff=a"]
)  # fmt: skip


@fuzz(60, 800)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40))
def test_any_bytes_at_all(thrown_at: Daemon, parts: list[bytes]) -> None:
    with line(thrown_at.port) as open_line:
        with contextlib.suppress(ConnectionError):
            open_line.sendall(b"".join(parts) + b"\r\n\r\nGET / HTTP/1.1\r\n" + LAST + b"\r\n")
        open_line.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            until_closed(open_line)
    thrown_at.unharmed()
