"""Each call is spoken once, one after another, while it is fresh; only what was heard is reported."""

import asyncio

import structlog

from controller.domain.commands import ReportShown
from controller.domain.draft import Refused
from controller.domain.events import ServiceCalled
from controller.domain.session_view import booth_name, is_from_lobby
from controller.domain.state import ServiceEvent
from controller.journal import wire
from controller.journal.faults import JournalFault
from controller.ledger import Ledger
from controller.ports.board import Sink
from controller.ports.speaker import Announcement, Voice

FRESH_MS = 15_000  # an older call is no news
WAITING_MOST = 3  # announcements that may wait; the oldest gives way

log = structlog.get_logger("speech")


class Speech:
    """Follows the journal from now on and speaks what is called. `run` is its task."""

    def __init__(self, ledger: Ledger, voice: Voice, sink: Sink) -> None:
        self._ledger = ledger
        self._voice = voice
        self._sink = sink
        self._wanted: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    async def run(self) -> None:
        after = self._ledger.state.seq
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(after))
            tasks.create_task(self._speak_all())

    async def _follow(self, after: int) -> None:
        journal = self._ledger.journal
        while True:
            await journal.wait(after)
            for stored in await journal.read(after, 500):
                after = stored.seq
                if b'"type":"luukku.service.called.v1"' in stored.body:
                    event = wire.data_of(wire.read(stored.body))
                    if isinstance(event, ServiceCalled):
                        self._want(event.service_event, event.call)

    def _want(self, service_event: str, call: int) -> None:
        while self._wanted.qsize() >= WAITING_MOST:
            self._wanted.get_nowait()
        self._wanted.put_nowait((service_event, call))

    async def _speak_all(self) -> None:
        while True:
            service_event, call = await self._wanted.get()
            turn = self._ledger.state.service_events.get(service_event)
            if turn is not None and self._is_news(turn, call) and self._sink.device is not None:
                await self._speak(turn, call)

    def _is_news(self, turn: ServiceEvent, call: int) -> bool:
        """Still called, this same call, and not long ago."""
        age = self._ledger.clock.now().ms - turn.last_called
        return turn.stage == "called" and turn.call == call and age <= FRESH_MS

    async def _speak(self, turn: ServiceEvent, call: int) -> None:
        announcement = self._announcement(turn)
        if announcement is None:
            return
        clip = await self._voice.speak(announcement)
        device = self._sink.device
        if device is None or not self._is_news(turn, call):
            return
        latency = self._ledger.clock.now().ms - turn.last_called
        if not await self._sink.play(f"{turn.id}-{call}", clip):
            log.warning("a call was not heard", service_event=turn.id, call=call, device=device)
            return
        report = ReportShown(
            actor=f"device:{device}", service_event=turn.id, call=call, device=f"{device}-voice", medium="voice",
            language="+".join(clip.spoken), latency_ms=latency,
        )  # fmt: skip
        try:
            await self._ledger.submit(report)
        except (Refused, JournalFault) as no:
            log.warning("a spoken call could not be journalled", why=str(no))

    def _announcement(self, turn: ServiceEvent) -> Announcement | None:
        visit = self._ledger.state.visits[turn.visit]
        ticket = self._ledger.state.tickets.get(visit.ticket)
        counter = self._ledger.config.counter(turn.counter)
        if ticket is None or not is_from_lobby(self._ledger.state, turn):
            return None
        house = self._ledger.config.point.house
        languages = tuple(dict.fromkeys((visit.language, house)))
        if counter is None:
            names = booth_name(self._ledger.config, turn.booth)
        else:
            names = {lang: counter.name.get(lang) or counter.label for lang in languages}
        return Announcement(ticket.series, ticket.n, names, languages)
