"""Which devices there are: from a link in the config to what implements a port. A new device is a line here."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from random import Random

from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.links.link import Link
from drivers.links.tcp import open_tcp


class NoDriver(Exception):
    """This version has no driver for that link."""


def escpos_printer(id_: str, link: str, profile_name: str, *, random: Random, life: str) -> EscposPrinter:
    """A ticket printer on `link` ("tcp:HOST:PORT"). `life` must differ at each start. Raises NoDriver, KeyError."""
    return EscposPrinter(id_, profile(profile_name), opener(link), random=random, life=life)


def opener(link: str) -> Callable[[], AbstractAsyncContextManager[Link]]:
    """A wire to a device, opened anew by each call. Raises NoDriver."""
    scheme, _, rest = link.partition(":")
    if scheme != "tcp":
        raise NoDriver(f"this version has no driver for {scheme}: links")
    host, _, port = rest.rpartition(":")
    return lambda: open_tcp(host, int(port))
