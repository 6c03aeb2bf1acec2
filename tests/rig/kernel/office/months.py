"""The office month, seen from the host: two points live it side by side, a guest and a processor each.

30 virtual days each, 51,000 customers together; what came of them is printed and, when all laws held, written to
docs/proofs/office-month.md. `python -m tests.rig.kernel.office.months [DAYS CUSTOMERS]`: another length (not written).
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from tests.rig.kernel import guest
from tests.rig.kernel.office.month import FIRST, Month

DAYS, CUSTOMERS = 30, 850  # a day at each point
SEEDS = (20270315, 20270328)
LIMIT_S = 1800.0  # a machine that does other things too
WANTED_S = 180.0
SETTLED = 5  # evenings until whatever is loaded late is loaded
GROWTH_KIB = 2048  # in 25 days: two of the arenas, a MiB each, in which Python asks for memory; 80 bytes a ticket
PROOF = guest.ROOT / "docs" / "proofs" / "office-month.md"
# Memory that was given back is asked for again at 80 microseconds a page here: the C library keeps it.
MALLOC = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"}


def main(days: int = DAYS, customers: int = CUSTOMERS) -> int:
    """1 when a law was broken or a guest did not come to its end."""
    guest.kernel()
    began = time.monotonic()
    processors = guest.processors()
    with ThreadPoolExecutor(len(SEEDS)) as lives:
        jobs = [
            lives.submit(live, seed, days, customers, processors[n % len(processors)]) for n, seed in enumerate(SEEDS)
        ]
        months = [job.result() for job in jobs]
    took = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if any(month is None for month in months):
        return 1
    lived = [month for month in months if month is not None]
    broken = [law for month in lived for law in broken_laws(month)]
    text = "\n".join(told(lived, days, took, used.ru_utime + used.ru_stime))
    print(text)
    print("\n".join(f"BROKEN: {law}" for law in broken) or "every law held")
    if not broken and (days, customers) == (DAYS, CUSTOMERS):
        PROOF.write_text(page(text), encoding="utf-8")
    return 1 if broken else 0


def live(seed: int, days: int, customers: int, processor: int) -> Month | None:
    begins = datetime(FIRST.year, FIRST.month, FIRST.day, 0, 30, tzinfo=ZoneInfo("Europe/Helsinki"))
    words = (guest.python(), "-m", "tests.rig.kernel.office.month", str(seed), str(days), str(customers))
    with tempfile.TemporaryDirectory(prefix="luukku-rig-") as folder:
        keep = Path(folder)
        code = guest.run(
            words, begins=begins, limit_s=LIMIT_S, say=sys.stdout.write, keep=keep, environ=MALLOC,
            processor=processor, memory="2048M",
        )  # fmt: skip
        return msgspec.json.decode((keep / "month.json").read_bytes(), type=Month) if code == 0 else None


def broken_laws(month: Month) -> Iterator[str]:
    books = month.account
    if month.keys != month.pressed or books.tickets != month.pressed:
        yield f"{month.pressed} keys pressed, {month.keys} heard, {books.tickets} tickets"
    for law, broken in {"lost": books.lost, "doubled": books.doubled, "left out": books.gaps}.items():
        if broken:
            yield f"{len(broken)} {law}: {', '.join(broken[:5])}"
    if books.strangers:
        yield f"{books.strangers} papers with a code that no ticket has"
    if books.results.get("confirmed", 0) != month.pressed or books.papers != month.pressed:
        yield f"of {month.pressed} tickets {books.results}, {books.papers} papers"
    if books.calls != month.pressed:
        yield f"{books.calls} of {month.pressed} were called"
    if (grown := growth(month)) > GROWTH_KIB:
        yield f"the process grew by {grown} KiB"
    settled = month.evenings[SETTLED - 1 :]
    if len({(one.descriptors, one.tasks) for one in settled}) > 1:
        yield f"descriptors or tasks are not the same each evening: {settled}"


def growth(month: Month) -> int:
    """KiB from the evening when all was loaded to the last."""
    return month.evenings[-1].rss_kib - month.evenings[min(SETTLED, len(month.evenings)) - 1].rss_kib


def told(months: list[Month], days: int, took: float, cpu: float) -> Iterator[str]:
    tickets = sum(month.account.tickets for month in months)
    yield f"{len(months)} points, {days} virtual days each: {tickets:,} tickets in {took:.0f} s"
    yield f"  ({cpu:.0f} processor seconds, half of them on each processor; load {os.getloadavg()[2]:.1f})"
    for month in months:
        books, first, last = month.account, month.evenings[0], month.evenings[-1]
        yield (
            f"  {month.pressed:,} keys pressed, {month.keys:,} heard, {books.tickets:,} numbers, "
            f"{books.calls:,} called, {books.papers:,} papers, {books.copies} copies, {books.scraps} scraps; "
            f"{books.results} {books.tiers}"
        )
        yield (
            f"  lost {len(books.lost)}, doubled {len(books.doubled)}, left out {len(books.gaps)}; "
            f"{books.events:,} events; plugged in {month.plugs} times; {month.bytes:,} bytes over usblp"
        )
        yield (
            f"  memory {first.rss_kib:,} KiB on {first.day}, {last.rss_kib:,} KiB on {last.day} "
            f"(from the {SETTLED}th evening: {growth(month):+,} KiB); {first.descriptors} and {last.descriptors} "
            f"descriptors, {first.tasks} and {last.tasks} tasks"
        )
        yield "  KiB each fifth evening: " + ", ".join(f"{one.rss_kib:,}" for one in month.evenings[4::5])


def page(text: str) -> str:
    made = datetime.now(UTC).date()
    shown = "\n".join(f"    {line}" for line in text.splitlines())
    return f"""# An office month ({made})

`make rig`, as it was run: in a User-Mode Linux guest with virtual time, the daemon's own ledger, journal (on tmpfs),
readers, drivers and hotplug live a month in Helsinki, {FIRST} to {date.fromordinal(FIRST.toordinal() + DAYS - 1)}, over
the night of 28 March in which the clocks go forward. Each customer presses a real key (uinput, evdev); each ticket is
printed over the kernel's real usblp and counted by the printer; each is called by a key of an advisor's real keypad.
The printer is switched off each evening and on each morning.

{shown}

At most {WANTED_S:g} s are wanted, of two processors that do nothing else: {os.cpu_count()} were here, and
the load says who else was at them. What is not as at a real point: the page of the
kiosk is a few lines in the same process, threads are done without (a turn of threads costs half a millisecond here, no
virtual time), udev is asked anew once a day and not each minute, a printer that is off is tried each minute and not
each five seconds (its plug is heard at once all the same), the virtual printer draws nothing.
"""


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
