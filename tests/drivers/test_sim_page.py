"""The printer's page in a real browser, as somebody sees it who makes other software: paper, lamps, faults, words."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from drivers.sim import escpos_core
from drivers.sim.control import PAGE
from drivers.sim.escpos_printer import serve_printers
from drivers.sim.faults import FaultKind
from drivers.sim.phrasebook import COMMANDS
from drivers.sim.printer_server import PrinterConfig, PrinterServer

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)  # a browser on a busy machine
AXE = Path(__file__).parents[1] / "vendor/axe.min.js"
CUT = b"\x1dV\x41\x00"
LOGO = b"\x1d(L\x13\x000C0L7\x01\x08\x00\x08\x001" + b"\xff" * 8


@dataclass
class Seen:
    page: Page
    printer: PrinterServer
    errors: list[str]

    async def print(self, data: bytes) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", self.printer.port)
        writer.write(data)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def lamp(self, name: str) -> Locator:
        return self.page.locator(".lamps li", has=self.page.locator("b", has_text=re.compile(f"^{name}$"))).locator(
            "span"
        )


@asynccontextmanager
async def seen(folder: Path, width: int = 1440, height: int = 900) -> AsyncIterator[Seen]:
    config = PrinterConfig(speed_mm_s=2000)
    async with serve_printers([config], "127.0.0.1", 0, folder) as serving, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": height})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type in {"error", "warning"} else None)
        await page.goto(f"{serving.url}/")
        await expect(page.locator(".state")).to_have_text("Ready")
        yield Seen(page, serving.printers["lobby"], errors)
        assert errors == []
        await browser.close()


async def test_paper_hangs_out_while_it_is_printed_and_is_a_piece_once_it_is_cut(tmp_path: Path) -> None:
    async with seen(tmp_path) as one:
        await one.print(b"\x1bt\x10Hyv\xe4\xe4 p\xe4iv\xe4\xe4\n\n\n\n\n")
        await expect(one.page.locator(".roll .hanging .tag")).to_contain_text("not cut")
        await one.print(CUT)
        piece = one.page.locator(".roll li:not(.hanging)")
        await expect(piece).to_have_count(1)
        await expect(one.page.locator(".roll .hanging")).to_have_count(0)
        await expect(piece).to_contain_text("0001 · simulated")
        await expect(piece.locator(".edge")).to_have_text("✂ full cut")
        assert await piece.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
        await expect(one.page.locator(".talk tbody")).to_contain_text("Hyvää päivää⏎")
        await expect(one.page.locator(".talk tbody")).to_contain_text("1d 56 41 00")


async def test_every_fault_has_a_button_that_lets_it_happen_and_repair_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escpos_core, "POWER_OFF_S", 3600.0)  # until the page has been seen without it
    async with seen(tmp_path) as one:
        kinds = await one.page.locator(".desk [data-fault]").evaluate_all("all => all.map(one => one.dataset.fault)")
        assert set(kinds) == {kind.value for kind in FaultKind}
        for kind, lamp, said in (
            ("paper_out", "Paper", "out"), ("near_end", "Paper", "near its end"), ("cover", "Cover", "open"),
            ("jam", "Cutter", "jammed"), ("stall", "Motor", "stalled"), ("silent", "Answers", "none"),
            ("trickle", "Answers", "byte by byte"),
        ):  # fmt: skip
            await one.page.click(f".desk [data-fault={kind}]")
            await expect(one.lamp(lamp)).to_have_text(said)
            await expect(one.page.locator(f".desk [data-fault={kind}]")).to_have_attribute("aria-pressed", "true")
            await one.page.click(".desk [data-fault=clear]")
            await expect(one.page.locator(".state")).to_have_text("Ready")
        await one.page.click(".desk [data-fault=power]:not([data-loses])")
        await expect(one.lamp("Power")).to_have_text("off")
        one.printer.core._power_back_s = 0.0
        one.printer._tick()
        await expect(one.lamp("Power")).to_have_text("on")


async def test_a_fault_waits_for_its_millimetre_and_a_scrap_is_marked(tmp_path: Path) -> None:
    async with seen(tmp_path) as one:
        await one.page.fill(".when [name=at_mm]", "12")
        await one.page.click(".desk [data-fault=paper_out]")
        await expect(one.page.locator(".armed")).to_have_text("Waiting: paper_out in 12.0 mm")
        await one.print(b"line\n" * 20 + CUT)
        await expect(one.page.locator(".state")).to_have_text("Paper out")
        await expect(one.page.locator(".roll .hanging .tag")).to_have_text("not cut: 12 mm hang out, 18 mm are inside")
        await one.print(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
        await one.page.click(".desk [data-fault=clear]")
        await one.print(CUT)
        scrap = one.page.locator(".roll .scrap")
        await expect(scrap).to_contain_text("paper out, buffer cleared")


async def test_the_memory_shows_its_pictures_and_their_wear_and_strange_commands_are_named(tmp_path: Path) -> None:
    async with seen(tmp_path) as one:
        await one.print(LOGO + b"\x1d(L\x06\x000EL7\x01\x01\x1b\x01" + CUT)
        await expect(one.page.locator(".kept li")).to_have_text("key L7 · 8 × 8 dots")
        await expect(one.page.locator(".memory dl")).to_contain_text("1 writes (a real one: under 10 a day), 1 printed")
        await expect(one.page.locator(".strange")).to_have_text("Not understood or not drawn: ESC 01 (1)")
        await expect(one.page.locator(".talk tbody")).to_contain_text("store an NV picture")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (600, 560)])
async def test_nothing_sticks_out_and_an_independent_judge_of_access_finds_nothing(
    tmp_path: Path, width: int, height: int
) -> None:
    async with seen(tmp_path, width, height) as one:
        await one.print(LOGO + b"line\n" * 9 + CUT + b"more\n" * 9)
        await expect(one.page.locator(".roll li")).to_have_count(2)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await one.page.evaluate(wide) == 0
        await one.page.evaluate(AXE.read_text())
        found = await one.page.evaluate(
            "axe.run().then(found => found.violations.map(v => `${v.id}: ${v.nodes[0].html}`))"
        )
        assert found == []


def test_the_help_names_every_fault_and_every_command_that_is_obeyed() -> None:
    text = (PAGE / "help.html").read_text().replace("&amp;", "&")
    named = set(re.findall(r"<code>([^<]+)</code>", text))
    assert {kind.value for kind in FaultKind} <= named
    obeyed = {name.removesuffix(" (real time)") for name in COMMANDS} - {"text", "response"}
    assert obeyed <= named
