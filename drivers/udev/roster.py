"""Who owns what: from the links of a config and what is plugged in to at most one device an entry."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from drivers.links.link import DeviceGone
from drivers.udev.attached import Attached, Kind


class Wanted(msgspec.Struct, frozen=True):
    """What an entry of the config asks for: its link, and what it must be."""

    link: str  # "usb:SERIAL" | "port:PATH" | "serial:/dev/...,BAUD"
    kind: Kind


Owner = Attached | DeviceGone

ON_USB = ("/dev/serial/", "/dev/ttyUSB", "/dev/ttyACM")  # where Debian's udev puts serial lines on USB
FIRST = ("usb:", "serial:", "port:")  # a serial, and a name made of it, go before a port


def is_hotplugged(link: str) -> bool:
    """Whether udev is asked where this link leads; all others say it themselves."""
    return link.startswith(("usb:", "port:"))


def comes_and_goes(link: str) -> bool:
    """Whether udev tells of what `link` leads to: it may be plugged in at any time."""
    return is_hotplugged(link) or link.startswith(tuple(f"serial:{place}" for place in ON_USB))


def resolve(wanted: Wanted, attached: Iterable[Attached]) -> Attached:
    """The one device that the link means. Raises `DeviceGone` "absent", or "ambiguous": two have that serial."""
    found = [one for one in attached if one.kind is wanted.kind and answers_to(one, wanted.link)]
    if not found:
        raise DeviceGone(wanted.link, "absent", f"no {wanted.kind.value} of that name is plugged in")
    if len({one.device for one in found}) > 1:
        where = ", ".join(sorted({f"port:{one.port}" for one in found}))
        raise DeviceGone(wanted.link, "ambiguous", f"more than one has it; name the port instead: {where}")
    return min(found, key=_first)


def bind(wanted: Collection[Wanted], attached: Collection[Attached]) -> Mapping[Wanted, Owner]:
    """Each entry's device, or why it has none. A serial goes before a port (`FIRST`), then the config's order; what is
    owned is given to nobody else ("taken")."""
    owners: dict[Wanted, Owner] = {}
    given: dict[str, Wanted] = {}
    for entry in sorted(wanted, key=_rank):
        try:
            found = resolve(entry, attached)
        except DeviceGone as gone:
            owners[entry] = gone
            continue
        if (other := given.setdefault(found.path, entry)) is not entry:
            owners[entry] = DeviceGone(entry.link, "taken", f"what is there is {other.link}")
        else:
            owners[entry] = found
    return owners


def link_of(one: Attached, attached: Collection[Attached]) -> str:
    """The link to write into a config for `one`: the first that means it and nothing else; "" where none does."""
    for link in (f"usb:{one.serial}", *(f"port:{port}" for port in one.ports)):
        try:
            if not link.endswith(":") and resolve(Wanted(link, one.kind), attached).path == one.path:
                return link
        except DeviceGone:
            continue
    return ""


def answers_to(one: Attached, link: str) -> bool:
    scheme, _, name = link.partition(":")
    match scheme:
        case "usb":
            return bool(one.serial) and one.serial == name
        case "serial":
            return name.rpartition(",")[0] in {one.node, *one.aliases}
        case _:
            return scheme == "port" and name in one.ports


def _rank(wanted: Wanted) -> int:
    return next((rank for rank, scheme in enumerate(FIRST) if wanted.link.startswith(scheme)), len(FIRST))


def _first(one: Attached) -> tuple[bool, str]:
    """Of the nodes of one device: a keyboard with letters before its media keys, then the first interface."""
    return not one.full, one.path
