"""`luukku print-test PRINTER`: a test paper on the spot, and what the printer answered. A running daemon holds its
printers, so it is asked; where none runs, the printer is opened from here."""

import argparse
import asyncio
import os
import sys
import uuid
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

import aiohttp
import msgspec

from controller.app import examined, plugged
from controller.app.faults import Failed, Misuse, did_you_mean, plain
from controller.app.observe import quiet
from controller.app.settings import load
from controller.app.source import runs, session
from controller.domain.point import Config, Printer
from controller.domain.printing import DOUBT
from controller.journal import replay
from controller.journal.store import Journal
from controller.ports.printer import Printer as TicketPrinter
from controller.ports.printer import PrinterCondition, PrinterUnavailable, Tier
from drivers import catalogue
from drivers.links.link import DeviceGone

OK, FAILED = 0, 1
PAPER_S = 45.0  # a silent printer on a slow line
WELL_S = 8.0  # until a printer has said how it is
CONFIG, DATA = Path("/etc/luukku/point.toml"), Path("/var/lib/luukku")
ANSWERS = {
    "process_id": "names each job when it is on paper (GS ( H)", "cut_counter": "counts its cuts (GS g 2)",
    "barrier": "says when all is processed (GS r)", "automatic_status": "tells by itself what changes (ASB)",
    "realtime_status": "answers at once how it is (DLE EOT)", "realtime_clear": "drops its buffers when told (DLE DC4)",
}  # fmt: skip
TIERS = {
    "T1": "it proves each ticket", "T2": "its count of cuts proves each ticket",
    "T3": "it says that it processed a ticket, not that it printed it", "T4": "only its paper sensor tells",
    "T5": "it answers nothing: no ticket can be proven",
}  # fmt: skip


def add(verbs: Any) -> None:
    """Add the verb `print-test` to the command line."""
    verb = verbs.add_parser("print-test", help="print a test paper on one printer and say what was proven")
    verb.add_argument("printer", metavar="PRINTER", help="its id in the config")
    verb.add_argument("--data", type=Path, default=DATA, metavar="DIR", help=f"of the running point ({DATA})")
    verb.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"where none runs ({CONFIG})")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0: a paper came and was proven, 1: it was not, 2: misuse."""
    if not arguments.debug:
        quiet()
    told = asyncio.run(_test(arguments.printer, arguments.data, arguments.config))
    name = plain(arguments.printer)
    if not told["ok"]:
        print(f"luukku print-test: {name}: {told['cause'] or 'nothing was proven'}", file=sys.stderr)
    elif told.get("proven") == "paper":
        print(f"{name}: a test paper was printed; {told['tier']}: {TIERS[told['tier']]}")
    for answer, words in ANSWERS.items():
        if "answers" in told:
            print(f"  {'yes' if answer in told['answers'] else 'no ':4} {words}")
    who = " ".join(filter(None, (told.get("maker"), told.get("model"), told.get("serial"))))
    if who:
        print(f"  it says that it is {plain(who)}")
    return OK if told["ok"] else FAILED


async def _test(id_: str, data: Path, config: Path) -> dict[str, Any]:
    if await runs(data):
        return await _by_daemon(id_, data)
    made = await asyncio.to_thread(load, config)
    printer = next((one for one in made.printers if one.id == id_), None)
    if printer is None:
        known = [one.id for one in made.printers]
        raise Misuse(f"{config}: there is no printer {id_[:40]!r}, only {', '.join(known)} {did_you_mean(id_, known)}")
    if printer.link == "sim":
        raise Failed(f"printer {id_} is simulated and lives in the daemon: start it first")
    if number := await _in_doubt(made, id_, data):
        raise Failed(
            f"the paper of {number} is in doubt, and the printer's count of cuts is its proof: start luukku first"
        )
    return await _by_ourselves(printer, made, data)


async def _by_daemon(id_: str, data: Path) -> dict[str, Any]:
    url, key = f"http://admin/api/v1/devices/{id_}/test", str(uuid.uuid4())
    asking: dict[str, Any] = {"json": {"kind": "printer", "paper": True}, "headers": {"Idempotency-Key": key}}
    patience = aiohttp.ClientTimeout(total=PAPER_S)
    async with session(data, None) as asked, asked.post(url, **asking, timeout=patience) as answer:
        told: dict[str, Any] = msgspec.json.decode(await answer.read())
        if answer.status != 200:
            raise Failed(str(told.get("detail", told)))
        return told


async def _by_ourselves(printer: Printer, config: Config, data: Path) -> dict[str, Any]:
    where = None if printer.link.partition(":")[0] in {"tcp", "serial"} else partial(_node, printer)
    life = f"{SystemRandom().getrandbits(48):012x}"
    driver = catalogue.ticket_printer(
        printer.kind,
        printer.id,
        printer.link,
        printer.profile,
        random=SystemRandom(),
        life=life,
        where=where,
        blind=printer.blind,
    )
    driving = asyncio.create_task(driver.run())
    try:
        await _until_told(driver)
        now = datetime.now(config.point.zone)
        found = await driver.examine(now, simulated=False)
    except PrinterUnavailable as no:
        return {"ok": False, "cause": no.cause}
    finally:
        driving.cancel()
        with suppress(asyncio.CancelledError):
            await driving
    ok = found.tier not in {None, Tier.BLIND}
    if ok and os.access(data, os.W_OK):
        await asyncio.to_thread(examined.keep, data, printer, found, round(now.timestamp() * 1000))
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told | {
        "ok": ok, "proven": "paper" if ok else "nothing", "tier": found.tier.value if found.tier else None,
        "answers": [name for name in ANSWERS if getattr(found, name)],
    }  # fmt: skip


async def _in_doubt(config: Config, id_: str, data: Path) -> str:
    """The number whose paper was under way on this printer when the daemon ended, "" for none."""
    if not await asyncio.to_thread((data / "journal.db").exists):
        return ""
    async with Journal(config.point.id, data / "journal.db") as journal:
        state = await replay.load(journal)
    papers = (state.tickets[ticket] for ticket in state.unfinished_prints)
    return next((one.number for one in papers if one.print.device == id_ and one.print.state in DOUBT), "")


async def _until_told(driver: TicketPrinter) -> None:
    """Until the printer has said how it is. Raises PrinterUnavailable when it cannot be reached."""
    with suppress(TimeoutError):
        async with asyncio.timeout(WELL_S):
            while driver.health.condition in {PrinterCondition.DETACHED, PrinterCondition.UNKNOWN}:
                await driver.news()
            return
    raise PrinterUnavailable(driver.id, ", ".join(driver.health.causes) or "no_answer")


def _node(printer: Printer, link: str) -> str:
    """Where it is plugged in now."""
    try:
        return plugged.node_of(printer, plugged.look()).node
    except OSError as no:
        raise DeviceGone(link, "no_udev", str(no)) from no
