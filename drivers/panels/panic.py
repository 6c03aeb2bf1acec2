"""The silent-alarm button. Any key of it raises the alarm; the button itself shows, lights and sounds nothing."""

from controller.ports.inputs import KeyName, Pressed

AGAIN_S = 0.7  # a bouncing contact is one alarm; who presses again is heard again


class Panic:
    """The first press is never held up; those that follow it within `AGAIN_S` are a part of it."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def pressed(self, key: KeyName, now: float) -> Pressed | None:
        """`now`: seconds of any clock that never goes back."""
        if now - self._last < AGAIN_S:
            return None
        self._last = now
        return Pressed("alarm")
