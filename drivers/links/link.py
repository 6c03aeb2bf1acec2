"""What every driver asks of the wire to a device: bytes in, bytes out, bounded waits, and one error."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from random import Random
from typing import NoReturn, Protocol, runtime_checkable

NOT_FOUND = frozenset({
    "absent",  # nothing of that name is plugged in
    "ambiguous",  # more than one thing has that name
    "taken",  # another entry of the config owns what is there
    "no_udev",  # this machine cannot tell what is plugged in
})  # fmt: skip

# What is said of a device that cannot be reached, where more is known than that: `DeviceGone.reason` -> cause.
SAID = {"busy": "busy_elsewhere", "forbidden": "no_access"} | {reason: reason for reason in NOT_FOUND}


class DeviceGone(Exception):
    """The link is over for good; open a new one.

    `reason`: one of `NOT_FOUND`, "forbidden" (it may not be opened), "busy" (another program has it open), "refused"
    (it does not do what a link needs), "unreachable", "closed", "stalled", "silent" or "babbling".
    """

    def __init__(self, device: str, reason: str, detail: str = "") -> None:
        super().__init__(f"{device}: {reason}" + (f" ({detail})" if detail else ""))
        self.device = device
        self.reason = reason
        self.detail = detail


class Link(Protocol):
    """An open wire to one device. A link that raised `DeviceGone` is never used again."""

    async def listen(self, heard: Callable[[bytes], None]) -> NoReturn:
        """Call `heard` with what comes, as it comes (from before this call, too), until the link is lost, which it
        raises. `heard` must not raise."""

    async def write(self, data: bytes, *, within: float) -> None:
        """Hand all of `data` to the system, in one piece between other writes. Proves nothing about the device.

        Raises `DeviceGone` when the link is lost, or when the device did not take the bytes in time: how many
        it took is then unknown, so the link is over.
        """


@dataclass(frozen=True, slots=True)
class PortStatus:
    """What a printer says past everything that it was sent."""

    paper_empty: bool
    selected: bool
    error: bool


@runtime_checkable
class SidePort(Protocol):
    """A link that can also ask the device's port, past the bytes on their way."""

    async def port_status(self) -> PortStatus | None:
        """What it says now, also while a write is stalled; None when it does not say. Raises `DeviceGone`."""


LinkOpener = Callable[[], AbstractAsyncContextManager[Link]]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before a link is opened again, in seconds: `first_s`, doubled each time, `most_s` at most."""

    first_s: float
    most_s: float

    def wait_s(self, attempt: int, random: Random) -> float:
        """The jittered wait after so many attempts that failed (0: the first one)."""
        return min(self.most_s, self.first_s * 2.0 ** min(attempt, 16) * random.uniform(1.0, 1.5))


SLOW = Backoff(0.5, 30.0)  # contract section 7: networks and serial lines
FAST = Backoff(0.02, 5.0)  # contract section 7: USB, which says by itself when a device comes
