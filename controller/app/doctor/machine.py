"""The machine: memory, load, clock, the device drivers that a unit needs before it starts."""

import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from controller.app import clock as clocks
from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn

MIB = 1 << 20
MEMORY_WARN, MEMORY_FAIL = 256 * MIB, 64 * MIB  # the daemon needs 60, a Chromium some hundred
PRESSURE = 20.0  # percent of the last five minutes in which somebody waited
NTP = "sudo apt install systemd-timesyncd; sudo timedatectl set-ntp true; timedatectl timesync-status"


def memory(box: Box) -> Finding:
    lines = (line.split() for line in Path("/proc/meminfo").read_text("ascii").splitlines())
    kib = {words[0].rstrip(":"): int(words[1]) for words in lines}
    free = kib["MemAvailable"] * 1024
    seen = f"{free // MIB} of {kib['MemTotal'] // 1024} MiB free{_pressure('memory')[1]}"
    mend = "what takes it: ps aux --sort -rss | head; a screen's Chromium may need a restart"
    if free < MEMORY_FAIL:
        return fail(seen, mend)
    return warn(seen, mend) if free < MEMORY_WARN or _pressure("memory")[0] > PRESSURE else ok(seen)


def load(box: Box) -> Finding:
    one, five, _ = os.getloadavg()
    count = os.cpu_count() or 1
    share, told = _pressure("cpu")
    seen = f"load {one:.1f} and {five:.1f} (1 and 5 minutes) on {count} CPUs{told}"
    busy = share > PRESSURE if told else five > 2 * count
    return warn(seen, "what takes it: top") if busy else ok(seen)


def clock(box: Box) -> Finding:
    """Is it right, and will the daemon know? Its sandbox lets it ask systemd-timesyncd's mark only."""
    now = datetime.now(UTC)
    seen = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if time.time() * 1000 < clocks.MADE_MS:
        return fail(f"{seen}: never set; no ticket can be numbered", f"sudo timedatectl set-time ...; {NTP}")
    kernel, mark = clocks.kernel_synced(), clocks.timesyncd_synced()
    if mark:
        return ok(f"{seen}, set by systemd-timesyncd")
    if kernel:
        return warn(f"{seen}, synced, but not by systemd-timesyncd: the daemon cannot see it and counts on holdover",
                    "docs/install.md, 'Another time service'")  # fmt: skip
    return warn(f"{seen}, not synced: trusted for 90 days since the last time", NTP)


def zone(box: Box) -> Finding:
    """The config's, and that this system knows it."""
    if box.config is None:
        return unknown("the config is wrong or closed to you", "see the check config")
    here = datetime.now(box.config.point.zone)
    return ok(f"{box.config.point.timezone}, {here:%H:%M} there (UTC{here:%z})")


def drivers(box: Box) -> Finding:
    """Are the kinds of devices that the unit lets in known to the kernel? systemd looks them up once, at the start."""
    known = {
        line.split()[1] for line in Path("/proc/devices").read_text("ascii").splitlines() if line[:3].strip().isdigit()
    }
    wanted = {"usb": "usblp", "ttyUSB": "ftdi_sio", "ttyACM": "cdc_acm", "input": "evdev", "alsa": "snd"}
    links = " ".join(printer.link for printer in box.config.printers) if box.config else ""
    missing = [f"{name} ({module})" for name, module in wanted.items() if name not in known]
    if not missing:
        return ok("usb, serial, input, sound")
    mend = "sudo systemctl restart systemd-modules-load luukku"
    seen = f"the kernel has no {', '.join(missing)}"
    return fail(seen, mend) if "usb:" in links or "serial:" in links else warn(seen, mend)


def _pressure(of: str) -> tuple[float, str]:
    """Percent of the last five minutes in which some task waited for it, and the same in words."""
    with suppress(OSError, ValueError, IndexError):
        some = Path(f"/proc/pressure/{of}").read_text("ascii").splitlines()[0]
        share = float(some.split("avg300=")[1].split()[0])
        return share, f", waited for {share:.0f} % of five minutes"
    return 0.0, ""
