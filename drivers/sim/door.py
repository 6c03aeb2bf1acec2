"""Where hosts come in to a simulated printer: a network port, a serial line, a USB cable. The machine behind is one."""

from typing import Protocol


class Host(Protocol):
    """Whoever is connected. The printer reads one at a time, and only what it has room for."""

    def let_read(self, wanted: bool) -> None:
        """Read what the host sends, or leave it on the wire, which holds the host back."""

    def send(self, data: bytes) -> None:
        """What the printer answers."""

    def abort(self) -> None:
        """Gone without a goodbye."""

    def tend(self, *, active: bool) -> None:
        """Called often: notice a host that is gone; let go of an idle one. `active`: it is the one that is read."""


class Machine(Protocol):
    """The printer, as its doors see it."""

    @property
    def room(self) -> int:
        """Bytes that it takes now."""

    @property
    def powered(self) -> bool: ...

    def joined(self, host: Host) -> None:
        """A host is here, and waits in line."""

    def left(self, host: Host) -> None: ...

    def arrived(self, data: bytes) -> None:
        """At most `room` bytes from the host that may be read."""


class Door(Protocol):
    """A way in. Open while the printer has power."""

    @property
    def name(self) -> str:
        """For people: "tcp 127.0.0.1:9100"."""

    async def open(self) -> None:
        """Raises OSError when it cannot be."""

    async def shut(self) -> None:
        """Nobody comes in any more. Does nothing to a door that is shut."""

    def tend(self) -> None:
        """Called often while it is open."""
