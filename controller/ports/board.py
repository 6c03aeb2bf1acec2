"""What the core needs of a place that plays sound in the lobby."""

from typing import Protocol

from controller.ports.speaker import Clip


class Sink(Protocol):
    """One loudspeaker at a time for the whole point."""

    @property
    def device(self) -> str | None:
        """The device that would play now; None: nobody listens."""

    async def play(self, id_: str, clip: Clip) -> bool:
        """Play one clip to its end; True when it was really heard. At most the clip's length plus 3 s."""
