"""Values of the right shape that mean nothing here: time zones, languages, icons, profiles, hours, dates."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
import msgspec.inspect as types

from controller.app.draft import Draft, repeated
from controller.app.faults import Finding, did_you_mean, listed, show
from controller.app.toml_lines import Path
from controller.domain.hours import windows_in_words
from controller.domain.point import Counter, OpeningHours, Point, Printer, Provider, Service
from drivers.escpos.profiles import profiles
from kiosk_ui import ROOT

LANGUAGES = ("fi", "sv", "en", "se")  # that our pages, papers and announcements are written in
NO_ICON = "service"  # the default


def findings(draft: Draft) -> Iterator[Finding]:
    """Every value that nothing here can be done with."""
    for check in _CHECKS:
        yield from check(draft)


def _timezone(draft: Draft) -> Iterator[Finding]:
    for path, point in draft.each(Point):
        try:
            ZoneInfo(point.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            hint = did_you_mean(point.timezone, available_timezones())
            words = 'an IANA time zone, such as "Europe/Helsinki"'
            yield Finding((*path, "timezone"), show(point.timezone), words, hint)


def _profiles(draft: Draft) -> Iterator[Finding]:
    for path, printer in draft.each(Printer):
        if printer.profile not in profiles():
            hint = did_you_mean(printer.profile, profiles())
            yield Finding((*path, "profile"), show(printer.profile), listed(profiles()), hint)


def _icons(draft: Draft) -> Iterator[Finding]:
    for path, provider in draft.each(Provider):
        if provider.icon != NO_ICON and provider.icon not in icons():
            hint = did_you_mean(provider.icon, icons())
            yield Finding((*path, "icon"), show(provider.icon), listed(icons()), hint)


@cache
def icons() -> tuple[str, ...]:
    """The pictures that the pages have."""
    sprite = (ROOT / "vendor" / "icons.svg").read_text("utf-8")
    return tuple(re.findall(r'<symbol[^>]* id="([a-z0-9-]+)"', sprite))


def _languages(draft: Draft) -> Iterator[Finding]:
    for path, point in draft.each(Point):
        spoken = [((*path, "languages", n), code) for n, code in enumerate(point.languages)]
        yield from (_not_in(place, code, LANGUAGES) for place, code in spoken if code not in LANGUAGES)
        for place, first, code in repeated(spoken):
            yield Finding(place, show(code), "each language once", "", first)
    for path, counter in draft.each(Counter):
        places = (((*path, "languages", n), code) for n, code in enumerate(counter.languages))
        yield from (_not_in(place, code, LANGUAGES) for place, code in places if code not in LANGUAGES)


def _texts(draft: Draft) -> Iterator[Finding]:
    """A text map knows only our languages, and has the house language to fall back to."""
    for path, table in draft.tables.items():
        for place, texts, required in _text_maps(path, table):
            yield from (_not_in((*place, code), code, LANGUAGES) for code in texts if code not in LANGUAGES)
            if draft.house and (texts or required) and draft.house not in texts:
                words = f"a text in the house language, {draft.house} = ..."
                yield Finding(place, listed(texts) if texts else "an empty table", words)


def _text_maps(path: Path, table: msgspec.Struct) -> Iterator[tuple[Path, dict[str, object], bool]]:
    for field in _fields(type(table)):
        value, place = getattr(table, field.name), (*path, field.encode_name)
        if isinstance(value, msgspec.Struct):
            yield from _text_maps(place, value)
        elif isinstance(field.type, types.DictType) and _is_language(field.type.key_type):
            yield place, value, field.required


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[types.Field, ...]:
    shape = types.type_info(kind)
    assert isinstance(shape, types.StructType)
    return shape.fields


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


_CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    _timezone,
    _profiles,
    _icons,
    _languages,
    _texts,
    _hours,
    _cards,
)
