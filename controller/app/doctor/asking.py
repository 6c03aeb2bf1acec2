"""Short questions to the daemon, to central and to other programs; each bounded, each answered or not."""

import http.client
import socket
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

ASK_S = 1.5


class Answer(msgspec.Struct, frozen=True):
    status: int
    text: str


class _Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("admin", timeout=ASK_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def asked(path: Path, address: str) -> Answer | None:
    """The daemon's answer through its admin socket; None where none runs. Raises PermissionError, TimeoutError."""
    try:
        return _said(_Unix(path), address, {})
    except (PermissionError, TimeoutError):
        raise
    except (OSError, http.client.HTTPException):
        return None


def over_the_web(url: str, headers: dict[str, str]) -> Answer:
    """GET. Raises OSError (ssl.SSLError, TimeoutError among them) and HTTPException."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=ASK_S, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=ASK_S)
    return _said(connection, f"{parts.path}{'?' if parts.query else ''}{parts.query}", headers)


def told(*words: str) -> str:
    """What a program says on stdout. Raises OSError, subprocess.SubprocessError."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=ASK_S, check=True, stdin=subprocess.DEVNULL)
    return done.stdout


def _said(connection: http.client.HTTPConnection, address: str, headers: dict[str, str]) -> Answer:
    try:
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()
