"""The printers of a point: opened, watched, and each with its paper reader."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

import msgspec
import structlog

from controller.app import device_events, examined, plugged
from controller.app.supervise import keep_running
from controller.domain.event_words import DeviceState
from controller.domain.point import Config
from controller.ledger import Ledger
from controller.ports.printer import Examined, Printer, PrinterCondition, PrinterUnavailable, Tier
from controller.readers.paper import Paper
from controller.readers.roll import RollWatch
from drivers import catalogue
from drivers.escpos.raster import Logos
from drivers.udev.attached import Kind
from drivers.udev.hotplug import Hotplug
from drivers.udev.roster import comes_and_goes

STATES: dict[PrinterCondition, DeviceState] = {
    PrinterCondition.READY: "ready",
    PrinterCondition.DEGRADED: "degraded",
    PrinterCondition.OUT_OF_SERVICE: "out_of_service",
    PrinterCondition.DETACHED: "detached",
    PrinterCondition.UNKNOWN: "unknown",
}
ANSWERS = ("process_id", "cut_counter", "barrier", "automatic_status", "realtime_status", "realtime_clear")
FIRST_LOOK_S = 2.0  # it takes a tenth; a machine where it hangs still has its other printers

log = structlog.get_logger("devices")


class TicketPrinter(msgspec.Struct):
    """`hotplugged`: udev is asked where it is. `examined`: called with what a test paper found, and when (UTC ms)."""

    printer: Printer
    paper: Paper
    simulated: bool
    hotplugged: bool = False
    examined: Callable[[Examined, int], None] = lambda found, at: None


class Devices:
    """All printers by id, and `hotplug` where udev runs or one of them hangs on USB."""

    def __init__(self, printers: dict[str, TicketPrinter], hotplug: Hotplug | None = None) -> None:
        self._printers = printers
        self._hotplug = hotplug

    def start(self, tasks: asyncio.TaskGroup, ledger: Ledger, random: Random) -> None:
        if self._hotplug is not None:
            tasks.create_task(keep_running("hotplug", self._hotplug.run, random))
        for id_, known in self._printers.items():
            watch = _watch(ledger, known)
            tasks.create_task(keep_running(f"printer {id_}", partial(self._attend, known), random))
            tasks.create_task(keep_running(f"paper {id_}", known.paper.run, random))
            tasks.create_task(watch)

    async def _attend(self, known: TicketPrinter) -> None:
        """Not before it is known what is plugged in: the first attempt would fail, and be told as a loss."""
        if self._hotplug is not None and known.hotplugged:
            await self._hotplug.first_look(FIRST_LOOK_S)
        await known.printer.run()

    def reprint(self, ticket: str) -> None:
        for known in self._printers.values():
            if known.paper.reprint(ticket):
                return

    def tier(self, id_: str) -> str | None:
        known = self._printers.get(id_)
        proven = known.printer.health.tier if known else None
        return proven.value if proven else None

    async def test(self, id_: str, paper: bool, now: datetime) -> dict[str, object]:
        """Ask one device over its real link whether it could work now, or have it print a test `paper` and find out
        what it really answers. Raises KeyError for an unknown one."""
        known = self._printers[id_]
        try:
            return await (self._examine(known, now) if paper else self._ask(known))
        except PrinterUnavailable as no:
            return {"id": id_, "state": STATES[known.printer.health.condition], "ok": False, "cause": no.cause}

    async def _ask(self, known: TicketPrinter) -> dict[str, object]:
        ready, id_ = await known.printer.prepare(), known.printer.id
        return {"id": id_, "state": "ready", "ok": True, "cause": "", "cuts": ready.cut0, "tier": self.tier(id_)}

    async def _examine(self, known: TicketPrinter, now: datetime) -> dict[str, object]:
        async with known.paper.lent():
            found = await known.printer.examine(now, simulated=known.simulated)
        if ok := found.tier not in {None, Tier.BLIND}:
            await asyncio.to_thread(known.examined, found, round(now.timestamp() * 1000))
        return {
            "id": known.printer.id, "state": STATES[known.printer.health.condition], "ok": ok, "cause": found.cause,
            "tier": found.tier.value if found.tier else None, "proven": "paper" if ok else "nothing",
            "answers": [name for name in ANSWERS if getattr(found, name)], "maker": found.maker, "model": found.model,
            "serial": found.serial,
        }  # fmt: skip


async def open_devices(
    stack: AsyncExitStack, config: Config, ledger: Ledger, data: Path, sims: dict[str, int], random: Random,
    hotplug: Hotplug | None = None, logo: Logos | None = None,
) -> Devices:  # fmt: skip
    """Make every configured printer. `sims`: where simulated ones listen already; others start in this process.
    `hotplug`: what knows where USB printers are."""
    missing = [p.id for p in config.printers if p.link == "sim" and p.id not in sims]
    if missing:
        sims = sims | await _simulate(stack, missing, data)
    where = None if hotplug is None else partial(hotplug.where, kind=Kind.PRINTER)
    life = f"{random.getrandbits(48):012x}"
    printers = {}
    for configured in config.printers:
        link = f"tcp:127.0.0.1:{sims[configured.id]}" if configured.link == "sim" else configured.link
        sim = configured.link == "sim"
        profile = "virtual" if sim else configured.profile
        how = {"random": random, "life": life, "where": where, "blind": configured.blind, "logo": logo}
        printer = catalogue.ticket_printer(configured.kind, configured.id, link, profile, **how)
        if hotplug is not None and comes_and_goes(link):
            hotplug.tell(link, plugged.kind_of(configured), printer.reconnect_now)  # it waits no backoff out
        if (found := await asyncio.to_thread(examined.recall, data, configured)) is not None:
            printer.learn(found)
        keep = partial(examined.keep, data, configured)
        printers[configured.id] = TicketPrinter(
            printer, Paper(ledger, printer, simulated=sim), sim, comes_and_goes(link), keep
        )
    return Devices(printers, hotplug)


async def _simulate(stack: AsyncExitStack, printers: list[str], data: Path) -> dict[str, int]:
    """Virtual printers in this process; gives their ports. A point with real ones does not carry their weight."""
    from drivers.sim.escpos_printer import serve_printers
    from drivers.sim.printer_server import PrinterConfig

    configs = [PrinterConfig(id=id_, host="127.0.0.1", port=0) for id_ in printers]
    return (await stack.enter_async_context(serve_printers(configs, "127.0.0.1", None, data / "paper"))).ports


async def _watch(ledger: Ledger, known: TicketPrinter) -> None:
    """Journal every change of a printer's health and of its roll."""
    roll = RollWatch(ledger, known.printer)

    def now() -> tuple[DeviceState, tuple[str, ...]]:
        seen = roll.seen()
        return STATES[seen.condition], seen.causes

    await device_events.journal(
        ledger, known.printer.id, "printer", simulated=known.simulated, now=now, changed=roll.changed
    )
