"""The only dispatcher of commands: what a command makes happen, given the state and the time. Pure."""

from controller.domain import (
    bookings,
    counters,
    incidents,
    orders,
    passing,
    printing,
    reports,
    rolls,
    session_ends,
    sessions,
    transfers,
    visits,
)
from controller.domain import commands as c
from controller.domain.draft import Context, Draft, Refused
from controller.domain.state import State

__all__ = ["Context", "Draft", "Refused", "day_facts", "decide"]


def day_facts(state: State, context: Context) -> Draft | None:
    """The facts that end the old day, if this moment belongs to a new one; None within a day."""
    if not passing.day_is_over(state, context.config, context.now):
        return None
    draft = Draft(state, context)
    passing.end_day(draft)
    return draft


def decide(state: State, command: c.Command, context: Context) -> Draft:
    """Facts for `command`, to be journalled in one transaction, and the subject of the answer.

    Raises Refused when it may not happen; then nothing has. The old day must have been ended before.
    """
    draft = Draft(state, context)
    _dispatch(draft, command)
    session_ends.finished(draft)
    bookings.finished(draft)
    return draft


def _dispatch(draft: Draft, command: c.Command) -> None:
    match command:
        case c.TakeTicket():
            visits.take_ticket(draft, command)
        case c.CancelTicket():
            visits.cancel(draft, command)
        case c.CheckIn():
            bookings.check_in(draft, command)
        case c.PutAppointment():
            bookings.put(draft, command)
        case c.CancelAppointment():
            bookings.cancel(draft, command)
        case c.StartPrint():
            printing.start_print(draft, command)
        case c.FinishPrint():
            printing.finish_print(draft, command)
        case c.Reprint():
            printing.reprint(draft, command)
        case c.Transfer():
            transfers.transfer(draft, command)
        case c.GiveFeedback():
            reports.feedback(draft, command)
        case c.RecordWork():
            reports.work(draft, command)
        case c.ReportShown():
            reports.shown(draft, command)
        case c.ReportDevice():
            reports.device(draft, command)
        case c.CountPaper():
            rolls.count(draft, command)
        case c.NewRoll():
            rolls.new_roll(draft, command)
        case c.ReportPoint():
            reports.point(draft, command)
        case c.RaiseIncident():
            incidents.raise_(draft, command)
        case c.AcknowledgeIncident():
            incidents.acknowledge(draft, command)
        case c.ClearIncident():
            incidents.clear(draft, command)
        case c.CentralOrder():
            orders.order(draft, command)
        case c.RefuseOrder():
            orders.refuse(draft, command)
        case c.Tick():
            passing.tick(draft)
        case _:
            _at_counter(draft, command)


def _remote(draft: Draft, command: c.Command) -> None:
    match command:
        case c.RequestSession():
            sessions.request(draft, command)
        case c.RingSession():
            sessions.ring(draft, command)
        case c.AnswerSession():
            sessions.answer(draft, command)
        case c.ReportLegs():
            sessions.legs(draft, command)
        case c.HoldSession():
            sessions.hold(draft, command)
        case c.ResumeSession():
            sessions.resume(draft, command)
        case c.DropSession():
            sessions.drop(draft, command)
        case c.MoveSession():
            sessions.move(draft, command)
        case c.HandOver():
            session_ends.hand_over(draft, command)
        case c.LeaveSession():
            session_ends.leave(draft, command)
        case c.EndSession():
            session_ends.end(draft, command)
        case c.CheckIdentity():
            sessions.identity(draft, command)
        case _:
            raise AssertionError(f"no rule for {type(command).__name__}")


def _at_counter(draft: Draft, command: c.Command) -> None:
    match command:
        case c.OpenCounter():
            counters.open_counter(draft, command)
        case c.CloseCounter():
            counters.close_counter(draft, command)
        case c.CallNext():
            counters.call_next(draft, command)
        case c.CallTicket():
            counters.call_ticket(draft, command)
        case c.CallRoll():
            counters.call_roll(draft, command)
        case c.Recall():
            counters.recall(draft, command)
        case c.Start():
            counters.start(draft, command)
        case c.Hold():
            counters.hold(draft, command)
        case c.Resume():
            counters.resume(draft, command)
        case c.NoShow():
            counters.no_show(draft, command)
        case c.End():
            counters.end(draft, command)
        case c.SetActivity():
            counters.set_activity(draft, command)
        case _:
            _remote(draft, command)
