"""The two data channels of a booth leg: `ctl` (stills are asked for, this end's heartbeat) and `file`. Whatever comes
that is none of their words is let be; what is too long ends the channel."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import structlog
from aiortc import RTCDataChannel
from msgspec import Meta

from controller.ports.media import File, FileId
from drivers.media import still
from drivers.media.capture import Camera
from drivers.media.files import TEXT_MOST, Got, Header, Shelf, read_text

STILLS_WAITING = 3
STILLS_MOST = 500  # of one session
UNREAD_MOST = 256 * 1024  # bytes of words that the other end does not take: it is no page of ours

log = structlog.get_logger("media")


class _Ctl(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """Base of text messages on `ctl`."""


class StillWanted(_Ctl, frozen=True, kw_only=True, tag="still"):
    id: FileId


class Beat(_Ctl, frozen=True, kw_only=True, tag="beat"):
    """The other end's sign of life."""

    n: Annotated[int, Meta(ge=0)] = 0


_read_ctl = msgspec.json.Decoder(StillWanted | Beat).decode


class Channels:
    """Those of one session, over all its connections: files outlive a connection, a transfer does not."""

    def __init__(self, camera: Camera | None, news: Callable[[File], None]) -> None:
        self._camera, self._news = camera, news
        self._ctl: RTCDataChannel | None = None
        self._file: RTCDataChannel | None = None
        self._stills: asyncio.Queue[str] = asyncio.Queue(STILLS_WAITING)
        self._asked: set[str] = set()
        self._taker: asyncio.Task[None] | None = None
        self._beats = 0
        self.shelf = Shelf(self._say, news)

    def opened(self, channel: RTCDataChannel) -> None:
        if channel.label == "ctl":
            self._ctl = channel
            channel.on("message", lambda data: self._ctl_said(channel, data))
        else:
            self._file = channel
            self.shelf.broken()
            channel.on("message", lambda data: self._file_said(channel, data))
        if self._taker is None:
            self._taker = asyncio.create_task(self._take_stills(), name="media-stills")

    def beat(self, told: dict[str, Any]) -> None:
        """This end's sign of life, and how it is."""
        self._beats += 1
        self._send(self._ctl, {"t": "beat", "n": self._beats, **told}, UNREAD_MOST)

    def ended(self) -> None:
        """The connection is gone; another may come."""
        self._ctl = self._file = None
        self.shelf.broken()

    async def close(self) -> None:
        self.ended()
        self.shelf.purge()
        if self._taker is not None:
            self._taker.cancel()
            await asyncio.wait([self._taker])

    def _say(self, told: dict[str, Any]) -> None:
        self._send(self._file, told, UNREAD_MOST + still.AHEAD)  # a still that is on its way waits there too

    def _send(self, channel: RTCDataChannel | None, told: dict[str, Any], most: int) -> None:
        if channel is None or channel.readyState != "open":
            return
        if channel.bufferedAmount > most:
            self._end(channel, "unread")
        else:
            channel.send(msgspec.json.encode(told).decode())

    def _ctl_said(self, channel: RTCDataChannel, data: str | bytes) -> None:
        if not isinstance(data, str) or len(data) > TEXT_MOST:
            self._end(channel, "too_long")
            return
        try:
            said = _read_ctl(data)
        except (msgspec.MsgspecError, RecursionError):
            return
        if isinstance(said, StillWanted) and said.id not in self._asked:
            if self._stills.full() or len(self._asked) >= STILLS_MOST:
                self._say({"t": "refused", "id": said.id, "why": "too_many"})
                return
            self._asked.add(said.id)
            self._stills.put_nowait(said.id)

    def _file_said(self, channel: RTCDataChannel, data: str | bytes) -> None:
        if channel is not self._file:
            return
        if isinstance(data, bytes):
            self.shelf.chunk(data)
            return
        if len(data) > TEXT_MOST:
            self._end(channel, "too_long")
            return
        try:
            said = read_text(data)
        except (msgspec.MsgspecError, RecursionError):
            self._refuse_header(data)
            return
        if isinstance(said, Header):
            self.shelf.begin(said)
        elif isinstance(said, Got):
            log.debug("media_still_got", bytes=said.bytes)

    def _refuse_header(self, data: str) -> None:
        """A header that is none: its bytes, which follow, belong to nothing."""
        self.shelf.broken()
        try:
            id_ = msgspec.json.decode(data, type=_HasId).id
        except (msgspec.MsgspecError, RecursionError):
            return
        self._say({"t": "refused", "id": id_, "why": "bad_header"})

    def _end(self, channel: RTCDataChannel, why: str) -> None:
        log.warning("media_channel_ended", channel=channel.label, why=why)
        channel.close()

    async def _take_stills(self) -> None:
        while True:
            id_ = await self._stills.get()
            try:
                await self._take_still(id_)
            except still.StillFailed as failed:
                self._failed(id_, failed.why)
            except Exception:  # why: one still's trouble, whatever it is, must not end the session's next
                log.exception("media_still")
                self._failed(id_, "broken")

    async def _take_still(self, id_: str) -> None:
        camera = self._camera
        if camera is None:
            raise still.StillFailed("no_camera")
        data = await still.take(camera)
        if self._file is None:
            raise still.StillFailed("channel_closed")
        await still.send(self._file, id_, data, self._news, lambda: camera.is_held)

    def _failed(self, id_: str, why: str) -> None:
        self._say({"t": "refused", "id": id_, "why": why})
        self._news(File(id=id_, name=f"{id_}.jpg", kind="still", size=0, got=0, state="failed", cause=why))


class _HasId(msgspec.Struct):
    id: FileId
