"""`luukku` beside a running daemon: it asks over the admin socket, reads the file when none runs, and ends in order."""

import json
import os
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli import LUUKKU, luukku, one_line, point_toml

pytestmark = pytest.mark.system
START_S, END_S = 60.0, 5.0  # the machine may be busy; the end is the contract's with systemd
TRIES = 4  # a busy machine makes an end late, but not each one


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


class Daemon:
    """A program that runs until it is told to end; its log goes to a file."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.log = folder / "daemon.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*LUUKKU, *words], stdout=subprocess.PIPE, stderr=log, text=True)

    def hears(self, *words: str) -> str:
        """Wait for a line on stdout that has all these words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if all(word in line for word in words):
                return line
        raise AssertionError(f"it ended: {self.log.read_text('utf-8')[-2000:]}")

    def end(self) -> tuple[int, float]:
        """SIGTERM; its exit code and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(START_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code, time.monotonic() - started


class Running(Daemon):
    """`luukku run` with the tests' point."""

    def __init__(self, folder: Path, staff: str = "") -> None:
        self.folder, self.data = folder, folder / "data"
        self.port = free_port()
        self.config = self.written(staff)
        super().__init__(folder, "run", "--config", str(self.config), "--data", str(self.data))
        self.hears("point testi at", str(self.port))
        listed = [line.split() for line in luukku("tokens", "--data", str(self.data)).stdout.splitlines()]
        self.tokens = {words[0]: words[-1] for words in reversed(listed)}

    def written(self, staff: str) -> Path:
        """Its config, as a file."""
        return point_toml(self.folder, self.port, staff)

    def ask(self, method: str, path: str, role: str, body: Any = None) -> bytes:
        headers = {"Authorization": f"Bearer {self.tokens[role]}", "Idempotency-Key": os.urandom(8).hex()}
        url, data = f"http://127.0.0.1:{self.port}/api/v1{path}", json.dumps(body).encode() if body else None
        with urllib.request.urlopen(
            urllib.request.Request(url, data, headers, method=method), timeout=START_S
        ) as answer:
            told: bytes = answer.read()
            return told

    def take(self) -> None:
        self.ask("POST", "/tickets", "kiosk", {"service": "elake", "language": "fi"})

    def events(self, *words: str) -> bytes:
        told = subprocess.run(
            [*LUUKKU, "events", "--data", str(self.data), *words], capture_output=True, timeout=60, check=True
        )
        assert told.stderr == b""
        return told.stdout


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    if running.process.poll() is None:
        running.end()


def stored(data: Path) -> list[bytes]:
    database = sqlite3.connect(data / "journal.db")
    rows = [bytes(body) for (body,) in database.execute("SELECT body FROM event ORDER BY seq")]
    database.close()
    return rows


def test_the_journal_comes_in_its_exact_bytes_from_the_daemon_and_from_the_file(daemon: Running) -> None:
    for _ in range(3):
        daemon.take()
    while b'"result":"confirmed"' not in (live := daemon.events("--json")):
        time.sleep(0.2)
    from_third = daemon.events("--json", "--from", "3")
    listed = daemon.events()
    assert listed.count(b"\n") >= live.count(b"\n")
    assert b"ticket.issued" in listed
    follower = subprocess.Popen([*LUUKKU, "events", "--data", str(daemon.data), "--follow", "--json", "--from", "1"],
                                stdout=subprocess.PIPE)  # fmt: skip
    assert follower.stdout is not None
    first = follower.stdout.readline()
    daemon.take()
    while b"ticket.issued.v1" not in (line := follower.stdout.readline()) or b'"number":"K004"' not in line:
        assert line
    follower.send_signal(signal.SIGINT)
    assert follower.wait(START_S) == 0
    follower.stdout.close()
    head = subprocess.run(f"{' '.join(LUUKKU)} events --data {daemon.data} --json | head -n 1", shell=True,
                          capture_output=True, timeout=60, check=True)  # fmt: skip
    assert (head.stdout, head.stderr) == (first, b"")
    assert stat.S_IMODE((daemon.data / "admin.sock").stat().st_mode) == 0o660
    assert daemon.end()[0] == 0
    bodies = stored(daemon.data)
    lines = b"".join(body + b"\n" for body in bodies)
    assert daemon.events("--json") == lines
    assert lines.startswith(live)
    assert first == bodies[0] + b"\n"
    assert b"".join(body + b"\n" for body in bodies[2:]).startswith(from_third)
    assert daemon.events("--json", "--from", str(len(bodies) + 1)) == b""


def test_a_second_daemon_on_the_same_journal_or_port_is_one_line_and_the_first_goes_on(
    daemon: Running, tmp_path: Path
) -> None:
    same = luukku("run", "--config", str(daemon.config), "--data", str(daemon.data), seconds=START_S)
    assert same.returncode == 1
    assert str(daemon.data / "journal.db") in one_line(same)
    other = luukku("run", "--config", str(daemon.config), "--data", str(tmp_path / "other"), seconds=START_S)
    assert other.returncode == 1
    assert str(daemon.port) in other.stderr.splitlines()[-1]
    assert "Traceback" not in other.stderr
    daemon.take()


def test_events_over_the_address_need_the_technicians_token(daemon: Running) -> None:
    words = [*LUUKKU, "events", "--url", f"http://127.0.0.1:{daemon.port}", "--json"]
    bare = {name: value for name, value in os.environ.items() if name != "LUUKKU_TOKEN"}
    refused = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=bare)
    assert refused.returncode == 1
    assert "403" in one_line(refused)
    token = {"LUUKKU_TOKEN": daemon.tokens["technician"]}
    before = daemon.events("--json")
    told = subprocess.run(words, capture_output=True, timeout=60, check=True, env=bare | token)
    assert told.stdout.startswith(before) and daemon.events("--json").startswith(told.stdout), "a point never rests"


def test_sigterm_ends_the_daemon_in_order_within_5_s_though_pages_hang_on_it(daemon: Running) -> None:
    took: list[float] = []
    while len(took) < TRIES and min(took, default=END_S) >= END_S:
        running = daemon if not took else Running(daemon.folder)
        lines = [hanging(running) for _ in range(2)]
        running.take()
        code, seconds = running.end()
        took.append(seconds)
        for line in lines:
            line.close()
        assert code == 0
        assert "Traceback" not in daemon.log.read_text("utf-8")
    assert min(took) < END_S, took
    again = Running(daemon.folder)
    assert again.end()[0] == 0, "the same data, the next day"


def hanging(daemon: Running) -> socket.socket:
    """A page that has its line and says nothing more."""
    line = socket.create_connection(("127.0.0.1", daemon.port))
    head = ["GET /api/v1/stream?view=tv HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
            f"Authorization: Bearer {daemon.tokens['tv']}"]  # fmt: skip
    line.sendall("\r\n".join([*head, "", ""]).encode())
    assert line.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 101"
    return line


def test_people_come_in_by_the_staff_door_over_tls_and_by_no_other(tmp_path: Path) -> None:
    port = free_port()
    daemon = Running(tmp_path, f"127.0.0.1:{port}")
    try:
        tls = ssl.create_default_context(cafile=str(daemon.data / "tls" / "staff.crt"))
        tls.check_hostname = False  # why: the box's own certificate names the box, not an address
        assert stat.S_IMODE((daemon.data / "tls").stat().st_mode) == 0o700
        for role, device, staff in (("staff", 403, 200), ("technician", 403, 200), ("kiosk", 403, 403)):
            headers = {"Authorization": f"Bearer {daemon.tokens[role]}"}
            assert status(f"http://127.0.0.1:{daemon.port}/api/v1/state", headers) == device, role
            assert status(f"https://127.0.0.1:{port}/api/v1/state", headers, tls) == staff, role
        assert status(f"https://127.0.0.1:{port}/counter/1", {}, tls) == 200
        assert status(f"http://127.0.0.1:{daemon.port}/counter/1", {}) == 403
        with pytest.raises(OSError):  # no plain HTTP at the staff door
            status(f"http://127.0.0.1:{port}/login", {})
    finally:
        code, _ = daemon.end()
    assert code == 0


def status(url: str, headers: dict[str, str], tls: ssl.SSLContext | None = None) -> int:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=START_S, context=tls
        ) as answer:
            code: int = answer.status
            return code
    except urllib.error.HTTPError as no:
        no.close()
        return no.code


def test_sigterm_ends_central_in_order_within_5_s(tmp_path: Path) -> None:
    took: list[float] = []
    while len(took) < TRIES and min(took, default=END_S) >= END_S:
        port = free_port()
        central = Daemon(tmp_path, "central", "--listen", f"127.0.0.1:{port}", "--data", str(tmp_path / "central"))
        central.hears("central at", str(port))
        code, seconds = central.end()
        took.append(seconds)
        assert code == 0
        assert "Traceback" not in central.log.read_text("utf-8")
    assert min(took) < END_S, took


def demo_port() -> int:
    """A port whose neighbours are free too."""
    while True:
        port = free_port()
        try:
            for offset in (10, 20, 21):
                with socket.socket() as line:
                    line.bind(("127.0.0.1", port + offset))
        except (OSError, OverflowError):
            continue
        return port


def test_a_second_demo_on_the_same_port_is_one_line_and_the_first_ends_in_order(tmp_path: Path) -> None:
    port = str(demo_port())
    demo = Daemon(tmp_path, "demo", "--port", port, "--data", str(tmp_path / "one"), "--no-browser")
    demo.hears("The wall:", f"http://127.0.0.1:{port}/wall")
    credentials = tmp_path / "one" / "demo-credentials.json"
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    told = json.loads(credentials.read_text("utf-8"))
    assert set(told) == {"point", "central", "sim", "tokens", "pids"}
    assert set(told["tokens"]) == {"kiosk", "staff", "technician", "central", "box", "expert"}
    second = luukku("demo", "--port", port, "--data", str(tmp_path / "two"), "--no-browser")
    assert second.returncode == 1
    assert f"port {port} is taken" in one_line(second)
    assert all(Path(f"/proc/{pid}").exists() for pid in told["pids"].values())
    code, _ = demo.end()
    assert code == 0
    assert not credentials.exists()
    deadline = time.monotonic() + START_S
    while any(Path(f"/proc/{pid}").exists() for pid in told["pids"].values()):
        assert time.monotonic() < deadline, "what it started is left"
        time.sleep(0.05)
