"""A camera: opened for its first watcher, open until `close`; one thread reads it, and every watcher gets its coded
pictures.

A `Device` is what a thread can read: V4L2 (v4l2.py) or made pictures (synthetic.py). A camera that is absent, busy or
breaks off is tried again while it is watched.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from drivers.media.handover import Handover
from drivers.media.letting_go import back, in_time
from drivers.media.slots import Run

AGAIN_S = 1.0
KNOWN_S = 2.0  # an absent camera delays an answer no longer
STILL_S = 8.0  # another format is set, the exposure settles, and the film goes on
HELD = "held"

Coding = Literal["h264", "mjpeg", "rawvideo"]
log = structlog.get_logger("media")


class CameraGone(Exception):
    """`reason`: "absent", "ambiguous", "no_access", "busy_elsewhere", "held", "broken"."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shot:
    """One coded picture. `data`: an H.264 access unit (Annex B), a JPEG, or raw lines. `at_ns`: of the monotonic
    clock. `size` and `pixels` (FFmpeg's name of the format) are told of raw lines, which do not tell it themselves."""

    data: bytes
    coding: Coding
    is_key: bool
    at_ns: int
    size: tuple[int, int] = (0, 0)
    pixels: str = ""


class Device(Protocol):
    """Both methods block, are called in one thread, and raise `CameraGone`. `coding`: of its film, as far as it is
    known without asking it. `is_made`: its pictures are, there is no device that could be held."""

    coding: Coding | None
    is_made: bool

    def film(self, until: threading.Event) -> Iterator[Shot]:
        """Open it, and give its pictures as they come; end soon after `until` is set, or when this is closed."""

    def still(self, until: threading.Event) -> bytes:
        """Open it, take one picture at the best that it can, as JPEG, and close it; give up when `until` is set."""


class Camera:
    """Opened by the first watcher, closed by `close` only: a peer that is renewed finds it open."""

    def __init__(self, name: str, device: Device) -> None:
        self.name = name
        self.state = "closed"  # "opening", "ready", "held", or the reason of `CameraGone`
        self.coding = device.coding
        self._coding_known = asyncio.Event()
        self._device = device
        self._watchers: set[Run[Shot]] = set()
        self._thread: _Reader | None = None
        self._leaving: list[_Reader] = []  # they were told to end
        self._sealed = False
        self.is_held = False
        self._loop = asyncio.get_running_loop()

    def seal(self) -> None:
        """Its session is over: whatever still asks for it, it is opened no more."""
        self._sealed = True

    def hold(self, on: bool) -> None:
        """Nobody sees anything of it until it is no longer held; its watchers stay, and go on then. At once; the
        device itself is closed soon after (`let_go`)."""
        if on == self.is_held:
            return
        self.is_held = on
        if on:
            self._dismiss()
            for run in self._watchers:
                run.cut()
        elif self._watchers and not self._sealed:
            self._begin()
        if self._thread is None:
            self._rest()

    def watch(self) -> Run[Shot]:
        """The pictures from now on, from a key picture."""
        run: Run[Shot] = Run()
        try:
            self._begin()
        except CameraGone as gone:
            if gone.reason != HELD:
                run.end()
                return run
        self._watchers.add(run)
        return run

    def leave(self, run: Run[Shot]) -> None:
        run.end()
        self._watchers.discard(run)

    async def known(self, within: float = KNOWN_S) -> Coding | None:
        """How it codes its film; it is opened to be asked. None: it did not tell in time, or is held."""
        if self.coding is None:
            with suppress(TimeoutError, CameraGone):
                self._begin()
                async with asyncio.timeout(within):
                    await self._coding_known.wait()
        return self.coding

    async def still(self) -> bytes:
        """A JPEG. Raises `CameraGone`, also when it takes too long."""
        future: Future[bytes] = Future()
        thread = self._begin()
        thread.wanted(future)
        try:
            async with asyncio.timeout(STILL_S):
                data = await asyncio.wrap_future(future)
        except TimeoutError:
            raise CameraGone("broken", "no still picture in time") from None
        except CameraGone:
            if self.is_held:
                raise CameraGone(HELD) from None
            raise
        if thread is not self._thread:  # it was taken just before the camera was held, or its session over
            raise CameraGone(HELD if self.is_held else "broken", "taken too late")
        return data

    async def close(self) -> bool:
        """End every watcher, let the device go; whether it did in time."""
        for run in list(self._watchers):
            self.leave(run)
        self._dismiss()
        self._rest()
        return await self.let_go()

    async def let_go(self) -> bool:
        """Whether the device is closed by all that were told to, in time."""
        leaving, self._leaving = self._leaving, []
        return all(await asyncio.gather(*(thread.has_ended() for thread in leaving))) or self._device.is_made

    def _dismiss(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.dismiss()
            self._leaving.append(thread)

    def _rest(self) -> None:
        self.state = HELD if self.is_held else "closed"

    def _begin(self) -> "_Reader":
        if self._sealed:
            raise CameraGone("broken", "its session is over")
        if self.is_held:
            raise CameraGone(HELD)
        if self._thread is None:
            self.state = "opening"
            self._thread = _Reader(self._device, self._loop, self._came, self._told)
            self._thread.start()
        return self._thread

    def _came(self, thread: "_Reader", shots: list[Shot]) -> None:
        if thread is not self._thread:
            return
        for shot in shots:
            self.state, self.coding = "ready", shot.coding
            for run in self._watchers:
                run.put(shot, is_key=shot.is_key)
        self._coding_known.set()

    def _told(self, thread: "_Reader", reason: str) -> None:
        if thread is self._thread and self.state != reason:
            self.state = reason
            log.warning("media_camera", camera=self.name, state=reason)


class _Reader(threading.Thread):
    """Reads one device until it is told to let go."""

    def __init__(
        self,
        device: Device,
        loop: asyncio.AbstractEventLoop,
        came: Callable[["_Reader", list[Shot]], None],
        told: Callable[["_Reader", str], None],
    ) -> None:
        super().__init__(name="media-camera", daemon=True)
        self._device, self._loop, self._told = device, loop, told
        self._shots = Handover[Shot](loop, lambda shots: came(self, shots))
        self._over = threading.Event()
        self._pause = threading.Event()  # ends the film: it is over, or a still is wanted
        self._stills: list[Future[bytes]] = []
        self._ended = asyncio.Event()
        self._odd = ""  # the last thing that nobody foresaw

    def wanted(self, future: "Future[bytes]") -> None:
        self._stills.append(future)
        self._pause.set()

    def dismiss(self) -> None:
        self._over.set()
        self._pause.set()

    async def has_ended(self) -> bool:
        return await in_time(self._ended)

    def run(self) -> None:
        try:
            while not self._over.is_set():
                self._pause.clear()
                try:
                    self._take_stills()
                    self._film()
                except Exception as error:  # noqa: BLE001  why: the border of a thread, whatever a camera's driver raises
                    gone = self._gone(error)
                    self._fail_stills(gone)
                    back(self._loop, self._told, self, gone.reason)
                    self._over.wait(AGAIN_S)
        finally:
            self._fail_stills(CameraGone("broken", "closed"))
            back(self._loop, self._ended.set)

    def _film(self) -> None:
        if self._over.is_set():
            return
        film = self._device.film(self._pause)
        for shot in film:
            if not self._shots.put(shot, is_key=shot.is_key):
                self._over.set()  # the loop is closed: the process ends
            if self._pause.is_set() or self._over.is_set():
                break
        close = getattr(film, "close", None)  # a generator's
        if close is not None:
            close()

    def _take_stills(self) -> None:
        while self._stills:
            future = self._stills.pop(0)
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._device.still(self._over))
                except Exception as error:  # noqa: BLE001  why: as in `run`, and who asked waits for an answer
                    future.set_exception(self._gone(error))

    def _fail_stills(self, gone: CameraGone) -> None:
        while self._stills:
            future = self._stills.pop(0)
            if future.set_running_or_notify_cancel():
                future.set_exception(gone)

    def _gone(self, error: Exception) -> CameraGone:
        if isinstance(error, CameraGone):
            return error
        if repr(error) != self._odd:  # once, not each second
            self._odd = repr(error)
            log.error("media_camera_odd", exc_info=error)
        return CameraGone("broken", type(error).__name__)
