"""The printers: as the daemon has them, or asked over their own lines when none runs."""

import asyncio
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from controller.app.doctor.asking import asked
from controller.app.doctor.finding import Box, Check, Finding, Verdict, fail, warn
from controller.app.probe import probe
from controller.domain.point import Printer

CONNECT_S, STATUS_S = 1.5, 0.8  # a printer on the same floor answers in milliseconds
VERDICTS: dict[str, Verdict] = {"ready": "ok", "degraded": "warn", "unknown": "unknown"}  # all others: fail
MENDS: dict[Verdict, str] = {
    "ok": "",
    "warn": "look at it: paper near its end, or what it says",
    "unknown": "switch it off and on; another program may hold its line",
    "fail": "its power, cable, paper and lid; then luukku doctor again",
}


def checks(box: Box) -> Iterator[tuple[str, Check]]:
    """One check a printer of the config."""
    for printer in box.config.printers if box.config else ():
        yield f"printer-{printer.id}", partial(check, printer)


def check(printer: Printer, box: Box) -> Finding:
    if printer.link == "sim":
        return warn("simulated: no paper comes out", "its real link in the config: tcp:, usb: or serial:")
    return _of_the_daemon(printer, box) or _asked(printer)


def _of_the_daemon(printer: Printer, box: Box) -> Finding | None:
    """Most printers have one line, and the daemon holds it."""
    try:
        answer = asked(box.socket, "/api/v1/state")
    except OSError:
        return None
    if answer is None or answer.status != 200:
        return None
    state = msgspec.json.decode(answer.text, type=dict[str, Any])
    for known in state["printers"]:
        if known["id"] == printer.id:
            tier = f", tier {known['tier']}" if known.get("tier") else ""
            return _finding(printer, str(known["state"]), known["causes"], f"says the daemon{tier}")
    return None


def _asked(printer: Printer) -> Finding:
    scheme, _, rest = printer.link.partition(":")
    if scheme == "tcp":
        host, _, port = rest.rpartition(":")
        try:
            (found, *_) = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
        except OSError as no:
            return fail(f"{printer.link}: {no.strerror}", "its name or address in the config, and DNS")
        named = msgspec.structs.replace(printer, link=f"tcp:{found[4][0]}:{port}")
    else:
        named = printer

    async def within() -> Finding:
        async with asyncio.timeout(CONNECT_S):
            answer = await probe(named, STATUS_S)
        return _finding(printer, answer.condition.value, answer.causes, answer.detail)

    try:
        return asyncio.run(within())
    except TimeoutError:
        return fail(f"{printer.link}: nobody there within {CONNECT_S:g} s", MENDS["fail"])


def _finding(printer: Printer, state: str, causes: tuple[str, ...], detail: str) -> Finding:
    verdict = VERDICTS.get(state, "fail")
    why = f": {', '.join(causes)}" if causes else ""
    return Finding(verdict, f"{printer.link} {state}{why}{f' ({detail})' if detail else ''}", MENDS[verdict])
