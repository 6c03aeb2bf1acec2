"""A kiosk's open page, as far as the daemon sees one: its stream, a WebSocket (RFC 6455), and what was said on it."""

import base64
import json
import os
import socket
import threading
import time
from typing import Any

STATE = {"snap", "delta", "hb"}  # what every page is told all the time
TEXT, CLOSE = 1, 8  # opcodes, RFC 6455 5.2

_said: dict[str, list[dict[str, Any]]] = {}


def open_page(kiosk: str, token: str) -> bool:
    """Open the page of a kiosk and keep listening; true once the daemon has said its first word."""
    line = socket.create_connection(("127.0.0.1", 8080), timeout=60)
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET /api/v1/stream?view=kiosk&id={kiosk} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    wire = line.makefile("rb")
    status = wire.readline()
    if b" 101 " not in status:
        raise ConnectionError(status.decode())
    while wire.readline().strip():
        continue
    line.settimeout(None)
    _said[kiosk] = []
    first = threading.Event()
    threading.Thread(target=_hear, args=(wire, line, _said[kiosk], first), daemon=True).start()
    return first.wait(60)


def page_said(kiosk: str, least: int, within: float = 20.0) -> list[dict[str, Any]]:
    """What that page was told beside its state, once it is `least` messages, or after `within` seconds."""
    until = time.monotonic() + within
    while len(_said[kiosk]) < least and time.monotonic() < until:
        time.sleep(0.05)
    return list(_said[kiosk])


def _hear(wire: Any, line: socket.socket, said: list[dict[str, Any]], first: threading.Event) -> None:
    with line:
        while (head := wire.read(2)) and len(head) == 2:
            size = head[1] & 127
            if size > 125:
                size = int.from_bytes(wire.read(2 if size == 126 else 8), "big")
            body = wire.read(size)
            if head[0] & 15 == CLOSE:
                return
            if head[0] & 15 == TEXT:
                message = json.loads(body)
                first.set()
                if message["t"] not in STATE:
                    said.append(message)


DEEDS = (open_page, page_said)
