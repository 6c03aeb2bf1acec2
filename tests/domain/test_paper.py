"""A ticket's paper: requested, printing, and exactly one end; copies are counted; `unknown` is never the last word."""

from typing import get_args

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.event_words import PrintResult
from controller.domain.numbering import job_name
from controller.domain.printing import next_copy
from controller.domain.state import Ticket
from tests.domain.memory import MemoryPoint


def printing() -> tuple[MemoryPoint, Ticket]:
    point = MemoryPoint()
    point.tick()
    ticket = point.take(device="pr1")
    begin(point, ticket)
    return point, ticket


def begin(point: MemoryPoint, ticket: Ticket, attempt: int = 1) -> None:
    point.do(
        c.StartPrint(ticket=ticket.id, device="pr1", cut0=7, power_life="l1", copy=next_copy(ticket), attempt=attempt)
    )


def finish(point: MemoryPoint, ticket: Ticket, result: PrintResult, cause: str = "") -> None:
    point.do(c.FinishPrint(ticket=ticket.id, result=result, tier="T1", cause=cause, ms=900))


def results(point: MemoryPoint) -> list[tuple[str, int]]:
    return [(x.result, x.copy) for x in point.of(e.PrintResulted)]


def test_a_confirmed_paper_is_its_number_on_paper() -> None:
    point, ticket = printing()
    assert ticket.print.state == "printing"
    assert point.refused(c.Reprint(ticket=ticket.id, device="pr1")) == "wrong-state"
    finish(point, ticket, "confirmed")
    assert (ticket.medium, ticket.print.state, point.state.unfinished_prints) == ("paper", "confirmed", {})


@pytest.mark.parametrize("result", ["failed", "void"])
def test_a_paper_that_did_not_come_leaves_the_number_on_the_screen_with_the_cause(result: PrintResult) -> None:
    point, ticket = printing()
    finish(point, ticket, result, "paper_out")
    assert (ticket.medium, ticket.print.cause) == ("screen", "paper_out")


@pytest.mark.parametrize("first", ["confirmed", "failed", "void"])
@pytest.mark.parametrize("second", get_args(PrintResult))
def test_the_first_last_word_stands(first: PrintResult, second: PrintResult) -> None:
    point, ticket = printing()
    finish(point, ticket, first)
    finish(point, ticket, second)
    assert results(point) == [(first, 0)]


def test_unknown_is_said_once_and_is_not_the_end() -> None:
    point, ticket = printing()
    finish(point, ticket, "unknown", "silent")
    finish(point, ticket, "unknown", "silent")
    assert results(point) == [("unknown", 0)]
    assert ticket.id in point.state.unfinished_prints
    finish(point, ticket, "confirmed")
    assert results(point) == [("unknown", 0), ("confirmed", 0)]


def test_a_second_paper_is_a_copy_and_its_failure_takes_nothing_from_the_first() -> None:
    point, ticket = printing()
    finish(point, ticket, "confirmed")
    point.do(c.Reprint(ticket=ticket.id, device="pr1"))
    begin(point, ticket)
    finish(point, ticket, "failed", "jam")
    begin(point, ticket)
    finish(point, ticket, "confirmed")
    assert results(point) == [("confirmed", 0), ("failed", 1), ("confirmed", 2)]
    assert ticket.medium == "paper"


def test_a_marked_copy_after_doubt_that_fails_too_leaves_the_number_on_the_screen() -> None:
    point, ticket = printing()
    finish(point, ticket, "unknown", "power")
    begin(point, ticket, attempt=2)
    finish(point, ticket, "failed", "power")
    assert (results(point), ticket.medium) == ([("unknown", 0), ("failed", 1)], "screen")


def test_a_paper_of_which_no_byte_left_is_no_copy() -> None:
    point = MemoryPoint()
    ticket = point.take(device="pr1")
    finish(point, ticket, "failed", "detached")
    assert next_copy(ticket) == 0
    begin(point, ticket)
    assert point.of(e.PrintStarted)[0].copy == 0


def test_no_paper_stays_unproven() -> None:
    point, ticket = printing()
    point.later(150)  # two minutes, and half a minute for a last word
    assert point.tick() == []
    point.later(0.001)
    point.tick()
    assert (results(point), ticket.print.cause, point.of(e.PrintResulted)[0].ms) == ([("void", 0)], "expired", 0)


def test_a_paper_that_is_printed_now_is_not_begun_again_nor_asked_for_again() -> None:
    point, ticket = printing()
    again = c.StartPrint(ticket=ticket.id, device="pr1", cut0=7, power_life="l1", copy=1, attempt=2)
    assert point.refused(again) == "wrong-state"
    finish(point, ticket, "unknown")
    assert point.refused(c.Reprint(ticket=ticket.id, device="pr1")) == "wrong-state"
    waiting = point.take(device="pr1")
    assert point.refused(c.Reprint(ticket=waiting.id, device="pr1")) == "wrong-state"


def test_a_job_is_named_after_its_place_in_the_journal_and_its_end_bears_the_same_name() -> None:
    point, ticket = printing()
    begun = next(event for event in point.events() if event.type.endswith("print_started.v1"))
    finish(point, ticket, "confirmed")
    [start], [end] = point.of(e.PrintStarted), point.of(e.PrintResulted)
    assert start.job == end.job == job_name(int(begun.sequence))


def test_a_paper_that_no_printer_took_ends_without_a_device_under_a_name_of_its_own() -> None:
    point = MemoryPoint()
    ticket = point.take(device="pr1")
    finish(point, ticket, "failed", "detached")
    [end] = point.of(e.PrintResulted)
    assert (end.device, end.job, end.attempt, end.copy) == ("none", job_name(point.state.seq), 1, 0)


def test_a_number_that_wants_no_paper_gets_no_result() -> None:
    point = MemoryPoint()
    finish(point, point.take(), "confirmed")
    assert results(point) == []


@pytest.mark.parametrize("tier", ["T1", "T2", "T3", "T4", "T5"])
def test_how_a_paper_was_proven_is_kept(tier: str) -> None:
    point, ticket = printing()
    point.do(c.FinishPrint(ticket=ticket.id, result="confirmed", tier=tier, cause="", ms=900))
    assert (point.of(e.PrintResulted)[0].tier, ticket.print.tier) == (tier, tier)


def test_the_day_ends_papers_as_void_at_once() -> None:
    point, ticket = printing()
    point.later(86_400)
    point.tick()
    [end] = point.of(e.PrintResulted)
    assert (end.ticket, end.result, end.cause, end.ms, end.tier) == (ticket.id, "void", "day_over", 0, None)


def test_a_visit_that_is_over_is_not_printed_again() -> None:
    point, ticket = printing()
    finish(point, ticket, "confirmed")
    point.do(c.CancelTicket(ticket=ticket.id))
    assert point.refused(c.Reprint(ticket=ticket.id, device="pr1")) == "wrong-state"


def test_without_a_printer_there_is_no_paper_and_no_copy() -> None:
    point = MemoryPoint()
    ticket = point.take()
    assert (ticket.medium, ticket.print.state) == ("screen", "none")
    assert point.refused(c.Reprint(ticket=ticket.id, device="")) == "invalid"
