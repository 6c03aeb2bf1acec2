"""All checks at once, each in a thread of its own and bounded: a dead disk or a silent line holds nobody up."""

import queue
import threading
import time
from collections.abc import Iterator

from controller.app.doctor import central, devices, disk, journal, machine, network, point, printers, program, service
from controller.app.doctor.finding import CHECK_S, Box, Check, Finding, unknown

MORE_S = 30  # of patience, for who wants the answer of a very slow machine

CHECKS: dict[str, Check] = {
    "config": point.config,
    "daemon": service.daemon,
    "service": service.unit,
    "day": service.day,
    "doors": point.doors,
    "certificate": point.certificate,
    "journal": journal.journal,
    "journal-damage": journal.damaged,
    "data-folder": disk.folder,
    "disk-room": disk.room,
    "disk-kind": disk.kind,
    "disk-sync": disk.sync,
    "network": network.network,
    "central": central.central,
    "central-tls": central.tls,
    "clock": machine.clock,
    "time-zone": machine.zone,
    "memory": machine.memory,
    "load": machine.load,
    "user": service.user,
    "drivers": machine.drivers,
    "voices": point.voices,
    "fonts": point.fonts,
    "browser": program.browser,
    "python": program.python,
    "packages": program.packages,
    "udev": devices.udev,
    "devices": devices.devices,
    "sqlite": program.sqlite,
    "tools": program.tools,
    "encoding": program.encoding,
}


def examine(
    box: Box, checks: dict[str, Check] | None = None, patience_s: float = CHECK_S
) -> Iterator[tuple[str, Finding]]:
    """Every check's finding, in the order of CHECKS, then of the printers. Takes `patience_s` at most, however bad the
    box is."""
    wanted = CHECKS | dict(printers.checks(box)) if checks is None else checks
    heard: dict[str, queue.SimpleQueue[Finding]] = {name: queue.SimpleQueue() for name in wanted}
    for name, check in wanted.items():
        # why: daemon threads: one that hangs in the kernel must not hold up the end of the program
        threading.Thread(target=_run, args=(check, box, heard[name]), name=f"doctor {name}", daemon=True).start()
    deadline = time.monotonic() + patience_s
    for name, answer in heard.items():
        try:
            yield name, answer.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            yield (
                name,
                unknown(
                    f"no answer within {patience_s:g} s", f"a slow or busy machine: luukku doctor --patience {MORE_S:g}"
                ),
            )


def _run(check: Check, box: Box, answer: "queue.SimpleQueue[Finding]") -> None:
    try:
        answer.put(check(box))
    except Exception as defect:  # noqa: BLE001  why: a check's border; one that fails must not hide the others
        answer.put(unknown(f"this check failed: {type(defect).__name__}: {defect}", "luukku export-diagnostics FILE"))
