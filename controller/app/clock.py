"""The machine's clocks, and whether the wall clock can be trusted (contract, end of section 3).

Synced: the kernel says that something disciplines it (adjtimex); where a sandbox that protects the clock refuses even
that question, systemd-timesyncd's mark says it, not older than the kernel would believe. Holdover: it runs, reads later
than this program was made, and was synced within 90 days or never yet. Unsynced: it reads earlier than this program was
made (a machine whose clock was never set starts in the past), or was last synced longer ago.
"""

import ctypes
import time
from pathlib import Path
from typing import Literal, Protocol

from controller.domain.commands import Now

MADE_MS = 1_793_491_200_000  # 2026-11-01T00:00:00Z: no clock that was ever set reads earlier
HOLDOVER_MS = 90 * 86_400_000
TIME_ERROR = 5  # adjtimex(2): clock not synchronised
TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")  # touched at each sync: systemd-timesyncd.service(8)
BELIEVED_S = 32_000  # the kernel's own patience: 16 s of possible error at 500 ppm (NTP_PHASE_LIMIT, MAXFREQ)
ASK_EVERY_S = 5.0

_libc = ctypes.CDLL(None, use_errno=True)


def kernel_synced() -> bool | None:
    """Does the kernel hold the clock for disciplined? None where we may not ask. Asking changes nothing (modes = 0)."""
    timex = (ctypes.c_long * 64)()  # struct timex is smaller; the first member, modes, stays 0
    state = int(_libc.adjtimex(timex))
    return None if state < 0 else state != TIME_ERROR


def timesyncd_synced(mark: Path = TIMESYNC_MARK) -> bool:
    """Has systemd-timesyncd set the clock lately?"""
    try:
        return abs(time.time() - mark.stat().st_mtime) < BELIEVED_S
    except OSError:
        return False


def synced() -> bool:
    """Is the clock disciplined, as far as this process can know?"""
    kernel = kernel_synced()
    return timesyncd_synced() if kernel is None else kernel


class Readings(Protocol):
    """What a machine's clocks read: `boot` names the boot, `ms` is UTC since 1970, `mono_ns` since boot."""

    boot: str

    def ms(self) -> int: ...

    def mono_ns(self) -> int: ...

    def synced(self) -> bool: ...


class ThisMachine:
    """The clocks of the machine that this program runs on."""

    def __init__(self) -> None:
        self.boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()

    def ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ns(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def synced(self) -> bool:
        return synced()


class SystemClock:
    """Implements `ports.clock.Clock`. `last_synced_ms` is what the journal remembers, 0 for never; `machine`: this one,
    or a simulated one."""

    def __init__(self, last_synced_ms: int, machine: Readings | None = None) -> None:
        self.last_synced_ms = last_synced_ms
        self._machine = machine or ThisMachine()
        self._asked = float("-inf")
        self._synced = False

    def now(self) -> Now:
        mono, ms = self._machine.mono_ns(), self._machine.ms()
        return Now(ms, mono, self._machine.boot, self._quality(ms, mono / 1e9))

    def _quality(self, ms: int, mono_s: float) -> Literal["synced", "holdover", "unsynced"]:
        if ms < MADE_MS:
            return "unsynced"
        if mono_s - self._asked >= ASK_EVERY_S:
            self._asked, self._synced = mono_s, self._machine.synced()
        if self._synced:
            self.last_synced_ms = max(self.last_synced_ms, ms)
            return "synced"
        if self.last_synced_ms and abs(ms - self.last_synced_ms) > HOLDOVER_MS:
            return "unsynced"
        return "holdover"
