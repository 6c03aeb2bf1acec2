"""The border behind which media meet: today nothing stands between the two ends, later an SFU may.

Booth and desk speak of *legs* and *signals* only: each says its signals to "the other end" and hears it. Who that is,
the engine decides. `P2p` passes each signal on unread. An engine with an SFU (Janus, LiveKit) would be the other end
itself: it would answer the expert's offers with the SFU's, and begin a leg of its own with the booth as `expert`, so
that both go on saying the same words; a third party (an interpreter, a guardian) joins at the SFU and appears to both
as further media of the same leg (a later epoch of it: make before break). Session, order and queue do not change, and
neither do the pages' machines; what changes is `most`, and the consent text, since media are no longer end to end.
Docs: ADR 0026.
"""

from collections.abc import Callable
from typing import Protocol

from controller.central.ice import Turn, ice_for
from controller.ports.signalling import Ack, End, IceConfig, Signal


class Engine(Protocol):
    """`most`: how many persons can meet in one session, customer included."""

    name: str
    most: int

    def terms(self, session: str) -> IceConfig:
        """How the ends of this session may reach whoever they meet; made anew for each who comes."""

    def pass_on(self, message: Signal | Ack) -> list[tuple[End, Signal | Ack]]:
        """What comes of a signal of one end: who gets which."""


class P2p:
    """The two ends of a leg meet each other."""

    name = "p2p"
    most = 2

    def __init__(self, turn: Turn | None, wall_s: Callable[[], float]) -> None:
        """`wall_s`: Unix seconds, as the TURN server's own clock reads them."""
        self._turn, self._wall_s = turn, wall_s

    def terms(self, session: str) -> IceConfig:
        return ice_for(self._turn, session, self._wall_s())

    def pass_on(self, message: Signal | Ack) -> list[tuple[End, Signal | Ack]]:
        if message.from_ == "expert":
            return [("booth" if message.leg == "talk" else "media", message)]
        return [("expert", message)]
