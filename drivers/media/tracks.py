"""What the peer sends: the document picture as the camera encoded it, or encoded here (slowly) where the receiver or
the camera has no H.264; and tracks that stay silent until the emergency.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import av
import av.error
from aiortc.mediastreams import VIDEO_CLOCK_RATE, VIDEO_TIME_BASE, MediaStreamError, MediaStreamTrack
from av.frame import Frame
from av.packet import Packet

from drivers.media.capture import Camera, Shot
from drivers.media.decoding import decoder
from drivers.media.pace import Pace
from drivers.media.slots import SlotEnded

SLOW_FPS = 8  # of what is encoded here: enough for a document, 0.05 of a core at 720p
WIDEST = 1280
NS = 1_000_000_000


class DocumentTrack(MediaStreamTrack):
    """The camera's own H.264, packet by packet. Never decoded, never encoded. A camera that gives anything else (it
    was plugged out, and another one in) ends it: the receiver was promised H.264."""

    kind = "video"

    def __init__(self, camera: Camera, pace: Pace) -> None:
        super().__init__()
        self.pace = pace
        self.bits = 0  # of what the camera made since the last look, thinned or not
        self.passed = 0  # pictures that left
        self._camera, self._run = camera, camera.watch()
        self._first_ns: int | None = None

    async def recv(self) -> "Packet[Any]":
        while True:
            shot = await _next(self, self._run.get)
            if shot.coding != "h264":
                self.stop()
                raise MediaStreamError
            self.bits += 8 * len(shot.data)
            if self.pace.passes(time.monotonic(), is_key=shot.is_key):
                self.passed += 1
                return self._packet(shot)

    def stop(self) -> None:
        super().stop()
        self._camera.leave(self._run)

    def _packet(self, shot: Shot) -> "Packet[Any]":
        if self._first_ns is None:
            self._first_ns = shot.at_ns
        packet = av.Packet(shot.data)
        packet.pts = (shot.at_ns - self._first_ns) * VIDEO_CLOCK_RATE // NS
        packet.time_base = VIDEO_TIME_BASE
        return packet


class PictureTrack(MediaStreamTrack):
    """The camera's pictures, decoded, `fps` a second and `widest` pixels wide at most, for an encoder here."""

    kind = "video"

    def __init__(self, camera: Camera, fps: int = SLOW_FPS, widest: int = WIDEST) -> None:
        super().__init__()
        self.passed = 0
        self._camera, self._run = camera, camera.watch()
        self._each_ns, self._widest = NS // fps, widest
        self._first_ns: int | None = None
        self._due_ns = 0
        self._decoder: av.VideoCodecContext | None = None
        self._decodes: tuple[object, ...] = ()

    async def recv(self) -> Frame:
        loop = asyncio.get_running_loop()
        while True:
            shot = await _next(self, self._run.get)
            due = shot.at_ns >= self._due_ns
            if not due and shot.coding != "h264":
                continue
            frame = await loop.run_in_executor(None, self._decoded, shot, due)
            if frame is not None and not self._camera.is_held:
                return self._stamped(frame, shot)

    def stop(self) -> None:
        super().stop()
        self._camera.leave(self._run)

    def _decoded(self, shot: Shot, due: bool) -> Frame | None:
        """In a thread. H.264 is decoded whole, as each picture needs the one before."""
        kind = shot.coding, shot.size, shot.pixels
        if self._decoder is None or kind != self._decodes:
            self._decoder, self._decodes = decoder(shot), kind
        try:
            frames = self._decoder.decode(av.Packet(shot.data))
        except av.error.FFmpegError:
            return None
        if not frames or not due:
            return None
        frame = frames[-1]
        width = min(self._widest, frame.width) // 2 * 2
        height = frame.height * width // frame.width // 2 * 2
        return frame.reformat(width=width, height=height, format="yuv420p")

    def _stamped(self, frame: Frame, shot: Shot) -> Frame:
        if self._first_ns is None:
            self._first_ns = self._due_ns = shot.at_ns
        self._due_ns = max(self._due_ns + self._each_ns, shot.at_ns + self._each_ns // 2)
        self.passed += 1
        frame.pts = (shot.at_ns - self._first_ns) * VIDEO_CLOCK_RATE // NS
        frame.time_base = VIDEO_TIME_BASE
        return frame


class GateTrack(MediaStreamTrack):
    """A track that gives nothing until a source is put behind it, and nothing again when that has ended. While it is
    shut it costs nothing: an aiortc sender without a track would look for one fifty times a second."""

    def __init__(self, kind: str, rate: int) -> None:
        super().__init__()
        self.kind = kind
        self._rate = rate
        self._source: MediaStreamTrack | None = None
        self._put = asyncio.Event()
        self._began_ns = 0
        self._offset = 0
        self._first: int | None = None

    def put(self, source: MediaStreamTrack) -> None:
        self.shut()
        self._source, self._first = source, None
        self._put.set()

    def shut(self) -> None:
        source, self._source = self._source, None
        self._put.clear()
        if source is not None:
            source.stop()

    def stop(self) -> None:
        super().stop()
        self.shut()

    async def recv(self) -> "Frame | Packet[Any]":
        while True:
            await self._put.wait()
            source = self._source
            if source is None:
                continue
            try:
                return self._timed(await source.recv())
            except MediaStreamError:
                if self._source is source:
                    self.shut()
                if self.readyState != "live":
                    raise

    def _timed(self, thing: "Frame | Packet[Any]") -> "Frame | Packet[Any]":
        """Each source counts from its own zero; what leaves goes on where the clock is."""
        assert thing.pts is not None and thing.time_base is not None
        now = time.monotonic_ns()
        if not self._began_ns:
            self._began_ns = now
        if self._first is None:
            self._first = thing.pts
            self._offset = (now - self._began_ns) * self._rate // NS
        ticks = int((thing.pts - self._first) * thing.time_base * self._rate)
        thing.pts, thing.time_base = self._offset + ticks, Fraction(1, self._rate)
        return thing


async def _next(track: MediaStreamTrack, get: Callable[[], Awaitable[Shot]]) -> Shot:
    if track.readyState != "live":
        raise MediaStreamError
    try:
        return await get()
    except SlotEnded:
        track.stop()
        raise MediaStreamError from None
