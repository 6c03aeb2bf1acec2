"""What this process relies on inside aiortc 1.16, held to what it is used for (drivers/media/hooks.py)."""

import asyncio
from importlib.metadata import version
from typing import Any

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, rtcrtpsender
from aiortc.codecs import CODECS
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtp import RTCP_PSFB_APP, RTCP_PSFB_PLI, RtcpPsfbPacket, pack_remb_fci

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


async def test_estimates_are_heard_and_everything_is_passed_on() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    try:
        sender = peer.addTransceiver("video", "sendonly").sender
        allowed: list[int] = []
        passed_on: list[int] = []
        plain = sender._handle_rtcp_packet

        async def listened(packet: Any) -> None:
            passed_on.append(packet.fmt)
            await plain(packet)

        sender._handle_rtcp_packet = listened
        hooks.hear_receiver(sender, allowed.append)
        assert sender._handle_rtcp_packet.__name__ == "heard"
        ssrc = sender._ssrc
        await sender._handle_rtcp_packet(
            RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=pack_remb_fci(400_000, [ssrc]))
        )
        await sender._handle_rtcp_packet(
            RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=pack_remb_fci(100_000, [ssrc ^ 1]))
        )
        await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=b"junk"))
        await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=ssrc))
        assert len(allowed) == 1 and abs(allowed[0] - 400_000) < 2_000
        assert passed_on == [RTCP_PSFB_APP, RTCP_PSFB_APP, RTCP_PSFB_APP, RTCP_PSFB_PLI]
    finally:
        await peer.close()


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
