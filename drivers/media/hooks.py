"""Every private part of aiortc 1.16 that this process touches, in one place; tests/media/test_hooks.py holds each to
what it does here. aiortc is pinned in pyproject.toml for their sake.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import aiortc.codecs.h264
import aiortc.codecs.vpx
from aiortc import RTCPeerConnection, RTCRtpSender
from aiortc import rtcrtpsender as senders
from aiortc.codecs import get_encoder
from aiortc.codecs.base import Encoder
from aiortc.codecs.opus import OpusEncoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, RtcpRrPacket, RtcpSrPacket, is_rtcp, unpack_remb_fci
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


class Valve(Protocol):
    """What decides how a picture's packets leave. Never slow: the connection's one ear waits for it."""

    def allows(self, bits_per_s: int) -> None:
        """The receiver estimates that the path takes so much (REMB)."""

    def missed(self, lost: int, highest: int) -> None:
        """So many packets did not arrive until now, of those up to this number: a receiver's report, some twenty a
        second."""

    def wait_s(self, octets: int) -> float:
        """How long the next packet must wait."""


def govern(sender: RTCRtpSender, valve: Valve) -> None:
    """Have `valve` decide over this sender, before or while it is connected. For good."""
    _hear(sender, valve)
    plain = sender.setTransport

    def through(transport: Any) -> None:
        plain(_Valved(transport, sender._ssrc, valve))  # type: ignore[arg-type]  # why: it stands in for one

    sender.setTransport = through  # type: ignore[method-assign]  # why: bundling gives a sender another transport
    through(sender.transport)


class _Valved:
    """A sender's transport: packets of its picture wait; reports, and what is sent again, do not."""

    def __init__(self, transport: Any, ssrc: int, valve: Valve) -> None:
        self._transport, self._ssrc, self._valve = transport, ssrc.to_bytes(4, "big"), valve

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    async def _send_rtp(self, data: bytes) -> None:
        if data[8:12] == self._ssrc and not is_rtcp(data) and (wait_s := self._valve.wait_s(len(data))):
            await asyncio.sleep(wait_s)
        await self._transport._send_rtp(data)


def forget_sent(sender: RTCRtpSender) -> None:
    """What left until now is not sent again, whoever asks for it."""
    history: dict[int, Any] = sender.__dict__["_RTCRtpSender__rtp_history"]
    history.clear()


def _hear(sender: RTCRtpSender, valve: Valve) -> None:
    plain = sender._handle_rtcp_packet

    async def heard(packet: Any) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            _estimate(packet, sender._ssrc, valve.allows)
        elif isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == sender._ssrc:
                    valve.missed(report.packets_lost, report.highest_sequence)
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
