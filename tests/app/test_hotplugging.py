"""What is plugged in and nobody's, as the technician is offered it: with lines that the config would take."""

import asyncio
from pathlib import Path

import msgspec
import tomlkit

from controller.app.hotplugging import hotplug_of, unowned
from controller.app.settings import load
from controller.domain.point import Config, Printer
from drivers.udev.attached import Kind
from drivers.udev.hotplug import Hotplug
from tests.drivers.udev_machine import Machine, first_look, running

DEMO = Path(__file__).parents[2] / "config" / "demo.toml"


def with_usb_printer(file: Path, *more: str) -> Config:
    """The demo's point with its printer on USB, and these lines after it."""
    raw = tomlkit.parse(DEMO.read_text(encoding="utf-8"))
    raw["printers"][0]["link"] = "usb:TM0001"
    file.write_text("\n".join((tomlkit.dumps(raw), *more, "")), encoding="utf-8")
    return load(file)


async def test_a_stranger_is_offered_with_lines_that_bind_it_and_what_the_config_means_is_not(tmp_path: Path) -> None:
    config, machine = await asyncio.to_thread(with_usb_printer, tmp_path / "point.toml"), Machine()
    machine.plug("1", "TM0001", tell=False)
    machine.plug("2", "TM0002", tell=False)
    hotplug = Hotplug(lambda: machine)
    hotplug.tell("usb:TM0001", Kind.PRINTER, lambda: None)
    async with running(hotplug, machine):
        await first_look(hotplug)
        (one,) = await asyncio.to_thread(unowned, hotplug, config)  # the first reads the profiles
    assert (one.kind, one.link) == ("printer", "usb:TM0002")
    bound = await asyncio.to_thread(with_usb_printer, tmp_path / "point.toml", one.stanza)
    assert [printer.link for printer in bound.printers] == ["usb:TM0001", "usb:TM0002"]


def test_a_point_without_usb_devices_asks_no_udev() -> None:
    config = load(DEMO)
    assert hotplug_of(config) is None
    for link in ("usb:TM0001", "serial:/dev/serial/by-id/usb-FTDI-if00-port0,115200"):
        usb = Printer(id="p", link=link)
        assert hotplug_of(msgspec.structs.replace(config, printers=(usb,))) is not None
