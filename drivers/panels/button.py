"""Buttons that mean one thing, whatever key they send: the call button on an advisor's desk, the silent alarm."""

from controller.ports.inputs import KeyName, Pressed, Wish

AGAIN_S = 0.7  # devices.md case 18: at most one call in 700 ms; a bouncing contact and a double press are one


class Button:
    """The first press is never held up; those that follow within `AGAIN_S` of the last that was given are part of it.
    A silent alarm's button shows, lights and sounds nothing: `Panel.glows`."""

    def __init__(self, wish: Wish) -> None:
        self._wish: Wish = wish
        self._last = float("-inf")

    def pressed(self, key: KeyName, now: float) -> Pressed | None:
        """`now`: seconds of any clock that never goes back."""
        if now - self._last < AGAIN_S:
            return None
        self._last = now
        return Pressed(self._wish)
