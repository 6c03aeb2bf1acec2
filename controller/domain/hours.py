"""When is the point open, and when a service? Local hours as moments: UTC milliseconds since 1970, end not included.

An exception wins over a public holiday, a holiday over the weekday; a service's own hours narrow the point's. Hours are
what the clock on the wall shows: an hour that spring leaves out is not open, an hour that autumn repeats is open twice.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from controller.domain.point import Config, Service, Weekday

LOOK_AHEAD_DAYS = 60  # how far `next_opening` and `closing` look
CLOSED = "closed"
_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Window = tuple[int, int]
Windows = tuple[Window, ...]


def open_windows(config: Config, service: Service | None, day: date) -> Windows:
    """The moments of that local date between which the point (or this service) is open, in order, not touching."""
    point = _hours_of_point(config, day)
    if service is None or service.hours is None:
        return _windows(config.point.timezone, point, "", day)
    return _windows(config.point.timezone, point, service.hours.get(_DAYS[day.weekday()], ""), day)


def is_open(config: Config, service: Service | None, now_ms: int) -> bool:
    """Is it open at this moment?"""
    for start, end in open_windows(config, service, _date(config.point.timezone, now_ms)):
        if start <= now_ms < end:
            return True
    return False


def next_opening(config: Config, service: Service | None, now_ms: int) -> int | None:
    """The first moment, from now on, at which it is open: now itself when it is. None: not within 60 days."""
    today = _date(config.point.timezone, now_ms)
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        for start, end in open_windows(config, service, today + timedelta(ahead)):
            if now_ms < end:
                return max(start, now_ms)
    return None


def closing(config: Config, now_ms: int, service: Service | None = None) -> int | None:
    """When what is open now closes; hours that touch across midnight are one. None: closed, or not within 60 days."""
    today = _date(config.point.timezone, now_ms)
    end = now_ms
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        for window in open_windows(config, service, today + timedelta(ahead)):
            if window[0] <= end < window[1]:
                end = window[1]
        if end < _moment(config.point.timezone, today + timedelta(ahead), 24 * 60, ends=True):
            return end if end > now_ms else None
    return None


def local_date(zone: ZoneInfo, now_ms: int) -> str:
    """The date on the wall, YYYY-MM-DD."""
    return _date_of_minute(zone, now_ms // 60_000).isoformat()


@lru_cache(maxsize=16)  # asked for every event, and of every service each second; no zone begins a day within a minute
def _date_of_minute(zone: ZoneInfo, minute: int) -> date:
    return datetime.fromtimestamp(minute * 60, zone).date()


def is_public_holiday(day: date) -> bool:
    """A Finnish public holiday, or the eve of Midsummer or Christmas, on which public offices are closed too."""
    return day in _holidays(day.year)


@lru_cache(maxsize=512)
def windows_in_words(hours: str) -> Windows:
    """`"08:00-11:30,12:30-18:00"` -> minutes since local midnight, as written; `"closed"` -> none."""
    if hours == CLOSED:
        return ()
    return tuple((_minutes(span[:5]), _minutes(span[6:])) for span in hours.split(","))


def _hours_of_point(config: Config, day: date) -> str:
    opening = config.opening_hours
    if opening.exceptions:
        exception = opening.exceptions.get(day.isoformat())
        if exception is not None:
            return exception
    if opening.holidays and is_public_holiday(day):
        return CLOSED
    hours: str = getattr(opening, _DAYS[day.weekday()])
    return hours


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _date(timezone: str, now_ms: int) -> date:
    return _date_of_minute(_zone(timezone), now_ms // 60_000)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # 90 ms: only a point that keeps holidays pays for them

    return frozenset(country_holidays("FI", years=year))


@lru_cache(maxsize=4096)
def _windows(timezone: str, point: str, service: str, day: date) -> Windows:
    """`service` "": as the point."""
    minutes = windows_in_words(point)
    if service:
        both = ((max(a, c), min(b, d)) for a, b in minutes for c, d in windows_in_words(service))
        minutes = tuple((start, end) for start, end in both if start < end)
    moments = ((_moment(timezone, day, a), _moment(timezone, day, b, ends=True)) for a, b in minutes)
    return _joined(sorted(window for window in moments if window[0] < window[1]))


def _joined(windows: list[Window]) -> Windows:
    """Windows that touch or, in the hour that autumn repeats, overlap become one."""
    joined: list[Window] = []
    for start, end in windows:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _moment(timezone: str, day: date, minute: int, *, ends: bool = False) -> int:
    """The moment at which the wall shows this minute of the day. Shown twice: the first for a start, the second for an
    end. Never shown: the moment at which the clock jumps over it."""
    zone = _zone(timezone)
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)  # moves the wall clock
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if second < first:
        return _ms(_jump(zone, second, first))
    return _ms(second if ends else first)


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The moment between these two at which the zone's offset changes, to the minute."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    return after


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
