"""One connection of a booth leg: which of its m-lines is which, whose figures are told, what an odd offer is called;
and the tracks that it sends."""

import asyncio
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.stats import RTCRemoteInboundRtpStreamStats
from structlog.testing import capture_logs

from controller.ports.media import FromMedia, Leg
from controller.ports.signalling import IceConfig, Renew, Sdp, Signal, Wire
from drivers.media import hooks, offers
from drivers.media.capture import Camera, CameraGone, Coding, Shot
from drivers.media.emergency import Emergency
from drivers.media.leg import BoothLeg, Outfit
from drivers.media.pace import Pace
from drivers.media.peer import Peer
from drivers.media.synthetic import SyntheticCamera
from drivers.media.tracks import DocumentTrack, PictureTrack

NO_STUN = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
PATIENCE_S = 60.0


class Far:
    """The expert's end."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(NO_STUN)

    async def offer(self, kinds: str) -> str:
        """m-lines: video, audio, document channels by their first letters."""
        for kind in kinds:
            if kind == "d":
                self.connection.createDataChannel("ctl")
            else:
                self.connection.addTransceiver("video" if kind == "v" else "audio", "recvonly")
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def connect(self, peer: Peer, kinds: str) -> None:
        answer = await peer.answer(await self.offer(kinds))
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(PATIENCE_S):
            while peer.state != "connected":
                await asyncio.sleep(0.01)


class Studio:
    """`BoothLeg`'s of a booth whose things are made."""

    def __init__(self) -> None:
        self.camera = Camera("one", SyntheticCamera("camera"))
        self._emergency = Emergency(None, None, None)

    async def document(self, takes_h264: bool) -> DocumentTrack | PictureTrack | None:
        return DocumentTrack(self.camera, Pace(0.0)) if takes_h264 else PictureTrack(self.camera)

    def emergency(self) -> tuple[MediaStreamTrack, MediaStreamTrack]:
        return self._emergency.tracks()

    def listen(self, track: MediaStreamTrack) -> None: ...

    def channel(self, channel: Any) -> None: ...

    def changed(self) -> None: ...


@pytest.mark.parametrize(
    ("kinds", "roles"),
    [
        ("vavd", ("document", "sound", "picture", "channels")), ("vd", ("document", "channels")),
        ("avd", ("sound", "picture", "channels")), ("ad", ("sound", "channels")), ("d", ("channels",)),
    ],
)  # fmt: skip
async def test_each_m_line_is_for_what_it_was_offered_for(kinds: str, roles: tuple[str, ...]) -> None:
    """Without a document the emergency's picture is none, and the document is never where another was offered."""
    far, studio = Far(), Studio()
    peer = Peer(1, [], False, studio)
    try:
        await far.connect(peer, kinds)
        assert offers.read(far.connection.localDescription.sdp).roles == roles
        for transceiver, role in zip(peer._connection.getTransceivers(), roles, strict=False):
            is_document = isinstance(transceiver.sender.track, DocumentTrack | PictureTrack)
            assert is_document is (role == "document") and (transceiver is peer._documents) is is_document
    finally:
        await far.connection.close()
        await peer.close()
        await studio.camera.close()


async def test_the_figures_of_the_document_are_those_of_its_own_m_line() -> None:
    """hooks.is_about is held to aiortc's ids: those of one sender are of that one, of no other."""
    far, studio = Far(), Studio()
    peer = Peer(1, [], False, studio)
    try:
        await far.connect(peer, "vavd")
        async with asyncio.timeout(PATIENCE_S):
            while (await peer.stats()).rtt_ms is None:
                await asyncio.sleep(0.1)
        senders = [transceiver.sender for transceiver in peer._connection.getTransceivers()]
        told = [await sender.getStats() for sender in senders]
        entries = [(n, entry) for n, report in enumerate(told) for entry in report.values()]
        mine = [(n, entry) for n, entry in entries if "outbound" in entry.type or "remote-inbound" in entry.type]
        assert any(isinstance(entry, RTCRemoteInboundRtpStreamStats) for _, entry in mine)
        for n, entry in mine:
            assert [hooks.is_about(entry, sender) for sender in senders] == [k == n for k in range(len(senders))]
    finally:
        await far.connection.close()
        await peer.close()
        await studio.camera.close()


@pytest.mark.parametrize("kinds", ["vd", "d"])
async def test_a_relayed_pair_is_told_with_pictures_and_with_channels_only(kinds: str) -> None:
    far, studio = Far(), Studio()
    peer = Peer(1, [], False, studio)
    try:
        assert not hooks.is_relayed(peer._connection)
        await far.connect(peer, kinds)
        assert not hooks.is_relayed(peer._connection)
        carried = peer._connection.sctp
        assert carried is not None
        pairs = list(carried.transport.transport._connection._nominated.values())
        assert pairs
        for pair in pairs:
            pair.local_candidate.type = "relay"
        assert hooks.is_relayed(peer._connection)
    finally:
        await far.connection.close()
        await peer.close()
        await studio.camera.close()


@pytest.mark.parametrize(("error", "why"), [
    (ValueError("ICE username fragment or password is missing"), "malformed"),
    (OSError("no network"), "broken"), (TypeError("a fault of ours"), "broken"), (TimeoutError(), "broken"),
])  # fmt: skip
async def test_only_what_the_offer_is_to_blame_for_is_called_malformed(
    monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    async def fails(self: RTCPeerConnection, description: RTCSessionDescription) -> None:
        raise error

    far, said = Far(), list[FromMedia]()
    leg = BoothLeg("r-1", "koppi", IceConfig(), Outfit(None, Emergency(None, None, None), None, False), said.append)
    wire = Wire("r-1", "booth", "expert", begins=True)
    wire.begin(1000)
    wire.say(Sdp(type="offer", sdp=await far.offer("d")))
    monkeypatch.setattr(RTCPeerConnection, "setRemoteDescription", fails)
    with capture_logs() as logs:
        for message in wire.out():
            leg.heard(message)
        async with asyncio.timeout(PATIENCE_S):
            while not any(isinstance(one, Leg) and one.why not in {"new", "renewed"} for one in said):
                await asyncio.sleep(0.01)
    assert {one.why for one in said if isinstance(one, Leg)} - {"new", "renewed"} == {why}
    assert ("media_leg" in {entry["event"] for entry in logs}) is (why == "broken"), "a fault is told as a whole"
    await leg.let_go()
    await leg.close()
    await far.connection.close()


class Plugged:
    """A camera that is pulled out after some pictures, and another one in its place: JPEGs of another size."""

    coding: Coding | None = None
    is_made = False

    def __init__(self) -> None:
        self.made = threading.Event()
        self._films = [film("libx264", (64, 48)), film("mjpeg", (96, 64))]

    def film(self, until: threading.Event) -> Iterator[Shot]:
        shots = self._films[0]
        while not until.wait(0.01):
            for shot in shots:
                if until.wait(0.01):
                    return
                yield shot
            if self.made.is_set() and len(self._films) > 1:
                self._films.pop(0)
                raise CameraGone("absent")

    def still(self, until: threading.Event) -> bytes:
        return b""


def film(codec: str, size: tuple[int, int]) -> list[Shot]:
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.time_base = *size, Fraction(1, 30)
    encoder.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    packets = []
    for n in range(5):
        frame = av.VideoFrame(*size, encoder.pix_fmt)
        for plane in frame.planes:
            plane.update(bytes([100]) * plane.buffer_size)
        frame.pts = n
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    coding: Coding = "mjpeg" if codec == "mjpeg" else "h264"
    at = iter(range(0, 10**12, 10**9))
    return [Shot(bytes(packet), coding, packet.is_keyframe, next(at), size) for packet in packets]


async def test_a_picture_goes_on_when_another_camera_is_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.media.capture.AGAIN_S", 0.01)
    device = Plugged()
    camera = Camera("one", device)
    track = PictureTrack(camera, fps=1000)
    monkeypatch.setattr(track, "_each_ns", 0)
    monkeypatch.setattr(track, "_stamped", lambda frame, shot: frame)
    frame: Any = await track.recv()
    assert (frame.width, frame.height) == (64, 48)
    device.made.set()
    async with asyncio.timeout(PATIENCE_S):
        while frame.width != 96:
            frame = await track.recv()
    assert await camera.close()


async def test_a_document_that_is_no_longer_h264_ends_instead_of_being_called_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drivers.media.capture.AGAIN_S", 0.01)
    device = Plugged()
    camera = Camera("one", device)
    track = DocumentTrack(camera, Pace(0.0))
    first: Any = await track.recv()
    assert bytes(first)[:3] in {b"\x00\x00\x00", b"\x00\x00\x01"}
    device.made.set()
    with pytest.raises(MediaStreamError):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                packet: Any = await track.recv()
                assert not bytes(packet).startswith(b"\xff\xd8")
    assert track.readyState == "ended"
    assert await camera.close()


async def test_another_camera_without_h264_makes_the_leg_ask_for_a_connection_that_can_show_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the expert would look at nothing until somebody loads a page anew."""
    monkeypatch.setattr("drivers.media.capture.AGAIN_S", 0.01)
    device, said = Plugged(), list[FromMedia]()
    studio, far = Studio(), Far()
    studio.camera = Camera("one", device)
    leg = BoothLeg("r-1", "koppi", IceConfig(), Outfit(studio.camera, studio._emergency, None, False), said.append)
    leg._peer, leg._epoch_at = Peer(1, [], False, studio), time.monotonic()
    try:
        await far.connect(leg._peer, "vd")
        assert not leg._peer.is_blind
        device.made.set()
        async with asyncio.timeout(PATIENCE_S):
            while not any(isinstance(one, Signal) and one.body == Renew(why="failed") for one in said):
                await asyncio.sleep(0.05)
        assert leg._peer.is_blind
    finally:
        await far.connection.close()
        await leg.let_go()
        await leg.close()
