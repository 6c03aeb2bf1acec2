"""What the state keeps of each event, member by member: recovery, boards and figures read it."""

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.evolve import KEPT_ORDERS, Stamp, evolve
from controller.domain.state import Appointment, State
from controller.domain.views import stage_of
from tests.domain.memory import ALWAYS, MemoryPoint, config


def here(*counters: str) -> MemoryPoint:
    point = MemoryPoint(config(hours=ALWAYS))
    point.tick()
    point.open(*counters) if counters else None
    return point


def stamp(seq: int, day: str = "2026-11-23", actor: str = "system") -> Stamp:
    return Stamp(seq, 1_000_000 + seq, 0, "b1", day, actor)


def test_a_paper_keeps_what_recovery_must_know() -> None:
    point = here()
    ticket = point.take(device="pr1")
    assert (ticket.kiosk, ticket.print.since, point.state.unfinished_prints) == ("k1", point.ms, {ticket.id: point.ms})
    assert point.state.codes == {ticket.code_hash: ticket.id}
    point.later(5)
    point.do(c.StartPrint(ticket=ticket.id, device="pr1", cut0=41, power_life="l9", copy=0, attempt=2))
    paper = ticket.print
    assert (paper.cut0, paper.power_life, paper.since, paper.device, paper.attempt) == (41, "l9", point.ms, "pr1", 2)
    assert point.state.unfinished_prints == {ticket.id: point.ms}
    point.do(c.FinishPrint(ticket=ticket.id, result="confirmed", tier="T1", cause="", ms=9))
    assert (ticket.proven, ticket.medium, paper.device, point.state.unfinished_prints) == (True, "paper", "pr1", {})


def test_a_paper_that_no_printer_took_keeps_the_word_for_none_and_a_proven_one_stays_proven() -> None:
    point = here()
    ticket = point.take(device="pr1")
    point.do(c.FinishPrint(ticket=ticket.id, result="failed", tier=None, cause="no_link", ms=0))
    assert (ticket.print.device, ticket.proven, ticket.medium) == ("none", False, "screen")
    for copy, result in ((0, "confirmed"), (1, "failed")):
        point.do(c.StartPrint(ticket=ticket.id, device="pr2", cut0=1, power_life="l", copy=copy, attempt=1))
        point.do(c.FinishPrint(ticket=ticket.id, result=result, tier=None, cause="", ms=0))  # type: ignore[arg-type]  # why: words of the table
        assert (ticket.proven, ticket.medium, ticket.print.device) == (True, "paper", "pr2")


def test_only_a_kiosk_is_remembered_as_one() -> None:
    point = here()
    assert [point.take(actor=actor).kiosk for actor in ("counter:c1", "kiosk:k2", "system")] == ["", "k2", ""]


def test_a_number_that_was_given_back_is_void() -> None:
    point = here()
    ticket = point.take()
    assert not ticket.voided
    point.do(c.CancelTicket(ticket=ticket.id))
    assert ticket.voided and point.stage(ticket) == "cancelled"


def test_whoever_was_cancelled_without_a_ticket_of_today_is_told_by_the_outcome() -> None:
    point = here()
    ticket = point.take()
    turn = point.turn(ticket)
    point.do(c.CancelTicket(ticket=ticket.id))
    del point.state.tickets[ticket.id]
    for outcome in ("removed_customer", "removed_staff"):
        turn.outcome = outcome  # type: ignore[assignment]  # why: one of its words
        assert stage_of(point.state, turn) == "cancelled"


def test_a_new_day_forgets_what_is_over_and_keeps_what_is_not() -> None:
    point = here("c1")
    gone = point.take(device="pr1")
    point.do(c.CancelTicket(ticket=gone.id))
    kept = point.take(device="pr1")
    state = point.state
    state.late["v"] = 5
    ends = {"old": "2026-11-23T21:59:59.999Z", "today": "2026-11-24T00:00:00.000Z", "later": "2026-12-01T08:00:00.000Z"}
    for id_, end in ends.items():
        state.appointments[id_] = Appointment(id_, 1, "booked", "kela", "housing", end, end, "counter")
    evolve(state, e.WorkRecorded(provider="kela", service="housing", minutes=5, channel="counter"),
           stamp(state.seq + 1, "2026-11-24"))  # fmt: skip
    assert (state.business_date, state.numbers, state.late, state.tail) == ("2026-11-24", {}, {}, 0)
    assert (set(state.tickets), set(state.visits)) == ({kept.id}, {kept.visit})
    assert set(state.unfinished_prints) == {kept.id} and set(state.codes.values()) == {kept.id}
    assert set(state.appointments) == {"today", "later"}
    assert {turn.visit for turn in state.service_events.values()} == {kept.visit}


def test_an_order_is_remembered_with_its_answer_and_the_oldest_is_forgotten() -> None:
    state = State("j")
    evolve(state, e.CommandRefused(command="o-0", type="announce", reason="expired"), stamp(1))
    assert state.orders == {"o-0": False}
    for n in range(1, KEPT_ORDERS + 1):
        evolve(state, e.CommandApplied(command=f"o-{n}", type="announce"), stamp(1 + n))
    assert len(state.orders) == 4096 and "o-0" not in state.orders
    assert next(iter(state.orders)) == "o-1" and all(state.orders.values())


def test_what_only_the_figures_use_changes_nothing_else() -> None:
    state = State("j")
    told = [
        e.RoomStateChanged(room="r1", state="booked"),
        e.PointStateChanged(state="ready", version="1.0", config_hash="ab" * 32, cause="boot"),
        e.WorkRecorded(provider="kela", service="housing", minutes=5, channel="counter"),
        e.FeedbackGiven(provider="kela", question="q1", scale=5, score=5, device="k1", language="fi"),
        e.FeedbackGiven(
            service_event="of-yesterday", provider="kela", question="q1", scale=5, score=5, device="k1", language="fi"
        ),
    ]
    for seq, event in enumerate(told, 1):
        evolve(state, event, stamp(seq))
    assert state == State("j", seq=len(told), boot="b1", business_date="2026-11-23")


def test_a_counter_that_closed_has_no_advisor() -> None:
    point = here("c1")
    point.do(c.SetActivity(counter="c1", activity="break"))
    point.do(c.CloseCounter(counter="c1"))
    closed = point.state.counters["c1"]
    assert (closed.open, closed.advisor, closed.state, closed.since) == (False, "", "available", point.ms)


def test_an_alarm_that_was_acknowledged_says_so_until_it_is_cleared() -> None:
    point = here()
    id_ = point.do(c.RaiseIncident(place="c1", kind="threat")).subject
    point.do(c.AcknowledgeIncident(incident=id_))
    known = point.state.incidents[id_]
    assert (known.state, known.place, known.kind, known.raised) == ("acknowledged", "c1", "threat", point.ms)
    point.do(c.ClearIncident(incident=id_))
    assert point.state.incidents == {}


def test_a_booking_keeps_its_code_when_a_change_does_not_name_it() -> None:
    state = State("j")
    plain = {"appointment": "b1", "provider": "kela", "service": "housing", "start": "2026-11-24T08:00:00.000Z",
             "end": "2026-11-24T08:30:00.000Z", "channel": "counter", "state": "booked"}  # fmt: skip
    evolve(state, e.AppointmentChanged(rev=1, room="r1", code_hash="ab" * 32, **plain), stamp(1))  # type: ignore[arg-type]  # why: members by name
    evolve(state, e.AppointmentChanged(rev=2, **plain), stamp(2))  # type: ignore[arg-type]  # why: as above
    known = state.appointments["b1"]
    assert (known.rev, known.room, known.code_hash) == (2, "", "ab" * 32), "no room is none; a code is told once"
