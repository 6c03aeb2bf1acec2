"""What is plugged in, for the whole point: one ear at udev for printers, panels and scanners, each told at once when
its own comes or goes; and what is nobody's, for the technician to bind."""

import asyncio
from functools import partial

from controller.app import plugged, suggest
from controller.app.inputs import Inputs
from controller.domain.point import Config, Printer
from controller.web.site import Site, Unowned
from drivers.udev.attached import Kind
from drivers.udev.hotplug import Hotplug
from drivers.udev.library import UDEVD
from drivers.udev.roster import comes_and_goes, link_of

KINDS = {
    Kind.PRINTER: "printer",
    Kind.KEYBOARD: "scanner",
    Kind.SERIAL: "",
    Kind.CAMERA: "booth",
}  # as `GET /devices` calls them


async def hotplug_of(config: Config) -> Hotplug | None:
    """An ear wherever udev runs: whoever plugs in the first device of a point is offered it too. A point with devices
    on USB has one in any case, which says why it hears nothing."""
    wanted = any(comes_and_goes(one.link) for one in plugged.devices(config))
    return Hotplug() if wanted or await asyncio.to_thread(UDEVD.exists) else None


def connect(hotplug: Hotplug, config: Config, inputs: Inputs, site: Site) -> None:
    """Tell inputs of their plugs (printers are told where they are made), and the technician of what is nobody's."""
    for one in plugged.devices(config):
        if not isinstance(one, Printer) and comes_and_goes(one.link):
            hotplug.tell(one.link, plugged.kind_of(one), partial(inputs.reconnect_now, one.id))
    site.unowned = partial(unowned, hotplug, config)
    hotplug.watch(site.touch)


def unowned(hotplug: Hotplug, config: Config) -> list[Unowned]:
    """What is plugged in and no entry of the config means, each once, with the lines that would bind it."""
    there = hotplug.attached
    strangers = [one for one in suggest.heads(hotplug.unbound) if plugged.named_by(one, config) is None]
    links = {one.path: link_of(one, there) for one in strangers}
    names = suggest.Teller(config)
    return [
        Unowned(
            KINDS[one.kind], plugged.words(one), links[one.path],
            "\n".join(suggest.stanza(one, links[one.path], names.name(one), names.kiosks)),
        )
        for one in strangers
    ]  # fmt: skip
