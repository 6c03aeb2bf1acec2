"""Any commands in any order, under clocks that jump, freeze and lie: the laws hold after every step."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from controller.domain import commands as c
from controller.domain.decide import Refused
from controller.domain.point import OpeningHours
from controller.domain.printing import next_copy
from controller.domain.text import moment
from controller.journal import replay
from tests.domain.laws import Laws
from tests.domain.memory import ALWAYS, MemoryPoint, Quality, at, config

COUNTERS = st.sampled_from(["c1", "c2", "c3", "c4", "c9"])
REAL = st.sampled_from(["housing", "pension", "passport", "licence"])
SERVICES = st.one_of(REAL, REAL, st.just("gone"))
LANGUAGES = st.sampled_from(["fi", "sv", "en", "se"])
QUEUES = st.sampled_from(["k", "p", "l", "gone"])
CLOCKS: st.SearchStrategy[Quality] = st.sampled_from(["synced", "synced", "holdover", "unsynced"])
# Where a wall clock may stand when it is wrong, or when right is odd.
MOMENTS = st.sampled_from([
    "1970-01-01T02:00", "2026-03-28T23:59:59", "2026-03-29T02:59:59", "2026-03-29T04:00", "2026-10-25T02:59:59+03:00",
    "2026-10-25T03:00+02:00", "2026-11-23T15:59:59", "2026-12-31T23:59:59", "2027-01-01T00:00", "2099-06-15T12:00",
])  # fmt: skip
STEPS = st.sampled_from([-26 * 3600, -3600, -90, -1, 1, 90, 3600, 26 * 3600])
WAITS = st.sampled_from([0.001, 1, 30, 61, 61, 130, 700, 4000, 9 * 3600])
ENDS = ["completed", "customer_left", "technical_failure", "leave", "over", "move"]
HOURS = st.sampled_from([ALWAYS, ALWAYS, OpeningHours()])
Press = type[c.Recall] | type[c.Start] | type[c.Hold] | type[c.Resume] | type[c.NoShow]
PRESSES: st.SearchStrategy[Press] = st.sampled_from([c.Recall, c.Start, c.Start, c.Hold, c.Hold, c.Resume, c.NoShow])


class PointModel(RuleBasedStateMachine):
    """One point; rules are what people, printers, central and time do to it."""

    point: MemoryPoint
    laws: Laws

    @initialize(
        clock=CLOCKS, end=st.sampled_from(["serve_out", "remove_at_close"]), late=st.sampled_from([0, 600]),
        no_show=st.sampled_from([0, 120]), wrap=st.sampled_from([0, 60]), cap=st.sampled_from([0, 0, 3]),
        roll=st.booleans(), hours=HOURS,
    )  # fmt: skip
    def begin(
        self, clock: Quality, end: str, late: int, no_show: int, wrap: int, cap: int, roll: bool, hours: OpeningHours
    ) -> None:
        rules: dict[str, Any] = {"end_of_day": end, "late_s": late, "auto_no_show_s": no_show, "wrap_up_s": wrap}
        self.point = MemoryPoint(config(hours=hours, cap=cap, paper_roll=roll, **rules), clock=clock)
        self.point.open("c1", "c2", "c4")
        self.laws = Laws()

    def ask(self, command: c.Command) -> None:
        """The core does it or refuses it; it has no third way."""
        seq = self.point.state.seq
        try:
            self.point.do(command)
        except Refused as no:
            assert no.problem and no.detail
            assert self.point.state.seq == seq or self.point.state.numbers == {}

    def one_of(self, data: st.DataObject, known: Any) -> str:
        """One of the newest of these ids, or one that nobody has."""
        newest = sorted(known, key=lambda id_: int(id_.rsplit("-", 1)[1]))[-5:]
        drawn: str = data.draw(st.sampled_from([*newest, "gone"]))
        return drawn

    def at_work(self, data: st.DataObject) -> str:
        """A counter with a customer rather than one without."""
        busy = st.sampled_from(self.busy() or ["c1"])
        return data.draw(st.one_of(busy, busy, busy, COUNTERS))

    def busy(self) -> list[str]:
        return [id_ for id_, known in self.point.state.counters.items() if known.current or known.held]

    # People.

    @rule(language=LANGUAGES, service=REAL, device=st.sampled_from(["", "pr1"]))
    def come(self, service: str, language: str, device: str) -> None:
        self.ask(c.TakeTicket(actor="kiosk:k1", service=service, language=language, entry="kiosk", device=device))

    @rule(service=SERVICES, also=st.lists(SERVICES, max_size=2), priority=st.integers(0, 9))
    def come_with_several(self, service: str, also: list[str], priority: int) -> None:
        self.ask(c.TakeTicket(service=service, language="fi", entry="reception", also=tuple(also), priority=priority))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.ask(c.CancelTicket(actor="kiosk:k1", ticket=self.one_of(data, self.point.state.tickets)))

    @rule(counter=COUNTERS, services=st.lists(REAL, max_size=2), languages=st.lists(LANGUAGES, max_size=1))
    def open(self, counter: str, services: list[str], languages: list[str]) -> None:
        self.ask(c.OpenCounter(counter=counter, advisor=f"a-{counter}", services=tuple(services),
                               languages=tuple(languages)))  # fmt: skip

    @rule(counter=COUNTERS)
    def call_next(self, counter: str) -> None:
        self.ask(c.CallNext(counter=counter))

    @rule()
    def everyone_calls(self) -> None:
        for counter in self.point.config.counters:
            self.ask(c.CallNext(counter=counter.id))

    @precondition(lambda self: self.busy())
    @rule(data=st.data(), seconds=st.sampled_from([0, 50, 400]))
    def start_and_serve(self, data: st.DataObject, seconds: int) -> None:
        self.ask(c.Start(counter=self.at_work(data)))
        self.point.later(seconds)

    @rule(counter=COUNTERS, data=st.data())
    def call_this_one(self, counter: str, data: st.DataObject) -> None:
        self.ask(c.CallTicket(counter=counter, ticket=self.one_of(data, self.point.state.tickets)))

    # The booth, and who is at its other end.

    @rule(data=st.data(), service=SERVICES, booth=st.sampled_from(["b1", "b2", "b9"]), language=LANGUAGES,
          how=st.sampled_from(["", "", "ticket", "counter", "support"]))  # fmt: skip
    def wish_for_an_expert(self, data: st.DataObject, service: str, booth: str, language: str, how: str) -> None:
        ticket = self.one_of(data, self.point.state.tickets) if how == "ticket" else ""
        counter = self.at_work(data) if how in {"counter", "support"} else ""
        booth, mode = ("", "support") if how == "support" else (booth, "walk_in")
        self.ask(c.RequestSession(service=service, language=language, booth=booth, mode=mode, ticket=ticket,
                                  counter=counter))  # fmt: skip

    @precondition(lambda self: bool(self.point.state.sessions))
    @rule(
        data=st.data(), said=st.sampled_from(["ring", "unring", "answer", "up", "up", "down", "hold", "resume", "drop"])
    )
    def meet(self, data: st.DataObject, said: str) -> None:
        id_ = self.one_of(data, self.point.state.sessions)
        commands: dict[str, c.Command] = {
            "ring": c.RingSession(session=id_), "unring": c.RingSession(session=id_, on=False),
            "answer": c.AnswerSession(session=id_, expert="x1"), "up": c.ReportLegs(session=id_, up=True),
            "down": c.ReportLegs(session=id_, up=False, why="network"), "hold": c.HoldSession(session=id_),
            "resume": c.ResumeSession(session=id_), "drop": c.DropSession(session=id_),
        }  # fmt: skip
        self.ask(commands[said])

    @precondition(lambda self: bool(self.point.state.sessions))
    @rule(
        data=st.data(),
        how=st.sampled_from(ENDS),
        service=REAL,
        cause=st.sampled_from(["customer", "declined", "staff"]),
    )
    def part(self, data: st.DataObject, how: Any, service: str, cause: Any) -> None:
        id_ = self.one_of(data, self.point.state.sessions)
        if how == "leave":
            self.ask(c.LeaveSession(session=id_, cause=cause))
        elif how == "over":
            self.ask(c.HandOver(session=id_, to_service=service))
        elif how == "move":
            self.ask(c.MoveSession(session=id_, service=service))
        else:
            self.ask(c.EndSession(session=id_, outcome=how))

    @rule(counter=COUNTERS, service=SERVICES, n=st.integers(1, 4))
    def call_roll(self, counter: str, service: str, n: int) -> None:
        self.ask(c.CallRoll(counter=counter, service=service, n=n))

    @precondition(lambda self: self.busy())
    @rule(press=PRESSES, named=st.booleans(), data=st.data())
    def press(self, press: Press, named: bool, data: st.DataObject) -> None:
        turn = self.one_of(data, self.point.state.service_events) if named else ""
        self.ask(press(counter=self.at_work(data), service_event=turn))

    @precondition(lambda self: self.busy())
    @rule(data=st.data(), press=PRESSES)
    def press_the_current(self, data: st.DataObject, press: Press) -> None:
        self.ask(press(counter=self.at_work(data)))

    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        self.ask(c.CloseCounter(counter=self.at_work(data)))

    @precondition(lambda self: self.busy())
    @rule(data=st.data(), next_service=st.sampled_from(["", "", "passport", "gone"]))
    def end(self, data: st.DataObject, next_service: str) -> None:
        self.ask(c.End(counter=self.at_work(data), resolution="referred", guidance="none", next_service=next_service))

    @precondition(lambda self: self.busy())
    @rule(data=st.data(), queue=QUEUES, service=REAL, other=st.sampled_from(["c1", "c2", "c3", "c4"]),
          to=st.sets(st.integers(0, 2), min_size=1), position=st.sampled_from(["first", "last", "keep"]),
          back=st.booleans())  # fmt: skip
    def transfer(
        self, data: st.DataObject, queue: str, service: str, other: str, to: set[int], position: c.Position, back: bool
    ) -> None:
        counter = self.at_work(data)
        known = self.point.state.counters.get(counter)
        held = known.held[0] if known and known.held and not known.current else ""
        self.ask(c.Transfer(counter=counter, service_event=held, to_queue=queue if 0 in to else "",
                            to_service=service if 1 in to else "", to_counter=other if 2 in to else "",
                            position=position, come_back=back))  # fmt: skip

    @rule(data=st.data(), activity=st.sampled_from(["available", "break", "other_work", "wrap_up", "serving"]))
    def activity(self, data: st.DataObject, activity: Any) -> None:
        self.ask(c.SetActivity(counter=self.at_work(data), activity=activity))

    @rule(data=st.data(), score=st.integers(0, 6))
    def rate(self, data: st.DataObject, score: int) -> None:
        turn = self.one_of(data, self.point.state.service_events)
        self.ask(c.GiveFeedback(score=score, question="q1", language="fi", device="k1", service_event=turn))

    # Paper and screens.

    @precondition(lambda self: self.point.state.unfinished_prints)
    @rule(data=st.data(), result=st.sampled_from(["start", "confirmed", "unknown", "failed", "void", "again"]))
    def paper(self, data: st.DataObject, result: Any) -> None:
        id_ = self.one_of(data, self.point.state.tickets)
        ticket = self.point.state.tickets.get(id_)
        if result == "again":
            self.ask(c.Reprint(ticket=id_, device="pr1"))
        elif result != "start":
            self.ask(c.FinishPrint(ticket=id_, result=result, tier=None, cause="", ms=10))
        elif ticket is not None and ticket.print.state != "none":
            self.ask(c.StartPrint(ticket=id_, device="pr1", cut0=1, power_life="l1", copy=next_copy(ticket),
                                  attempt=ticket.print.attempt + 1))  # fmt: skip

    @rule(data=st.data(), call=st.integers(1, 2))
    def shown(self, data: st.DataObject, call: int) -> None:
        turn = self.one_of(data, self.point.state.service_events)
        self.ask(c.ReportShown(service_event=turn, call=call, device="tv1", medium="tv", language="fi", latency_ms=-5))

    # Central and bookings.

    @rule(id_=st.integers(1, 5), type_=st.sampled_from(["open_queue", "close_queue"]), queue=QUEUES)
    def order(self, id_: int, type_: str, queue: str) -> None:
        data = b'{"queue":"%s"}' % queue.encode()
        self.ask(c.CentralOrder(id=f"o{id_}-{type_}", type=type_, data=data, expires="2098-01-01T00:00:00Z"))

    @rule(id_=st.integers(1, 3), rev=st.integers(1, 4), service=SERVICES, hours=st.integers(-2, 4))
    def book(self, id_: int, rev: int, service: str, hours: int) -> None:
        start = self.point.ms + hours * 3_600_000
        provider = "kela" if service in {"housing", "pension"} else "police"
        self.ask(c.PutAppointment(appointment=f"b{id_}", rev=rev, provider=provider, service=service,
                                  start=moment(start), end=moment(start + 1_800_000), channel="counter",
                                  code=f"CODE{id_}"))  # fmt: skip

    @rule(id_=st.integers(1, 3), come=st.booleans())
    def check_in_or_cancel(self, id_: int, come: bool) -> None:
        self.ask(c.CheckIn(actor="kiosk:k1", code=f"code{id_}", language="fi") if come
                 else c.CancelAppointment(appointment=f"b{id_}", rev=0))  # fmt: skip

    # Time.

    @rule(seconds=WAITS)
    def wait(self, seconds: float) -> None:
        self.point.later(seconds)
        self.ask(c.Tick())

    @rule(step=st.one_of(STEPS, MOMENTS), clock=CLOCKS)
    def clock_jumps(self, step: int | str, clock: Quality) -> None:
        """Somebody, or a dead battery, sets the wall clock."""
        if isinstance(step, str):
            self.point.ms = at(step)
        else:
            self.point.step(step)
        self.point.clock = clock

    @rule()
    def reboot(self) -> None:
        self.point.reboot()

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "point"):
            self.laws.check(self.point)

    def teardown(self) -> None:
        if hasattr(self, "point"):
            assert replay.encode(self.point.replayed()) == replay.encode(self.point.state)


TestPointModel = PointModel.TestCase
TestPointModel.settings = settings(max_examples=60, stateful_step_count=80)
