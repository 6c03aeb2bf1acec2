"""From a link in the config to what opens it, how patiently, and how long it may take."""

import asyncio
import math
from random import Random

import pytest

from controller.ports.printer import PrinterCondition
from drivers import catalogue
from drivers.escpos.profiles import profile
from drivers.links.link import FAST, SLOW, Backoff, DeviceGone
from tests.drivers.serial_line import a_line, until

profile("virtual")  # reads its file here, where no loop runs


@pytest.mark.parametrize(
    ("link", "backoff", "bytes_per_s"),
    [
        ("tcp:printer.example:9100", SLOW, math.inf),
        ("serial:/dev/ttyUSB0,19200", SLOW, 1920.0),
        ("usb:TM0001", FAST, math.inf),
        ("port:1-1.2", FAST, math.inf),
    ],
)
def test_each_kind_of_link_has_its_patience_and_its_speed(link: str, backoff: Backoff, bytes_per_s: float) -> None:
    assert catalogue.backoff(link) == backoff
    assert catalogue.bytes_per_s(link) == bytes_per_s


def test_usb_comes_back_in_milliseconds_and_both_have_their_end() -> None:
    class Least(Random):
        def uniform(self, a: float, b: float) -> float:
            return a

    assert (FAST.wait_s(0, Least()), FAST.wait_s(30, Least())) == (0.02, 5.0)
    assert (SLOW.wait_s(0, Least()), SLOW.wait_s(10_000, Least())) == (0.5, 30.0)
    waits = {FAST.wait_s(3, Random(seed)) for seed in range(50)}
    assert len(waits) > 40
    assert all(0.16 <= wait <= 0.24 for wait in waits)


@pytest.mark.parametrize("link", ["usb:TM0001", "port:1-1.2", "cups:lobby", "sim"])
def test_a_link_that_nothing_here_can_open_is_told_so(link: str) -> None:
    with pytest.raises(catalogue.NoDriver, match="no driver for"):
        catalogue.escpos_printer("lobby", link, "virtual", random=Random(1), life="boot1")


@pytest.mark.parametrize("link", ["usb:TM0001", "port:1-1.2"])
async def test_a_printer_on_usb_is_looked_for_at_each_opening_by_its_link(link: str) -> None:
    asked = []
    with a_line() as line:

        def where(wanted: str) -> str:
            asked.append(wanted)
            return line.path

        open_link = catalogue.opener(link, where)
        for _ in range(2):
            async with open_link() as opened:
                await opened.write(b"x", within=1.0)
                assert await line.take_all(1) == b"x"
    assert asked == [link, link]


async def test_a_printer_that_is_not_plugged_in_is_detached_and_soon_looked_for_again() -> None:
    looks = [0]

    def where(wanted: str) -> str:
        looks[0] += 1
        raise DeviceGone(wanted, "absent")

    printer = catalogue.escpos_printer("lobby", "usb:TM0001", "virtual", random=Random(1), life="boot1", where=where)
    running = asyncio.create_task(printer.run())
    try:
        await until(lambda: looks[0] >= 4)  # 20, 40, 80 ms, jittered
        assert printer.health.condition is PrinterCondition.DETACHED
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_a_dialect_that_nobody_speaks_is_refused_by_name_and_another_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(catalogue.NoDriver, match="speaks no star to printers"):
        catalogue.ticket_printer("star", "lobby", "tcp:127.0.0.1:9", "virtual", random=Random(1), life="boot1")
    monkeypatch.setitem(catalogue.DIALECTS, "star", catalogue.escpos_printer)
    made = catalogue.ticket_printer("star", "lobby", "tcp:127.0.0.1:9", "virtual", random=Random(1), life="boot1")
    assert made.id == "lobby"
