"""The button on an advisor's desk: whatever key it sends, a press means "the next customer, please"."""

from controller.ports.inputs import KeyName, Pressed

AGAIN_S = 0.7  # devices.md case 18: at most one call in 700 ms; a bouncing contact and a double press are one


class CallButton:
    """At most one call in `AGAIN_S`, counted from the last one that was given."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def pressed(self, key: KeyName, now: float) -> Pressed | None:
        """`now`: seconds of any clock that never goes back."""
        if now - self._last < AGAIN_S:
            return None
        self._last = now
        return Pressed("call_next")
