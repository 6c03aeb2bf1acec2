"""What systemd hears of a real daemon: ready when the doors answer, signs of life only while the disk takes writes."""

import os
import resource
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.cli import LUUKKU, point_toml
from tests.app.test_cli_daemon import free_port
from tests.journal.disks import TmpfsDisk, small_disk

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]  # a busy machine
HEARD_S = 60.0  # the machine may be busy
PERIOD_S = 1.5  # of the watchdog in these tests: a sign each half second
SILENT_S = 4 * PERIOD_S


class Systemd:
    """The socket at which systemd listens, and a daemon that was told of it."""

    def __init__(self, folder: Path, data: Path, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.heard: list[str] = []
        self.port = free_port()
        self.log = folder / "daemon.log"
        config = point_toml(folder, self.port)
        env = os.environ | {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(int(PERIOD_S * 1e6))}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*LUUKKU, "run", "--config", str(config), "--data", str(data)], stdout=log, stderr=log, env=env
            )

    def hears(self, word: str, within: float = HEARD_S) -> str | None:
        """The next message that has `word` in it; None when none comes in time."""
        deadline = time.monotonic() + within
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                said = self.socket.recv(4096).decode()
            except TimeoutError:
                return None
            self.heard.append(said)
            if word in said:
                return said
        return None

    def told_so_far(self) -> None:
        """Take what lies there, so that only what comes from now on is heard."""
        while self.hears("WATCHDOG=1", within=0.05):
            pass

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(HEARD_S)


class LimitedProcess:
    """Where nothing may be mounted: no file of that process may grow."""

    def __init__(self, pid: int) -> None:
        self._pid, self._before = pid, resource.prlimit(pid, resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (0, self._before[1]))

    def free(self) -> None:
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, self._before)


@pytest.fixture
def address(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Where systemd listens: a file, or a name that no file system has."""
    abstract = getattr(request, "param", "file") == "abstract"
    return f"@luukku-notify-{os.getpid()}-{time.time_ns()}" if abstract else str(tmp_path / "notify")


@pytest.fixture
def systemd(tmp_path: Path, address: str) -> Iterator[Systemd]:
    yield from heard_by(Systemd(tmp_path, tmp_path / "data", address))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Systemd, TmpfsDisk | LimitedProcess]]:
    with small_disk(tmp_path / "disk") as disk:
        for listening in heard_by(Systemd(tmp_path, disk.folder / "data", str(tmp_path / "notify"))):
            yield listening, disk if isinstance(disk, TmpfsDisk) else LimitedProcess(listening.process.pid)


def heard_by(listening: Systemd) -> Iterator[Systemd]:
    yield listening
    listening.process.kill()
    listening.process.wait()
    listening.socket.close()


@pytest.mark.parametrize("address", ["file", "abstract"], indirect=True)
def test_ready_comes_when_the_doors_answer_then_signs_of_life_and_stopping_at_the_end(systemd: Systemd) -> None:
    assert systemd.hears("READY=1") is not None, systemd.log.read_text()
    assert systemd.heard[-1] == "READY=1\nSTATUS=serving"
    with urllib.request.urlopen(f"http://127.0.0.1:{systemd.port}/healthz", timeout=HEARD_S) as answer:
        assert answer.status == 200
    assert systemd.heard == ["READY=1\nSTATUS=serving"], "nothing is said before it is ready"
    for _ in range(3):
        assert systemd.hears("WATCHDOG=1") == "WATCHDOG=1\nSTATUS=serving"
    assert systemd.end() == 0
    assert systemd.hears("STOPPING=1") is not None
    assert systemd.hears("=", within=0.2) is None, "nothing after the last word"


def test_no_sign_of_life_while_the_disk_hangs_although_the_pages_answer_nor_while_it_is_stopped(
    systemd: Systemd,
) -> None:
    assert systemd.hears("WATCHDOG=1") is not None, systemd.log.read_text()
    syncs = "fsync,fdatasync"
    strace = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={syncs}", "-e", f"inject={syncs}:delay_enter=600s",
         "-p", str(systemd.process.pid)], stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + HEARD_S
        while systemd.hears("WATCHDOG=1", within=SILENT_S):
            assert time.monotonic() < deadline, f"it goes on: {strace.poll()}"
        with urllib.request.urlopen(f"http://127.0.0.1:{systemd.port}/healthz", timeout=HEARD_S) as answer:
            assert answer.status == 200, "the process lives and its loop turns: only the disk does not"
    finally:
        strace.terminate()
        strace.communicate()
    assert systemd.hears("WATCHDOG=1") is not None, "the disk works again"
    systemd.process.send_signal(signal.SIGSTOP)
    systemd.told_so_far()
    assert systemd.hears("WATCHDOG=1", within=SILENT_S) is None
    systemd.process.send_signal(signal.SIGCONT)
    assert systemd.hears("WATCHDOG=1") is not None
    assert systemd.end() == 0


def test_on_a_full_disk_it_is_not_started_again_and_says_why(small: tuple[Systemd, TmpfsDisk | LimitedProcess]) -> None:
    """A new start would not make room; it would take away the pages that say what is wrong."""
    systemd, disk = small
    assert systemd.hears("WATCHDOG=1") is not None, systemd.log.read_text()
    disk.fill()
    while (said := systemd.hears("WATCHDOG=1")) == "WATCHDOG=1\nSTATUS=serving":
        pass  # the log still has a little room
    assert said is not None
    assert "no ticket can be stored" in said
    assert "journal.db" in said
    disk.free()
    while (said := systemd.hears("WATCHDOG=1")) != "WATCHDOG=1\nSTATUS=serving":
        assert said is not None
    assert systemd.end() == 0


def test_nobody_who_listens_is_nobody_who_is_waited_for(tmp_path: Path) -> None:
    """A NOTIFY_SOCKET that leads nowhere: the point serves all the same."""
    env = {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "300000"}
    port = free_port()
    words = [*LUUKKU, "run", "--config", str(point_toml(tmp_path, port)), "--data", str(tmp_path / "data")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | env) as daemon:
        assert daemon.stdout is not None
        assert b"at http://" in daemon.stdout.readline()
        time.sleep(1)
        assert daemon.poll() is None
        daemon.terminate()
        assert daemon.wait(HEARD_S) == 0
