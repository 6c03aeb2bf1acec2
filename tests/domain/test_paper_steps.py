"""What is done next about a paper: each state, each age, each end of the visit, on the millisecond."""

from typing import Any

import msgspec
import pytest

from controller.domain import commands as c
from controller.domain.printing import (
    Begin,
    Finish,
    Judge,
    first_step,
    patience_is_over,
    step_after_clearing,
    step_in_line,
)
from controller.domain.state import State, Ticket
from tests.domain.memory import ALWAYS, MemoryPoint, config


def a_ticket(**paper: Any) -> tuple[State, Ticket]:
    """One at the point, its paper as given."""
    point = MemoryPoint(config(hours=ALWAYS))
    id_ = point.do(c.TakeTicket(service="housing", language="fi", entry="kiosk", kiosk="main", device="pr1")).subject
    ticket = point.state.tickets[id_]
    ticket.print = msgspec.structs.replace(ticket.print, **paper)
    return point.state, ticket


def the_visit_ends(state: State, ticket: Ticket) -> None:
    state.visits[ticket.visit].outcome = "served"


@pytest.mark.parametrize("state", ["confirmed", "failed", "void"])
def test_what_has_its_end_is_left_alone_unless_somebody_asks_for_a_copy(state: str) -> None:
    here, ticket = a_ticket(state=state, job="0001", copy=1)
    assert first_step(here, ticket, ticket.issued, again=False) is None
    assert first_step(here, ticket, ticket.issued + 9_000_000, again=True) == Begin(2, 1), "however late"
    the_visit_ends(here, ticket)
    assert first_step(here, ticket, ticket.issued, again=True) == Finish("void", "over")


@pytest.mark.parametrize(("state", "trust"), [("printing", True), ("unknown", False)])
def test_what_is_in_doubt_is_judged_first_and_the_count_is_trusted_only_before_anything_was_cleared(
    state: str, trust: bool
) -> None:
    here, ticket = a_ticket(state=state, job="0001")
    the_visit_ends(here, ticket)
    for again in (False, True):
        assert first_step(here, ticket, ticket.issued + 9_000_000, again=again) == Judge(trust)


@pytest.mark.parametrize(("age_ms", "step"), [(120_000, Begin(0, 1)), (120_001, Finish("void", "expired"))])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_paper_that_nobody_expects_any_more_is_not_begun(age_ms: int, step: object, sign: int) -> None:
    here, ticket = a_ticket(state="requested")
    assert first_step(here, ticket, ticket.issued + sign * age_ms, again=False) == step, "nor by a clock that went back"


@pytest.mark.parametrize(("surely_none", "copy"), [(True, 4), (False, 5)])
def test_after_clearing_the_same_copy_is_sent_only_when_surely_none_came_out(surely_none: bool, copy: int) -> None:
    here, ticket = a_ticket(state="unknown", job="0001", copy=4, attempt=2)
    at = ticket.issued + 60_000
    assert step_after_clearing(here, ticket, at, surely_none=surely_none) == Begin(copy, 3)


def test_after_clearing_it_is_given_up_after_three_attempts_or_a_minute_with_the_cause_that_was_seen() -> None:
    here, ticket = a_ticket(state="unknown", job="0001", attempt=3, cause="cover")
    assert step_after_clearing(here, ticket, ticket.issued, surely_none=True) == Finish("failed", "cover")
    here, ticket = a_ticket(state="unknown", job="0001", attempt=1)
    assert not patience_is_over(ticket, ticket.issued + 60_000)
    assert patience_is_over(ticket, ticket.issued + 60_001)
    late = step_after_clearing(here, ticket, ticket.issued + 60_001, surely_none=True)
    assert late == Finish("failed", "gave_up")
    the_visit_ends(here, ticket)
    assert step_after_clearing(here, ticket, ticket.issued, surely_none=True) == Finish("void", "over")


def test_who_is_in_line_for_a_printer_in_trouble_goes_to_the_screen_and_nothing_in_doubt_is_called_failed() -> None:
    steps = {
        state: step_in_line(a_ticket(state=state)[1], "paper_out")
        for state in ("requested", "printing", "unknown", "confirmed", "failed", "void", "none")
    }
    assert steps == {
        "requested": Finish("failed", "paper_out"), "printing": Finish("void", "interrupted"),
        "unknown": Finish("void", "interrupted"), "confirmed": None, "failed": None, "void": None, "none": None,
    }  # fmt: skip
