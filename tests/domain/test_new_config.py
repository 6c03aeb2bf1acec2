"""The point starts again with another configuration: nobody who was there is lost."""

import msgspec

from controller.domain import commands as c
from controller.domain.point import Config
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
