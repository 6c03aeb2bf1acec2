"""The media process tells systemd that its loop turns; a frozen one is silent, and started anew by it."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from tests.media.daemon import PATIENCE_S, Daemon, MediaProcess

pytestmark = pytest.mark.system
PERIOD_S = 1.5  # of the watchdog: a sign each half second


async def test_it_is_ready_gives_signs_of_life_and_is_silent_while_frozen(
    tmp_path: Path, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, systemd = asyncio.get_running_loop(), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.setblocking(False)
    systemd.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", str(int(PERIOD_S * 1e6)))

    async def told(within_s: float) -> bytes:
        async with asyncio.timeout(within_s):
            return await loop.sock_recv(systemd, 4096)

    with systemd:
        async with MediaProcess(daemon.path) as media:
            await daemon.ready()
            heard = [await told(PATIENCE_S) for _ in range(4)]
            assert (heard[0], set(heard[1:])) == (b"READY=1", {b"WATCHDOG=1"})
            media.send(signal.SIGSTOP)
            with pytest.raises(TimeoutError):
                while True:  # what it had said before
                    await told(4 * PERIOD_S)
            media.send(signal.SIGCONT)
            assert await told(PATIENCE_S) == b"WATCHDOG=1"
