"""What the figures need stands in the events, so that nobody has to know the configuration of that day."""

import msgspec

from controller.domain import commands as c
from controller.domain.events import CounterOpened, Delivered, ServiceEnded, ServiceQueued
from controller.journal import wire
from tests.domain.memory import MemoryPoint


def test_a_counter_that_opens_says_what_it_serves_and_speaks_also_when_the_advisor_said_nothing() -> None:
    point = MemoryPoint()
    point.open("c1", "c2")
    point.do(c.OpenCounter(counter="c3", advisor="a", services=("passport",), languages=("en",)))
    opened = [(o.services, o.languages) for o in point.of(CounterOpened)]
    assert opened == [((), ()), (("housing", "pension"), ("fi",)), (("passport",), ("en",))]


def test_who_waits_carries_the_wait_that_is_promised_then() -> None:
    point = MemoryPoint()
    point.take("housing")
    services = tuple(msgspec.structs.replace(s, target_wait_s=300) for s in point.config.services)
    point.config = msgspec.structs.replace(point.config, services=services)
    point.take("housing")
    assert [queued.target_s for queued in point.of(ServiceQueued)] == [900, 300]


def test_the_promise_goes_along_when_a_customer_is_sent_to_one_counter() -> None:
    point = MemoryPoint()
    point.open("c1", "c2")
    point.take("housing")
    point.call()
    point.do(c.Transfer(counter="c1", to_counter="c2", position="first", come_back=True))
    assert [(queued.counter, queued.target_s) for queued in point.of(ServiceQueued)][1:] == [("c2", 900)]


def test_an_end_says_whose_each_delivered_service_is_and_nothing_where_none_was() -> None:
    point = MemoryPoint()
    point.open()
    for delivered in ((), (Delivered(service="passport", qty=2), Delivered(service="housing", qty=1))):
        point.take("housing")
        point.call()
        point.do(c.Start(counter="c1"))
        point.end(delivered=delivered)
    assert [ended.providers for ended in point.of(ServiceEnded)] == [msgspec.UNSET, ("police", "kela")]
    assert b'"delivered":[],"accurate"' in bytes(
        next(e.data for e in point.events() if wire.name_of(e) == "service.ended")
    )
