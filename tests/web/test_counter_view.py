"""What a counter's page is told of the customer at the desk."""

from typing import Any

from controller.web import boards
from tests.web.rig import Point


def at_desk(here: Point) -> dict[str, Any]:
    current: dict[str, Any] = boards.build(here.site, "counter", "1")["current"]
    return current


async def test_a_service_has_its_beginning_and_what_it_was_on_hold(here: Point) -> None:
    await here.open()
    await here.take()
    await here.do("/counters/1/call-next")
    assert (at_desk(here)["started_at"], at_desk(here)["held_ms"]) == (None, 0)
    here.clock.ms += 20_000
    await here.do("/counters/1/start")
    here.clock.ms += 60_000
    await here.do("/counters/1/hold")
    (held,) = boards.build(here.site, "counter", "1")["held"]
    assert (held["started_at"], held["held_ms"]) == ("2026-11-23T08:00:20.000Z", 0)
    here.clock.ms += 90_000
    await here.do("/counters/1/resume")
    assert (at_desk(here)["started_at"], at_desk(here)["held_ms"]) == ("2026-11-23T08:00:20.000Z", 90_000)
