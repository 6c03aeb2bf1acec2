"""A document picture that was encoded elsewhere, on its way: what its receiver says decides how much of it leaves."""

import time
from collections.abc import Callable

import structlog
from aiortc import RTCRtpSender

from drivers.media import hooks
from drivers.media.tracks import DocumentTrack

LOOK_S, LOOK_PACKETS = 0.8, 20  # of fewer nobody can say what share is lost
SILENT_S = 3.0  # without a report the path was away: what it lost then says nothing of how wide it is

log = structlog.get_logger("media")


class Governor:
    """Implements `hooks.Valve` for one track; the decisions are its `Pace`'s."""

    def __init__(self, track: DocumentTrack, sender: RTCRtpSender) -> None:
        self._track, self._sender = track, sender
        self._estimate: int | None = None
        self._missed: tuple[float, int, int] | None = None  # when, lost, highest: at the last look
        self._heard_at = 0.0
        hooks.govern(sender, self)

    def allows(self, bits_per_s: int) -> None:
        self._estimate = bits_per_s

    def missed(self, lost: int, highest: int) -> None:
        now, before, silent = time.monotonic(), self._missed, self._heard_at < time.monotonic() - SILENT_S
        self._heard_at = now
        if before is None or silent:
            self._missed = now, lost, highest
            return
        since, lost_before, highest_before = before
        if now - since < LOOK_S or (sent := highest - highest_before) < LOOK_PACKETS:
            return
        self._missed = now, lost, highest
        share = (lost - lost_before) / sent
        self._told(f"{share:.0%} lost", lambda: self._track.pace.lost(share, now))

    def wait_s(self, octets: int) -> float:
        return self._track.pace.wait_s(octets, time.monotonic())

    def look(self, seconds: float, rtt_ms: float | None) -> None:
        """Since the last look, so long ago: whether the path takes the whole picture by the receiver's estimate and
        by the round trip."""
        now, bits, estimate = time.monotonic(), self._track.bits, self._estimate
        self._track.bits = 0
        if estimate is not None and seconds > 0:
            leaves = round(bits / seconds)
            self._told(f"{estimate} bit/s allowed", lambda: self._track.pace.allowed(estimate, leaves, now))
        if rtt_ms is not None:
            self._told(f"{rtt_ms:.0f} ms", lambda: self._track.pace.took(rtt_ms, now))

    def _told(self, why: str, tell: Callable[[], None]) -> None:
        """What is missed of the whole when it is thinned is of no use any more, and would fill the path again."""
        was = self._track.pace.thins
        tell()
        if self._track.pace.thins and not was:
            log.info("media_thinned", why=why)
            hooks.forget_sent(self._sender)
