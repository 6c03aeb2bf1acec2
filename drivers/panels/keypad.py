"""Keypads: a kiosk's, whose keys go to the kiosk's page as they are, and a counter's, whose keys are its buttons.

A counter's keypad (any number pad; keys that stand in no row do nothing):

| key             | means                                             |
|-----------------|---------------------------------------------------|
| enter, plus, 1  | call the next customer                            |
| star, 2         | call this customer once more                      |
| minus, 3        | nobody came: a no-show                            |
| 7               | done, and settled here: first contact             |
| 8               | done, and the customer was sent on: referred      |
| dot, slash, 9   | done, and what came of it is not known: pending   |

A kiosk's keypad passes on digits, enter, back, home, help, volume and arrow keys; what they do there is the page's
affair (kiosk_ui/kiosk/keypad.js).
"""

from collections.abc import Mapping

from controller.ports.inputs import KeyName, Pressed, Wish
from drivers.panels.button import AGAIN_S

COUNTER: Mapping[KeyName, Wish] = {
    "enter": "call_next", "plus": "call_next", "1": "call_next",
    "star": "recall", "2": "recall",
    "minus": "no_show", "3": "no_show",
    "7": "end_resolved", "8": "end_referred", "9": "end", "dot": "end", "slash": "end",
}  # fmt: skip
KIOSK: frozenset[KeyName] = frozenset({
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "enter", "back", "home", "help", "volume_up",
    "volume_down",    "up", "down", "left", "right", "next",
})  # fmt: skip


class KioskKeypad:
    """Every press of a known key, as fast as fingers are: the page itself knows which come too soon."""

    def pressed(self, key: KeyName, now: float) -> Pressed | None:
        return Pressed(key) if key in KIOSK else None


class CounterKeypad:
    """`now`: seconds of any clock that never goes back."""

    def __init__(self, meaning: Mapping[KeyName, Wish] = COUNTER) -> None:
        self._meaning = meaning
        self._last: dict[Wish, float] = {}

    def pressed(self, key: KeyName, now: float) -> Pressed | None:
        wish = self._meaning.get(key)
        if wish is None or now - self._last.get(wish, float("-inf")) < AGAIN_S:
            return None
        self._last[wish] = now
        return Pressed(wish)
