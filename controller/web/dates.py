"""Dates and times in words, by Babel: Chromium does not know Northern Sami."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import localedata
from babel.dates import format_date, format_datetime

LOCALES = {"en": "en_FI", "fi": "fi_FI", "sv": "sv_FI", "se": "se_FI"}
OPENS = {  # weekday, day and month, time: as one says it
    "fi": ("EEEE d.M.", "klo {}"),
    "sv": ("EEEE d.M", "kl. {}"),
    "en": ("EEEE d MMMM", "at {}"),
    "se": ("EEEE d.M.", "dii. {}"),
}

UNSAID = (  # what Babel reads with the names of days and months, and nobody here is ever told: megabytes
    "annotations", "compact_currency_formats", "currency_formats", "currency_names", "currency_names_plural",
    "currency_symbols", "interval_formats", "languages", "meta_zones", "scripts", "territories", "time_zones",
    "unit_display_names", "unit_patterns", "variants",
)  # fmt: skip


def warm(language: str, zone: ZoneInfo) -> None:
    """Have Babel read this language's dates: they are files, and a page that waits for them holds up every other."""
    long_date("2026-01-01", language)
    opening_text(0, language, zone)


def lighten() -> None:
    """Let go of what Babel has read and nobody will be told. After `warm`, and after the first plural."""
    for known in localedata._cache.values():  # its own dictionaries, which it keeps for ever
        for name in UNSAID:
            known.pop(name, None)


def clock_time(ms: int, zone: ZoneInfo) -> str:
    """ "8.05", as clocks are written in Finland."""
    local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return f"{local.hour}.{local.minute:02d}"


@lru_cache(maxsize=256)
def long_date(day: str, language: str) -> str:
    """A business date ("2026-11-21") as "lauantai 21. marraskuuta 2026"."""
    text = format_date(datetime.fromisoformat(day), format="full", locale=LOCALES.get(language, language))
    return str(text)


def short_date(ms: int, zone: ZoneInfo) -> str:
    """ "21.11.2026"."""
    local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return f"{local.day}.{local.month}.{local.year}"


def event_time(ms: int, now_ms: int, zone: ZoneInfo) -> str:
    """When something happened, seen from `now_ms`: "8.05" today, "21.11. 8.05" on another day."""
    local, now = (datetime.fromtimestamp(one / 1000, UTC).astimezone(zone) for one in (ms, now_ms))
    day = "" if local.date() == now.date() else f"{local.day}.{local.month}. "
    return day + clock_time(ms, zone)


@lru_cache(maxsize=512)
def opening_text(ms: int, language: str, zone: ZoneInfo) -> str:
    """When it opens: "maanantai 23.11. klo 8.00"."""
    pattern, at = OPENS.get(language, OPENS["en"])
    local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    day = format_datetime(local, pattern, locale=LOCALES.get(language, language))
    return f"{day} {at.format(clock_time(ms, zone))}"
