"""The arithmetic of places, to the millisecond: who comes, who goes first, who shares a moment."""

import pytest

from controller.domain import commands as c
from controller.domain import queues
from controller.domain.state import Counter, ServiceEvent, State
from tests.domain.memory import ALWAYS, MemoryPoint, at, config
from tests.domain.memory import MONDAY as TEN

NOON = at(TEN)


def a_line(*places: int) -> State:
    return State("j", waiting={"k": [(place, f"s-{n}") for n, place in enumerate(places)]})


@pytest.mark.parametrize(
    ("ms", "since_ms", "boot", "place"),
    [
        (NOON + 5, 5, "b1", NOON + 5),  # a clock that goes well
        (NOON - 3_600_000, 3_000_000, "b1", NOON + 3_000_000),  # moved back: the time since boot goes on
        (NOON, 0, "b1", NOON + 1),  # two in one moment
        (NOON - 1, 9_000_000, "b2", NOON + 1),  # another boot tells nothing about the time between
    ],
)
def test_somebody_comes_after_everyone_who_came(ms: int, since_ms: int, boot: str, place: int) -> None:
    state = State("j", tail=NOON, tail_mono=7_000_000, tail_boot="b1")
    assert queues.arrival(state, ms, 7_000_000 + since_ms * 1_000_000, boot) == place


def test_a_step_of_priority_is_worth_exactly_what_is_configured() -> None:
    assert queues.boost(config(), 2) == 1_200_000
    assert queues.boost(config(priority_boost_s=1), 9) == 9_000


@pytest.mark.parametrize(("own", "first"), [(500, 99), (100, 99), (99, 99), (7, 7)])
def test_first_is_just_before_the_head_unless_the_own_place_is_before_it(own: int, first: int) -> None:
    assert queues.first_place(a_line(100, 200), "k", own) == first
    assert queues.first_place(a_line(100, 200), "empty", own) == own


@pytest.mark.parametrize(("wanted", "given"), [(9, 9), (10, 13), (12, 13), (15, 16), (17, 17)])
def test_two_with_one_place_stand_one_millisecond_apart(wanted: int, given: int) -> None:
    assert queues.free_place(a_line(10, 11, 12, 15), "k", wanted) == given


def test_how_many_are_before_a_place() -> None:
    line = a_line(10, 11, 12)
    assert [queues.ahead(line, "k", place) for place in (10, 11, 13)] == [0, 1, 3]
    assert (queues.ahead(line, "l", 99), queues.waiting(line, "l"), queues.waiting(line, "k")) == (0, 0, 3)


def test_everyone_in_order_and_everyone_of_some_queues() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    tickets = []
    for service in ("housing", "passport", "housing", "licence"):
        tickets.append(point.take(service))
        point.later(1)

    def numbers(*asked: str) -> list[str]:
        return [point.number(turn.id) for turn in queues.in_order(point.state, asked)]

    assert numbers() == ["K001", "P001", "K002", "P002"]
    assert (numbers("k"), numbers("p", "l"), numbers("gone")) == (["K001", "K002"], ["P001", "P002"], [])


def test_of_two_with_one_place_in_two_queues_the_queue_that_was_there_first_goes_first() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open()
    for queue, service, code in (("l", "licence", "AAAA"), ("k", "housing", "BBBB")):
        provider = "kela" if queue == "k" else "police"
        point.do(c.PutAppointment(appointment=f"b-{queue}", rev=1, provider=provider, service=service, code=code,
                                  start="2026-11-23T11:00:00+02:00", end="2026-11-23T11:30:00+02:00",
                                  channel="counter"))  # fmt: skip
    for code in ("AAAA", "BBBB"):
        point.do(c.CheckIn(code=code, language="fi"))
    assert [point.serve(), point.serve()] == ["P001", "K001"]


def test_whoever_is_for_a_counter_that_never_opened_is_served_by_the_others() -> None:
    point = MemoryPoint()
    point.open("c1")
    turn = point.turn(point.take())
    lost = ServiceEvent(turn.id, turn.visit, 1, "k", "kela", "housing", "transfer", 0, 0, 0, "", only="c3")
    assert queues.eligible(point.state, point.config, point.state.counters["c1"], lost)


@pytest.mark.parametrize("activity", ["break", "other_work"])
def test_a_speaker_who_is_away_keeps_nobody_waiting(activity: str) -> None:
    point = MemoryPoint()
    point.open("c2", "c3")
    swedish = point.take(language="sv")
    point.do(c.SetActivity(counter="c3", activity=activity))  # type: ignore[arg-type]  # why: a word of the table
    assert point.serve("c2") == swedish.number


def test_what_was_said_at_opening_counts_before_the_configuration() -> None:
    here = Counter("c2", services=["licence"], languages=["se"])
    assert queues.serves(config(), here, "licence") and not queues.serves(config(), here, "housing")
    assert queues.speaks(config(), here, "se") and not queues.speaks(config(), here, "fi")
    silent = Counter("c2")
    assert queues.serves(config(), silent, "housing") and not queues.serves(config(), silent, "passport")
    assert queues.speaks(config(), silent, "fi") and not queues.speaks(config(), silent, "sv")
    unknown = Counter("c9")
    assert queues.serves(config(), unknown, "housing") and queues.speaks(config(), unknown, "se")


def test_whoever_was_sent_to_one_counter_is_called_there_whatever_it_speaks_or_does() -> None:
    point = MemoryPoint()
    point.open("c1", "c2", "c3")
    ticket = point.take("housing", language="sv")
    point.call("c1")
    point.do(c.Transfer(counter="c1", to_service="passport", to_counter="c2"))
    assert (point.call("c3"), point.call("c2")) == ("", ticket.number)
