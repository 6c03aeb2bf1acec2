"""A camera and a microphone that are not there, and sinks that count what comes from a far end."""

import asyncio
import contextlib
import fractions
from collections.abc import Callable

import av
from aiortc import MediaStreamTrack, VideoStreamTrack
from aiortc.mediastreams import MediaStreamError

from drivers.media import sound

WIDTH, HEIGHT = 320, 240
SECOND = tuple(sound.tone(begin) for begin in range(0, sound.RATE, sound.PIECE))
GREY, BAR = 96, 220
FLOWS = 10


class Camera(VideoStreamTrack):
    """A bar that wanders over grey, 30 pictures a second."""

    def __init__(self) -> None:
        super().__init__()
        self._n = 0

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = picture(self._n)
        self._n += 1
        frame.pts, frame.time_base = pts, time_base
        return frame


class Microphone(MediaStreamTrack):
    """A beep a second, in steps of 20 ms: as drivers.media.sound.Tone, without its thread."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._n = 0
        self._began_s: float | None = None

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        if self._began_s is None:
            self._began_s = loop.time()
        await asyncio.sleep(max(0.0, self._began_s + self._n * sound.PIECE / sound.RATE - loop.time()))
        frame = sound.piece(SECOND[self._n % len(SECOND)])
        frame.pts, frame.time_base = self._n * sound.PIECE, fractions.Fraction(1, sound.RATE)
        self._n += 1
        return frame


class Sink:
    """Takes everything that a track brings and counts it; ends by itself when the track does. `flows` is called once,
    when FLOWS frames have come."""

    def __init__(self, track: MediaStreamTrack, flows: Callable[[], None]) -> None:
        self.kind: str = track.kind
        self.frames = 0
        self._flows = flows
        self._task = asyncio.create_task(self._take(track))

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _take(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                await track.recv()
                self.frames += 1
                if self.frames == FLOWS:
                    self._flows()


def picture(n: int) -> av.VideoFrame:
    """The n-th picture."""
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    luma = frame.planes[0]
    at = n * 4 % WIDTH
    row = bytearray([GREY]) * luma.line_size
    row[at : at + 16] = bytes([BAR]) * len(row[at : at + 16])
    luma.update(bytes(row) * HEIGHT)
    for chroma in frame.planes[1:]:
        chroma.update(bytes([128]) * chroma.buffer_size)
    return frame
