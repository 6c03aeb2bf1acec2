"""The point's side of central: events out, orders in, and what the lobby sees of both."""

import asyncio
from random import Random

import structlog

from controller.app.settings import config_hash
from controller.app.supervise import keep_running
from controller.domain import orders
from controller.domain.commands import CentralOrder, ReportPoint
from controller.domain.draft import Refused
from controller.domain.point import Central
from controller.journal.faults import JournalFault
from controller.ledger import Ledger
from controller.ports.central import LinkState, Order
from controller.uplink.commands import run_commands
from controller.uplink.sync import Uplink
from controller.web.site import Notice, Site

CURSOR = "central_orders"

log = structlog.get_logger("orders")


def start(tasks: asyncio.TaskGroup, ledger: Ledger, site: Site, central: Central, token: str, random: Random) -> None:
    """Begin to talk to central; nothing for a point on its own."""
    if not central.url:
        return
    link = _Link(ledger, site)
    uplink = Uplink(ledger.journal, central.url, token, random=random, on_link=link.changed)
    desk = Orders(ledger, site, uplink)

    async def fetch() -> None:
        await desk.load()
        await run_commands(
            central.url, token, ledger.journal.point, cursor=lambda: desk.n, apply=desk.apply, random=random
        )

    tasks.create_task(keep_running("uplink", uplink.run, random))
    tasks.create_task(keep_running("orders", fetch, random))


class Orders:
    """Gives central's orders to the core, each once: the cursor rides in the commit of its effects."""

    def __init__(self, ledger: Ledger, site: Site, uplink: Uplink) -> None:
        self._ledger = ledger
        self._site = site
        self._uplink = uplink
        self.n = 0

    async def load(self) -> None:
        self.n = await self._ledger.journal.cursor(CURSOR)

    async def apply(self, order: Order) -> None:
        known = order.id in self._ledger.state.orders
        command = CentralOrder(
            actor="central", id=order.id, type=order.type, data=bytes(order.data), expires=order.expires
        )
        try:
            await self._ledger.submit(command, cursor=(CURSOR, order.n))
        except Refused as no:  # its very id fits in no event: nobody can be told, and the next order must not wait
            log.error("order from central cannot be answered", n=order.n, why=str(no))
        self.n = order.n
        if not known and self._ledger.state.orders.get(order.id):
            self._outside(order)

    def _outside(self, order: Order) -> None:
        """Effects that are not the journal's: a line on the TV, sending again."""
        if order.type == "announce":
            said = orders.announcement(bytes(order.data))
            self._site.notice = Notice(said.text, self._site.now().ms + said.seconds * 1000)
            self._site.touch()
        elif order.type == "resend_from":
            self._uplink.rewind_to(0)


class _Link:
    """Journals when the line comes and goes."""

    def __init__(self, ledger: Ledger, site: Site) -> None:
        self._ledger = ledger
        self._site = site

    async def changed(self, link: LinkState) -> None:
        was, self._site.link = self._site.link, link
        self._site.touch()
        if was.up == link.up:
            return
        hash_ = config_hash(self._ledger.config)
        report = ReportPoint(
            state="ready", version=self._site.build, config_hash=hash_, cause="link_up" if link.up else "link_down"
        )
        try:
            await self._ledger.submit(report)
        except (JournalFault, Refused):
            return  # a full disk has its own, louder sign
