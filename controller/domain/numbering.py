"""The number on the paper: (business date, series) -> the next whole number; and which day it is.

The daily restart is a key, not a job. The business date never goes back, and forward only on a clock that can be
trusted: a synced clock may jump, a clock in holdover may pass midnight, an unsynced one moves nothing.
"""

from datetime import date
from zoneinfo import ZoneInfo

from controller.domain.commands import Now
from controller.domain.hours import local_date
from controller.domain.state import State


def business_date(last: str, now: Now, zone: ZoneInfo) -> str:
    """The day that numbers of this moment belong to; "" while no clock was ever set.

    `last` is the newest business date in the journal, "" for none.
    """
    if now.clock == "unsynced":
        return last
    today = local_date(zone, now.ms)
    if not last or today <= last:
        return max(today, last)
    days = (date.fromisoformat(today) - date.fromisoformat(last)).days
    return today if now.clock == "synced" or days <= 1 else last


UNREAD = "*"  # no series has this name: it stands in `State.numbers` for those of which a damaged journal gave nothing


def next_number(state: State, series: str) -> int:
    return state.numbers.get(series, state.numbers.get(UNREAD, 0)) + 1


def written(series: str, n: int) -> str:
    """As on paper and in events: "K042"; four digits when the day needs them."""
    return f"{series}{n:03d}"


DIGITS = "".join(chr(c) for c in range(0x21, 0x7E))  # process ID bytes (Epson GS ( H: 20h-7Eh); "~" is the driver's


def job_name(seq: int) -> str:
    """Four printable characters that name a print job to the printer, unlike any of the last 74 million."""
    out = ""
    for _ in range(4):
        seq, digit = divmod(seq, len(DIGITS))
        out = DIGITS[digit] + out
    return out
