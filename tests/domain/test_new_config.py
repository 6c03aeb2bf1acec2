"""The point starts again with another configuration: nobody who was there is lost."""

import msgspec

from controller.domain import commands as c
from controller.domain.point import Config, Queue
from tests.domain.laws import Laws
from tests.domain.memory import MemoryPoint, config


def without(config_: Config, *, counter: str = "", service: str = "") -> Config:
    """The configuration after a technician took a counter or a service (with its queue) away."""
    gone = next((s.queue for s in config_.services if s.id == service), "")
    return msgspec.structs.replace(
        config_,
        counters=tuple(one for one in config_.counters if one.id != counter),
        services=tuple(one for one in config_.services if one.id != service),
        queues=tuple(one for one in config_.queues if one.id != gone),
    )


def test_whoever_was_called_to_a_counter_that_is_no_more_is_called_by_another() -> None:
    point = MemoryPoint()
    point.open("c1", "c4")
    waiting = point.take("passport")
    point.do(c.CallNext(counter="c4"))
    point.config = without(config(), counter="c4")
    point.reboot()
    point.do(c.Tick())
    assert not point.state.counters["c4"].open
    assert point.do(c.CallNext(counter="c1")).subject
    current = point.state.service_events[point.state.counters["c1"].current]
    assert point.state.tickets[point.state.visits[current.visit].ticket].number == waiting.number
    Laws().check(point)


def test_whoever_waits_for_a_service_that_is_no_more_is_still_called() -> None:
    point = MemoryPoint()
    point.open("c1")
    ticket = point.take("passport")
    point.config = without(config(), service="passport")
    point.reboot()
    point.do(c.Tick())
    assert point.serve("c1") == ticket.number
    Laws().check(point)


def a_queue_more(config_: Config) -> Config:
    """A queue that no service stands in."""
    return msgspec.structs.replace(config_, queues=(*config_.queues, Queue(id="e", name={"fi": "Tyhjä"}, series="E")))


def restarted_without(point: MemoryPoint, service: str) -> None:
    """The technician takes the service away and leaves its queue."""
    services = tuple(one for one in point.config.services if one.id != service)
    point.config = msgspec.structs.replace(point.config, services=services)
    point.reboot()


def test_a_customer_of_a_service_that_is_no_more_can_be_sent_to_a_queue_and_not_just_to_a_counter() -> None:
    point = MemoryPoint()
    point.open("c1", "c2")
    ticket = point.take("passport")
    point.call("c1")
    restarted_without(point, "passport")
    assert point.refused(c.Transfer(counter="c1", to_counter="c2")) == "unknown-service"
    assert point.refused(c.Transfer(counter="c1", to_queue="p")) == "invalid", "nothing is offered in that queue now"
    assert point.stage(ticket) == "called"
    point.do(c.Transfer(counter="c1", to_queue="k"))
    assert (point.turn(ticket).queue, point.turn(ticket).service, point.turn(ticket).only) == ("k", "housing", "")


def test_nobody_is_sent_to_a_queue_without_a_service() -> None:
    point = MemoryPoint(a_queue_more(config()))
    point.open("c1")
    point.take()
    point.call()
    assert point.refused(c.Transfer(counter="c1", to_queue="e")) == "invalid"


def test_a_no_show_whose_service_is_no_more_cannot_be_called_after_all() -> None:
    point = MemoryPoint()
    point.open("c1")
    ticket = point.take("passport")
    point.call()
    point.do(c.NoShow(counter="c1"))
    restarted_without(point, "passport")
    assert point.refused(c.CallTicket(counter="c1", ticket=ticket.id)) == "unknown-service"


def test_who_was_called_for_a_service_that_is_no_more_goes_back_to_its_queue_when_the_counter_closes() -> None:
    point = MemoryPoint()
    point.open("c1")
    ticket = point.take("passport")
    point.call()
    restarted_without(point, "passport")
    point.do(c.CloseCounter(counter="c1"))
    assert (point.stage(ticket), point.turn(ticket).queue) == ("waiting", "p")


def test_a_wanted_service_that_is_no_more_is_left_out_of_the_visit() -> None:
    point = MemoryPoint()
    point.open("c1")
    ticket = point.take("housing", also=("passport", "licence"))
    restarted_without(point, "passport")
    assert point.serve() == ticket.number
    assert point.turn(ticket).service == "licence"


def test_a_customer_comes_back_to_the_sender_also_when_the_service_of_then_is_no_more() -> None:
    point = MemoryPoint()
    point.open("c1", "c4")
    ticket = point.take("pension")
    point.call("c1")
    point.do(c.Transfer(counter="c1", to_service="passport", come_back=True))
    restarted_without(point, "pension")
    assert [point.serve("c4"), point.serve("c1")] == [ticket.number] * 2


def test_who_comes_with_an_appointment_for_a_service_that_is_no_more_is_told_so() -> None:
    point = MemoryPoint()
    point.do(c.PutAppointment(appointment="b1", rev=1, provider="police", service="passport", code="CODE1",
                              start="2026-11-23T10:30:00+02:00", end="2026-11-23T11:00:00+02:00",
                              channel="counter"))  # fmt: skip
    restarted_without(point, "passport")
    assert point.refused(c.CheckIn(code="CODE1", language="fi")) == "unknown-service"
