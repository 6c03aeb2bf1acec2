"""Which devices there are: from a link in the config to what implements a port. A new device is a line here."""

import math
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from controller.ports.printer import Printer
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.escpos.raster import Logos
from drivers.links.link import FAST, SLOW, Backoff, LinkOpener
from drivers.links.tcp import open_tcp

BITS_A_BYTE = 10  # 8N1: a start bit, eight, a stop bit

Where = Callable[[str], str]
"""From "usb:SERIAL" or "port:PATH" to the device's node now ("/dev/usb/lp0"). Called in the loop, at each opening: it
must not block, and raises `DeviceGone` ("absent") when no such device is there."""


class NoDriver(Exception):
    """This version has no driver for that link."""


def escpos_printer(
    id_: str, link: str, profile_name: str, *, random: Random, life: str, where: Where | None = None,
    blind: bool = False, logo: Logos | None = None,
) -> EscposPrinter:  # fmt: skip
    """A ticket printer on `link`, as `opener`. `life` must differ at each start. `blind`: what it prints is believed
    without any proof. Raises NoDriver, KeyError."""
    model, open_link = profile(profile_name), opener(link, where)
    model = model.mute() if blind else model
    return EscposPrinter(
        id_, model, open_link, random=random, life=life, backoff=backoff(link), bytes_per_s=bytes_per_s(link), logo=logo
    )


DIALECTS: dict[str, Callable[..., Printer]] = {"escpos": escpos_printer}


def ticket_printer(kind: str, id_: str, link: str, profile_name: str, **how: Any) -> Printer:
    """The driver that speaks the dialect `kind`, with the arguments of `escpos_printer`. Another dialect (Star, Custom)
    is another driver of the port on the same links: a line in DIALECTS, and its name among the config's kinds. Raises
    NoDriver, KeyError."""
    if kind not in DIALECTS:
        raise NoDriver(f"this version speaks no {kind} to printers")
    return DIALECTS[kind](id_, link, profile_name, **how)


def opener(link: str, where: Where | None = None) -> LinkOpener:
    """What opens `link`: "tcp:HOST:PORT", "serial:/dev/...,BAUD" or, for a printer that `where` finds on USB,
    "usb:SERIAL" and "port:PATH". Raises NoDriver."""
    scheme, _, rest = link.partition(":")
    match scheme:
        case "tcp":
            host, _, port = rest.rpartition(":")
            return partial(open_tcp, host, int(port))
        case "serial":
            from drivers.links.serial import open_serial  # pyserial: a point without a serial port does not load it

            path, _, baud = rest.rpartition(",")
            return partial(open_serial, path, int(baud))
        case "usb" | "port" if where is not None:
            from drivers.links.usblp import open_usblp

            return partial(open_usblp, partial(where, link))
        case "usb" | "port":
            raise NoDriver(f"this version has no driver for {scheme}: links here: nothing finds USB devices")
        case _:
            raise NoDriver(f"this version has no driver for {scheme}: links")


def backoff(link: str) -> Backoff:
    """How long to wait between two openings of `link`."""
    return FAST if link.partition(":")[0] in {"usb", "port"} else SLOW


def bytes_per_s(link: str) -> float:
    """How fast `link` carries bytes: a serial line is slow enough to wait for, all others are as good as instant."""
    scheme, _, rest = link.partition(":")
    return int(rest.rpartition(",")[2]) / BITS_A_BYTE if scheme == "serial" else math.inf
