"""What is plugged in and nobody's, as the technician is offered it: with lines that the config would take."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import tomlkit
from pytest import MonkeyPatch

from controller.app import hotplugging
from controller.app.hotplugging import connect, hotplug_of, unowned
from controller.app.inputs import Inputs
from controller.app.settings import load
from controller.domain.point import Config, Printer
from drivers.escpos.profiles import profiles
from drivers.udev.attached import Kind
from drivers.udev.hotplug import Hotplug
from tests.drivers.udev_machine import Machine, first_look, running
from tests.drivers.udev_world import World, in_a_world
from tests.web.rig import point
from tests.web.watcher import Watcher, watching

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


@in_a_world
async def test_whoever_plugs_in_the_first_usb_device_of_a_point_finds_it_on_the_technicians_page(world: World) -> None:
    """No link of the config is on USB: what comes is offered all the same, and taken away when it goes."""
    with TemporaryDirectory() as folder:
        config = await asyncio.to_thread(load, DEMO)
        async with point(Path(folder, "data"), config=config) as here:
            hotplug = await hotplug_of(config)
            assert hotplug is not None
            connect(hotplug, config, Inputs({}), here.site)
            await asyncio.to_thread(profiles)  # the stanza's first question reads a file
            follow = asyncio.create_task(hotplug.run())
            async with watching(here, "technician") as page:
                assert page.state["unknown"] == []
                world.plug_printer("1-2", "TM0001", model="TM-m30III")
                await until_shown(page, 1)
                (found,) = page.state["unknown"]
                assert found["kind"] == "printer" and "TM-m30III" in found["name"]
                assert 'link = "usb:TM0001"' in found["stanza"]
                world.unplug("1-2")
                await until_shown(page, 0)
            follow.cancel()


async def until_shown(page: Watcher, strangers: int) -> None:
    async with asyncio.timeout(60):
        while len(page.state["unknown"]) != strangers:
            await page.hear()


async def test_a_machine_without_udev_is_asked_only_for_devices_on_usb(
    tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(hotplugging, "UDEVD", tmp_path / "control")
    config = await asyncio.to_thread(load, DEMO)
    assert await hotplug_of(config) is None
    for link in ("usb:TM0001", "serial:/dev/serial/by-id/usb-FTDI-if00-port0,115200"):
        usb = Printer(id="p", link=link)
        assert await hotplug_of(msgspec.structs.replace(config, printers=(usb,))) is not None
    await asyncio.to_thread((tmp_path / "control").touch)
    assert await hotplug_of(config) is not None
