"""The attendance on one printer: a connection kept for ever, its health known, a new power life at each break."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from random import Random

import structlog

from controller.ports.printer import PrinterCondition, Tier
from drivers.escpos import commands
from drivers.escpos.conversation import Conversation, Once
from drivers.escpos.health import HealthBoard, blocking, causes_of_asb, causes_of_port, causes_of_replies
from drivers.escpos.profiles import Profile
from drivers.escpos.status import Asb, Frame, ProcessId, Realtime
from drivers.links.link import SAID, SLOW, Backoff, DeviceGone, Link, LinkOpener

ANSWER_S = 2.0  # devices.md case 11: silent for longer means it talks with someone else, or with nobody
KEEP_ALIVE_S = 15.0  # idle; a network board closes after minutes of quiet (UB-E02 4.6)
ASK_AGAIN_S = 1.0  # while it is silent
CALM_S = 10.0  # so long after a link was opened it is no flood that comes
SILENT_S = 10.0  # of silence end the link: a half-open connection looks like this

log = structlog.get_logger()


class Attendance:
    """Who is on the line (`talk`, None when nobody), how it is (`board`), and since when (`power_life`)."""

    def __init__(
        self, id: str, profile: Profile, open_link: LinkOpener, *, random: Random, life: str, backoff: Backoff = SLOW
    ) -> None:
        self.talk: Conversation | None = None
        self.news = asyncio.Event()  # of the board, and whatever else the one listener wants to know
        self.board = HealthBoard(self.news)
        self.clear_first = False  # a job was given up: the first bytes on a new link are those that drop it
        self.greet: Callable[[Conversation], Awaitable[None]] | None = None  # on each link, before it is well
        self.longest = commands.LONGEST_COMMAND  # that may have been torn before this link
        self.stranger = False  # another printer than the one that was examined: nobody knows what it can
        self.patient = False  # its silence is being looked into
        self._id = id
        self._profile = profile
        self._open_link = open_link
        self._random = random
        self._backoff = backoff
        self._life = life
        self._lives = 0
        self._cuts: int | None = None
        self._replies: dict[int, int] = {}
        self._swept = False  # on this link: no torn command is left
        self._swept_in_vain = False  # and it has not answered since
        self._kick = asyncio.Event()
        self._look: Once | None = None  # while somebody is on the line
        self._attempt = 0
        self._babbled = 0  # links that it flooded, since one that it did not
        self._loss_told = False

    @property
    def power_life(self) -> str:
        return f"{self._life}.{self._lives}"

    @property
    def blocked(self) -> str:
        """The cause that keeps it from printing, or ""."""
        return blocking(self.board.now.causes)

    def learn(self, profile: Profile) -> None:
        """What the printer really answers; holds for this link and all that follow."""
        self._profile = profile
        if self.talk is not None:
            self.talk.learn(profile)

    def look(self) -> None:
        """Ask the printer now how it is."""
        if self._look is not None:
            self._look.set()

    def kick(self) -> None:
        """An outside sign of life: connect now instead of waiting the backoff out."""
        self._attempt = 0
        self._kick.set()
        self.look()

    def silent(self, talk: Conversation) -> str:
        """The printer did not answer: nobody knows how it is. Gives the cause."""
        known = self.board.now
        if known.condition is not PrinterCondition.UNKNOWN or not known.causes:
            mute = talk.frames or talk.exclusive or self._profile.voice != "full"
            self.board.unknown("no_answer" if mute else "busy_elsewhere")
        return self.board.now.causes[0]

    def counted(self, cuts: int) -> None:
        """A cut count was read; one that went backwards means that the printer lost its memory: a new life."""
        if self._cuts is not None and cuts < self._cuts:
            self._new_life()
        self._cuts = cuts

    async def run(self) -> None:
        """Keep one connection for ever; ends only by cancellation."""
        while True:
            reasons: set[str] = set()
            try:
                async with self._open_link() as link:
                    await self._session(link)
            except* DeviceGone as gone:
                self._tell_loss(gone)
                reasons = {one.reason for one in _each(gone)}
            finally:
                self.talk = None
                self._let_go(reasons)
            _end_if_cancelled()
            await self._pause()

    def _let_go(self, reasons: set[str]) -> None:
        """No link now. Where it was we who ended it, the printer is as unknown as it was, or as it has made itself."""
        if "babbling" in reasons:
            self._babbled += 1
            self.board.unknown("babbling")
        elif "silent" not in reasons:
            self.board.detached(next((SAID[one] for one in reasons if one in SAID), ""))

    async def _session(self, link: Link) -> None:
        self._new_life()
        self._replies = {}
        talk = Conversation(link, self._profile, self._random, self._hear)
        if self.board.now.condition is not PrinterCondition.UNKNOWN:
            self.board.unknown()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(talk.pump())
            self.talk = talk
            await self._keep(talk)

    async def _keep(self, talk: Conversation) -> None:
        """Ask how it is, for ever: often while it is silent, seldom while it answers."""
        loop = asyncio.get_running_loop()
        if self.clear_first:
            await talk.write(commands.CLEAR_NOW)
        await talk.write(commands.END_OF_TORN_HEAD)
        self._swept = False
        began = well_at = loop.time()
        first = b""
        while True:
            self._look = look = Once()  # before the question: what is wanted while it hangs is not lost with it
            answers = await self._ask(talk, first=first)
            first = b""
            if not self._swept and (answers or not self._swept_in_vain):
                await self._sweep(talk, in_vain=not answers)
                continue
            if answers:
                self._babbled = 0 if loop.time() - began > CALM_S else self._babbled
                well_at = loop.time()
            elif loop.time() - well_at > SILENT_S and not self.patient:
                raise DeviceGone(self._id, "silent")
            silent = self.board.now.condition is PrinterCondition.UNKNOWN
            await talk.until(look, within=ASK_AGAIN_S if silent else KEEP_ALIVE_S)
            first = commands.ASB_ON  # it may have been initialised behind our back

    async def _sweep(self, talk: Conversation, *, in_vain: bool) -> None:
        """End whatever command a link before this one left torn. Once for a printer that does not answer: its buffer
        would fill up, and then not even the order to clear it would reach it."""
        await talk.write(bytes(self.longest) + commands.ASB_ON)
        if self.greet is not None and not in_vain:
            await self.greet(talk)
        self._swept, self._swept_in_vain = True, in_vain

    async def _ask(self, talk: Conversation, *, first: bytes) -> bool:
        """Whether the printer gave any sign of life."""
        frames = talk.frames
        if not await self.hear_of(talk, within=ANSWER_S, first=first) and talk.frames == frames:
            self.silent(talk)
            return False
        self._swept_in_vain = False
        self._tell_return()
        return True

    async def hear_of(self, talk: Conversation, *, within: float, first: bytes = b"") -> bool:
        """Ask how it is, in the way in which it can tell, and send `first` with the question; whether it told."""
        if self._profile.voice == "full" or (talk.frames and self._profile.voice == "none"):
            return await talk.status(within=within, first=first) is not None
        if first:
            await talk.write(first)
        if self._profile.voice == "none":
            self._said(("blind",))
            return True
        port = await talk.port()
        if port is not None:
            self._said(causes_of_port(port))
        return port is not None

    def _hear(self, frame: Frame) -> None:
        """In the order of the wire, so that an older word never covers a newer one."""
        match frame:
            case Asb():
                self._said(causes_of_asb(frame))
            case Realtime(n=n, bits=bits):
                self._replies[n] = bits
                if n == 4 and len(self._replies) == 4:
                    self._said(causes_of_replies(self._replies))
            case ProcessId():
                self.board.proved(Tier.PROCESS_ID)
            case _:
                pass

    def _said(self, causes: tuple[str, ...]) -> None:
        """It says how it is. Well it is only when nothing torn can swallow the next ticket's beginning."""
        causes = (*causes, "another_printer") if self.stranger else causes
        if self._swept or blocking(causes):
            self.board.said(causes)

    async def _pause(self) -> None:
        """The backoff: doubled, capped, jittered, cut short by a kick."""
        wait = self._backoff.wait_s(self._attempt + self._babbled, self._random)
        self._attempt += 1
        try:
            async with asyncio.timeout(wait):
                await self._kick.wait()
        except TimeoutError:
            pass
        self._kick.clear()

    def _new_life(self) -> None:
        self._lives += 1
        self._cuts = None

    def _tell_loss(self, gone: ExceptionGroup[DeviceGone]) -> None:
        if not self._loss_told:
            self._loss_told = True
            log.warning("printer.link_lost", printer=self._id, why=str(next(_each(gone))))

    def _tell_return(self) -> None:
        self._attempt = 0
        if self._loss_told:
            self._loss_told = False
            log.info("printer.link_back", printer=self._id)


def _end_if_cancelled() -> None:
    """Python 3.11's TaskGroup loses a cancellation that comes while a child's error is ending it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _each(group: BaseExceptionGroup[DeviceGone]) -> Iterator[DeviceGone]:
    """The errors of a group of groups."""
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _each(one)
        else:
            yield one
