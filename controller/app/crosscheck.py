"""What no single table of the config can know: ids, references, links, languages, hours and dates that must agree."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
import msgspec.inspect as types

from controller.app.faults import Finding, did_you_mean, listed, show
from controller.app.toml_lines import Path
from controller.domain.hours import windows_in_words
from controller.domain.point import (
    Central,
    Counter,
    Listen,
    OpeningHours,
    Panel,
    Point,
    Printer,
    Queue,
    Scanner,
    Screen,
    Service,
)

LANGUAGES = ("fi", "sv", "en", "se")  # that our pages, papers and announcements are written in
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
REFERENCES = (
    ("services", "provider", "providers"),
    ("services", "queue", "queues"),
    ("counters", "services", "services"),
    ("kiosks", "printer", "printers"),
    ("kiosks", "services", "services"),
    ("kiosks", "general", "services"),
    ("screens", "queues", "queues"),
    ("booths", "room", "rooms"),
    ("panels", "counter", "counters"),
    ("scanners", "kiosk", "kiosks"),
)
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9_-]{0,62}))*\.?")
_T = TypeVar("_T", bound=msgspec.Struct)


class Draft(msgspec.Struct):
    """A config on its way: `tables` holds each table whose own shape is right, `ids` every id that stands in the
    file (also of tables with faults, so that one fault is not told twice)."""

    tables: dict[Path, msgspec.Struct]
    ids: dict[str, list[tuple[Path, str]]]

    def each(self, kind: type[_T]) -> Iterator[tuple[Path, _T]]:
        return ((path, table) for path, table in self.tables.items() if isinstance(table, kind))

    def names(self, section: str) -> list[str]:
        return [name for _, name in self.ids.get(section, [])]

    @property
    def point(self) -> Point | None:
        return next((point for _, point in self.each(Point)), None)


def findings(draft: Draft) -> Iterator[Finding]:
    """Every disagreement between tables."""
    for check in _CHECKS:
        yield from check(draft)


def _ids(draft: Draft) -> Iterator[Finding]:
    for section, ids in draft.ids.items():
        for path, first, name in _repeated([((*path, "id"), name) for path, name in ids]):
            yield Finding(path, show(name), f"an id that no other [[{section}]] has", "it stands twice", first)


def _references(draft: Draft) -> Iterator[Finding]:
    for section, key, target in REFERENCES:
        for path, table in draft.tables.items():
            if path[0] == section:
                yield from _reference(draft, (*path, key), getattr(table, key), target)


def _reference(draft: Draft, path: Path, found: str | tuple[str, ...], target: str) -> Iterator[Finding]:
    names = draft.names(target)
    wanted = [((*path, n), one) for n, one in enumerate(found)] if isinstance(found, tuple) else [(path, found)]
    for place, one in wanted:
        if one and one not in names:
            words = f"an id out of [[{target}]]: {listed(names)}"
            yield Finding(place, show(one), words, did_you_mean(one, names))


def _series(draft: Draft) -> Iterator[Finding]:
    for path, first, series in _repeated([((*path, "series"), queue.series) for path, queue in draft.each(Queue)]):
        words = "a series that no other queue has: two customers would hold the same number"
        yield Finding(path, show(series), words, "", first)


def _sound(draft: Draft) -> Iterator[Finding]:
    loud = [(*path, "sound") for path, screen in draft.each(Screen) if screen.sound]
    for path in loud[1:]:
        yield Finding(path, "true", "false: one screen speaks, two would talk over each other", "", loud[0])


def _links(draft: Draft) -> Iterator[Finding]:
    devices = [(path, table) for path, table in draft.tables.items() if isinstance(table, Printer | Panel | Scanner)]
    for path, device in devices:
        yield from _link((*path, "link"), device.link)
    real = [((*path, "link"), device.link) for path, device in devices if device.link != "sim"]
    for path, first, link in _repeated(real):
        yield Finding(path, show(link), "a link that no other device is on", "", first)


def _link(path: Path, link: str) -> Iterator[Finding]:
    scheme, _, rest = link.partition(":")
    if scheme == "tcp":
        yield from _address(path, link, rest)
    elif scheme == "serial" and rest.rpartition(",")[2] not in map(str, BAUDS):
        yield Finding(path, show(link), f"a speed out of {listed(map(str, BAUDS))}")


def _doors(draft: Draft) -> Iterator[Finding]:
    for path, listen in draft.each(Listen):
        for key in ("device", "staff"):
            address = getattr(listen, key)
            if address:
                yield from _address((*path, key), address, address)
        if listen.device == listen.staff:
            words = "another address than device: these are two doors"
            yield Finding((*path, "staff"), show(listen.staff), words, "", (*path, "device"))


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


def _addresses_of_others(draft: Draft) -> Iterator[Finding]:
    urls = [((*path, "url"), central.url) for path, central in draft.each(Central)]
    urls += [((*path, "public_url"), point.public_url) for path, point in draft.each(Point)]
    for path, url in urls:
        if url and not _is_url(url):
            yield Finding(path, show(url), 'an address "https://HOST/...", without a user or password in it')


def _is_url(url: str) -> bool:
    parts = re.fullmatch(r"https?://([^\s/?#@:]+)(?::(\d{1,5}))?(?:/\S*)?", url)
    return parts is not None and _is_host(parts[1]) and (not parts[2] or 1 <= int(parts[2]) <= 65_535)


def _timezone(draft: Draft) -> Iterator[Finding]:
    for path, point in draft.each(Point):
        try:
            ZoneInfo(point.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            hint = did_you_mean(point.timezone, available_timezones())
            words = 'an IANA time zone, such as "Europe/Helsinki"'
            yield Finding((*path, "timezone"), show(point.timezone), words, hint)


def _languages(draft: Draft) -> Iterator[Finding]:
    for path, point in draft.each(Point):
        spoken = [((*path, "languages", n), code) for n, code in enumerate(point.languages)]
        yield from (_not_in(place, code, LANGUAGES) for place, code in spoken if code not in LANGUAGES)
        for place, first, code in _repeated(spoken):
            yield Finding(place, show(code), "each language once", "", first)
    known = draft.point.languages if draft.point else None
    for path, counter in draft.each(Counter):
        for n, code in enumerate(counter.languages):
            if known is not None and code not in known:
                yield _not_in((*path, "languages", n), code, known)


def _texts(draft: Draft) -> Iterator[Finding]:
    """A text map knows only our languages, and has the house language to fall back to."""
    point = draft.point
    for path, table in draft.tables.items():
        for place, texts, required in _text_maps(path, table):
            yield from (_not_in((*place, code), code, LANGUAGES) for code in texts if code not in LANGUAGES)
            if point and (texts or required) and point.house not in texts:
                words = f"a text in the house language, {point.house} = ..."
                yield Finding(place, listed(texts) if texts else "an empty table", words)


def _text_maps(path: Path, table: msgspec.Struct) -> Iterator[tuple[Path, dict[str, object], bool]]:
    shape = types.type_info(type(table))
    assert isinstance(shape, types.StructType)
    for field in shape.fields:
        value, place = getattr(table, field.name), (*path, field.encode_name)
        if isinstance(value, msgspec.Struct):
            yield from _text_maps(place, value)
        elif isinstance(field.type, types.DictType) and _is_language(field.type.key_type):
            yield place, value, field.required


def _is_language(kind: types.Type) -> bool:
    return isinstance(kind, types.StrType) and kind.pattern == r"^[a-z]{2,3}$"


def _hours(draft: Draft) -> Iterator[Finding]:
    for path, opening in draft.each(OpeningHours):
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
            yield from _windows((*path, day), getattr(opening, day))
        for day, hours in opening.exceptions.items():
            yield from _date((*path, "exceptions", day), day)
            yield from _windows((*path, "exceptions", day), hours)
    for path, service in draft.each(Service):
        for weekday, hours in (service.hours or {}).items():
            yield from _windows((*path, "hours", weekday), hours)


def _windows(path: Path, hours: str) -> Iterator[Finding]:
    spans = sorted(windows_in_words(hours))
    for start, end in spans:
        if not start < end <= 24 * 60:
            yield Finding(path, show(hours), "hours that end after they start, 24:00 at the latest")
            return
    if any(second[0] < first[1] for first, second in pairwise(spans)):
        yield Finding(path, show(hours), "hours that do not overlap")


def _cards(draft: Draft) -> Iterator[Finding]:
    for path, service in draft.each(Service):
        card = service.card
        if card is None:
            continue
        bad = [
            *_date((*path, "card", "valid_from"), card.valid_from),
            *_date((*path, "card", "valid_to"), card.valid_to),
        ]
        yield from bad
        if not bad and card.valid_from and card.valid_to and card.valid_to < card.valid_from:
            place = (*path, "card", "valid_to")
            yield Finding(place, show(card.valid_to), f"a day not before valid_from, {card.valid_from}")


def _date(path: Path, day: str | None) -> Iterator[Finding]:
    try:
        date.fromisoformat(day or "2000-01-01")
    except ValueError:
        yield Finding(path, show(day), "a day that is in the calendar, YYYY-MM-DD")


def _not_in(path: Path, found: str, known: tuple[str, ...]) -> Finding:
    return Finding(path, show(found), f"a language out of {listed(known)}", did_you_mean(found, known))


def _repeated(things: list[tuple[Path, str]]) -> Iterator[tuple[Path, Path, str]]:
    """Each thing that stood before already: its place, the first one's place, the thing."""
    first: dict[str, Path] = {}
    for path, thing in things:
        if first.setdefault(thing, path) != path:
            yield path, first[thing], thing


_CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    _ids,
    _references,
    _series,
    _sound,
    _links,
    _doors,
    _addresses_of_others,
    _timezone,
    _languages,
    _texts,
    _hours,
    _cards,
)
