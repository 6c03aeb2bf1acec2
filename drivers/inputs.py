"""Which panels and scanners there are: from kind and link in the config to what implements `ports.inputs.Input`. A new
one is a line here. Apart from the printers' catalogue, so that a point without any carries none of this."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal

from controller.ports.inputs import Input, Where
from drivers import catalogue
from drivers.links.link import DeviceGone, Link, LinkOpener
from drivers.links.local import open_local
from drivers.panels import nodes
from drivers.panels.button import Button
from drivers.panels.keypad import CounterKeypad, KioskKeypad
from drivers.panels.panel import Meaning, Panel
from drivers.scanners.judge import Judge
from drivers.scanners.layouts import Layout
from drivers.scanners.scanner import KeyboardScanner, SerialScanner

USB_BAUD = 9600  # a reader that is a serial line by USB carries bytes as fast as it can, whatever is said (cdc_acm)
PanelKind = Literal["call_button", "keypad", "panic", "leave"]


def panel(id_: str, kind: PanelKind, way: Path | str, where: Where, *, for_kiosk: bool, random: Random) -> Input:
    """A button or keypad. `way`: a simulator's socket, or a link ("usb:SERIAL", "port:PATH") that `where` finds.
    `for_kiosk`: whose keypad it is, a kiosk's or a counter's."""
    meanings: dict[PanelKind, Callable[[], Meaning]] = {
        "call_button": partial(Button, "call_next"), "keypad": KioskKeypad if for_kiosk else CounterKeypad,
        "panic": partial(Button, "alarm"), "leave": partial(Button, "leave"),
    }  # fmt: skip
    return Panel(id_, _source(id_, way, where), meanings[kind](), random=random, glows=kind != "panic")


def keyboard_scanner(
    id_: str, way: Path | str, where: Where, public_url: str, layout: Layout, *, random: Random
) -> Input:  # fmt: skip
    """A code reader that types. `public_url`: what the address in our own QR begins with."""
    return KeyboardScanner(id_, _source(id_, way, where), Judge(public_url), layout, random=random)


def serial_scanner(id_: str, way: Path | str, line: Where, public_url: str, *, random: Random) -> Input:
    """A code reader that sends lines. `way`: a simulator's socket, a link ("serial:/dev/ttyACM0,9600"), or one behind
    which `line` finds the serial line ("usb:SERIAL", "port:PATH")."""
    opener = _line(way, line)
    return SerialScanner(id_, opener, Judge(public_url), random=random, simulated=isinstance(way, Path))


def _source(id_: str, way: Path | str, where: Where) -> nodes.SourceOpener:
    return nodes.at_socket(id_, way) if isinstance(way, Path) else nodes.at_node(id_, way, where)


def _line(way: Path | str, line: Where) -> LinkOpener:
    if isinstance(way, Path):
        return lambda: open_local(way)
    if way.startswith(("usb:", "port:")):
        return _found(way, line)
    try:
        return catalogue.opener(way)
    except catalogue.NoDriver as no:
        away = str(no)
        return lambda: _Nowhere(way, away)


def _found(way: str, line: Where) -> LinkOpener:
    """Looked for anew at each opening: it may have come back as another node."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Link]:
        async with catalogue.opener(f"serial:{line(way)},{USB_BAUD}")() as link:
            yield link

    return opened


class _Nowhere(AbstractAsyncContextManager[Link]):
    """A line that this version cannot reach: its device is away, and the point runs all the same."""

    def __init__(self, link: str, why: str) -> None:
        self._gone = DeviceGone(link, "unreachable", why)

    async def __aenter__(self) -> Link:
        raise self._gone

    async def __aexit__(self, *exc: object) -> None:
        return None
