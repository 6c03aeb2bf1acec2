"""The point's side of central: events out, orders in, and what the lobby sees of both."""

import asyncio
from pathlib import Path
from random import Random

import structlog

from controller.app.settings import config_hash
from controller.app.supervise import keep_running
from controller.domain import orders
from controller.domain.commands import CentralOrder, RefuseOrder, ReportPoint
from controller.domain.draft import Refused
from controller.domain.point import Central
from controller.journal import legacy
from controller.journal.faults import JournalFault
from controller.journal.store import Journal
from controller.ledger import CommandFailed, Ledger
from controller.ports.central import LinkState, Order
from controller.uplink.commands import run_commands
from controller.uplink.line import OpenSession, open_session
from controller.uplink.sync import Uplink
from controller.web.site import Notice, Site

CURSOR = "central_orders"

log = structlog.get_logger("orders")


def start(
    tasks: asyncio.TaskGroup, ledger: Ledger, site: Site, central: Central, token: str, data: Path, random: Random,
    *, session: OpenSession = open_session,
) -> None:  # fmt: skip
    """Begin to talk to central; nothing for a point on its own."""
    if not central.url:
        return
    link = _Link(ledger, site)

    async def legacy_then_ours() -> None:
        for path in await asyncio.to_thread(legacy.waiting, data / "journal.db"):
            await _deliver(path, ledger.journal.point, central.url, token, random)
        await uplink.run()

    uplink = Uplink(ledger.journal, central.url, token, random=random, on_link=link.changed, session=session)
    desk = Orders(ledger, site, uplink)

    async def fetch() -> None:
        await desk.load()
        await run_commands(
            central.url, token, ledger.journal.point, cursor=lambda: desk.n, apply=desk.apply, random=random,
            session=session,
        )  # fmt: skip

    tasks.create_task(keep_running("uplink", legacy_then_ours, random))
    tasks.create_task(keep_running("orders", fetch, random))


async def _deliver(path: Path, point: str, url: str, token: str, random: Random) -> None:
    """Send what a damaged journal still held, to its end or until central says that it knows it otherwise."""
    async with Journal(point, path) as old:
        ended = asyncio.Event()

        def heard(link: LinkState) -> None:
            if link.fork or (link.seq is not None and link.seq >= old.seq):
                ended.set()

        log.info("sending what a damaged journal held", file=path.name, events=old.seq)
        async with asyncio.TaskGroup() as tasks:
            sender = tasks.create_task(Uplink(old, url, token, random=random, on_link=heard).run())
            await ended.wait()
            sender.cancel()
    await asyncio.to_thread(legacy.done, path)


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
            await self._submit(command, order)
        except Refused as no:  # its very id fits in no event: nobody can be told, and the next order must not wait
            log.error("order from central cannot be answered", n=order.n, why=str(no))
        self.n = order.n
        if not known and self._ledger.state.orders.get(order.id):
            self._outside(order)

    async def _submit(self, command: CentralOrder, order: Order) -> None:
        """Once, with the cursor. An order that a defect of ours cannot decide is refused: the next must not wait."""
        try:
            await self._ledger.submit(command, cursor=(CURSOR, order.n))
        except CommandFailed:
            refusal = RefuseOrder(actor="central", id=order.id, type=order.type, reason="internal")
            await self._ledger.submit(refusal, cursor=(CURSOR, order.n))

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
