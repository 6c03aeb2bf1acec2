"""Opening hours as moments: exceptions, public holidays, days of 23 and 25 hours, services within the point."""

import subprocess
import sys
import timeit
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain import hours
from controller.domain.point import Config, OpeningHours, Point, Service

HELSINKI = ZoneInfo("Europe/Helsinki")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # 03:00 becomes 04:00, 04:00 becomes 03:00
ALWAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")


def point(zone: str = "Europe/Helsinki", **opening: object) -> Config:
    return Config(
        point=Point(id="p", name={"fi": "P"}, timezone=zone),
        providers=(),
        services=(),
        queues=(),
        counters=(),
        opening_hours=OpeningHours(**opening),  # type: ignore[arg-type]  # why: each test names the hours it is about
    )


def service(**own: str) -> Service:
    return Service(id="s", provider="p", name={"fi": "S"}, queue="q", hours=own or None)  # type: ignore[arg-type]  # why: weekdays


def ms(text: str) -> int:
    """Local time in Helsinki, or UTC with a Z, to milliseconds since 1970."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=HELSINKI)).timestamp() * 1000)


def utc(windows: hours.Windows) -> list[str]:
    spans = [tuple(datetime.fromtimestamp(edge / 1000, UTC) for edge in window) for window in windows]
    return [f"{start:%d %H:%M}-{end:%d %H:%M}" for start, end in spans]


def test_weekday_hours_are_local() -> None:
    config = point(thu="08:00-18:00")
    assert utc(hours.open_windows(config, None, date(2026, 1, 8))) == ["08 06:00-08 16:00"]
    assert utc(hours.open_windows(config, None, date(2026, 7, 9))) == ["09 05:00-09 15:00"]
    assert hours.open_windows(config, None, date(2026, 1, 10)) == ()


def test_end_is_not_included() -> None:
    config = point()
    assert hours.is_open(config, None, ms("2026-01-08T08:00"))
    assert not hours.is_open(config, None, ms("2026-01-08T08:00") - 1)
    assert hours.is_open(config, None, ms("2026-01-08T16:00") - 1)
    assert not hours.is_open(config, None, ms("2026-01-08T16:00"))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-01", "New Year"),
        ("2026-01-06", "Epiphany"),
        ("2026-04-03", "Good Friday"),
        ("2026-04-06", "Easter Monday"),
        ("2026-05-01", "Vappu"),
        ("2026-05-14", "Ascension Day"),
        ("2026-06-19", "Juhannusaatto"),
        ("2026-06-20", "Juhannus"),
        ("2027-06-25", "Juhannusaatto"),
        ("2026-10-31", "All Saints' Day"),
        ("2027-12-06", "Itsenäisyyspäivä"),
        ("2026-12-24", "Christmas Eve"),
        ("2026-12-25", "Christmas Day"),
    ],
)
def test_public_holiday_is_closed_unless_it_is_not_kept(day: str, name: str) -> None:
    on = date.fromisoformat(day)
    assert hours.open_windows(point(**ALWAYS), None, on) == (), name
    assert hours.open_windows(point(**ALWAYS, holidays=False), None, on) != ()


@pytest.mark.parametrize("day", ["2026-04-30", "2026-12-07", "2026-12-31", "2026-06-18", "2026-12-28"])
def test_working_day_beside_a_holiday_is_open(day: str) -> None:
    assert hours.open_windows(point(), None, date.fromisoformat(day)) != ()


def test_exception_wins_over_holiday_and_weekday() -> None:
    config = point(exceptions={"2026-05-01": "10:00-12:00", "2026-05-04": "closed", "2026-05-02": "09:00-10:00"})
    assert utc(hours.open_windows(config, None, date(2026, 5, 1))) == ["01 07:00-01 09:00"]
    assert hours.open_windows(config, None, date(2026, 5, 4)) == ()
    assert utc(hours.open_windows(config, None, date(2026, 5, 2))) == ["02 06:00-02 07:00"]


def test_service_is_open_only_while_the_point_is() -> None:
    config = point(mon="08:00-11:30,12:30-16:00")
    own = service(mon="11:00-13:00,15:00-18:00", tue="closed")
    monday = date(2026, 1, 12)
    assert utc(hours.open_windows(config, own, monday)) == [
        "12 09:00-12 09:30",
        "12 10:30-12 11:00",
        "12 13:00-12 14:00",
    ]
    assert hours.open_windows(config, own, monday + timedelta(1)) == ()
    assert hours.open_windows(config, own, monday + timedelta(2)) == hours.open_windows(
        config, None, monday + timedelta(2)
    )
    assert hours.open_windows(config, service(), monday) == hours.open_windows(config, None, monday)


@pytest.mark.parametrize(
    ("day", "words", "expected"),
    [
        (SPRING, "00:00-24:00", ["28 22:00-29 21:00"]),  # 23 hours
        (SPRING, "02:30-03:30", ["29 00:30-29 01:00"]),  # the clock jumps over the end
        (SPRING, "03:30-05:00", ["29 01:00-29 02:00"]),  # ... over the start
        (SPRING, "03:10-03:50", []),  # ... over both
        (SPRING, "02:00-03:00,04:00-05:00", ["29 00:00-29 02:00"]),  # 03:00 is 04:00
        (AUTUMN, "00:00-24:00", ["24 21:00-25 22:00"]),  # 25 hours
        (AUTUMN, "02:30-03:30", ["24 23:30-25 01:30"]),  # nobody is sent out when the clock goes back
        (AUTUMN, "03:30-05:00", ["25 00:30-25 03:00"]),
        (AUTUMN, "02:00-03:15,03:30-05:00", ["24 23:00-25 03:00"]),
    ],
)
def test_both_days_on_which_the_clock_is_changed(day: date, words: str, expected: list[str]) -> None:
    assert utc(hours.open_windows(point(sun=words), None, day)) == expected


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.sampled_from(["Europe/Helsinki", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "Africa/Cairo"]),
)
def test_days_that_are_open_around_the_clock_join_without_gap_or_overlap(day: date, zone: str) -> None:
    config = point(zone, **ALWAYS, holidays=False)
    today, tomorrow = (hours.open_windows(config, None, day + timedelta(n)) for n in (0, 1))
    assert len(today) == len(tomorrow) == 1
    assert today[0][1] >= tomorrow[0][0]
    assert today[0][1] - tomorrow[0][0] in (0, 3_600_000)  # an hour counts for both where midnight is repeated


@given(st.integers(ms("2026-01-01T00:00"), ms("2028-12-31T00:00")), st.data())
def test_next_opening_is_the_first_open_moment(now: int, data: st.DataObject) -> None:
    config = point(thu="08:00-11:30,12:30-18:00", exceptions={"2026-12-31": "closed"})
    opens = hours.next_opening(config, None, now)
    assert opens is not None
    assert opens >= now
    assert hours.is_open(config, None, opens)
    assert (opens == now) == hours.is_open(config, None, now)
    if opens > now:
        assert not hours.is_open(config, None, opens - 1)
        assert not hours.is_open(config, None, data.draw(st.integers(now, opens - 1)))


@given(st.integers(ms("2026-01-01T00:00"), ms("2028-12-31T00:00")), st.data())
def test_closing_is_the_end_of_what_is_open_now(now: int, data: st.DataObject) -> None:
    config = point(mon="08:00-24:00", tue="00:00-10:00", thu="08:00-11:30,12:30-18:00", sun="02:00-05:00")
    closes = hours.closing(config, now)
    assert (closes is not None) == hours.is_open(config, None, now)
    if closes is not None:
        assert not hours.is_open(config, None, closes)
        assert hours.is_open(config, None, data.draw(st.integers(now, closes - 1)))


def test_friday_evening_opens_on_monday_and_before_vappu_on_the_day_after() -> None:
    assert hours.next_opening(point(), None, ms("2026-01-09T16:00")) == ms("2026-01-12T08:00")
    assert hours.next_opening(point(), None, ms("2026-04-30T20:00")) == ms("2026-05-04T08:00")
    assert hours.next_opening(point(), None, ms("2026-12-23T16:00")) == ms("2026-12-28T08:00")


def test_a_night_shift_closes_in_the_morning() -> None:
    config = point(mon="20:00-24:00", tue="00:00-06:00")
    assert hours.closing(config, ms("2026-01-12T23:00")) == ms("2026-01-13T06:00")


def test_what_never_opens_or_never_closes_is_none() -> None:
    never = dict.fromkeys(ALWAYS, "closed")
    assert hours.next_opening(point(**never), None, ms("2026-01-12T08:00")) is None
    assert hours.closing(point(**never), ms("2026-01-12T08:00")) is None
    assert hours.closing(point(**ALWAYS, holidays=False), ms("2026-01-12T08:00")) is None
    assert hours.next_opening(point(), service(**never), ms("2026-01-12T08:00")) is None


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-12-31T23:59:59.999", "2026-12-31"),
        ("2027-01-01T00:00", "2027-01-01"),
        ("2026-12-31T22:00:00Z", "2027-01-01"),
        ("2026-10-25T00:59:59Z", "2026-10-25"),
        ("2026-06-30T20:59:59.999Z", "2026-06-30"),
        ("2026-06-30T21:00:00Z", "2026-07-01"),
    ],
)
def test_local_date_turns_at_local_midnight(moment: str, day: str) -> None:
    assert hours.local_date(HELSINKI, ms(moment)) == day


def test_last_millisecond_of_the_day_is_still_that_day() -> None:
    midnight = ms("2027-01-01T00:00")
    assert hours.local_date(HELSINKI, midnight - 1) == "2026-12-31"
    config = point(thu="08:00-24:00", fri="closed", holidays=False)
    assert hours.is_open(config, None, midnight - 1)
    assert not hours.is_open(config, None, midnight)


def test_asking_again_costs_microseconds() -> None:
    config, own, now = point(), service(mon="09:00-12:00"), ms("2026-01-12T10:00")
    best = min(timeit.repeat(lambda: hours.is_open(config, own, now), number=2000, repeat=7)) / 2000
    assert best < 20e-6, f"{best * 1e6:.1f} µs"  # 2 µs on the machine this was written on; a cold window costs 60


def test_importing_does_not_load_the_calendar_of_holidays() -> None:
    code = "import sys, controller.domain.hours; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
