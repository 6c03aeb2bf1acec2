"""One connection of the booth leg: the expert's page offers, this end answers. One epoch, one peer; what is broken is
replaced by the next epoch's, never mended (aiortc has no ICE restart; a new connection takes a third of a second).
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamTrack
from aiortc.stats import RTCOutboundRtpStreamStats, RTCRemoteInboundRtpStreamStats

from controller.ports.media import LegStats
from drivers.media import hooks, offers
from drivers.media.governor import Governor
from drivers.media.offers import Offer, OfferRefused
from drivers.media.tracks import DocumentTrack, PictureTrack

ANSWER_S = 8.0  # gathering at a TURN server that does not answer takes aiortc 5 s
CANDIDATE_S = 3.0  # a name in .local is asked of the local network
CLOSE_S = 2.0  # a TURN server that does not answer is not waited for
CHANNELS = ("ctl", "file")
OFFERS_FAULT = (ValueError, LookupError, InternalError, InvalidAccessError, InvalidStateError, OperationError)

log = structlog.get_logger("media")


class Studio(Protocol):
    """What a peer shows and who hears it."""

    async def document(self, takes_h264: bool) -> DocumentTrack | PictureTrack | None:
        """The document picture for a new connection; None: the booth has no such camera."""

    def emergency(self) -> tuple[MediaStreamTrack, MediaStreamTrack]:
        """Sound and picture, silent until the emergency."""

    def listen(self, track: MediaStreamTrack) -> None:
        """The expert's sound."""

    def channel(self, channel: RTCDataChannel) -> None:
        """A channel named in CHANNELS is open."""

    def changed(self) -> None:
        """The peer's `state` did."""


@dataclass
class _Before:
    """What the last look at the statistics saw."""

    at: float
    bytes: int = 0
    passed: int = 0


class Peer:
    """`state`: "new", "connecting", "connected", "failed" or "closed"."""

    def __init__(self, epoch: int, servers: Sequence[RTCIceServer], relay_only: bool, studio: Studio) -> None:
        self.epoch = epoch
        self._studio = studio
        self._kinds: tuple[str, ...] = ()
        self._document: DocumentTrack | PictureTrack | None = None
        self._documents: RTCRtpTransceiver | None = None  # its m-line
        self._governor: Governor | None = None  # of a picture that was encoded elsewhere
        self._candidates = 0
        self._channels = 0
        self._before = _Before(time.monotonic())
        self._connection = RTCPeerConnection(
            RTCConfiguration(
                iceServers=list(servers),  # never None: aiortc would ask a public server
                bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
                iceTransportPolicy=RTCIceTransportPolicy.RELAY if relay_only else RTCIceTransportPolicy.ALL,
            )
        )
        self._connection.on("connectionstatechange", studio.changed)
        self._connection.on("datachannel", self._opened)
        self._connection.on("track", self._heard)

    @property
    def state(self) -> str:
        return self._connection.connectionState

    @property
    def is_blind(self) -> bool:
        """Whether the document picture ended in mid connection: another camera, whose coding nobody was promised."""
        return self._document is not None and self._document.readyState == "ended"

    async def answer(self, sdp: str) -> str:
        """The answer to an offer, with every candidate of this end. Raises `OfferRefused`; anything else is
        this side's: a time-out, a server, a fault."""
        offer = offers.read(sdp)
        if self._kinds and self._kinds != offer.kinds:
            raise OfferRefused("layout", "another one than before")
        async with asyncio.timeout(ANSWER_S):
            if not self._kinds:
                await self._lay_out(offer)
            try:
                await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
                await self._connection.setLocalDescription(await self._connection.createAnswer())
            except OFFERS_FAULT as error:
                raise OfferRefused("malformed", f"{type(error).__name__}: {error}"[:120]) from error
        return self._connection.localDescription.sdp

    async def candidate(self, text: str | None, mid: str | None, index: int | None) -> None:
        """One of the expert's; those that are none, or too many, are let be."""
        found = None if text is None else offers.candidate(text, mid, index)
        if (text is not None and found is None) or self._candidates >= offers.CANDIDATES_MOST or not self._kinds:
            return
        self._candidates += 1
        try:
            async with asyncio.timeout(CANDIDATE_S):
                await self._connection.addIceCandidate(found)
        except Exception as error:  # noqa: BLE001  why: a candidate that anybody may have written ends no connection
            log.info("media_candidate", why=type(error).__name__)

    async def stats(self) -> LegStats:
        """Of the time since the last call."""
        now, before = time.monotonic(), self._before
        sent, rtt_ms, loss = 0, None, None
        report = await self._connection.getStats()
        document = self._documents.sender if self._documents is not None else None
        for entry in report.values():
            if isinstance(entry, RTCOutboundRtpStreamStats):
                sent += entry.bytesSent
            elif isinstance(entry, RTCRemoteInboundRtpStreamStats) and document and hooks.is_about(entry, document):
                rtt_ms = None if entry.roundTripTime is None else max(0.0, round(entry.roundTripTime * 1000, 1))
                loss = round(entry.fractionLost / 256, 3)
        track = self._document
        passed = 0 if track is None else track.passed
        self._before = _Before(now, sent, passed)
        if self._governor is not None:
            self._governor.look(now - before.at, rtt_ms)
        return LegStats(
            rtt_ms=rtt_ms,
            loss=loss,
            kbps=max(0, round((sent - before.bytes) * 8 / 1000 / max(0.1, now - before.at))),
            codec=None if track is None else "h264" if isinstance(track, DocumentTrack) else "vp8",
            video=passed > before.passed,
            thinned=isinstance(track, DocumentTrack) and track.pace.thins,
            relay=self.state == "connected" and hooks.is_relayed(self._connection),
        )

    async def close(self) -> None:
        """Within CLOSE_S."""
        if self._document is not None:
            self._document.stop()
        self._connection.remove_all_listeners()
        closing = asyncio.ensure_future(self._connection.close())
        done, _ = await asyncio.wait([closing], timeout=CLOSE_S)
        if not done:
            closing.cancel()
        elif closing.exception() is not None:
            log.info("media_peer_close", why=type(closing.exception()).__name__)

    async def _lay_out(self, offer: Offer) -> None:
        """Our tracks on the offer's m-lines, by what these are for; the document in a coding that both have."""
        self._kinds = offer.kinds
        sound, picture = self._studio.emergency() if "sound" in offer.roles else (None, None)
        for role in offer.roles:
            if role == "document":
                await self._add_document(offer.takes_h264)
            elif role == "sound" and sound is not None:
                self._connection.addTransceiver(sound, "sendrecv")
            elif role == "picture":
                self._prefer(self._connection.addTransceiver(picture or "video", "sendonly"), "video/vp8")

    async def _add_document(self, takes_h264: bool) -> None:
        track = self._document = await self._studio.document(takes_h264)
        transceiver = self._connection.addTransceiver(track or "video", "sendonly" if track else "inactive")
        self._prefer(transceiver, "video/h264" if isinstance(track, DocumentTrack) else "video/vp8")
        if track is not None:
            self._documents = transceiver
        if isinstance(track, DocumentTrack):
            self._governor = Governor(track, transceiver.sender)

    def _prefer(self, transceiver: object, coding: str) -> None:
        wanted = {coding, "video/rtx"}
        codecs = [one for one in RTCRtpSender.getCapabilities("video").codecs if one.mimeType.lower() in wanted]
        transceiver.setCodecPreferences(codecs)  # type: ignore[attr-defined]  # why: aiortc's own method, untyped

    def _opened(self, channel: RTCDataChannel) -> None:
        self._channels += 1
        if channel.label in CHANNELS and self._channels <= len(CHANNELS):
            self._studio.channel(channel)
        else:
            channel.close()

    def _heard(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._studio.listen(track)
