"""The devices that a point's panels and scanners are, and what each leads to."""

from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import msgspec

from controller.app.inputs import Attended
from controller.app.pressed import Act, Alarm, AtBooth, AtCounter, AtKiosk, Presses, Talks
from controller.domain.point import Config, Panel, Scanner
from controller.ledger import Ledger
from controller.ports.inputs import Where
from controller.web.kiosk_pages import KioskPages, page_of_booth
from drivers import inputs as drivers_of
from drivers.panels.nodes import unplaced

__all__ = ["Maker", "simulate", "socket_of", "unplaced"]


class Maker(msgspec.Struct):
    """What each device of a point needs to be made. `life` must differ at each start of the daemon."""

    config: Config
    ledger: Ledger
    pages: KioskPages
    sims: Path
    where: Where
    line: Where
    life: str
    random: Random
    talks: Talks

    def panel(self, panel: Panel) -> Attended:
        device = drivers_of.panel(
            panel.id, panel.kind, self._way(panel.id, panel.link), self.where, for_kiosk=not panel.counter,
            random=self.random,
        )  # fmt: skip
        presses = Presses(panel.id, self.life)
        act: Act
        if panel.kind == "panic":
            act = Alarm(self.ledger, panel.id, panel.counter or panel.id, presses)
        elif panel.kind == "leave":
            act = AtBooth(self.ledger, panel.id, panel.booth, presses, self.talks)
        elif panel.kiosk or panel.booth:
            act = AtKiosk(self.ledger, self.pages, panel.kiosk or page_of_booth(panel.booth))
        else:
            act = AtCounter(self.ledger, panel.counter, presses)
        return Attended(device, panel.kind, panel.link == "sim", act)

    def scanner(self, scanner: Scanner) -> Attended:
        url, way = self.config.point.public_url, self._way(scanner.id, scanner.link)
        device = (
            drivers_of.serial_scanner(scanner.id, way, self.line, url, random=self.random)
            if scanner.kind == "serial"
            else drivers_of.keyboard_scanner(scanner.id, way, self.where, url, scanner.layout, random=self.random)
        )
        kiosk = scanner.kiosk or self.config.kiosks[0].id
        return Attended(device, "scanner", scanner.link == "sim", AtKiosk(self.ledger, self.pages, kiosk))

    def _way(self, id_: str, link: str) -> Path | str:
        return socket_of(self.sims, id_) if link == "sim" else link


def socket_of(folder: Path, id_: str) -> Path:
    """Where a simulated device listens."""
    return folder / f"{id_}.sock"


async def simulate(stack: AsyncExitStack, config: Config, data: Path) -> Path:
    """Simulated devices in this process, for a point that is trained on; a point with real ones carries none."""
    folder = data / "inputs"
    if "sim" in {p.link for p in config.panels} | {s.link for s in config.scanners}:
        from controller.app.sim_inputs import sim_inputs
        from drivers.sim.inputs import SimulatedInput

        for one in sim_inputs(config, folder):
            await stack.enter_async_context(SimulatedInput(one))
    return folder
