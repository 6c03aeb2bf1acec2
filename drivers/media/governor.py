"""A document picture that was encoded elsewhere, on its way: what its receiver says decides how much of it leaves."""

import time

import structlog
from aiortc import RTCRtpSender

from drivers.media import hooks
from drivers.media.tracks import DocumentTrack

log = structlog.get_logger("media")


class Governor:
    """Implements `hooks.Valve` for one track; the decisions are its `Pace`'s."""

    def __init__(self, track: DocumentTrack, sender: RTCRtpSender) -> None:
        self._track, self._sender = track, sender
        self._estimate: int | None = None
        hooks.govern(sender, self)

    def allows(self, bits_per_s: int) -> None:
        self._estimate = bits_per_s

    def missed(self, share: float) -> None:
        was = self._track.pace.thins
        self._track.pace.lost(share, time.monotonic())
        self._turned(was, f"{share:.0%} lost")

    def wait_s(self, octets: int) -> float:
        return self._track.pace.wait_s(octets, time.monotonic())

    def look(self, seconds: float) -> None:
        """Since the last look, so long ago: whether the path takes the whole picture by the receiver's estimate."""
        bits, self._track.bits = self._track.bits, 0
        if self._estimate is None or seconds <= 0:
            return
        was = self._track.pace.thins
        self._track.pace.allowed(self._estimate, round(bits / seconds), time.monotonic())
        self._turned(was, f"{self._estimate} bit/s allowed")

    def _turned(self, was: bool, why: str) -> None:
        """What is missed of the whole is of no use any more, and would fill the path again."""
        if self._track.pace.thins and not was:
            log.info("media_thinned", why=why)
            hooks.forget_sent(self._sender)
