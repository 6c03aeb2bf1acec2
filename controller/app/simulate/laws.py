"""The laws of a point, told from its event stream alone and held against its live state.

`Laws` reads each new event as bare JSON and knows nothing of `evolve`; the simulation and the tests hold their points
against the same one.
"""

from typing import Any

import msgspec

from controller.domain import queues
from controller.domain.events import ADVISOR_STATES
from controller.domain.state import Stage, State
from controller.journal import wire

FINAL = frozenset({"confirmed", "failed", "void"})

_encode = msgspec.json.Encoder().encode


class Broken(AssertionError):
    """A law does not hold: `law` says which, `seen` what was seen instead."""

    def __init__(self, law: str, seen: str) -> None:
        super().__init__(f"{law}: {seen}")
        self.law = law
        self.seen = seen


def hold(law: str, ok: bool, seen: object = "") -> None:
    """Raises Broken unless `ok`."""
    if not ok:
        raise Broken(law, str(seen))


class Laws:
    """`event` takes every journalled event once, in order; `compare` holds the state against what they told."""

    def __init__(self) -> None:
        self.seq = 0
        self.chain = wire.GENESIS
        self.date = ""
        self.checks = 0
        self.numbers: dict[tuple[str, str], int] = {}
        self.tickets: dict[str, str] = {}  # ticket -> number, for ever
        self.stage: dict[str, Stage] = {}  # service event -> where it is
        self.queue: dict[str, str] = {}
        self.counter: dict[str, str] = {}
        self.visit: dict[str, str] = {}
        self.entry: dict[str, str] = {}
        self.number: dict[str, str] = {}  # visit -> number
        self.calls: dict[str, int] = {}  # service event -> its newest call
        self.turns: dict[str, list[str]] = {}  # visit -> its service events
        self.going: set[str] = set()  # visits that are not over
        self.missed: set[str] = set()
        self.paper: dict[str, str] = {}  # ticket that wants paper -> what became of it
        self.medium: dict[str, str] = {}
        self.orders: dict[str, str] = {}  # order from central -> applied or refused
        self.clocks: dict[str, tuple[str, int]] = {}
        self.advisors: dict[str, str] = {}
        self.sessions: dict[str, str] = {}  # remote session that is not over -> its state
        self.booths: dict[str, str] = {}  # booth -> the session that is in it
        self.met: set[str] = set()  # sessions that are over
        self.at = ""  # the time of the newest event
        self.issued: dict[str, str] = {}  # visit -> when its number was given
        self.outside: set[str] = set()  # sessions whose customer had a number before, and has not met their expert

    def event(self, body: bytes) -> str:
        """One more event, its exact bytes; gives its name."""
        self.checks += 1
        envelope = wire.read(body)
        bare, chain = wire.split(body)
        hold("every event follows the one before", wire.link(self.chain, bare) == chain, envelope.id)
        exact = _encode(wire.data_of(envelope)) == bytes(envelope.data)
        hold("an event is its own bytes", exact, envelope.id)
        self.seq, self.chain = self.seq + 1, chain
        hold("sequence numbers have no gap", int(envelope.sequence) == self.seq, envelope.sequence)
        date = envelope.businessdate if isinstance(envelope.businessdate, str) else ""
        hold("the business date never goes back", date >= self.date, f"{self.date} to {date}")
        self.date = date
        self.at = str(envelope.time)
        name, data = wire.name_of(envelope), msgspec.json.decode(envelope.data)
        told = getattr(self, "_" + name.replace(".", "_"), None)
        if told is not None:
            told(data)
        if name.startswith("service.") and name != "service.announced":
            self._moved(name.removeprefix("service."), data, envelope)
        return name

    def compare(self, state: State) -> None:
        """Is the live state what the events told?"""
        self.checks += 1
        hold("the state is at the newest event", state.seq == self.seq, f"state {state.seq}, journal {self.seq}")
        self._queues(state)
        self._counters(state)
        self._visits(state)
        alive = {session.id: session.state for session in state.sessions.values() if session.outcome is None}
        hold("a session is as last told", alive == self.sessions, f"{alive}, told {self.sessions}")

    def called(self) -> frozenset[tuple[str, str, int, str]]:
        """Who is called through the lobby now: service event, number, call, counter or "booth ID"."""
        return frozenset(
            (turn, self.number.get(visit, ""), self.calls[turn], self.counter[turn])
            for visit in self.going
            for turn in self.turns[visit]
            if self.stage[turn] == "called" and self._is_outside(self.counter[turn])
        )

    def _is_outside(self, place: str) -> bool:
        return not place.startswith("booth ") or self.booths.get(place.removeprefix("booth ")) in self.outside

    def _visit_created(self, data: dict[str, Any]) -> None:
        self.entry[data["visit"]] = data["entry"]
        self.turns[data["visit"]] = []
        self.going.add(data["visit"])

    def _ticket_issued(self, data: dict[str, Any]) -> None:
        law = "numbers of a series and day are unique, gapless and rising"
        hold(law, data["business_date"] == self.date, f"{data['number']} of {data['business_date']} on {self.date}")
        hold(law, data["ticket"] not in self.tickets, f"{data['ticket']} twice")
        self.tickets[data["ticket"]] = data["number"]
        if self.entry[data["visit"]] != "roll":
            key = data["business_date"], data["series"]
            before = self.numbers.get(key, 0)
            hold(law, data["n"] == before + 1, f"{data['number']} after {before} on {data['business_date']}")
            self.numbers[key] = data["n"]
        self.number[data["visit"]], self.issued[data["visit"]] = data["number"], self.at
        self.medium[data["ticket"]] = data["medium"]
        if data["medium"] == "paper":
            self.paper[data["ticket"]] = "requested"

    def _ticket_print_started(self, data: dict[str, Any]) -> None:
        self.paper[data["ticket"]] = "printing"

    def _ticket_print_result(self, data: dict[str, Any]) -> None:
        law = "a paper ends once: confirmed, failed or void"
        hold(law, self.paper.get(data["ticket"]) not in FINAL or data["copy"] > 0, data)
        self.paper[data["ticket"]] = data["result"]

    def _queue_reset(self, data: dict[str, Any]) -> None:
        law = "the day ends with nothing left over"
        hold(law, data["business_date"] < self.date, data)
        unproven = {ticket: result for ticket, result in self.paper.items() if result not in FINAL}
        hold(law, not unproven, f"papers without an end: {unproven}")
        hold(law, not self.going, f"visits that go on: {self.going}")
        hold(law, not self.sessions, f"sessions that go on: {self.sessions}")
        hold(law, not self.missed, f"no-shows that may still come: {self.missed}")
        self._forget_the_day()

    def _forget_the_day(self) -> None:
        """What is over is over: months must fit into memory. `tickets` and `orders` stay."""
        for gone in (
            self.stage, self.queue, self.counter, self.visit, self.entry, self.turns, self.paper, self.medium,
            self.number, self.calls, self.clocks,
        ):  # fmt: skip
            gone.clear()
        self.numbers = {key: n for key, n in self.numbers.items() if key[0] >= self.date}

    def _counter_opened(self, data: dict[str, Any]) -> None:
        self.advisors[data["counter"]] = "available"

    def _counter_closed(self, data: dict[str, Any]) -> None:
        was = self.advisors.pop(data["counter"], "closed")
        hold("a counter closes from available", was == "available", f"{data['counter']} was {was}")

    def _advisor_state_changed(self, data: dict[str, Any]) -> None:
        law, was = "an advisor goes from the state they are in to another", self.advisors.get(data["counter"])
        hold(law, data["to"] in ADVISOR_STATES and data["to"] != data["from"] == was, f"{data}, was {was}")
        self.advisors[data["counter"]] = data["to"]

    def _remote_requested(self, data: dict[str, Any]) -> None:
        law, id_ = "a session begins once, with one customer in one booth", data["session"]
        hold(law, id_ not in self.sessions and id_ not in self.met, data)
        wanted = "serving" if data["mode"] == "support" else "waiting"
        hold(law, self.stage[data["service_event"]] == wanted, data)
        if data["mode"] != "support":
            hold(law, data["booth"] not in self.booths, f"{data}: {self.booths}")
            self.booths[data["booth"]] = id_
            if self.issued[self.visit[data["service_event"]]] != self.at:
                self.outside.add(id_)
        self.sessions[id_] = "queued"

    def _remote_state_changed(self, data: dict[str, Any]) -> None:
        was = self.sessions.get(data["session"])
        hold("a session goes from the state it is in", was == data["from"] and was != "ended", f"{data}, was {was}")
        hold("a session ends in its one end", data["to"] != "ended" or data["session"] not in self.met, data)
        self.sessions[data["session"]] = data["to"]
        if data["to"] == "connected":
            self.outside.discard(data["session"])

    def _remote_ended(self, data: dict[str, Any]) -> None:
        law, id_ = "every session has one outcome", data["session"]
        hold(law, id_ not in self.met and self.sessions.pop(id_, None) == "ended", data)
        hold(law, data["interrupted_ms"] <= data["connected_ms"] or not data["connected_ms"], data)
        self.booths = {booth: session for booth, session in self.booths.items() if session != id_}
        self.met.add(id_)

    def _command_applied(self, data: dict[str, Any]) -> None:
        self._answered(data["command"], "applied")

    def _command_refused(self, data: dict[str, Any]) -> None:
        self._answered(data["command"], "refused")

    def _answered(self, order: str, how: str) -> None:
        hold("an order from central is answered once", order not in self.orders, f"{order} {how} again")
        self.orders[order] = how

    def _moved(self, what: str, data: dict[str, Any], envelope: wire.CloudEvent) -> None:
        law, id_ = "a service event goes its way from the queue to its end", data["service_event"]
        self._duration(id_, envelope)
        was = self.stage.get(id_)
        if what == "queued":
            hold(law, was is None and data["visit"] in self.going, f"{id_} queued, was {was}")
            self.visit[id_], self.queue[id_], self.stage[id_] = data["visit"], data["queue"], "waiting"
            self.turns[data["visit"]].append(id_)
            self.missed.discard(data["visit"])
            return
        if what == "called":
            expected = "waiting" if data["call"] == 1 else "called"
            hold(law, was == expected and data["waiting_ms"] >= 0, f"{id_} called, was {was}: {data}")
            where = data["counter"] if "counter" in data else f"booth {data['booth']}"
            self.counter[id_], self.stage[id_], self.calls[id_] = where, "called", data["call"]
            return
        before: dict[str, tuple[str, ...]] = {
            "started": ("called",), "held": ("serving",), "resumed": ("held",),
            "ended": ("waiting", "called", "serving", "held"),
        }  # fmt: skip
        hold(law, was in before[what], f"{id_} was {what}, was {was}")
        if what == "ended":
            self._ended(law, id_, data["outcome"])
        else:
            self.stage[id_] = "held" if what == "held" else "serving"

    def _ended(self, law: str, id_: str, outcome: str) -> None:
        was, self.stage[id_] = self.stage[id_], "ended"
        if outcome in {"served", "transferred", "ended_logout"}:
            hold(law, was in {"serving", "held"}, f"{id_} {outcome}, was {was}")
        if outcome in {"no_show", "recycled"}:
            hold(law, was == "called", f"{id_} {outcome}, was {was}")
        if outcome == "no_show":
            self.missed.add(self.visit[id_])

    def _visit_ended(self, data: dict[str, Any]) -> None:
        law, visit = "a visit ends once, after all its services", data["visit"]
        hold(law, visit in self.going, f"{visit} ended again")
        turns = self.turns[visit]
        hold(law, all(self.stage[turn] == "ended" for turn in turns), f"{visit}: {turns}")
        hold(law, data["service_events"] == len(turns), f"{data}: {turns}")
        self.going.discard(visit)
        self.missed.discard(visit)

    def _duration(self, id_: str, envelope: wire.CloudEvent) -> None:
        """Within a boot, time since boot tells durations: it never runs backwards over one service event."""
        boot, mono = envelope.boot, int(envelope.mono)
        was_boot, was = self.clocks.get(id_, (boot, 0))
        hold("no duration is negative", mono >= 0 and (was_boot != boot or was <= mono), f"{id_}: {was} to {mono}")
        self.clocks[id_] = boot, mono

    def _queues(self, state: State) -> None:
        law = "who waits stands in exactly one queue"
        told: dict[str, set[str]] = {}
        for visit in self.going:
            for turn in self.turns[visit]:
                if self.stage[turn] == "waiting":
                    told.setdefault(self.queue[turn], set()).add(turn)
        lines = {queue: [id_ for _, id_ in line] for queue, line in state.waiting.items() if line}
        hold(law, {queue: set(line) for queue, line in lines.items()} == told, (lines, told))
        hold(law, sum(map(len, lines.values())) == sum(map(len, told.values())), f"twice: {lines}")
        for queue, line in state.waiting.items():
            hold("a queue is in order of place", line == sorted(line), line)
            for index, (place, _) in enumerate(line):
                hold("no two stand at one place", queues.ahead(state, queue, place) == index, line)

    def _counters(self, state: State) -> None:
        law = "a ticket is with at most one counter"
        here: dict[str, list[str]] = {}
        held: dict[str, set[str]] = {}
        for visit in self.going:
            for turn in self.turns[visit]:
                stage = self.stage[turn]
                if stage == "held":
                    held.setdefault(self.counter[turn], set()).add(turn)
                elif stage in {"called", "serving"}:
                    here.setdefault(self.counter[turn], []).append(turn)
        for counter in state.counters.values():
            at_it = here.pop(counter.id, [])
            hold(law, at_it == ([counter.current] if counter.current else []), f"{counter}: {at_it}")
            kept = held.pop(counter.id, set())
            hold(law, kept == set(counter.held) and len(kept) == len(counter.held), f"{counter}: {kept}")
            hold("a closed counter has nobody", counter.open or not (counter.current or counter.held), counter)
            hold("a counter is open from opening to closing", counter.open == (counter.id in self.advisors), counter)
            if counter.open:
                hold("an advisor is as last told", counter.state == self.advisors[counter.id], counter)
            if counter.current and self.stage[counter.current] == "serving":
                hold("who serves is serving", counter.state in {"serving", "remote_serving"}, counter)
        for place in [place for place in (*here, *held) if place.startswith("booth ")]:
            hold(law, len(here.pop(place, [])) + len(held.pop(place, set())) <= 2, place)
        hold(law, not here and not held, f"at no counter that is known: {here} {held}")

    def _visits(self, state: State) -> None:
        law = "nobody is lost: a visit is in exactly one place until it is over"
        for visit in self.going:
            places = [turn for turn in self.turns[visit] if self.stage[turn] != "ended"]
            hold(law, len(places) == (0 if visit in self.missed else 1), f"{visit} is in {places}")
            known = state.visits.get(visit)
            hold(law, known is not None and known.outcome is None, f"{visit} is not in the state")
            hold(law, (visit in self.missed) == (visit in state.late), f"{visit} may come late: {visit in state.late}")
        alive = sum(visit.outcome is None for visit in state.visits.values())
        hold(law, alive == len(self.going), f"{alive} in the state, {len(self.going)} told")
