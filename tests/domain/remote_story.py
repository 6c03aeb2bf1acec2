"""A point with a booth, in the words of who uses it."""

from typing import Any

from controller.domain import commands as c
from controller.domain import remote_events as r
from controller.domain.state import Session, Ticket
from tests.domain.laws import Laws
from tests.domain.memory import MemoryPoint, config

FINE = r.Quality(rtt_p95_ms=41, loss=0.01, freeze_ms=0, audio_ok=True, video_ok=True, relay=False)


class Story(MemoryPoint):
    def __init__(self, **rules: Any) -> None:
        super().__init__(config(**rules))
        self.laws = Laws()

    def wish(self, **wish: Any) -> str:
        wish = {"service": "housing", "language": "fi", "booth": "b1", "actor": "device:b1"} | wish
        return self.do(c.RequestSession(**wish)).subject

    def session(self, id_: str) -> Session:
        return self.state.sessions[id_]

    def answered(self, id_: str, *, after: float = 20) -> None:
        self.do(c.RingSession(session=id_))
        self.later(after)
        self.do(c.AnswerSession(session=id_, expert="x1"))

    def connected(self, id_: str) -> None:
        self.answered(id_)
        self.later(2)
        self.do(c.ReportLegs(session=id_, up=True))

    def ticket_of(self, id_: str) -> Ticket:
        turn = self.state.service_events[self.session(id_).service_event]
        return self.state.tickets[self.state.visits[turn.visit].ticket]

    def steps(self) -> list[tuple[str, str, str]]:
        return [(change.from_, change.to, change.cause) for change in self.of(r.RemoteStateChanged)]

    def ended(self) -> r.RemoteEnded:
        (only,) = self.of(r.RemoteEnded)
        assert isinstance(only, r.RemoteEnded)
        return only

    def holds(self) -> None:
        self.laws.check(self)
