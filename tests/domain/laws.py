"""The laws of a point, told from its event stream alone and held against its live state after every step."""

from typing import Any

import msgspec

from controller.domain import queues, views
from controller.domain.events import ADVISOR_STATES
from controller.domain.state import Stage
from controller.journal import replay, wire
from tests.domain.memory import MemoryPoint

FINAL = {"confirmed", "failed", "void"}
LEAVES_QUEUE = {"called", "ended"}


class Laws:
    """Reads each new event as bare JSON; knows nothing of `evolve`."""

    def __init__(self) -> None:
        self.seq = 0
        self.date = ""
        self.numbers: dict[tuple[str, str], int] = {}
        self.stage: dict[str, Stage] = {}  # service event -> where it is
        self.queue: dict[str, str] = {}
        self.counter: dict[str, str] = {}
        self.visit: dict[str, str] = {}
        self.entry: dict[str, str] = {}
        self.over: set[str] = set()
        self.missed: set[str] = set()
        self.paper: dict[str, str] = {}  # ticket that wants paper -> what became of it
        self.clocks: dict[str, tuple[str, int]] = {}
        self.advisors: dict[str, str] = {}

    def check(self, point: MemoryPoint, *, pictures: bool = True) -> None:
        for stored in point.stored[self.seq :]:
            self._event(point, stored.body)
        assert replay.encode(point.state) == replay.encode(point.proof), "replay of the bytes is not the live state"
        self._queues(point)
        self._counters(point)
        self._visits(point)
        if pictures:
            self._pictures(point)

    def _event(self, point: MemoryPoint, body: bytes) -> None:
        event: dict[str, Any] = msgspec.json.decode(body)
        envelope = wire.read(body)
        assert msgspec.json.encode(wire.data_of(envelope)) == bytes(envelope.data), "an event is not its own bytes"
        self.seq += 1
        assert int(event["sequence"]) == self.seq
        date = event.get("businessdate", "")
        assert date >= self.date, f"business date went back from {self.date} to {date}"
        self.date = date
        name, data = wire.name_of(envelope), event["data"]
        told = getattr(self, "_" + name.replace(".", "_"), None)
        if told is not None:
            told(data)
        if name.startswith("service.") and name != "service.announced":
            self._moved(name.removeprefix("service."), data, event)

    def _visit_created(self, data: dict[str, Any]) -> None:
        self.entry[data["visit"]] = data["entry"]

    def _ticket_issued(self, data: dict[str, Any]) -> None:
        assert data["business_date"] == self.date
        if self.entry[data["visit"]] != "roll":
            key = data["business_date"], data["series"]
            assert data["n"] == self.numbers.get(key, 0) + 1, f"{data['number']} after {self.numbers.get(key)}"
            self.numbers[key] = data["n"]
        if data["medium"] == "paper":
            self.paper[data["ticket"]] = "requested"

    def _ticket_print_result(self, data: dict[str, Any]) -> None:
        assert self.paper.get(data["ticket"]) not in FINAL or data["copy"] > 0, "a paper ended twice"
        self.paper[data["ticket"]] = data["result"]

    def _ticket_print_started(self, data: dict[str, Any]) -> None:
        self.paper[data["ticket"]] = "printing"

    def _queue_reset(self, data: dict[str, Any]) -> None:
        assert data["business_date"] < self.date
        unproven = {ticket: result for ticket, result in self.paper.items() if result not in FINAL}
        assert not unproven, f"the day ended and these papers have no end: {unproven}"
        assert not [turn for turn, stage in self.stage.items() if stage != "ended"], "somebody outlived the day"
        assert not self.missed

    def _counter_opened(self, data: dict[str, Any]) -> None:
        self.advisors[data["counter"]] = "available"

    def _counter_closed(self, data: dict[str, Any]) -> None:
        assert self.advisors.pop(data["counter"]) == "available"

    def _advisor_state_changed(self, data: dict[str, Any]) -> None:
        assert data["to"] in ADVISOR_STATES
        assert data["to"] != data["from"] == self.advisors[data["counter"]]
        self.advisors[data["counter"]] = data["to"]

    def _moved(self, what: str, data: dict[str, Any], event: dict[str, Any]) -> None:
        id_ = data["service_event"]
        self._duration(id_, event)
        was = self.stage.get(id_)
        if what == "queued":
            assert was is None and data["visit"] not in self.over
            self.visit[id_], self.queue[id_], self.stage[id_] = data["visit"], data["queue"], "waiting"
            self.missed.discard(data["visit"])
            return
        assert was != "ended", f"{id_} was {what} after its end"
        if what == "called":
            assert was == ("waiting" if data["call"] == 1 else "called") and data["waiting_ms"] >= 0
            self.counter[id_], self.stage[id_] = data["counter"], "called"
        elif what == "started":
            assert was == "called"
            self.stage[id_] = "serving"
        elif what == "held":
            assert was == "serving"
            self.stage[id_] = "held"
        elif what == "resumed":
            assert was == "held"
            self.stage[id_] = "serving"
        elif what == "ended":
            self._ended(id_, data["outcome"])

    def _ended(self, id_: str, outcome: str) -> None:
        was, self.stage[id_] = self.stage[id_], "ended"
        if outcome in {"served", "transferred", "ended_logout"}:
            assert was in {"serving", "held"}
        if outcome in {"no_show", "recycled"}:
            assert was == "called"
        if outcome == "no_show":
            self.missed.add(self.visit[id_])

    def _visit_ended(self, data: dict[str, Any]) -> None:
        assert data["visit"] not in self.over, "a visit ended twice"
        turns = [turn for turn, visit in self.visit.items() if visit == data["visit"]]
        assert all(self.stage[turn] == "ended" for turn in turns)
        assert data["service_events"] == len(turns)
        self.over.add(data["visit"])
        self.missed.discard(data["visit"])

    def _duration(self, id_: str, event: dict[str, Any]) -> None:
        """Within a boot, time since boot tells durations: it never runs backwards over one service event."""
        boot, mono = event["boot"], int(event["mono"])
        before = self.clocks.get(id_)
        assert mono >= 0
        assert before is None or before[0] != boot or before[1] <= mono, f"{id_} has a negative duration"
        self.clocks[id_] = boot, mono

    def _queues(self, point: MemoryPoint) -> None:
        told: dict[str, set[str]] = {}
        for turn, stage in self.stage.items():
            if stage == "waiting":
                told.setdefault(self.queue[turn], set()).add(turn)
        lines = {queue: [id_ for _, id_ in line] for queue, line in point.state.waiting.items() if line}
        assert {queue: set(line) for queue, line in lines.items()} == told
        assert sum(map(len, lines.values())) == sum(map(len, told.values())), "somebody waits twice"
        for line in point.state.waiting.values():
            assert line == sorted(line)
            for index, (place, _) in enumerate(line):
                assert queues.ahead(point.state, self.queue[line[index][1]], place) == index, "two at one place"

    def _counters(self, point: MemoryPoint) -> None:
        for counter in point.state.counters.values():
            here = {turn for turn, at in self.counter.items() if at == counter.id}
            at_it = [turn for turn in here if self.stage[turn] in {"called", "serving"}]
            assert at_it == ([counter.current] if counter.current else [])
            assert {turn for turn in here if self.stage[turn] == "held"} == set(counter.held)
            assert counter.open or not (counter.current or counter.held)
            assert counter.open == (counter.id in self.advisors)
            assert not counter.open or counter.state == self.advisors[counter.id]
            if counter.current and self.stage[counter.current] == "serving":
                assert counter.state == "serving", f"{counter.id} serves, and its advisor is {counter.state}"

    def _visits(self, point: MemoryPoint) -> None:
        for visit in self.entry.keys() - self.over:
            going = [turn for turn, of in self.visit.items() if of == visit and self.stage[turn] != "ended"]
            assert len(going) == (0 if visit in self.missed else 1), f"{visit} is in {going}"
            assert visit in point.state.visits and (visit in self.missed) == (visit in point.state.late)
        assert all(point.state.visits[v].outcome is not None for v in self.over if v in point.state.visits)
        assert all(ms >= 0 for seen in point.state.durations.values() for ms in seen)
        assert all(turn.held_ms >= 0 and turn.waiting_ms >= 0 for turn in point.state.service_events.values())

    def _pictures(self, point: MemoryPoint) -> None:
        """Whatever happened, everyone can be shown where they stand."""
        views.point(point.state, point.config, point.secret, point.ms, point.clock, "epoch")
        offered = views.services(point.state, point.config, point.ms, "fi")
        estimates = [s["estimate"] for p in offered["providers"] for s in p["services"]]
        for ticket in point.state.tickets:
            estimates.append(views.ticket(point.state, point.config, point.secret, ticket)["estimate"])
        assert all(0 <= one["p50_s"] <= one["p80_s"] for one in estimates if one)
