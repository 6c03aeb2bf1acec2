"""The booths: where the lines of booth page, media process and central meet the session in the journal.

The point's end of a session's talk leg is a page at its *place*: the booth, or the counter of an advisor who is
supported. Only a booth has a media process, files, and a browser that is ended when it does not let go.

The hub keeps nothing that must survive: whoever comes is told how it stands, whoever says something twice is heard
once. What happens to a session goes to the ledger as a command; what the two ends of a leg tell each other is passed on
to the other end of the very session that it names, or to nobody.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import msgspec
import structlog

from controller.domain import commands as c
from controller.domain.draft import Refused
from controller.domain.remote_events import Quality
from controller.domain.state import Session
from controller.journal.faults import JournalFault
from controller.ledger import CommandFailed, Ledger
from controller.ports import booth as b
from controller.ports import media as m
from controller.ports.signalling import Ack, Signal
from controller.readers import booth_orders, booth_picture
from controller.readers.booth_dark import ENDED_S, PRESSED_S, Dark
from controller.readers.booth_ends import AFTER_START_S, Ends, fits, place_of
from controller.readers.booth_known import Known
from controller.readers.booth_questions import Questions

LOOK_S, IDLE_LOOK_S = 0.25, 5.0  # how often the legs are judged without news, during a session and without one
HELP_S = 600.0  # who called for help without a session, and was not come to for so long, has gone
HELD_S = 180.0  # who is on hold and has had no way to each other for so long has been forgotten
FILES_MOST = 200  # of one session: what its media process names beyond is not shown

log = structlog.get_logger("booth")


class Booths:
    """Implements `controller.ports.booth.Exchange`. `run` is its task."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Known] = {}
        self._ends = Ends()
        self._helps: dict[str, tuple[str, float]] = {}  # booth -> the session during which it called, if any; and when
        self.media_news = asyncio.Event()  # it came, it went, or another device is there or not
        self.health: tuple[m.BoothHealth, ...] = ()
        self._pictured: bytes = b""
        self.questions = Questions(self._ends)
        self.dark = Dark()
        self._news = asyncio.Event()
        self.touch: Callable[[], None] = lambda: None  # the pages' wake, set by the composition

    # --- the port of pages ---

    def page_came(self, place: str, send: b.Send) -> None:
        self._ends.page_came(place, send)
        self._wake()

    def page_left(self, place: str, send: b.Send) -> None:
        self._ends.page_left(place, send)
        self._wake()

    async def page_said(self, place: str, message: b.FromPage) -> None:
        session = self._at(place, getattr(message, "session", None))
        if isinstance(message, b.Here):
            self.dark.here(place, message.session)
        match message:
            case b.Help():
                self._helps[place] = session.id if session is not None else "", self._now()
            case b.PageTested():
                self.questions.answered(message.id, message.result)
                return
            case b.LetGo():
                self.dark.off(place, message.session)
                return
            case Signal() | Ack():
                if session is not None and fits(message, session, "talk", "booth"):
                    await self._ends.to_central(message)
                return
            case b.Talk() if session is not None and message.session == session.id:
                self._of(session).heard(message)
            case b.Print() if session is not None and message.session == session.id:
                if message.file in self._of(session).files:
                    await self._ends.to_media(m.Print(session=session.id, file=message.file))
            case b.Here() if session is not None:
                known = self._of(session)
                if message.session == session.id:  # a new page has not asked yet, and may tell of the one before
                    known.consent = message.consent or known.consent
                if self._wants_ice(session):
                    await self._ice_to_page(session, known)
            case _:
                return
        self._wake()

    def seen(self, place: str, session: str) -> b.Seen:
        there = self._live(session)
        known = (there and self._known.get(session)) or Known(0.0)
        return b.Seen(
            media=self._ends.media is not None, page=place in self._ends.pages,
            expert=known.name if there is not None and there.expert == known.expert else "",
            consent=known.consent, off=known.off, outlook=known.outlook,
            files=tuple(known.files.values()), help=place in self._helps, central=self._ends.central is not None,
        )  # fmt: skip

    def quality(self, session: str) -> Quality | None:
        """Of the talk so far."""
        known = self._known.get(session)
        return known.quality() if known is not None else None

    def helped(self, booth: str) -> None:
        """Somebody has come."""
        self._helps.pop(booth, None)
        self._wake()

    async def left(self, booth: str) -> None:
        """The button in the booth was pressed: camera and microphone go off now, whatever the journal or a browser
        does. Returns when they are, or were cut."""
        session = self._at(booth)
        if session is not None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.dark.watch(booth, session.id, PRESSED_S))
                tasks.create_task(self._ends.to_page(booth, {"t": "end", "session": session.id}))
                tasks.create_task(self._ends.to_media(m.Close(session=session.id)))

    # --- the media process ---

    async def media_came(self, send: b.Send) -> None:
        """It has connected: it is told which booths there are, and what is under way."""
        self._ends.media = send
        self.media_news.set()
        await send(booth_picture.devices(self._ledger.config))
        for known in self._known.values():
            known.media_is_new()
        self._wake()

    def media_left(self, send: b.Send) -> None:
        if self._ends.media is send:
            self._ends.media, self.health = None, ()
            self.media_news.set()
            for known in self._known.values():
                known.emergency = known.opened = False
            self._wake()

    async def media_said(self, message: m.FromMedia) -> None:
        match message:
            case m.Health():
                if message.booths != self.health:
                    self.health = message.booths
                    self.media_news.set()
            case m.TriedOut():
                self.questions.answered(message.id, message.result)
                return
            case Signal() | Ack():
                session = self._live(message.session)
                if session is not None and fits(message, session, "booth", "media"):
                    await self._ends.to_central(message)
                return
            case m.Leg():
                session = self._live(message.session)
                if session is not None:
                    self._of(session).emergency = message.emergency and message.up  # alone it is no conversation
            case m.FileNews():
                session = self._live(message.session)
                files = self._of(session).files if session is not None else {}
                if message.file.id in files or len(files) < FILES_MOST:
                    files[message.file.id] = message.file
            case _:
                return
        self._wake()

    # --- central ---

    async def central_came(self, send: b.Send) -> None:
        self._ends.central, self._pictured = send, b""
        await self._show_central()
        self._wake()

    @property
    def in_session(self) -> bool:
        """Whether somebody is talking to an expert, or about to."""
        return any(one.outcome is None and one.answered for one in self._ledger.state.sessions.values())

    async def moved(self) -> None:
        """This box has another address: what is under way is mended before anybody misses it."""
        await self._ends.to_media(m.Moved())
        for session in [s for s in self._ledger.state.sessions.values() if s.outcome is None and s.answered]:
            await self._ends.to_page(place_of(session), {"t": "moved", "session": session.id})

    def central_left(self, send: b.Send) -> None:
        if self._ends.central is send:
            self._ends.central = None
            self._wake()

    async def central_said(self, message: b.FromCentral) -> None:
        session = None if isinstance(message, b.PathsTold) else self._live(message.session)
        match message:
            case b.Order():
                await self._ends.to_central(await self._order(message))
            case Signal() | Ack():
                await self._from_expert(message, session)
                return
            case b.IceTold() if session is not None:
                known = self._of(session)
                known.ice, known.opened = message.config, known.opened and known.ice == message.config
                if message.name:
                    known.expert, known.name = message.expert, message.name
                if self._wants_ice(session):
                    await self._ice_to_page(session, known)
            case b.PathsTold():
                self.questions.answered(message.id, message.config)
                return
            case b.Outlook() if session is not None:
                self._of(session).outlook = message
            case _:
                return
        self._wake()

    async def _from_expert(self, message: Signal | Ack, session: Session | None) -> None:
        if session is None or not session.answered or message.from_ != "expert":
            return
        if message.leg == "talk":
            await self._ends.to_page(place_of(session), message)
        elif session.booth:
            await self._ends.to_media(message)

    # --- its own task ---

    async def run(self) -> None:
        """Follow the journal, and keep every line told."""
        self._ends.began = self._now()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            while True:
                self._news.clear()
                await self._step(tasks)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S if self._known else IDLE_LOOK_S):
                        await self._news.wait()

    async def _follow(self) -> None:
        seq = self._ledger.state.seq
        while True:
            seq = await self._ledger.journal.wait(seq)
            self._news.set()

    async def _step(self, tasks: asyncio.TaskGroup) -> None:
        for session in [s for s in self._ledger.state.sessions.values() if s.outcome is None]:
            await self._tend(session)
        for id_ in [id_ for id_ in self._known if self._live(id_) is None]:
            await self._close(id_, tasks)
        for booth in [booth for booth, call in self._helps.items() if self._is_past(*call)]:
            self.helped(booth)
        await self._show_central()

    def _is_past(self, session: str, since: float) -> bool:
        """A call for help ends with the session in which it was made; without one, when nobody can still be there."""
        return self._live(session) is None if session else self._now() > since + HELP_S

    async def _tend(self, session: Session) -> None:
        known = self._of(session)
        if not session.booth:
            await self._tend_counter(session, known)
        elif session.answered and known.has_agreed(session):
            if not known.opened and self._ends.media is not None:
                known.opened = True
                await self._ends.to_media(m.Open(session=session.id, booth=session.booth, ice=known.ice))
                await self._ice_to_page(session, known)
            await self._tell_talk(session, known)
            await self._tell_held(session, known)
        elif known.opened:  # it waits for another expert: nobody is at the other end
            known.talk_up = False
            known.media_is_new()
            await self._ends.to_media(m.Close(session=session.id))
        await self._judge(session, known)

    async def _tend_counter(self, session: Session, known: Known) -> None:
        """An advisor is supported: there is a page and nothing else, and it opens nothing before somebody answers."""
        known.talk_up = known.talk_up and bool(session.answered)
        if session.answered and not known.told_ice:
            await self._ice_to_page(session, known)
        known.told_ice = bool(session.answered)

    async def _tell_talk(self, session: Session, known: Known) -> None:
        """The media process learns whether the booth's browser is there: if not, it shows and plays by itself; as soon
        as it is back the devices are its own. Nobody is shown while on hold."""
        there = session.booth in self._ends.pages or not self._ends.page_is_gone(session.booth)
        known.talk_up, up = known.talk_up and there, there or session.state == "held"
        if up != known.told_talk and known.opened and (up or session.connected):
            known.told_talk = up
            off = known.off
            told = m.Talk(session=session.id, up=up, camera=not off.video, microphone=not off.audio)
            await self._ends.to_media(told)

    async def _tell_held(self, session: Session, known: Known) -> None:
        """The document camera is dark while the customer is on hold."""
        held = session.state == "held"
        if known.opened and held != known.told_held:
            known.told_held = held
            await self._ends.to_media(m.Hold(session=session.id, on=held))

    async def _judge(self, session: Session, known: Known) -> None:
        """Do the two have a way to each other? What differs from the journal is told to it."""
        place = place_of(session)
        talk = known.talk_up and not self._ends.page_is_gone(place)
        up = talk or known.emergency
        apart_s = known.apart(up, self._now())
        young = self._now() < max(self._ends.began, known.since) + AFTER_START_S
        if up and session.state in {"ringing", "reconnecting"} and session.answered:
            await self._submit(c.ReportLegs(session=session.id, up=True, why="" if talk else "emergency"))
        elif not up and session.state == "connected" and not (young and not self._ends.has_left(place)):
            why = known.talk_why or ("page_gone" if self._ends.page_is_gone(place) else "lost")
            await self._submit(c.ReportLegs(session=session.id, up=False, why=why, quality=known.quality()))
        elif session.state == "held" and apart_s > HELD_S:
            await self._submit(c.ReportLegs(session=session.id, up=False, why="lost", quality=known.quality()))

    async def _close(self, id_: str, tasks: asyncio.TaskGroup) -> None:
        known = self._known.pop(id_)
        if known.booth:
            tasks.create_task(self.dark.watch(known.booth, id_, ENDED_S))
        await self._ends.to_page(known.place, {"t": "end", "session": id_})
        if known.opened:
            await self._ends.to_media(m.Close(session=id_))

    async def _show_central(self) -> None:
        """The whole picture, when it differs from what central was last shown."""
        if self._ends.central is None:
            return
        agreed = {id_ for id_, known in self._known.items() if known.consent}
        orders = {id_: known.order for id_, known in self._known.items()}
        state, config, has_media = self._ledger.state, self._ledger.config, self._ends.media is not None
        picture = booth_picture.picture(state, config, pages=self._ends.pages, media=has_media, orders=orders,
                                        agreed=agreed)  # fmt: skip
        encoded = msgspec.json.encode(picture)
        if encoded != self._pictured:
            self._pictured = encoded
            await self._ends.to_central(picture)

    # --- orders ---

    async def _order(self, order: b.Order) -> b.Done:
        done, fresh = await booth_orders.carried_out(self._ledger, order, self.quality(order.session))
        session = self._live(order.session)
        if done.ok and session is not None:
            self._took(order, self._of(session), fresh=fresh)
        return done

    def _took(self, order: b.Order, known: Known, *, fresh: bool) -> None:
        """An order that is only repeated does not touch the talk that goes on."""
        known.order = order.id
        if order.do == "answer":
            known.expert, known.name, known.talk_up = order.expert, order.name, known.talk_up and not fresh

    async def _submit(self, command: c.Command) -> None:
        try:
            await self._ledger.submit(command)
        except (Refused, JournalFault, CommandFailed) as no:
            log.warning("a session's news could not be journalled", why=str(no))

    # --- lines ---

    async def _ice_to_page(self, session: Session, known: Known) -> None:
        told = {"t": "ice", "session": session.id, "servers": known.ice.servers, "relay_only": known.ice.relay_only}
        await self._ends.to_page(place_of(session), told)

    def _wants_ice(self, session: Session) -> bool:
        return bool(session.answered) if not session.booth else session.state != "queued"

    def _at(self, place: str, id_: str | None = None) -> Session | None:
        """What runs there: this session of it, else the newest."""
        here = [s for s in self._ledger.state.sessions.values() if s.outcome is None and place_of(s) == place]
        return next((s for s in here if s.id == id_), here[-1] if here else None)

    def _live(self, id_: str) -> Session | None:
        session = self._ledger.state.sessions.get(id_)
        return session if session is not None and session.outcome is None else None

    def _of(self, session: Session) -> Known:
        if session.id not in self._known:
            self._known[session.id] = Known(self._now(), session.booth, place_of(session), files={}, rtts=[])
        return self._known[session.id]

    def _wake(self) -> None:
        self._news.set()
        self.touch()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
