"""What the core's side needs of buttons, keypads and code readers: what a person meant, and whether the device is
there. Which device and which wire it was stays with the driver."""

import re
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from controller.domain.bookings import CODE
from controller.domain.event_words import DeviceState

TICKET = re.compile(r"[A-Z2-7]{16}")  # domain/draft.py: secret_code
APPOINTMENT = CODE
KeyName = Literal[
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "enter", "back", "home", "help", "volume_up",
    "volume_down",     "up", "down", "left", "right", "next", "plus", "minus", "star", "slash", "dot", "other",
]  # fmt: skip
Wish = Literal[
    "call_next", "recall", "no_show", "end", "end_resolved", "end_referred", "alarm", "leave"
]  # what a press asks of a counter, of a booth or of everybody
ScanKind = Literal["ticket", "appointment"]
Unfit = Literal["too_long", "broken", "address", "control", "other"]


class Key(msgspec.Struct, frozen=True):
    """A key went down or came up. Each down is followed by one up, also when the device is lost meanwhile."""

    name: KeyName
    down: bool


class Pressed(msgspec.Struct, frozen=True):
    """A key of a panel was pressed and means something: a wish, or for a kiosk's keypad the key itself."""

    name: Wish | KeyName


class Scan(msgspec.Struct, frozen=True):
    """A code of a shape that this point may know. Whoever has it can act for its holder: it is never written out."""

    kind: ScanKind
    code: str

    def __repr__(self) -> str:
        return f"Scan(kind={self.kind!r}, length={len(self.code)})"


class Unrecognised(msgspec.Struct, frozen=True):
    """Something else was read. It may be a personal identity code: all that is left of it is its length in characters
    and what sort of thing it was."""

    kind: Unfit
    length: int


Told = Pressed | Scan | Unrecognised


class Presence(msgspec.Struct, frozen=True):
    """How a device is. `causes`: `no_link` (nothing there; with it `absent`, `ambiguous`, `taken` or
    `no_udev` where it is known why), `busy_elsewhere` (somebody else holds it), `no_access`
    (this user may not open it), `stuck` (a key is held), `error`. An open serial line is `attached` until something
    was heard on it: that it is open proves nothing about what hangs there."""

    state: DeviceState
    causes: tuple[str, ...] = ()


class Input(Protocol):
    """One panel or scanner with one owner."""

    @property
    def id(self) -> str: ...

    @property
    def presence(self) -> Presence:
        """What is known now; `unknown` until it was looked for. Never blocks."""

    async def presence_changed(self) -> Presence:
        """Wait (unbounded) until presence differs from what this call last returned to its single listener."""

    def reconnect_now(self) -> None:
        """An outside sign of life (it was plugged in): look for it now instead of waiting a pause out."""

    async def run(self, heard: Callable[[Told], None]) -> None:
        """Keep it open for ever, through every loss; `heard` is called as things happen and must not raise."""


Where = Callable[[str], str]
"""A link of the config (`usb:SERIAL`, `port:PATH`) -> its node now, "/dev/input/event3". Asked in the loop at each
opening: it must not block. Raises the driver's DeviceGone (absent, ambiguous, taken, no_udev)."""
