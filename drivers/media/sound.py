"""The booth's sound while its browser is away: microphone and loudspeaker over ALSA, or a made tone and a meter.

Each is a thread that blocks on its device; between it and the loop there are a few pieces of 20 ms, never a queue that
grows. No echo is cancelled here: this is for "we are coming back", not for a conversation (media.md, section 1).
"""

import array
import asyncio
import math
import os
import queue
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol

import av
import av.error
import structlog
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.frame import Frame

from drivers.media.letting_go import back, in_time
from drivers.media.slots import Run, SlotEnded

RATE = 48_000
PIECE = RATE // 50  # 20 ms
PIECES_MOST = 5  # 100 ms that wait for the network or the loudspeaker; then the oldest go
TONE_HZ, TONE_LEVEL = 440.0, 0.1  # a tenth of full scale
TONE_S, TONE_EACH_S = 0.3, 1.0  # a beep a second
AUDIBLE = 100  # of 32,767: whether a piece is sound, not silence
AGAIN_S = 0.3
ALSA_SETTINGS = "/usr/share/alsa/alsa.conf"  # Debian's libasound2-data, which Chromium brings

log = structlog.get_logger("media")


class Microphone(Protocol):
    """Blocks, in one thread. `is_made`: there is no device that could be held."""

    is_made: bool

    def pieces(self, until: threading.Event) -> Iterator[av.AudioFrame]:
        """Pieces of 20 ms, 48 kHz, mono, as they come. Raises OSError or FFmpegError when it cannot be had."""


class Tone:
    """A beep a second."""

    is_made = True

    def pieces(self, until: threading.Event) -> Iterator[av.AudioFrame]:
        second = [tone(begin) for begin in range(0, RATE, PIECE)]
        began = time.monotonic()
        count = 0
        while not until.wait(max(0.0, began + count / 50 - time.monotonic())):
            yield piece(second[count % len(second)])
            count += 1


class Alsa:
    """A microphone by its ALSA name, such as "default" or "hw:1"."""

    is_made = False

    def __init__(self, name: str) -> None:
        self._name = name

    def pieces(self, until: threading.Event) -> Iterator[av.AudioFrame]:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE, frame_size=PIECE)
        with av.open(self._name, format="alsa") as container:
            for frame in container.decode(audio=0):
                if until.is_set():
                    return
                frame.pts = None
                yield from resampler.resample(frame)


class SoundTrack(MediaStreamTrack):
    """A microphone as a track; open from its first piece to `stop`."""

    kind = "audio"

    def __init__(self, microphone: Microphone) -> None:
        super().__init__()
        self._run: Run[av.AudioFrame] = Run(most=PIECES_MOST)
        self._over = threading.Event()
        self._ended = asyncio.Event()
        self._home = asyncio.get_running_loop()
        self._is_made = microphone.is_made
        self._sent = 0
        threading.Thread(target=self._read, args=(microphone,), name="media-microphone", daemon=True).start()

    async def recv(self) -> Frame:
        if self.readyState != "live":
            raise MediaStreamError
        try:
            frame = await self._run.get()
        except SlotEnded:
            self.stop()
            raise MediaStreamError from None
        frame.pts, frame.time_base = self._sent, Fraction(1, RATE)
        self._sent += frame.samples
        return frame

    def stop(self) -> None:
        super().stop()
        self._over.set()
        self._run.end()

    async def let_go(self) -> bool:
        """Whether the device was closed in time."""
        self.stop()
        return await in_time(self._ended) or self._is_made

    @property
    def is_ended(self) -> bool:
        """Its device is closed."""
        return self._ended.is_set()

    def _read(self, microphone: Microphone) -> None:
        why = ""
        try:
            while not self._over.is_set():
                try:
                    self._take_pieces(microphone)
                except Exception as error:  # noqa: BLE001  why: the border of a thread, whatever a device's driver raises
                    if repr(error) != why:  # once, not each time
                        why = repr(error)
                        told("media_microphone", error)
                self._over.wait(AGAIN_S)  # absent, or its last holder lets it go just now
        finally:
            back(self._home, self._ended.set)

    def _take_pieces(self, microphone: Microphone) -> None:
        for frame in microphone.pieces(self._over):
            if not back(self._home, self._take, frame):
                self._over.set()  # the loop is closed: the process ends
            if self._over.is_set():
                return

    def _take(self, frame: av.AudioFrame) -> None:
        self._run.put(frame, is_key=True)


class Loudspeaker:
    """Plays pieces as they come; `name` None: a meter that only listens whether they are sound."""

    def __init__(self, name: str | None) -> None:
        self._name = name
        self._pieces: queue.Queue[av.AudioFrame | None] = queue.Queue(PIECES_MOST)
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self.heard = 0  # pieces that were sound
        threading.Thread(target=self._play, name="media-loudspeaker", daemon=True).start()

    def put(self, frame: av.AudioFrame) -> None:
        if loudness(frame) >= AUDIBLE:
            self.heard += 1
        self._push(frame)

    async def let_go(self) -> bool:
        self._push(None)
        return await in_time(self._ended) or self._name is None

    def _push(self, frame: av.AudioFrame | None) -> None:
        while True:
            try:
                self._pieces.put_nowait(frame)
                return
            except queue.Full:
                try:
                    self._pieces.get_nowait()
                except queue.Empty:
                    continue

    def _play(self) -> None:
        try:
            if self._name is None:
                while self._pieces.get() is not None:
                    pass
            else:
                self._sound(self._name)
        except Exception as error:  # noqa: BLE001  why: the border of a thread, whatever a device's driver raises
            told("media_loudspeaker", error)
        finally:
            back(self._loop, self._ended.set)

    def _sound(self, name: str) -> None:
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        with av.open(name, "w", format="alsa") as out:
            stream = out.add_stream("pcm_s16le", rate=RATE, layout="stereo")
            while (frame := self._pieces.get()) is not None:
                frame.pts = None
                for part in resampler.resample(frame):
                    out.mux(stream.encode(part))


def find_alsa() -> None:
    """Once, before any device is opened: the ALSA library inside PyAV's wheel looks for its settings where it was
    built, and opens nothing without them; Debian's are as good."""
    os.environ.setdefault("ALSA_CONFIG_PATH", ALSA_SETTINGS)


def tone(begin: int) -> bytes:
    """20 ms from sample `begin` of the second."""
    samples = array.array("h", bytes(2 * PIECE))
    for k in range(PIECE):
        at = (begin + k) / RATE
        if at % TONE_EACH_S < TONE_S:
            samples[k] = round(32_767 * TONE_LEVEL * math.sin(2 * math.pi * TONE_HZ * at))
    return samples.tobytes()


def piece(data: bytes) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(data) // 2)
    frame.sample_rate = RATE
    frame.planes[0].update(data)
    return frame


def loudness(frame: av.AudioFrame) -> int:
    """The largest sample of a piece of 16 bits, of every eighth."""
    samples = array.array("h", bytes(frame.planes[0])[: frame.samples * 2 * len(frame.layout.channels)])
    return max((abs(sample) for sample in samples[::8]), default=0)


def told(event: str, error: Exception) -> None:
    """In the log: a device's trouble in a word, what nobody foresaw as a whole."""
    if isinstance(error, av.error.FFmpegError | OSError):
        log.warning(event, why=str(error)[:120])
    else:
        log.error(event, exc_info=error)
