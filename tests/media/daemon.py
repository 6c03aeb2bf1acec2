"""The point's end of DIR/media.sock, small, for tests of the media process and of whoever speaks with it; and the real
process, to start, freeze and kill.

    async with Daemon(tmp_path / "media.sock") as daemon, MediaProcess(daemon.path) as media:
        await daemon.ready()
        daemon.open("r-1")
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from controller.ports.media import FromMedia, Health, Hello, read_from_media

M = TypeVar("M")
PATIENCE_S = 45.0  # a busy machine; nothing waits so long when all is well
BOOTH = {"id": "koppi", "document_camera": "/dev/video0", "camera": "/dev/video2", "microphone": "default",
         "printer": "koppi"}  # fmt: skip


class Daemon:
    """Listens; `said` is what media processes said, in order, over all their lines. Handlers in `hears` get each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[FromMedia] = []
        self.hears: list[Callable[[FromMedia], None]] = []
        self.lines = 0  # that were ever opened
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._line, self.path, limit=1 << 20)

    async def stop(self) -> None:
        """As a daemon that died: no line, no socket."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None
        self.path.unlink(missing_ok=True)
        if self._tasks:
            await asyncio.wait(self._tasks)

    def say(self, message: Any) -> None:
        """A message, as a document or a struct."""
        self.raw(msgspec.json.encode(message) + b"\n")

    def raw(self, data: bytes) -> None:
        assert self._writer is not None, "no media process is there"
        self._writer.write(data)

    async def ready(self, booths: tuple[dict[str, Any], ...] = (BOOTH,), *, simulated: bool = True) -> Hello:
        """Wait for a media process, and tell it what there is."""
        hello = await self.wait(Hello)
        self.configure(booths, simulated=simulated)
        await self.wait(Health)
        return hello

    def configure(self, booths: tuple[dict[str, Any], ...] = (BOOTH,), *, simulated: bool = True) -> None:
        self.say({"t": "config", "booths": booths, "simulated": simulated})

    def open(self, session: str, booth: str = "koppi", **ice: Any) -> None:
        """`ice`: servers, relay_only."""
        self.say({"t": "open", "session": session, "booth": booth, "ice": {"servers": [], "relay_only": False, **ice}})

    def close_session(self, session: str) -> None:
        self.say({"t": "close", "session": session})

    def talk(self, session: str, *, up: bool) -> None:
        self.say({"t": "talk", "session": session, "up": up})

    async def wait(self, kind: type[M], that: Callable[[M], bool] = lambda _: True, *, since: int = 0) -> M:
        """The first message of that kind for which `that` holds, from place `since` of `said` on."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self._news.clear()
                for message in self.said[since:]:
                    if isinstance(message, kind) and that(message):
                        return message
                await self._news.wait()

    @property
    def mark(self) -> int:
        return len(self.said)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writer, self.lines = writer, self.lines + 1
        try:
            while line := await reader.readline():
                message = read_from_media(line)
                self.said.append(message)
                self._news.set()
                for hears in list(self.hears):
                    hears(message)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            if self._writer is writer:
                self._writer = None


class MediaProcess:
    """`python -m drivers.media`, for real. Its log is `log`."""

    def __init__(self, socket: Path, *more: str, simulated: bool = True) -> None:
        self._command = [sys.executable, "-m", "drivers.media", "--socket", str(socket), *more]
        if simulated:
            self._command.append("--simulated")
        self.log = socket.with_suffix(".log")
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, where: TracebackType | None) -> None:
        if self._process is not None and self._process.returncode is None:
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._process.wait()
            finally:
                await self.kill()
        if kind is not None:
            sys.stderr.write(self.log.read_text())

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*self._command, stderr=log, stdout=log)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def exit(self) -> int | None:
        return None if self._process is None else self._process.returncode

    async def wait(self) -> int:
        assert self._process is not None
        async with asyncio.timeout(PATIENCE_S):
            return await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of its log with that event."""
        lines = (line for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [found for line in lines if (found := msgspec.json.decode(line))["event"] == event]

    def open_devices(self) -> list[str]:
        """What it holds open under /dev that is a camera or sound."""
        found = []
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                target = os.readlink(entry)
            except OSError:
                continue
            if target.startswith(("/dev/video", "/dev/snd", "/dev/media")):
                found.append(target)
        return found

    def cpu_s(self) -> float:
        """Seconds of processor that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
