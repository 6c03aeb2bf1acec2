"""Addresses of the right shape that lead nowhere: ports, hosts, speeds, web addresses."""

import ipaddress
import re
from collections.abc import Iterator

from controller.app.draft import Draft
from controller.app.faults import Finding, listed, show
from controller.app.toml_lines import Path
from controller.domain.point import Central, Listen, Panel, Point, Printer, Scanner

BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9_-]{0,62}))*\.?")


def findings(draft: Draft) -> Iterator[Finding]:
    """Every address that cannot be one."""
    yield from _doors(draft)
    yield from _web(draft)
    for path, device in draft.tables.items():
        if isinstance(device, Printer | Panel | Scanner):
            yield from _link((*path, "link"), device.link)


def _doors(draft: Draft) -> Iterator[Finding]:
    for path, listen in draft.each(Listen):
        for key in ("device", "staff"):
            address = getattr(listen, key)
            if address:
                yield from _address((*path, key), address, address)
        if _same_door(listen.device, listen.staff):
            words = "another port than device: these are two doors"
            yield Finding((*path, "staff"), show(listen.staff), words, "", (*path, "device"))


def _same_door(one: str, other: str) -> bool:
    """The same port, on the same address or where one of the two is every address."""
    (host, _, port), (host_2, _, port_2) = one.rpartition(":"), other.rpartition(":")
    return port == port_2 and (host == host_2 or bool({host, host_2} & {"", "0.0.0.0"}))


def _link(path: Path, link: str) -> Iterator[Finding]:
    scheme, _, rest = link.partition(":")
    if scheme == "tcp":
        yield from _address(path, link, rest)
    elif scheme == "serial" and rest.rpartition(",")[2] not in map(str, BAUDS):
        yield Finding(path, show(link), f"a speed out of {listed(map(str, BAUDS))}")


def _address(path: Path, found: str, address: str) -> Iterator[Finding]:
    host, _, port = address.rpartition(":")
    if not 1 <= int(port) <= 65_535:
        yield Finding(path, f"port {port} in {show(found)}", "a port from 1 to 65535")
    if host and not _is_host(host):
        yield Finding(path, f"host {show(host)} in {show(found)}", "an IPv4 address or a host name")


def _is_host(host: str) -> bool:
    if re.fullmatch(r"[\d.]+", host):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            return False
        return True
    return _HOST.fullmatch(host) is not None


def _web(draft: Draft) -> Iterator[Finding]:
    urls = [((*path, "url"), central.url) for path, central in draft.each(Central)]
    urls += [((*path, "public_url"), point.public_url) for path, point in draft.each(Point)]
    for path, url in urls:
        if url and not _is_url(url):
            yield Finding(path, show(url), 'an address "https://HOST/...", without a user or password in it')


def _is_url(url: str) -> bool:
    parts = re.fullmatch(r"https?://([^\s/?#@:]+)(?::(\d{1,5}))?(?:/\S*)?", url)
    return parts is not None and _is_host(parts[1]) and (not parts[2] or 1 <= int(parts[2]) <= 65_535)
