"""What this process relies on inside aiortc 1.16, held to what it is used for (drivers/media/hooks.py)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, rtcrtpsender
from aiortc.codecs import CODECS
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtpPacket,
    pack_remb_fci,
)

from drivers.media import hooks


def test_it_is_the_aiortc_that_these_hooks_were_read_in() -> None:
    assert version("aiortc").startswith("1.16.")


def test_encoders_may_go_as_low_as_a_bad_path_needs() -> None:
    hooks.lower_floors()
    for encoder in (Vp8Encoder(), H264Encoder()):
        encoder.target_bitrate = 1
        assert encoder.target_bitrate == hooks.LEAST_BITS_PER_S


def test_sound_leaves_at_speech_rate_and_a_second_call_changes_nothing() -> None:
    hooks.lower_floors()
    once = rtcrtpsender.__dict__["get_encoder"]
    hooks.lower_floors()
    assert rtcrtpsender.__dict__["get_encoder"] is once is hooks.encoder
    encoder: Any = once(CODECS["audio"][0])
    assert encoder.codec.bit_rate == hooks.SOUND_BITS_PER_S


class Ear:
    """A valve that notes what it is told, and lets everything through but a little later."""

    def __init__(self) -> None:
        self.allowed: list[int] = []
        self.lost: list[tuple[int, int]] = []
        self.octets: list[int] = []

    def allows(self, bits_per_s: int) -> None:
        self.allowed.append(bits_per_s)

    def missed(self, lost: int, highest: int) -> None:
        self.lost.append((lost, highest))

    def wait_s(self, octets: int) -> float:
        self.octets.append(octets)
        return 0.0


@asynccontextmanager
async def a_peer() -> AsyncIterator[RTCPeerConnection]:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    try:
        yield peer
    finally:
        await peer.close()


async def test_estimates_and_losses_are_heard_and_everything_is_passed_on() -> None:
    async with a_peer() as peer:
        sender = peer.addTransceiver("video", "sendonly").sender
        passed_on: list[object] = []
        plain, ear = sender._handle_rtcp_packet, Ear()

        async def listened(packet: Any) -> None:
            passed_on.append(packet)
            await plain(packet)

        sender._handle_rtcp_packet = listened
        hooks.govern(sender, ear)
        ssrc = sender._ssrc
        told: list[Any] = [
            RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=pack_remb_fci(400_000, [ssrc])),
            RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=pack_remb_fci(100_000, [ssrc ^ 1])),
            RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=b"junk"),
            RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=ssrc),
            RtcpRrPacket(ssrc=1, reports=[report(ssrc, 7), report(ssrc ^ 1, 8)]),
        ]
        for packet in told:
            await sender._handle_rtcp_packet(packet)
        assert len(ear.allowed) == 1 and abs(ear.allowed[0] - 400_000) < 2_000
        assert ear.lost == [(7, 4000)]
        assert passed_on == told


def report(ssrc: int, lost: int) -> RtcpReceiverInfo:
    return RtcpReceiverInfo(
        ssrc=ssrc, fraction_lost=0, packets_lost=lost, highest_sequence=4000, jitter=0, lsr=0, dlsr=0
    )


class Wire:
    """A transport that notes what leaves."""

    state, _stats_id = "connected", "wire"

    def __init__(self) -> None:
        self.left: list[bytes] = []

    async def _send_rtp(self, data: bytes) -> None:
        self.left.append(data)


async def test_packets_of_the_picture_wait_and_reports_and_repeats_do_not_on_whatever_transport_it_is_given() -> None:
    async with a_peer() as peer:
        sender, ear, wire = peer.addTransceiver("video", "sendonly").sender, Ear(), Wire()
        hooks.govern(sender, ear)
        sender.setTransport(wire)  # type: ignore[arg-type]  # why: as bundling does, with another one
        assert sender.transport._stats_id == "wire"
        ours, repeat = (RtpPacket(payload_type=96, ssrc=ssrc, payload=bytes(50)) for ssrc in (sender._ssrc, 7))
        for data in (ours.serialize(), repeat.serialize(), bytes(RtcpRrPacket(ssrc=sender._ssrc))):
            await sender.transport._send_rtp(data)
        assert ear.octets == [len(ours.serialize())] and len(wire.left) == 3


async def test_what_left_before_is_not_sent_again_once_it_is_forgotten() -> None:
    async with a_peer() as peer:
        sender, wire = peer.addTransceiver("video", "sendonly").sender, Wire()
        sender.setTransport(wire)  # type: ignore[arg-type]  # why: what leaves is seen there
        history = sender.__dict__["_RTCRtpSender__rtp_history"]
        history[5] = RtpPacket(payload_type=96, sequence_number=5, ssrc=sender._ssrc, payload=bytes(50))
        nack = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=sender._ssrc, lost=[5])
        await sender._handle_rtcp_packet(nack)
        assert len(wire.left) == 1
        hooks.forget_sent(sender)
        await sender._handle_rtcp_packet(nack)
        assert len(wire.left) == 1


async def test_a_pair_that_is_not_relayed_is_told_apart() -> None:
    config = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    one, other = RTCPeerConnection(config), RTCPeerConnection(config)
    try:
        channel = one.createDataChannel("ctl")
        opened = asyncio.Event()
        channel.on("open", opened.set)
        await one.setLocalDescription(await one.createOffer())
        await other.setRemoteDescription(one.localDescription)
        await other.setLocalDescription(await other.createAnswer())
        await one.setRemoteDescription(other.localDescription)
        await opened.wait()
        assert one.sctp is not None
        nominated = one.sctp.transport.transport._connection._nominated
        assert nominated and not hooks.is_relayed(one)
        next(iter(nominated.values())).local_candidate.type = "relay"
        assert hooks.is_relayed(one)
    finally:
        await one.close()
        await other.close()
