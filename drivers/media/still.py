"""A still picture of the document at the camera's full resolution, sent to the expert on `file` piece by piece, never
faster than it leaves."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress

import msgspec
from aiortc import RTCDataChannel

from controller.ports.media import File, FileState
from drivers.media.capture import HELD, Camera, CameraGone
from drivers.media.files import CHUNK_MOST, GOT_EACH, Header

AHEAD = 256 * 1024  # bytes that wait in the channel
LOOK_S = 1.0
SENT_S = 120.0  # longer than that: the path is dead
STILL_MOST = 16 * 1024 * 1024


class StillFailed(Exception):
    """`why` is said to the expert."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def take(camera: Camera) -> bytes:
    """A JPEG. Raises `StillFailed`."""
    try:
        data = await camera.still()
    except CameraGone as gone:
        raise StillFailed(gone.reason) from gone
    if len(data) > STILL_MOST:
        raise StillFailed("too_large")
    return data


async def send(
    channel: RTCDataChannel, id_: str, data: bytes, news: Callable[[File], None], is_held: Callable[[], bool]
) -> None:
    """Header and bytes. Raises `StillFailed` when the channel ends or takes too long, or the picture is held."""
    header = Header(id=id_, name=f"{id_}.jpg", kind="still", size=len(data), sha256=hashlib.sha256(data).hexdigest())
    low = asyncio.Event()
    channel.bufferedAmountLowThreshold = AHEAD // 2
    channel.on("bufferedamountlow", low.set)
    try:
        async with asyncio.timeout(SENT_S):
            _put(channel, msgspec.json.encode(header).decode())
            news(picture(header, 0))
            for at in range(0, len(data), CHUNK_MOST):
                await _room(channel, low)
                if is_held():
                    raise StillFailed(HELD)
                _put(channel, data[at : at + CHUNK_MOST])
                if at % GOT_EACH == 0 and at:
                    news(picture(header, at))
            news(picture(header, len(data)))
    except TimeoutError:
        raise StillFailed("too_slow") from None
    finally:
        channel.remove_listener("bufferedamountlow", low.set)


def picture(header: Header, got: int) -> File:
    state: FileState = "ready" if got == header.size else "coming"
    return File(id=header.id, name=header.name, kind="still", size=header.size, got=got, state=state)


async def _room(channel: RTCDataChannel, low: asyncio.Event) -> None:
    """Until not too much waits in the channel."""
    while channel.bufferedAmount > AHEAD:
        _alive(channel)
        low.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await low.wait()


def _alive(channel: RTCDataChannel) -> None:
    if channel.readyState != "open":
        raise StillFailed("channel_closed")


def _put(channel: RTCDataChannel, data: bytes | str) -> None:
    _alive(channel)
    channel.send(data)
