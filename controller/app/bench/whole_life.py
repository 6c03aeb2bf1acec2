"""What a ticket costs the daemon from the press to its proven paper: every event, and the talk with the printer.

Twice: in a full hall, where nobody waits for anything but the daemon, and as a lobby is most of the day, where it
sleeps between two tickets and finds its processor's caches cold each time.
"""

import asyncio
import time
from pathlib import Path

import aiohttp

from controller.app.bench.figures import Figures
from controller.app.bench.presses import Presses, session, settled
from controller.app.bench.stage import Point, Running, point

ALONE, FULL = 60, 1200  # tickets, with size 1
KIOSKS, AT_ONCE = 5, 50  # of the full hall, and who presses there at any time
WARM = 4
IDLE_S = 5.0  # watched, to know what the daemon uses when nobody comes
PAPERS_S = 1.0  # a printer that is well has brought another one by then


async def whole_life(folder: Path, size: float) -> Figures:
    """Milliseconds of processor a ticket: `hall_` in the full hall, `lobby_` one by one, both with composing and less
    what an idle daemon uses; `press_` one by one without paper. `printed`, `hall_printed`: papers that were proven."""
    return await _hall(folder / "hall", max(100, round(FULL * size))) | await _lobby(
        folder / "lobby", max(3, round(ALONE * size))
    )


async def _hall(folder: Path, count: int) -> Figures:
    """Five kiosks and their printers, which take no time."""
    async with point(folder, at_once=KIOSKS) as ours, session() as http:
        kiosks = [Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer(f"kiosk/k{n}")) for n in range(KIOSKS)]
        await _printers_answer(http, ours, kiosks)
        await _crowd(http, ours, kiosks, AT_ONCE)
        began = ours.running.cpu_s()
        await _crowd(http, ours, kiosks, count)
        spent = ours.running.cpu_s() - began
        new = [id_ for kiosk in kiosks for id_ in kiosk.given[-(count // KIOSKS) :]]
        ends = [await settled(http, ours, id_) for id_ in new]
        return {"hall_cpu_ms": round(1000 * spent / len(new), 3), "hall_printed": ends.count("confirmed"),
                "hall_tickets": len(new)}  # fmt: skip


async def _printers_answer(http: aiohttp.ClientSession, ours: Point, kiosks: list[Presses]) -> None:
    """Until each has printed one: a printer that has only just been found sends its first tickets to the screen."""
    for kiosk in kiosks:
        await kiosk.press()
        while await settled(http, ours, kiosk.given[-1]) != "confirmed":
            await kiosk.press()


async def _crowd(http: aiohttp.ClientSession, ours: Point, kiosks: list[Presses], count: int) -> None:
    """So many tickets to their proven papers, a part of the crowd at each kiosk."""
    await asyncio.gather(*(kiosk.together(count // KIOSKS, AT_ONCE // KIOSKS) for kiosk in kiosks))
    for kiosk in kiosks:
        await settled(http, ours, kiosk.given[-1])


async def _lobby(folder: Path, count: int) -> Figures:
    """One kiosk, one person after the other, and a quick virtual printer."""
    async with point(folder) as ours, session() as http:
        kiosk = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk"))
        await _print(http, ours, kiosk, WARM)
        desk = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("staff"))  # no kiosk: a number without paper
        began = ours.running.cpu_s()
        await desk.alone(count)
        press = 1000 * (ours.running.cpu_s() - began) / count
        idle = await _idle(ours.running)
        began, since = ours.running.cpu_s(), time.monotonic()
        await _print(http, ours, kiosk, count)
        spent, took = ours.running.cpu_s() - began, time.monotonic() - since
        ends = [await settled(http, ours, id_) for id_ in kiosk.given[-count:]]
        return {
            "press_cpu_ms": round(press, 3),
            "lobby_cpu_ms": round(1000 * (spent - idle * took) / count, 3),
            "idle_cpu_ms_per_s": round(1000 * idle, 3),
            "printed": ends.count("confirmed"),
        }


async def _idle(running: Running) -> float:
    """Processor seconds in a second, when nobody comes."""
    began = running.cpu_s()
    await asyncio.sleep(IDLE_S)
    return (running.cpu_s() - began) / IDLE_S


async def _print(http: aiohttp.ClientSession, ours: Point, kiosk: Presses, count: int) -> None:
    """So many tickets, each to its proven paper. The papers are counted on the disk while they come: the daemon would
    pay for being asked."""
    await kiosk.alone(count)
    before, now = -1, 0
    while before < now < len(kiosk.given):
        await asyncio.sleep(PAPERS_S)
        before, now = now, await asyncio.to_thread(_pieces, ours)
    await settled(http, ours, kiosk.given[-1])


def _pieces(ours: Point) -> int:
    return sum(1 for _ in (ours.data.parent / "paper").glob("*/*.bin"))
