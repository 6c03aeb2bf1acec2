"""One end of one leg in aiortc: a connection an epoch, signals through whoever stands between (docs/remote-service.md).

aiortc gathers all its candidates before it describes itself, cannot take back an offer and cannot restart ICE: what is
broken is replaced by a new epoch.
"""

import asyncio
from collections.abc import Callable, Iterable

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.rtcconfiguration import RTCIceTransportPolicy
from aiortc.sdp import candidate_from_sdp

from controller.ports import signalling
from controller.ports.signalling import AGAIN_S, Ack, Body, Bye, Ice, IceConfig, Message, Renew, Sdp, Signal, Wire
from drivers.media.sim.synthetic import Sink

HEARD_MOST = 10_000  # characters of a channel kept
Say = Callable[[Message], None]
Furnish = Callable[[RTCPeerConnection], Iterable[RTCDataChannel]]  # adds tracks; gives the channels that it made
Notice = Callable[..., None]  # what happened, and facts by name


class LegEnd:
    """`run` it as a task; `hear` what comes from the line; `again` after a line was opened anew."""

    def __init__(
        self, wire: Wire, *, seat: int | None, ice: IceConfig, furnish: Furnish, say: Say, notice: Notice
    ) -> None:
        """`seat`: of the end that begins epochs; None at the other."""
        self.wire = wire
        self.up = asyncio.Event()
        self.channels: dict[str, RTCDataChannel] = {}
        self.heard: dict[str, str] = {}
        self.sinks: list[Sink] = []
        self.pc: RTCPeerConnection | None = None
        self._seat, self._epoch = seat, (seat or 0) * 1000
        self._ice, self._furnish, self._say, self._notice = ice, furnish, say, notice
        self._todo: asyncio.Queue[tuple[int, Body]] = asyncio.Queue()

    @property
    def leg(self) -> signalling.Leg:
        return self.wire.leg

    async def run(self) -> None:
        """Until cancelled; then the connection is closed. What nobody foresaw is noticed as a fault, and ends it."""
        try:
            await self._live()
        except Exception as fault:  # noqa: BLE001  # why: the border of a task that nobody waits for
            self._notice("fault", leg=self.leg, why=repr(fault))
        finally:
            await self._close()

    async def _live(self) -> None:
        if self._seat is not None:
            await self._begin()
        while True:
            try:
                async with asyncio.timeout(AGAIN_S):
                    epoch, body = await self._todo.get()
            except TimeoutError:
                await self._look_after()
            else:
                await self._do(epoch, body)

    def hear(self, message: Signal | Ack) -> None:
        for body in self.wire.hear(message):
            self._todo.put_nowait((self.wire.epoch, body))
        self._tell()

    def again(self) -> None:
        """Everything that nobody acknowledged, once more."""
        self._tell(again=True)

    def bye(self) -> None:
        """Tell the far end that this connection is over."""
        self.wire.say(Bye())
        self._tell()

    def write(self, channel: str, text: str) -> bool:
        """False when that channel is not open."""
        known = self.channels.get(channel)
        if known is None or known.readyState != "open":
            return False
        known.send(text)
        return True

    async def _do(self, epoch: int, body: Body) -> None:
        if isinstance(body, Renew):
            await self._begin()
            return
        if epoch != self.wire.epoch:
            return  # of a connection that is over
        try:
            await self._obey(body)
        except (InvalidStateError, ValueError) as problem:
            self._notice("refused", leg=self.leg, body=type(body).__name__.lower(), why=str(problem))

    async def _obey(self, body: Body) -> None:
        match body:
            case Sdp(type="offer"):
                await self._answer(body.sdp)
            case Sdp() if self.pc is not None and self.pc.signalingState == "have-local-offer":
                await self.pc.setRemoteDescription(RTCSessionDescription(body.sdp, "answer"))
            case Ice(candidate=str() as told) if self.pc is not None:
                candidate = candidate_from_sdp(told.removeprefix("candidate:"))
                candidate.sdpMid, candidate.sdpMLineIndex = body.mid, body.index
                await self.pc.addIceCandidate(candidate)
            case Bye():
                self._notice("bye", leg=self.leg)
                await self._close()
            case _:
                return

    async def _begin(self) -> None:
        await self._close()
        self._epoch = max(self._epoch, self.wire.overtaken) + 1
        self.wire.begin(self._epoch)
        pc = self._fresh()
        for channel in self._furnish(pc):
            self._open(channel)
        await pc.setLocalDescription(await pc.createOffer())
        self._describe(pc)

    async def _answer(self, sdp: str) -> None:
        pc = self.pc
        is_new = pc is None or self._epoch != self.wire.epoch
        if pc is None or is_new:
            await self._close()
            self._epoch = self.wire.epoch
            pc = self._fresh()
        if pc.signalingState == "have-local-offer":
            if self._seat is not None:
                await self._begin()  # both offered at once, and aiortc cannot take its offer back
            return
        await pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        if is_new:
            for channel in self._furnish(pc):
                self._open(channel)
        await pc.setLocalDescription(await pc.createAnswer())
        self._describe(pc)

    def _fresh(self) -> RTCPeerConnection:
        pc = self.pc = RTCPeerConnection(configuration(self._ice))
        pc.on("track", self._watch)
        pc.on("datachannel", self._open)
        pc.on("connectionstatechange", lambda: self._changed(pc))
        return pc

    def _watch(self, track: MediaStreamTrack) -> None:
        self.sinks.append(Sink(track, lambda: self._notice("flows", leg=self.leg, kind=track.kind, epoch=self._epoch)))

    def _open(self, channel: RTCDataChannel) -> None:
        self.channels[channel.label] = channel
        channel.on("message", lambda text: self._read(channel.label, text))

    def _read(self, channel: str, text: str | bytes) -> None:
        if isinstance(text, str):
            self.heard[channel] = (self.heard.get(channel, "") + text)[-HEARD_MOST:]
            self._notice("text", leg=self.leg, channel=channel, characters=len(text))

    def _changed(self, pc: RTCPeerConnection) -> None:
        if pc is not self.pc:
            return
        state = pc.connectionState
        self._notice(state, leg=self.leg, epoch=self._epoch)
        if state == "connected":
            self.up.set()
        else:
            self.up.clear()

    async def _look_after(self) -> None:
        """Nothing came for a while: say again what was not heard, and replace what is broken."""
        self._tell(again=True)
        broken = self.pc is not None and self.pc.connectionState in {"failed", "closed"}
        if not (broken or self.wire.is_dead or self.wire.overtaken):
            return
        if self._seat is not None:
            await self._begin()
        else:
            self.wire.say(Renew(why="broken"))
            self._tell()

    def _describe(self, pc: RTCPeerConnection) -> None:
        told = pc.localDescription
        self.wire.say(Sdp(type="offer" if told.type == "offer" else "answer", sdp=told.sdp))
        self._tell()

    def _tell(self, *, again: bool = False) -> None:
        for message in self.wire.out(again=again):
            self._say(message)

    async def _close(self) -> None:
        pc, self.pc = self.pc, None
        sinks, self.sinks = self.sinks, []
        self.channels = {}
        self.up.clear()
        for sink in sinks:
            await sink.end()
        if pc is not None:
            await pc.close()


def configuration(ice: IceConfig) -> RTCConfiguration:
    """Nothing but what was given: aiortc's own default would ask a public server."""
    servers = [
        RTCIceServer(urls=list(one.urls), username=one.username or None, credential=one.credential or None)
        for one in ice.servers
    ]
    policy = RTCIceTransportPolicy.RELAY if ice.relay_only else RTCIceTransportPolicy.ALL
    return RTCConfiguration(servers, policy, RTCBundlePolicy.MAX_BUNDLE)
