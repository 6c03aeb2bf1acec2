"""Who is next, who is where, what an advisor may press: the real core beside a simple model of it, press by press."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from controller.domain import commands as c
from controller.domain.decide import Refused
from tests.domain.desk import SERVICES, Lobby, No
from tests.domain.memory import ALWAYS, MemoryPoint, config

DESKS = st.sampled_from(["c1", "c2", "c3", "c4"])
ANY_DESK = st.sampled_from(["c1", "c2", "c3", "c4", "c9"])
SERVICE = st.sampled_from(sorted(SERVICES))
LANGUAGE = st.sampled_from(["fi", "fi", "sv", "en"])
# Never a multiple of the ten minutes that a step of priority is worth: two queues rarely have the same place.
WAIT_S = st.sampled_from([0.011, 1.013, 44.017, 45.019, 61.023, 599.029, 601.031])


class DeskModel(RuleBasedStateMachine):
    """Each rule does one thing to both and holds them side by side."""

    point: MemoryPoint
    lobby: Lobby

    @initialize(wrap=st.sampled_from([0, 60]), desks=st.sets(DESKS, min_size=1))
    def begin(self, wrap: int, desks: set[str]) -> None:
        self.point = MemoryPoint(config(hours=ALWAYS, wrap_up_s=wrap))
        self.point.tick()
        self.lobby = Lobby(self.point.ms, wrap * 1000)
        for desk in sorted(desks):
            self.open(desk, set(), set())

    def both(self, command: c.Command, expect: Callable[[str], None]) -> None:
        """The core and the model say yes together, or no for the same reason."""
        self.point.later(0.007)
        self.lobby.now = self.point.ms
        try:
            subject, problem = self.point.do(command).subject, ""
        except Refused as no:
            subject, problem = "", no.problem
        try:
            expect(subject)
        except No as no:
            assert problem == str(no), f"{command}: {problem or 'done'} instead of {no}"
        else:
            assert not problem, f"{command}: {problem}"

    def ticket(self, service_event: str) -> str:
        if not service_event:
            return ""
        return self.point.state.visits[self.point.state.service_events[service_event].visit].ticket

    def turn(self, ticket: str | None) -> str:
        """The newest service event of a ticket, as a counter's page would name it."""
        if not ticket:
            return ""
        return self.point.state.visits[self.point.state.tickets[ticket].visit].current if ticket != "gone" else "gone"

    def somebody(self, data: st.DataObject) -> str:
        drawn: str = data.draw(st.sampled_from([*list(self.lobby.customers)[-6:], "gone"]))
        return drawn

    def desk(self, data: st.DataObject) -> str:
        """A counter with a customer rather than one without."""
        busy = [id_ for id_, one in self.lobby.desks.items() if one.current or one.held]
        one_of = st.sampled_from(busy or ["c1"])
        drawn: str = data.draw(st.one_of(one_of, one_of, one_of, ANY_DESK))
        return drawn

    def meant(self, data: st.DataObject, desk: str) -> str | None:
        """None: the current one; else one of those here, or any."""
        held = [one.ticket for one in self.lobby.desks[desk].held] if desk in self.lobby.desks else []
        one_of: list[str | None] = [None, None, *held]
        return self.somebody(data) if data.draw(st.integers(0, 9)) == 9 else data.draw(st.sampled_from(one_of))

    # Customers.

    @rule(service=SERVICE, language=LANGUAGE, also=st.lists(SERVICE, max_size=2), priority=st.integers(0, 2))
    def come(self, service: str, language: str, also: list[str], priority: int) -> None:
        wish = c.TakeTicket(
            service=service, language=language, also=tuple(also), priority=priority, entry="kiosk", actor="kiosk:k1"
        )
        self.both(wish, lambda ticket: self.lobby.come(ticket, service, language, also, priority))

    @rule(service=SERVICE, language=LANGUAGE)
    def come_simply(self, service: str, language: str) -> None:
        self.come(service, language, [], 0)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        ticket = self.somebody(data)
        self.both(c.CancelTicket(ticket=ticket), lambda _: self.lobby.cancel(ticket))

    # Advisors.

    @rule(desk=DESKS, services=st.sets(SERVICE, max_size=2), languages=st.sets(LANGUAGE, max_size=1))
    def open(self, desk: str, services: set[str], languages: set[str]) -> None:
        wish = c.OpenCounter(
            counter=desk, advisor=f"a-{desk}", services=tuple(sorted(services)), languages=tuple(languages)
        )
        self.both(wish, lambda _: self.lobby.open(desk, services, languages))

    @rule(desk=ANY_DESK)
    def close(self, desk: str) -> None:
        self.both(c.CloseCounter(counter=desk), lambda _: self.lobby.close(desk))

    @rule(desk=ANY_DESK)
    def call_next(self, desk: str) -> None:
        self.both(c.CallNext(counter=desk), lambda turn: self.lobby.call_next(desk, self.ticket(turn)))

    @rule()
    def everyone_calls(self) -> None:
        for desk in self.lobby.desks:
            self.call_next(desk)

    @rule(desk=ANY_DESK, data=st.data())
    def call_this_one(self, desk: str, data: st.DataObject) -> None:
        ticket = self.somebody(data)
        self.both(c.CallTicket(counter=desk, ticket=ticket), lambda _: self.lobby.call_ticket(desk, ticket))

    @rule(data=st.data(), press=st.sampled_from(["recall", "start", "start", "hold", "resume", "no_show"]))
    def press(self, data: st.DataObject, press: str) -> None:
        desk = self.desk(data)
        ticket = self.meant(data, desk)
        kinds: dict[str, Any] = {
            "recall": c.Recall, "start": c.Start, "hold": c.Hold, "resume": c.Resume, "no_show": c.NoShow,
        }  # fmt: skip
        wish = kinds[press](counter=desk, service_event=self.turn(ticket))
        self.both(wish, lambda _: getattr(self.lobby, press)(desk, ticket))

    @precondition(lambda self: any(one.current for one in self.lobby.desks.values()))
    @rule(data=st.data(), next_service=st.sampled_from(["", "", "", "passport", "gone"]))
    def end(self, data: st.DataObject, next_service: str) -> None:
        desk = self.desk(data)
        ticket = self.meant(data, desk)
        wish = c.End(
            counter=desk, service_event=self.turn(ticket), resolution="first_contact", guidance="none",
            next_service=next_service,
        )  # fmt: skip
        self.both(wish, lambda _: self.lobby.end(desk, ticket, next_service))

    @precondition(lambda self: any(one.current or one.held for one in self.lobby.desks.values()))
    @rule(data=st.data(), to=st.sets(st.sampled_from(["queue", "service", "counter"]), max_size=2), counter=ANY_DESK,
          queue=st.sampled_from(["k", "p", "l", "gone"]), service=SERVICE, back=st.booleans(),
          position=st.sampled_from(["first", "last", "keep"]))  # fmt: skip
    def transfer(
        self, data: st.DataObject, to: set[str], counter: str, queue: str, service: str, back: bool,
        position: c.Position,
    ) -> None:  # fmt: skip
        desk = self.desk(data)
        ticket = self.meant(data, desk)
        queue, service = queue if "queue" in to else "", service if "service" in to else ""
        counter = counter if "counter" in to else ""
        wish = c.Transfer(
            counter=desk, service_event=self.turn(ticket), to_queue=queue, to_service=service, to_counter=counter,
            position=position, come_back=back,
        )  # fmt: skip
        self.both(wish, lambda _: self.lobby.transfer(desk, ticket, queue, service, counter, position, back))

    @rule(desk=ANY_DESK, to=st.sampled_from(["available", "break", "other_work", "wrap_up", "serving"]))
    def activity(self, desk: str, to: Any) -> None:
        self.both(c.SetActivity(counter=desk, activity=to), lambda _: self.lobby.activity(desk, to))

    # Time, and the box.

    @rule(seconds=WAIT_S)
    def wait(self, seconds: float) -> None:
        self.point.later(seconds)
        self.both(c.Tick(), lambda _: self.lobby.tick())

    @rule()
    def restart(self) -> None:
        """The program starts anew within the same boot: its state is a replay of the stored bytes."""
        self.point.state = self.point.replayed()

    @invariant()
    def side_by_side(self) -> None:
        if not hasattr(self, "point"):
            return
        state = self.point.state
        for queue in set(SERVICES.values()):
            waiting = [self.ticket(id_) for _, id_ in state.waiting.get(queue, [])]
            assert waiting == self.lobby.line(queue), f"queue {queue}"
        for id_, desk in self.lobby.desks.items():
            known = state.counters.get(id_)
            assert desk.open == (known is not None and known.open)
            if known is not None:
                assert self.ticket(known.current) == (desk.current.ticket if desk.current else ""), id_
                assert [self.ticket(turn) for turn in known.held] == [one.ticket for one in desk.held], id_
                assert known.state == desk.state, id_
        over = {visit.ticket for visit in state.visits.values() if visit.outcome is not None}
        assert over == {one.ticket for one in self.lobby.customers.values() if one.stage == "over"}


TestDeskModel = DeskModel.TestCase
TestDeskModel.settings = settings(max_examples=settings.default.max_examples * 8 // 10, stateful_step_count=60)
