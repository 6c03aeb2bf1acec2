"""The roll of paper: how many tickets it still holds, said once at each turn, from counts and from its sensors."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain import rolls
from controller.domain.draft import Refused
from controller.domain.point import Printer
from tests.domain.memory import MemoryPoint, config

MM = 120  # one ticket


def a_point(roll_m: int = 80) -> MemoryPoint:
    return MemoryPoint(msgspec.structs.replace(config(), printers=(Printer(id="pr1", link="sim", roll_m=roll_m),)))


def says(point: MemoryPoint, paper: Any = "fine", tickets: int = 0, **more: Any) -> list[tuple[str, int | None]]:
    """Count, and give what was journalled: (cause, tickets left)."""
    before = len(point.of(e.DeviceCounters))
    used = {"prints": tickets, "pieces": tickets, "mm": tickets * MM}
    point.do(c.CountPaper(device="pr1", paper=paper, **(used | more)))
    return [(one.cause, one.tickets_left) for one in point.of(e.DeviceCounters)[before:]]


def left(point: MemoryPoint) -> int | None:
    return rolls.forecast(point.state, point.config, "pr1")


def test_of_a_roll_that_nobody_saw_begin_nothing_is_said_until_its_end_is_in_sight() -> None:
    point = a_point()
    assert says(point, tickets=40) == [("printed", None)]
    assert left(point) is None
    assert says(point, "near_end") == [("near_end", rolls.RESERVE_MM // MM)]


def test_a_new_roll_is_counted_down_and_warned_of_once_when_it_gets_short() -> None:
    point = a_point(roll_m=20)
    assert says(point, "out") == [("paper_out", 0)]
    assert says(point) == [("new_roll", 20_000 // rolls.TICKET_MM)]
    told = [said for _ in range(12) for said in says(point, tickets=10)]
    assert [one for one in told if one[0] != "printed"] == [("low", 46)]
    assert left(point) == (20_000 - 120 * MM) // MM


def test_the_end_in_sight_knows_better_than_the_count_and_teaches_how_much_it_means() -> None:
    point = a_point(roll_m=300)
    says(point, "out")
    says(point)
    says(point, tickets=100)
    assert says(point, "near_end") == [("near_end", rolls.RESERVE_MM // MM)], "though the count says thousands"
    says(point, "near_end", tickets=50)
    assert left(point) == 0, "what was assumed is used up, and it still prints"
    assert says(point, "out") == [("paper_out", 0)]
    says(point)
    says(point, tickets=10)
    assert says(point, "near_end") == [("near_end", 50)], "this sensor sees fifty tickets ahead"


def test_a_sensor_that_flickers_warns_once_and_no_roll_is_thought_changed() -> None:
    point = a_point()
    says(point, tickets=10)
    told = [said for _ in range(20) for said in says(point, "near_end") + says(point, "fine")]
    assert told == [("near_end", rolls.RESERVE_MM // MM)]
    assert says(point, "fine", handled=True) == [("new_roll", 80_000 // MM)]


def test_a_roll_changed_before_its_end_by_somebody_who_says_so() -> None:
    point = a_point()
    point.do(c.NewRoll(device="pr1"))
    assert left(point) == 80_000 // rolls.TICKET_MM
    with pytest.raises(Refused, match="no printer 'pr9'"):
        point.do(c.NewRoll(device="pr9"))
    says(point, "out")
    with pytest.raises(Refused, match="no paper"):
        point.do(c.NewRoll(device="pr1"))


def test_papers_that_a_killed_daemon_told_nobody_of_are_found_in_the_printers_own_count() -> None:
    point = a_point()
    says(point, tickets=10, cuts=1_000)
    says(point, tickets=10, cuts=1_010)
    assert says(point, tickets=10, cuts=1_027) == [("printed", None)]
    assert point.state.rolls["pr1"].paper_mm == 37 * MM
    assert point.state.rolls["pr1"].cuts == 1_027


def test_a_bad_day_of_scraps_does_not_make_a_full_roll_short() -> None:
    point = a_point()
    says(point, tickets=10, mm=10 * MM + 90_000)
    says(point, "out")
    assert says(point) == [("new_roll", 80_000 // rolls.LONGEST_MM)]


def test_another_printer_in_its_place_brings_a_roll_that_nobody_knows() -> None:
    point = a_point()
    point.do(c.NewRoll(device="pr1"))
    says(point, tickets=10, cuts=1_000)
    assert says(point, tickets=1, cuts=90_000) == [("another_printer", None)]
    assert says(point, tickets=10, cuts=90_010) == [("printed", None)]
    assert point.state.rolls["pr1"].paper_mm == 21 * MM, "its earlier cuts are not our papers"


@pytest.mark.parametrize("cuts", [10**30, 2**53 + 1, -1])
def test_a_count_that_no_cutter_lives_to_make_is_none_and_the_papers_are_counted_all_the_same(cuts: int) -> None:
    point = a_point()
    says(point, tickets=10, cuts=1_000)
    assert says(point, tickets=10, cuts=cuts) == [("printed", None)]
    assert point.state.rolls["pr1"].prints == 20 and point.state.rolls["pr1"].cuts == 1_010


WORD = st.tuples(
    st.sampled_from(["fine", "near_end", "out", None]), st.integers(0, 12), st.booleans(),
    st.one_of(st.none(), st.integers(0, 100_000)),
)  # fmt: skip


@given(st.lists(WORD, max_size=40))
def test_whatever_a_printer_says_the_forecast_is_no_less_than_none_and_the_replay_agrees(words: list[Any]) -> None:
    point = a_point()
    for paper, tickets, handled, cuts in words:
        told = says(point, paper, tickets=tickets, handled=handled, cuts=cuts)
        assert len(told) == len(set(told)) <= 4
        assert all(count is None or count >= 0 for _, count in told)
        known = point.state.rolls.get("pr1")
        if paper == "out":
            assert left(point) == 0
        elif paper == "fine":
            assert known is None or not known.out
    assert point.replayed().rolls == point.state.rolls
