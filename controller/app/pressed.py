"""What becomes of a press or a scan: a command of a counter, a silent alarm, or a message to one kiosk's page."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Protocol

import structlog

from controller.domain import commands as c
from controller.domain.draft import Refused, hash_booking, hash_code
from controller.domain.event_words import Resolution
from controller.domain.remote_events import Quality
from controller.journal.faults import JournalFault
from controller.ledger import CommandFailed, Key, Ledger
from controller.ports.booth import Exchange
from controller.ports.inputs import Pressed, Scan, Told, Unrecognised
from controller.web.kiosk_pages import KeyTold, KioskPages, ScanTold
from controller.web.requests import service_event, subject

KIND = "threat"  # what a silent alarm is called where nobody can say more, as POST /incidents has it
# A keypad has no form: of a plain "end" it is not known what was resolved, as where nobody pressed (ADR 0010).
RESOLUTIONS: dict[str, Resolution] = {"end": "pending", "end_resolved": "first_contact", "end_referred": "referred"}
RETRY_S, TRIES = 1.0, 600  # an alarm that the disk refuses is tried again; after ten minutes it helps nobody

log = structlog.get_logger("inputs")


class Act(Protocol):
    async def __call__(self, told: Told) -> None:
        """Do what was asked. Raises nothing that a person at the device could mend."""


class Presses:
    """An idempotency key for each press of one device: unique by device, start of this daemon, and count."""

    def __init__(self, device: str, life: str) -> None:
        self._device, self._life, self._n = device, life, 0

    def key(self, wish: str) -> Key:
        self._n += 1
        asked = hashlib.sha256(f"PRESS {self._device}\n{wish}".encode()).digest()
        return Key(f"press-{self._device}-{self._life}-{self._n}", asked)


class AtCounter:
    """The buttons of one counter, as its page's are (web/counters.py)."""

    def __init__(self, ledger: Ledger, counter: str, presses: Presses) -> None:
        self._ledger, self._counter, self._presses = ledger, counter, presses

    async def __call__(self, told: Told) -> None:
        command = self._command(told.name) if isinstance(told, Pressed) else None
        if command is None or not isinstance(told, Pressed):
            return
        try:
            await self._ledger.submit(command, render=service_event, key=self._presses.key(told.name))
        except Refused as no:
            log.info("a press changes nothing", counter=self._counter, wish=told.name, why=no.problem)
        except (JournalFault, CommandFailed) as fault:
            log.error("a press was lost", counter=self._counter, wish=told.name, why=str(fault))

    def _command(self, wish: str) -> c.Command | None:
        actor, counter = f"counter:{self._counter}", self._counter
        match wish:
            case "call_next":
                return c.CallNext(actor=actor, counter=counter)
            case "recall":
                return c.Recall(actor=actor, counter=counter)
            case "no_show":
                return c.NoShow(actor=actor, counter=counter)
            case "end" | "end_resolved" | "end_referred":
                return c.End(actor=actor, counter=counter, resolution=RESOLUTIONS[wish], guidance="none")
            case _:
                return None


class Alarm:
    """The silent alarm of one place."""

    def __init__(self, ledger: Ledger, device: str, place: str, presses: Presses) -> None:
        self._ledger, self._device, self._place, self._presses = ledger, device, place, presses

    async def __call__(self, told: Told) -> None:
        command = c.RaiseIncident(actor=f"device:{self._device}", place=self._place, kind=KIND)
        key = self._presses.key("alarm")
        for _ in range(TRIES):
            if await self._raised(command, key):
                return
            await asyncio.sleep(RETRY_S)
        log.error("an alarm was given up", device=self._device, place=self._place)

    async def _raised(self, command: c.Command, key: Key) -> bool:
        try:
            await self._ledger.submit(command, render=subject, key=key)
        except JournalFault as fault:
            log.error("an alarm is not in the journal yet", device=self._device, why=str(fault))
            return False
        except (Refused, CommandFailed) as no:
            log.error("an alarm was refused", device=self._device, why=str(no))
        return True


Talks = Callable[[], Exchange | None]
"""The point's remote service, as soon as there is one."""


def no_talks() -> None:
    """For a point without a remote service."""


class AtBooth:
    """The button in a booth that ends its session, whatever its screen does: camera and microphone go off."""

    def __init__(self, ledger: Ledger, device: str, booth: str, presses: Presses, talks: Talks = no_talks) -> None:
        self._ledger, self._device, self._booth, self._presses = ledger, device, booth, presses
        self._talks = talks

    async def __call__(self, told: Told) -> None:
        """First the devices, beside it the journal: a full disk keeps no camera on."""
        exchange = self._talks()
        measured = exchange.quality if exchange is not None else lambda _: None  # before the talk is let go of
        await asyncio.gather(*([exchange.left(self._booth)] if exchange is not None else []), self._end(measured))

    async def _end(self, measured: Callable[[str], Quality | None]) -> None:
        here = [s for s in self._ledger.state.sessions.values() if s.booth == self._booth and s.outcome is None]
        for session in here:
            actor, quality = f"device:{self._device}", measured(session.id)
            command = c.LeaveSession(actor=actor, session=session.id, quality=quality)
            try:
                await self._ledger.submit(command, render=subject, key=self._presses.key("leave"))
            except (Refused, JournalFault, CommandFailed) as no:
                log.error("a booth's session was not ended", booth=self._booth, why=str(no))


class AtKiosk:
    """What a kiosk's own keypad and code reader say to its page."""

    def __init__(self, ledger: Ledger, pages: KioskPages, kiosk: str) -> None:
        self._ledger, self._pages, self._kiosk = ledger, pages, kiosk

    async def __call__(self, told: Told) -> None:
        match told:
            case Pressed():
                await self._pages.tell(self._kiosk, KeyTold(told.name))
            case Scan():
                await self._pages.tell(self._kiosk, self._known(told.code))
            case Unrecognised():
                await self._pages.tell(self._kiosk, ScanTold("unknown"))

    def _known(self, code: str) -> ScanTold:
        """A ticket of today, or what may be an appointment's code: a booking system may make them of any letters, so
        what looks like a ticket may still be one. A ticket of another day is nothing here."""
        state = self._ledger.state
        ticket = state.codes.get(hash_code(code))
        if ticket is not None:
            return ScanTold("ticket", code, ticket)
        booked = hash_booking(self._ledger.journal.secret, code.upper())
        known = any(one.code_hash == booked for one in state.appointments.values())
        return ScanTold("appointment", code) if known else ScanTold("unknown")
