"""How much of a document picture that was encoded elsewhere may leave: all of it, or a key picture now and then.

A camera's own H.264 cannot be made thinner, so that a narrow path would be filled by it and the conversation beside it
starved. When the receiver's estimate (REMB) falls below what leaves, when much is lost, or when packets come ever
later, only key pictures leave, and of those one each KEY_S, as a camera may make two a second that are the most of what
it makes, and each drop by drop, as the conversation's next words would stand behind it. What then arrives says nothing
of what would fit: the whole is tried again after a while, ever more seldom while that fails. In a try the estimate is
as low as what was thinned, and stays so (Chromium): only its fall is a word.
"""

import math

TRY_AGAIN_S = 30.0
TRY_MOST_S = 60.0
PROVEN_S = 15.0  # a try that went well so long is forgotten as a failure
FITS = 0.85  # of what leaves: an estimate lags behind
FELL = 0.95  # of the highest estimate since the whole leaves
SETTLE_S = 3.0  # after a turn, before the estimate says anything about it
LOST, MUCH_LOST = 0.12, 0.25  # of the packets, in two looks in a row, and at once: a path that is only bad loses less
LATE_MS = 250.0  # beyond the shortest round trip, in two looks in a row: a queue that is never full loses nothing
KEY_S, FIRST_KEY_S = 8.0, 4.0  # between two, and before the first: until then the path gets rid of what fills it
DRIP_BITS_PER_S = 120_000  # a quarter of the narrowest path that a conversation is promised on


class Pace:
    """Time is seconds of any steady clock."""

    def __init__(self, now: float) -> None:
        self.thins = False
        self._since = now
        self._wait_s = TRY_AGAIN_S
        self._key_at = now - KEY_S
        self._free_at = now  # when the next packet may drop
        self._lossy = self._late = 0  # looks in a row
        self._peak = 0  # of the estimates while the whole leaves
        self._shortest_ms = math.inf  # round trip since the picture was last thinned

    def allowed(self, bits_per_s: int, leaves_bits_per_s: int, now: float) -> None:
        """The receiver's estimate, and what left in the last seconds while nothing was thinned."""
        if self.thins:
            return
        self._peak = max(self._peak, bits_per_s)
        if now - self._since < SETTLE_S:
            return
        if bits_per_s < FITS * leaves_bits_per_s and bits_per_s < FELL * self._peak:
            self._turn(True, now)
        elif now - self._since > PROVEN_S:
            self._wait_s = TRY_AGAIN_S

    def lost(self, share: float, now: float) -> None:
        """What the receiver missed lately, of 1."""
        self._lossy = self._lossy + 1 if share >= LOST and not self.thins else 0
        if self._lossy >= 2 or (share >= MUCH_LOST and not self.thins):
            self._turn(True, now)

    def took(self, round_trip_ms: float, now: float) -> None:
        """How long a packet and the word of it took lately."""
        self._shortest_ms = min(self._shortest_ms, round_trip_ms)
        self._late = self._late + 1 if round_trip_ms > self._shortest_ms + LATE_MS and not self.thins else 0
        if self._late >= 2:
            self._turn(True, now)

    def wait_s(self, octets: int, now: float) -> float:
        """How long a packet of a picture that passes must wait."""
        if not self.thins:
            return 0.0
        at = max(self._free_at, now)
        self._free_at = at + 8 * octets / DRIP_BITS_PER_S
        return at - now

    def passes(self, now: float, *, is_key: bool) -> bool:
        """Whether this picture leaves. The whole is tried again at a key picture, as the others need it."""
        if self.thins and is_key and now - self._since >= self._wait_s:
            self._wait_s = min(TRY_MOST_S, self._wait_s * 2)
            self._turn(False, now)
        if self.thins and is_key and now - self._key_at >= KEY_S:
            self._key_at = now
            return True
        return not self.thins

    def _turn(self, thins: bool, now: float) -> None:
        self.thins, self._since = thins, now
        self._lossy = self._late = self._peak = 0
        if thins:
            self._shortest_ms = math.inf  # the path may be another one
        self._key_at = now - KEY_S + FIRST_KEY_S
