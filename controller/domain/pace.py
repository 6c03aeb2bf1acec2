"""How fast something may go: so much at once, then one by one."""

import msgspec


class Bucket(msgspec.Struct):
    """`burst` at once, then one each `every_s` seconds. Times are seconds of any clock that only goes forward."""

    burst: int
    every_s: float
    _left: float | None = None
    _since: float = 0.0

    def take(self, now: float) -> float:
        """0 when this one may go now, else the seconds until it may; then nothing was taken."""
        left = self._now(now)
        if left < 1:
            return (1 - left) * self.every_s
        self._left, self._since = left - 1, now
        return 0.0

    def owe(self, now: float) -> float:
        """Takes this one in any case: the seconds that its taker now waits, so as to have kept to the pace."""
        self._left, self._since = self._now(now) - 1, now
        return max(0.0, -self._left * self.every_s)

    def _now(self, now: float) -> float:
        left = float(self.burst) if self._left is None else self._left
        return min(float(self.burst), left + (now - self._since) / self.every_s)
