"""The simulation's laws (`controller/app/simulate/laws.py`) held against a point in memory after every step."""

from controller.app.simulate import laws
from controller.domain import views
from controller.journal import replay
from tests.domain.memory import MemoryPoint


class Laws(laws.Laws):
    """And, for a point whose proof and pictures are at hand: replay is the live state, and everyone can be shown."""

    def check(self, point: MemoryPoint, *, pictures: bool = True) -> None:
        for stored in point.stored[self.seq :]:
            self.event(stored.body)
        assert replay.encode(point.state) == replay.encode(point.proof), "replay of the bytes is not the live state"
        self.compare(point.state)
        assert all(ms >= 0 for seen in point.state.durations.values() for ms in seen)
        assert all(turn.held_ms >= 0 and turn.waiting_ms >= 0 for turn in point.state.service_events.values())
        if pictures:
            self._pictures(point)

    def _pictures(self, point: MemoryPoint) -> None:
        """Whatever happened, everyone can be shown where they stand."""
        views.point(point.state, point.config, point.secret, point.ms, point.clock, "epoch")
        offered = views.services(point.state, point.config, point.ms, "fi")
        estimates = [s["estimate"] for p in offered["providers"] for s in p["services"]]
        for ticket in point.state.tickets:
            estimates.append(views.ticket(point.state, point.config, point.secret, ticket)["estimate"])
        assert all(0 <= one["p50_s"] <= one["p80_s"] for one in estimates if one)
