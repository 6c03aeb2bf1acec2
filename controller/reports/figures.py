"""Which figures there are and for which days: what may be asked, and what is said to whoever asks wrong."""

from datetime import date
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

FIGURES = ("volumes", "waiting", "durations", "capacity", "resolution", "remote", "feedback", "estimates")
LATER = ("devices", "services")
FORMATS = ("table", "csv", "json")
HOME = "Europe/Helsinki"  # where a point stands that says nothing else


class Wrong(ValueError):
    """It cannot be asked so; the message says what was found and what is allowed."""


class Span(msgspec.Struct, frozen=True):
    """Business dates, both included, and the zone in which quarters of an hour are written."""

    first: str
    last: str
    timezone: str = HOME

    @property
    def days(self) -> int:
        return (date.fromisoformat(self.last) - date.fromisoformat(self.first)).days + 1


def name_of(text: str) -> str:
    """The figure that is meant. Raises Wrong."""
    if text in FIGURES:
        return text
    allowed = ", ".join(FIGURES)
    if text in LATER:
        raise Wrong(f"{text} comes with a later release; there are {allowed}")
    near = get_close_matches(text.casefold(), (*FIGURES, *LATER), n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise Wrong(f"{text[:60]!r} is no figure; there are {allowed}{hint}")


def span_of(first: str, last: str, timezone: str) -> Span:
    """Raises Wrong."""
    for text in (first, last):
        try:
            good = date.fromisoformat(text).isoformat() == text
        except ValueError:
            good = False
        if not good:
            raise Wrong(f"{text[:60]!r} is no date; a date is YYYY-MM-DD, like 2026-11-23")
    if first > last:
        raise Wrong(f"from {first} to {last} is no span: the first day is after the last")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Wrong(f"{timezone[:60]!r} is no time zone; one is {HOME}") from unknown
    return Span(first, last, timezone)


def format_of(text: str) -> str:
    """Raises Wrong."""
    if text not in FORMATS:
        raise Wrong(f"{text[:60]!r} is no format; there are {', '.join(FORMATS)}")
    return text
