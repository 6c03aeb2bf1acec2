"""The running point: its daemon, its unit, its day, its user."""

import grp
import pwd
import subprocess
from datetime import datetime
from typing import Any

import msgspec

from controller.app.doctor.asking import Answer, asked, told
from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn

DEVICE_GROUPS = ("dialout", "lp", "input", "audio")
START = "sudo systemctl start luukku; journalctl -u luukku -n 50"
ADMIN = "sudo, or be in the group luukku-admin: sudo usermod -aG luukku-admin $USER"


def daemon(box: Box) -> Finding:
    """Does it answer, and may customers be served?"""
    answer = _ask(box, "/readyz")
    if isinstance(answer, Finding):
        return answer
    reasons = msgspec.json.decode(answer.text, type=dict[str, Any]).get("reasons", [])
    if reasons:
        return fail(f"runs, but not ready: {', '.join(map(str, reasons))}", _MENDS.get(reasons[0], START))
    return ok("runs and is ready")


def unit(box: Box) -> Finding:
    """Does systemd start it, and did it have to start it again?"""
    names = "LoadState,ActiveState,UnitFileState,NRestarts,WatchdogUSec,Result"
    try:
        said = told("systemctl", "show", "luukku.service", "-p", names)
    except (OSError, subprocess.SubprocessError):
        return unknown("systemd does not answer here", "on a machine that systemd started: make install")
    known = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    if known.get("LoadState") != "loaded":
        return warn("not installed: nothing starts the point after a power cut", "make install")
    seen = f"{known['ActiveState']}, {known['UnitFileState']}, watchdog {known.get('WatchdogUSec', '?')}"
    if known["UnitFileState"] != "enabled":
        return fail(seen, "sudo systemctl enable luukku")
    if known["ActiveState"] != "active":
        return fail(f"{seen} (last result: {known.get('Result', '?')})", START)
    restarts = int(known.get("NRestarts", "0"))
    if restarts:
        return warn(f"{seen}; started again {restarts} times since the machine came up", "journalctl -u luukku -p 4")
    return ok(seen)


def day(box: Box) -> Finding:
    """Is the point in today?"""
    answer = _ask(box, "/api/v1/state")
    if isinstance(answer, Finding):
        return unknown(answer.seen, "see the check daemon")
    state = msgspec.json.decode(answer.text, type=dict[str, Any])
    zone = box.config.point.zone if box.config else None
    if zone is None:
        return unknown(f"business date {state['business_date'] or 'none yet'}; the config is wrong", "see config")
    today = f"{datetime.now(zone):%Y-%m-%d}"
    seen = f"business date {state['business_date'] or 'none yet'}, clock {state['clock']}; here it is {today}"
    if state["business_date"] > today:
        return fail(f"{seen}: the clock was ahead", "sudo timedatectl set-ntp true; see the check clock")
    return ok(seen)


def user(box: Box) -> Finding:
    """May the daemon open serial lines, printers, buttons and sound?"""
    try:
        entry = pwd.getpwnam("luukku")
    except KeyError:
        return warn("there is no user luukku", "make install")
    of = {group.gr_name for group in grp.getgrall() if "luukku" in group.gr_mem} | {grp.getgrgid(entry.pw_gid).gr_name}
    missing = [name for name in DEVICE_GROUPS if name not in of]
    if missing:
        return fail(f"luukku is not in {', '.join(missing)}", f"sudo usermod -aG {','.join(missing)} luukku")
    return ok(f"luukku, in {', '.join(sorted(of))}")


def _ask(box: Box, address: str) -> Answer | Finding:
    try:
        answer = asked(box.socket, address)
    except PermissionError:
        return unknown(f"{box.socket} is closed to you", ADMIN)
    except TimeoutError:
        return fail("it runs and does not answer", "sudo systemctl restart luukku; journalctl -u luukku -n 50")
    return fail("no daemon answers", START) if answer is None else answer


_MENDS = {
    "journal_full": "make room on the disk: see the check disk-room",
    "clock_not_set": "set the clock: see the check clock",
}
