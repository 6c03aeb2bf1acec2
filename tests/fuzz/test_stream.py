"""What a page, or something that says it is one, sends up the live line: any message, any frame, torn or huge.

A frame that breaks the rules closes its own line with a code; nobody else's line notices.
"""

import base64
import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.rig import ANSWER_S, Daemon, fuzz, line, until_closed

pytestmark = pytest.mark.system
VIEWS = {"kiosk": "kiosk", "tv": "tv", "counter": "staff", "technician": "technician"}
IDS = {"kiosk": "main", "counter": "1"}
TEXT, BINARY, CLOSE, PING, GO_ON = 1, 2, 8, 9, 0
JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
SAID = st.one_of(
    st.fixed_dictionaries({"t": st.sampled_from(["shown", "said", "x"])},
                          optional={"seq": JSONISH, "id": JSONISH, "ok": JSONISH}).map(json.dumps),
    st.integers(-1, 2**70).map(lambda n: json.dumps({"t": "shown", "seq": n})),
    JSONISH.map(json.dumps), st.text(max_size=40), st.just("[" * 4000), st.just('{"t":' * 800),
)  # fmt: skip


class Page:
    """A WebSocket made by hand, so that it can be made wrong."""

    def __init__(self, daemon: Daemon, wire: socket.socket, view: str, query: str = "") -> None:
        self._wire = wire
        key = base64.b64encode(os.urandom(16)).decode()
        id_ = f"&id={IDS[view]}" if view in IDS else ""
        wire.sendall(
            f"GET /api/v1/stream?view={view}{id_}{query} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Authorization: Bearer {daemon.tokens[VIEWS[view]]}\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            part = wire.recv(1)
            assert part, head
            head += part
        self.status = int(head.split()[1])

    def send(self, payload: bytes, kind: int = TEXT, **how: bool | int) -> None:
        with contextlib.suppress(ConnectionError):
            self._wire.sendall(frame(payload, kind, **how))

    def bare(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self._wire.sendall(data)

    def hears(self) -> bytes:
        """The payload of the next whole text frame; b"" once the other side has closed."""
        with contextlib.suppress(ConnectionError):
            while True:
                head = self._exactly(2)
                size = head[1] & 0x7F
                size = struct.unpack(">H", self._exactly(2))[0] if size == 126 else size
                size = struct.unpack(">Q", self._exactly(8))[0] if size == 127 else size
                payload = self._exactly(size)
                if head[0] & 0x0F == CLOSE:
                    return b""
                if head[0] & 0x0F == TEXT:
                    return payload
        return b""

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            part = self._wire.recv(size - len(got))
            if not part:
                raise ConnectionResetError
            got += part
        return got

    def lives(self) -> bool:
        """Is a heartbeat still coming?"""
        for _ in range(20):
            said = self.hears()
            if not said:
                return False
            if json.loads(said)["t"] == "hb":
                return True
        return False


def frame(payload: bytes, kind: int = TEXT, *, fin: bool = True, mask: bool = True, reserved: int = 0,
          size: int | None = None) -> bytes:  # fmt: skip
    """RFC 6455 section 5.2; `size` is what the frame says, whatever it holds."""
    said = len(payload) if size is None else size
    first = (0x80 if fin else 0) | reserved << 4 | kind
    small = said if said < 126 else 126 if said < 65_536 else 127
    head = bytes([first, (0x80 if mask else 0) | small])
    head += struct.pack(">H", said) if small == 126 else struct.pack(">Q", said) if small == 127 else b""
    if not mask:
        return head + payload
    key = b"\x11\x22\x33\x44"
    return head + key + bytes(byte ^ key[n % 4] for n, byte in enumerate(payload))


@pytest.fixture
def watcher(daemon: Daemon) -> Iterator[Page]:
    """Somebody else's page, that must notice nothing."""
    with line(daemon.port) as wire:
        page = Page(daemon, wire, "technician")
        yield page
        page.bare(frame(b"", PING))
        assert page.lives()


@pytest.mark.parametrize("view", VIEWS)
def test_any_messages_of_any_page(daemon: Daemon, watcher: Page, view: str) -> None:
    @fuzz(12, 400)
    @given(st.lists(SAID, max_size=8), st.sampled_from(["", "&since=0", "&since=99999999999999999999", "&epoch=%00x"]))
    def any_messages(said: list[str], query: str) -> None:
        with line(daemon.port) as wire:
            page = Page(daemon, wire, view, query)
            assert page.status == 101
            for text in said:
                page.send(text.encode("utf-8", "surrogatepass"))
            page.send(struct.pack(">H", 1000), CLOSE)
            while page.hears():
                pass

    any_messages()


WRONG = {
    "binary": frame(b"\x00\xff" * 100, BINARY), "no-utf8": frame(b"\xff\xfe\xfd"), "unmasked": frame(b"{}", mask=False),
    "reserved": frame(b"{}", reserved=5), "unknown-kind": frame(b"{}", 11), "go-on-what": frame(b"{}", GO_ON),
    "torn-ping": frame(b"", PING, fin=False), "long-ping": frame(b"x" * 126, PING), "huge": frame(b"", size=2**62),
    "larger-than-allowed": frame(b'"' + b"x" * 5000 + b'"'), "many-parts": frame(b"[", fin=False)
    + frame(b"1," * 400, GO_ON, fin=False) * 50 + frame(b"1]", GO_ON), "two-beginnings": frame(b"[", fin=False) * 2,
    "close-1-byte": frame(b"\x03", CLOSE), "close-bad-code": frame(struct.pack(">H", 5), CLOSE),
    "close-no-utf8": frame(struct.pack(">H", 1000) + b"\xff", CLOSE), "noise": bytes(range(256)) * 4,
    "http-again": b"GET /api/v1/state HTTP/1.1\r\nHost: localhost\r\n\r\n", "size-minus": frame(b"", size=2**64 - 1),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("view", ["tv", "kiosk"])
def test_a_wrong_frame_costs_its_own_page_only(daemon: Daemon, watcher: Page, view: str, name: str) -> None:
    with line(daemon.port) as wire:
        page = Page(daemon, wire, view)
        page.bare(WRONG[name])
        page.send(struct.pack(">H", 1000), CLOSE)
        while page.hears():
            pass


def test_a_page_that_never_reads_holds_up_nobody(daemon: Daemon, watcher: Page) -> None:
    with contextlib.ExitStack() as stack:
        for view in list(VIEWS) * 8:
            wire = stack.enter_context(line(daemon.port))
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            Page(daemon, wire, view)
        for _ in range(3):
            assert watcher.lives()


def test_pages_that_come_and_vanish_leave_nothing_behind(daemon: Daemon) -> None:
    """The line is reset in the middle of everything, a hundred times."""
    for n in range(100):
        with line(daemon.port) as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            page = Page(daemon, wire, list(VIEWS)[n % len(VIEWS)])
            page.bare(frame(b'{"t":"shown","seq":1}')[: n % 20])


@fuzz(30, 2000)
@given(st.binary(max_size=200), st.sampled_from(sorted(VIEWS)))
def test_any_bytes_after_the_upgrade(thrown_at: Daemon, data: bytes, view: str) -> None:
    with line(thrown_at.port) as wire:
        page = Page(thrown_at, wire, view)
        page.bare(data)
        wire.shutdown(socket.SHUT_WR)
        wire.settimeout(ANSWER_S)
        until_closed(wire)
