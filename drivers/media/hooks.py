"""Every private part of aiortc 1.16 that this process touches, in one place; tests/media/test_hooks.py holds each to
what it does here. aiortc is pinned in pyproject.toml for their sake.
"""

from collections.abc import Callable
from typing import Any

import aiortc.codecs.h264
import aiortc.codecs.vpx
from aiortc import RTCPeerConnection, RTCRtpSender
from aiortc import rtcrtpsender as senders
from aiortc.codecs import get_encoder
from aiortc.codecs.base import Encoder
from aiortc.codecs.opus import OpusEncoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, unpack_remb_fci
from aiortc.stats import RTCStats

# aiortc's floors do not fit a path of 300 kbit/s: its picture froze 29 s of 30, with these 4 s (media.md, section 5).
LEAST_BITS_PER_S = 60_000
SOUND_BITS_PER_S = 32_000  # Opus, wideband speech; aiortc's own is 96,000


def lower_floors() -> None:
    """Once, before the first connection: encoders that may go as low as a bad path needs."""
    aiortc.codecs.vpx.MIN_BITRATE = LEAST_BITS_PER_S
    aiortc.codecs.h264.MIN_BITRATE = LEAST_BITS_PER_S
    if senders.__dict__["get_encoder"] is not encoder:
        senders.__dict__["get_encoder"] = encoder


def encoder(codec: RTCRtpCodecParameters) -> Encoder:
    """aiortc's own for that codec; sound at SOUND_BITS_PER_S."""
    made = get_encoder(codec)
    if isinstance(made, OpusEncoder):
        made.codec.bit_rate = SOUND_BITS_PER_S
    return made


def hear_receiver(sender: RTCRtpSender, allowed: Callable[[int], None]) -> None:
    """What the receiver of this sender's picture estimates that the path takes (REMB, bits a second)."""
    plain = sender._handle_rtcp_packet

    async def heard(packet: Any) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            _estimate(packet, sender._ssrc, allowed)
        await plain(packet)

    sender._handle_rtcp_packet = heard  # type: ignore[method-assign]  # why: the hook itself


def _estimate(packet: RtcpPsfbPacket, ssrc: int, allowed: Callable[[int], None]) -> None:
    try:
        bits_per_s, ssrcs = unpack_remb_fci(packet.fci)
    except ValueError:
        return
    if ssrc in ssrcs:
        allowed(bits_per_s)


def is_about(entry: RTCStats, sender: RTCRtpSender) -> bool:
    """Whether an entry of the statistics is of that sender."""
    return entry.id.endswith(f"_{id(sender)}")


def is_relayed(connection: RTCPeerConnection) -> bool:
    """Whether the pair that carries the leg goes over TURN at our end. Its m-lines are bundled: any one's transport
    is all of theirs."""
    transceivers = connection.getTransceivers()
    carried = transceivers[0].sender if transceivers else connection.sctp
    if carried is None:
        return False
    pairs = carried.transport.transport._connection._nominated.values()
    return any(pair.local_candidate.type == "relay" for pair in pairs)
