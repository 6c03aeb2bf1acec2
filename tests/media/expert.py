"""An expert's end of a booth leg by aiortc: offers, watches, sends files, and can lie."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any, Self

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, pack_remb_fci
from av import AudioFrame, VideoFrame

from controller.ports.media import FromMedia
from controller.ports.signalling import Ack, Body, Sdp, Signal, Wire
from drivers.media import stamp
from tests.media.daemon import PATIENCE_S, Daemon

NO_STUN = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
SEAT = 1_795_970_000


class Expert:
    """One expert in one session, at the other end of the daemon's line. `h264` False: as a fresh Firefox."""

    def __init__(
        self,
        daemon: Daemon,
        session: str = "r-1",
        *,
        h264: bool = True,
        voice: MediaStreamTrack | None = None,
        config: RTCConfiguration = NO_STUN,
    ) -> None:
        self.daemon, self.session, self.h264, self.voice, self.config = daemon, session, h264, voice, config
        self.wire = Wire(session, "booth", "expert", begins=True)
        self.pictures: list[int | None] = []  # the stamps of the document's pictures
        self.emergency = 0  # pictures of the emergency
        self.sounds = 0  # pieces of the emergency's sound that were no silence
        self.size = (0, 0)
        self.files: dict[str, bytes] = {}  # that came whole, by id
        self.said: list[dict[str, Any]] = []  # on `file` and `ctl`
        self.renewals: list[str] = []
        self.answers = 0
        self.k = 0
        self.peer: RTCPeerConnection | None = None
        self.tamper: Callable[[str], str] = lambda sdp: sdp  # what is done to the offer on its way
        self._header: dict[str, Any] | None = None
        self._bytes = bytearray()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._news = asyncio.Event()
        self._closed: list[RTCPeerConnection] = []
        daemon.hears.append(self._heard)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.daemon.hears.remove(self._heard)
        await self.leave()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def leave(self) -> None:
        peer, self.peer = self.peer, None
        if peer is not None:
            await peer.close()

    async def offer(self, layout: str = "vavd") -> None:
        """Begin a new epoch."""
        await self.leave()
        self.k += 1
        self.wire.begin(SEAT * 1000 + self.k)
        peer = self.peer = RTCPeerConnection(self.config)
        for place, kind in enumerate(layout):
            if kind == "v":
                self._prefer(peer.addTransceiver("video", "recvonly"))
            elif kind == "a" and self.voice is not None:
                peer.addTransceiver(self.voice, "sendrecv")
            elif kind == "a":
                peer.addTransceiver("audio", "recvonly")
            elif kind == "d":
                self.ctl = peer.createDataChannel("ctl")
                self.file = peer.createDataChannel("file")
                self.ctl.on("message", self._ctl_said)
                self.file.on("message", self._file_said)
            assert place < 4
        peer.on("track", self._watch)
        await peer.setLocalDescription(await peer.createOffer())
        self.say(Sdp(type="offer", sdp=self.tamper(peer.localDescription.sdp)))

    async def connect(self, layout: str = "vavd") -> None:
        """An epoch that came about."""
        await self.offer(layout)
        await self.until(lambda: self.peer is not None and self.peer.connectionState == "connected")
        if layout.endswith("d"):
            await self.until(lambda: self.file.readyState == "open" and self.ctl.readyState == "open")

    def say(self, body: Body) -> None:
        self.wire.say(body)
        self.flush()

    def flush(self, *, again: bool = False) -> None:
        for message in self.wire.out(again=again):
            self.daemon.say(message)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.02)

    async def pictures_come(self, count: int = 10) -> None:
        """So many more pictures whose stamp is whole."""
        have = len(self.stamps)
        await self.until(lambda: len(self.stamps) >= have + count)

    @property
    def stamps(self) -> list[int]:
        return [stamp for stamp in self.pictures if stamp is not None]

    def ask_still(self, id_: str) -> None:
        self.ctl.send(json.dumps({"t": "still", "id": id_}))

    def send_file(self, id_: str, data: bytes, *, name: str = "lomake.pdf", chunk: int = 16_384, **header: Any) -> None:
        told = {"t": "file", "id": id_, "name": name, "kind": "print", "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(), **header}  # fmt: skip
        self.file.send(json.dumps(told))
        for at in range(0, len(data), chunk):
            self.file.send(data[at : at + chunk])

    async def estimate(self, bits_per_s: int) -> None:
        """Tell the booth what the path takes of the document picture (REMB), as a browser on a narrow line would."""
        assert self.peer is not None
        receiver = self.peer.getTransceivers()[0].receiver
        ssrc = receiver.getSynchronizationSources()[0].source
        fci = pack_remb_fci(bits_per_s, [ssrc])
        await receiver._send_rtcp(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=fci))

    async def told(self, t: str, id_: str | None = None) -> dict[str, Any]:
        """What the media process said on a channel."""

        def found() -> list[dict[str, Any]]:
            return [said for said in self.said if said["t"] == t and id_ in {None, said.get("id")}]

        await self.until(lambda: bool(found()))
        return found()[-1]

    def _heard(self, message: FromMedia) -> None:
        if isinstance(message, Signal) and message.epoch == 0:
            self.renewals.append(message.body.why)  # type: ignore[union-attr]  # why: only a renew comes here
        if isinstance(message, Signal | Ack):
            for body in self.wire.hear(message):
                if isinstance(body, Sdp) and self.peer is not None:
                    self.answers += 1
                    self._task(self.peer.setRemoteDescription(RTCSessionDescription(body.sdp, body.type)))
            self.flush()

    def _prefer(self, transceiver: Any) -> None:
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in codecs if self.h264 or c.mimeType != "video/H264"])

    def _watch(self, track: MediaStreamTrack) -> None:
        assert self.peer is not None
        receivers = [t.receiver for t in self.peer.getTransceivers() if t.kind == "video"]
        is_document = bool(receivers) and track is receivers[0].track
        self._task(self._see(track, is_document))

    async def _see(self, track: MediaStreamTrack, is_document: bool) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, AudioFrame):
                    self.sounds += max(abs(s) for s in memoryview(bytes(frame.planes[0])).cast("h")) > 100
                elif not is_document:
                    self.emergency += 1
                elif isinstance(frame, VideoFrame):
                    self.pictures.append(stamp_of(frame))
                    self.size = (frame.width, frame.height)
        except MediaStreamError:
            return

    def _ctl_said(self, data: str | bytes) -> None:
        assert isinstance(data, str)
        self.said.append(json.loads(data))

    def _file_said(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            assert self._header is not None
            self._bytes += data
            if len(self._bytes) == self._header["size"]:
                assert hashlib.sha256(self._bytes).hexdigest() == self._header["sha256"]
                self.files[self._header["id"]] = bytes(self._bytes)
            return
        told = json.loads(data)
        self.said.append(told)
        if told["t"] == "file":
            self._header, self._bytes = told, bytearray()

    def _task(self, doing: Any) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def stamp_of(frame: VideoFrame) -> int | None:
    plane = frame.planes[0]
    row = stamp.middle_row(frame.height)
    line = bytes(plane)[row * plane.line_size : row * plane.line_size + frame.width]
    return stamp.read(line, frame.width)


Channel = RTCDataChannel
