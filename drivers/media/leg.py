"""The booth leg of one session, from `open` to `close`: its end of the wire, one peer after another (an epoch each),
cameras, files, emergency, and the word of how it all is."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog
from aiortc import RTCDataChannel
from aiortc.mediastreams import MediaStreamTrack

from controller.ports.media import File, FileNews, FromMedia, Leg, LegStats, Talk
from controller.ports.signalling import Ack, Body, Bye, Ice, IceConfig, Renew, Sdp, Signal, Wire
from drivers.media.capture import Camera
from drivers.media.channels import Channels
from drivers.media.emergency import Emergency
from drivers.media.errands import Errands
from drivers.media.offers import OfferRefused
from drivers.media.pace import Pace
from drivers.media.paths import Paths
from drivers.media.peer import Peer
from drivers.media.printing import PrintFailed, print_pdf
from drivers.media.renewal import Renewal
from drivers.media.tracks import DocumentTrack, PictureTrack

TICK_S = 1.0
REPORT_EACH = 2  # ticks
HEARD_MOST = 128  # bodies that wait for the one before: an answer takes 20 ms
ALONE_S = 30.0  # without the point and without a connection: the session is taken for over

log = structlog.get_logger("media")
Say = Callable[[FromMedia], None]


@dataclass(frozen=True, slots=True)
class Outfit:
    """What one booth has. `printer`: its queue."""

    document: Camera | None
    emergency: Emergency
    printer: str | None
    simulated: bool


class BoothLeg:
    """`say` is the line to the point."""

    def __init__(self, session: str, booth: str, ice: IceConfig, outfit: Outfit, say: Say) -> None:
        self.session, self.booth = session, booth
        self._outfit, self._say = outfit, say
        self._wire = Wire(session, "booth", "media", begins=False)
        self._renewal = Renewal(time.monotonic())
        self._peer: Peer | None = None
        self._epoch_at: float | None = None
        self._why = "new"
        self._reported = ""
        self._ticks = 0
        self._paths = Paths(ice)
        self._heard: asyncio.Queue[tuple[int, Body]] = asyncio.Queue(HEARD_MOST)
        self._channels = Channels(outfit.document, self._file)
        self._ears = Errands("media-ear")
        self._errands = Errands("media-leg")  # closings and papers
        self._heard_before = 0
        self._alone_since: float | None = None
        self._tasks = [
            asyncio.create_task(self._work(), name="media-leg"),
            asyncio.create_task(self._tick(), name="media-tick"),
        ]

    # --- from the point ---

    def opened_again(self, ice: IceConfig) -> None:
        """`ice` holds for the epochs to come."""
        self._paths.set(ice)

    def line(self, is_open: bool) -> None:
        """The line to the point came or went."""
        self._alone_since = None if is_open else time.monotonic()
        if is_open:
            self._reported = ""
            self._send(again=True)
            self._report()

    @property
    def is_forgotten(self) -> bool:
        """Neither the point nor the expert has been there for ALONE_S."""
        alone = self._alone_since
        return alone is not None and not self._is_up and time.monotonic() - alone > ALONE_S

    def heard(self, message: Signal | Ack) -> None:
        if message.from_ != "expert":
            return
        epoch = self._wire.epoch
        bodies = self._wire.hear(message)
        if self._wire.epoch != epoch:
            self._epoch_at = time.monotonic()
            self._empty()
        for body in bodies:
            if self._heard.full():
                log.warning("media_signals_many", session=self.session)
                break
            self._heard.put_nowait((self._wire.epoch, body))
        self._send()

    async def talk(self, told: Talk) -> bool:
        """Whether every device was let go in time."""
        let_go = True
        if told.up:
            let_go = await self._outfit.emergency.end()
        else:
            self._outfit.emergency.begin(camera=told.camera, microphone=told.microphone)
        self._changed()
        return let_go

    def hold(self, on: bool) -> None:
        """While it is, nobody sees the document, at once, and no still of it leaves."""
        if self._outfit.document is not None:
            self._outfit.document.hold(on)
            self._beat()

    def moved(self) -> None:
        """This machine has another address: aiortc has no other way than a new connection."""
        if self._peer is not None:
            log.info("media_renew", session=self.session, why="moved")
            self._wire.say(Renew(why="moved"))
            self._send()

    async def is_dark(self) -> bool:
        """After `hold`: whether the document camera was let go in time."""
        return self._outfit.document is None or await self._outfit.document.let_go()

    def print(self, file: str) -> None:
        taken = self._channels.shelf.take(file)
        if taken is not None:
            _, data = taken
            self._errands.begin(self._print(file, data))

    async def let_go(self) -> bool:
        """The session is over: its devices are closed, and stay so. Whether all were let go in time."""
        self._outfit.emergency.seal()
        if self._outfit.document is not None:
            self._outfit.document.seal()
        for task in self._tasks:
            task.cancel()
        try:
            await self._channels.close()  # a still that is being taken or asked for
        finally:
            waits = [self._outfit.emergency.end()]
            if self._outfit.document is not None:
                waits.append(self._outfit.document.close())
            let_go = all(await asyncio.gather(*waits))
        return let_go

    async def close(self) -> None:
        """The connection, and papers that are not out; after `let_go`."""
        self._errands.cancel()
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()
        self._ears.cancel()
        await asyncio.gather(*self._tasks, self._paths.close(), return_exceptions=True)
        await self._ears.ended()
        await self._errands.ended()

    # --- for the peer: its studio ---

    async def document(self, takes_h264: bool) -> DocumentTrack | PictureTrack | None:
        camera = self._outfit.document
        if camera is None:
            return None
        if takes_h264 and await camera.known() == "h264":
            return DocumentTrack(camera, Pace(time.monotonic()))
        return PictureTrack(camera)

    def emergency(self) -> tuple[MediaStreamTrack, MediaStreamTrack]:
        return self._outfit.emergency.tracks()

    def listen(self, track: MediaStreamTrack) -> None:
        self._ears.begin(self._outfit.emergency.listen(track))

    def channel(self, channel: RTCDataChannel) -> None:
        self._channels.opened(channel)
        self._beat()

    def changed(self) -> None:
        self._changed()

    # --- its own ---

    @property
    def _is_up(self) -> bool:
        return self._peer is not None and self._peer.state == "connected"

    async def _work(self) -> None:
        """What the expert's end said, one after the other."""
        while True:
            epoch, body = await self._heard.get()
            if epoch != self._wire.epoch:
                continue
            try:
                await self._act(epoch, body)
            except Exception:  # why: one epoch's trouble, whatever it is, must not end the session's next
                log.exception("media_leg", session=self.session)
                await self._drop("broken")

    async def _act(self, epoch: int, body: Body) -> None:
        match body:
            case Sdp(type="offer", sdp=sdp):
                await self._offered(epoch, sdp)
            case Ice(candidate=text, mid=mid, index=index):
                if self._peer is not None and self._peer.epoch == epoch:
                    await self._peer.candidate(text or None, mid, index)
            case Bye():
                await self._drop("bye")
            case Sdp() | Renew():  # an answer, or a word that only this end says
                log.warning("media_signal_odd", session=self.session, body=type(body).__name__)

    async def _offered(self, epoch: int, sdp: str) -> None:
        if self._peer is None or self._peer.epoch != epoch:
            await self._drop("renewed")
            servers = await self._paths.servers()
            if epoch != self._wire.epoch:
                return
            if servers is None:
                await self._drop("no_relay")
                return
            self._peer = Peer(epoch, servers, self._paths.ice.relay_only, self)
        try:
            answer = await self._peer.answer(sdp)
        except OfferRefused as refused:
            log.warning("media_offer_refused", session=self.session, why=refused.why, detail=str(refused)[:160])
            await self._drop(refused.why)
            return
        if epoch == self._wire.epoch:
            self._wire.say(Sdp(type="answer", sdp=answer))
            self._send()

    async def _drop(self, why: str) -> None:
        """Let the present connection go; its end takes its own time."""
        self._why = why
        peer, self._peer = self._peer, None
        self._channels.ended()
        if peer is not None:
            self._errands.begin(peer.close())
        self._report()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._ticks += 1
            try:
                await self._look()
            except Exception:  # why: a connection that ends just now may raise anything; the next look is due
                log.exception("media_leg_look", session=self.session)

    async def _look(self) -> None:
        """Ask for a new connection, say again what was not heard, report."""
        state = "new" if self._peer is None else self._peer.state
        if self._peer is None and self._why not in {"new", "renewed"}:
            state = "failed"
        if self._peer is not None and self._peer.is_blind:
            state = "failed"
        if (why := self._renewal.asks(state, self._epoch_at, time.monotonic())) is not None:
            log.info("media_renew", session=self.session, why=why)
            self._wire.say(Renew(why=why))
            self._send()
        if self._ticks % REPORT_EACH == 0:
            self._send(again=True)
            self._beat()
            self._report(await self._peer.stats() if self._peer is not None else LegStats())

    async def _print(self, file: str, data: bytearray) -> None:
        try:
            await print_pdf(data, self._outfit.printer, simulated=self._outfit.simulated)
        except PrintFailed as failed:
            self._channels.shelf.printed(file, failed.cause)
        else:
            self._channels.shelf.printed(file)

    def _beat(self) -> None:
        camera = self._outfit.document
        self._channels.beat({
            "emergency": self._outfit.emergency.is_on,
            "document": "none" if camera is None else camera.state,
        })  # fmt: skip

    def _changed(self) -> None:
        if self._peer is not None:
            state = self._peer.state
            self._why = state if state != "new" else self._why
            if state in {"failed", "closed"}:
                self._channels.ended()
        self._report()
        self._beat()

    def _report(self, stats: LegStats | None = None) -> None:
        """With statistics: each 2 s. Without: a change, told once."""
        up, emergency = self._is_up, self._outfit.emergency.is_on
        told = f"{up} {emergency} {self._why}"
        if stats is None and told == self._reported:
            return
        self._reported = told
        if stats is None:
            self._say(Leg(session=self.session, up=up, emergency=emergency, why=self._why))
            return
        heard = self._outfit.emergency.heard
        stats = msgspec.structs.replace(stats, heard=heard > self._heard_before)
        self._heard_before = heard
        self._say(Leg(session=self.session, up=up, emergency=emergency, why=self._why, stats=stats))

    def _send(self, *, again: bool = False) -> None:
        for message in self._wire.out(again=again):
            self._say(message)

    def _file(self, file: File) -> None:
        self._say(FileNews(session=self.session, file=file))

    def _empty(self) -> None:
        while not self._heard.empty():
            self._heard.get_nowait()
