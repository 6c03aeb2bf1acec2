"""When this end asks the expert's page for a new connection (`renew`): after a start, when the connection failed, and
when none came about; again while nothing changes, ever more seldom. Pure; time is seconds of a steady clock."""

BEGIN_S = 1.5  # after `open`: an offer that is on its way needs no asking
STUCK_S = 12.0  # a connection that is not there so long after its offer
GOOD_S = 5.0  # a connection that held so long is none that fails again and again
WAITS_S = (3.0, 6.0, 10.0)  # between two words; the last one for ever


class Renewal:
    def __init__(self, now: float) -> None:
        self._said = 0
        self._next = now + BEGIN_S

    def asks(self, state: str, epoch_at: float | None, now: float) -> str | None:
        """The word to say now, or None. `epoch_at`: when the present epoch began, None before the first; `state` of
        its connection."""
        if state == "connected" and epoch_at is not None:
            if now - epoch_at > GOOD_S:
                self._said, self._next = 0, now
            return None
        trouble = _trouble(state, epoch_at, now)
        if trouble is None or now < self._next:
            return None
        self._next = now + WAITS_S[min(self._said, len(WAITS_S) - 1)]
        self._said += 1
        return trouble


def _trouble(state: str, epoch_at: float | None, now: float) -> str | None:
    if epoch_at is None:
        return "begun"
    if state in {"failed", "closed"}:
        return "failed"
    return "not_connected" if now - epoch_at > STUCK_S else None
