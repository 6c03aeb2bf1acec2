"""One connection's talk with a printer: questions with bounded answers over one reader, never reused."""

import asyncio
import string
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from random import Random

from drivers.escpos import commands
from drivers.escpos.profiles import Profile
from drivers.escpos.status import Barrier, Cleared, Frame, Info, Pictures, ProcessId, Realtime, StatusParser
from drivers.links.link import DeviceGone, Link, PortStatus, SidePort

WRITE_S = 1.0  # a few bytes of a question
HEARD_MOST = 16_384  # bytes in a second: many times what any printer has to say. Each costs the loop a microsecond
ASK_AGAIN_S = 0.25  # a printer that is well answers in milliseconds: a question that hangs longer may have been lost
OURS = "~"  # process IDs of our own questions begin with it (the ledger's job IDs do not)
LETTERS = string.ascii_letters + string.digits + "+-"  # 64: three of them are 18 bits of chance

Listener = Callable[[Frame], None]


class Once:
    """Something that happens once at most. An event without a task: a ticket waits for a dozen of these."""

    def __init__(self) -> None:
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def set(self) -> None:
        if not self.future.done():
            self.future.set_result(None)

    def is_set(self) -> bool:
        return self.future.done()


class _Round:
    """One round of the four DLE EOT questions, shared by all who ask while it is open."""

    def __init__(self) -> None:
        self.replies: dict[int, int] = {}
        self.complete = Once()
        self.askers = 0

    def hear(self, frame: Frame) -> None:
        if isinstance(frame, Realtime):
            self.replies[frame.n] = frame.bits
            if len(self.replies) == 4:
                self.complete.set()


class Conversation:
    """Asks and listens. `pump` must run beside it; when that ends every open question raises `DeviceGone`."""

    def __init__(self, link: Link, profile: Profile, random: Random, heard: Listener) -> None:
        self._link = link
        self._profile = profile
        self._random = random
        self._listeners: list[Listener] = [heard]
        self._parser = StatusParser()
        self._round = _Round()
        self._over = Once()
        self._second, self._in_second = 0, 0
        self._gone = DeviceGone("printer", "closed", "the conversation was ended")
        self.marks = profile.process_id  # unlearnt when the printer answers a count but not the mark after it
        self.frames = 0

    def learn(self, profile: Profile) -> None:
        """The printer was found to answer as this profile says."""
        self._profile, self.marks = profile, profile.process_id

    @property
    def garbage(self) -> int:
        return self._parser.garbage

    @property
    def over(self) -> bool:
        """Whether the link is known to be lost."""
        return self._over.is_set()

    async def pump(self) -> None:
        """Listen until the link is lost, which it raises."""
        try:
            await self._link.listen(self._take)
        except DeviceGone as gone:
            self._gone = gone
            raise
        finally:
            self._over.set()

    @property
    def exclusive(self) -> bool:
        """Whether nobody else can be talking to it: usblp opens once."""
        return isinstance(self._link, SidePort)

    async def port(self) -> PortStatus | None:
        """What the printer's port says, past the bytes on their way; None where there is no such port, or no word."""
        return await self._link.port_status() if isinstance(self._link, SidePort) else None

    async def write(self, data: bytes, *, within: float = WRITE_S) -> None:
        await self._link.write(data, within=within)

    @asynccontextmanager
    async def listening(self, listener: Listener) -> AsyncIterator[None]:
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    async def until(self, done: Once, *, within: float) -> bool:
        """Whether `done` came within so many seconds; raises `DeviceGone` as soon as the link is lost."""
        either = {done.future, self._over.future}
        if not done.is_set() and not self._over.is_set():
            await asyncio.wait(either, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if self._over.is_set() and not done.is_set():
            raise self._gone
        return done.is_set()

    async def status(self, *, within: float, first: bytes = b"") -> dict[int, int] | None:
        """The four DLE EOT replies by n, or None when they did not all come; `first` goes out in the same packet.

        Who finds a question hanging asks again instead of waiting for an answer that may be lost. Replies bear no
        name; they come in the order of the questions, so those to the first serve the second as well.
        """
        deadline = asyncio.get_running_loop().time() + within
        async with self._asking() as mine:
            if mine.askers > 1 and await self.until(mine.complete, within=min(within, ASK_AGAIN_S)):
                return mine.replies
            await self.write(first + self._status_question())
            left = deadline - asyncio.get_running_loop().time()
            return mine.replies if await self.until(mine.complete, within=left) else None

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[_Round]:
        """Take part in the open round, or in a new one."""
        if self._round.complete.is_set() or not self._round.askers:
            self._round = _Round()
        mine = self._round
        mine.askers += 1
        try:
            async with self.listening(mine.hear):
                yield mine
        finally:
            mine.askers -= 1
            if not mine.askers and not mine.complete.is_set():
                self._parser.forget_realtime()

    def _status_question(self) -> bytes:
        for n in (1, 2, 3, 4):
            self._parser.ask_realtime(n)
        return b"".join(commands.ask_status(n) for n in (1, 2, 3, 4))

    async def status_and_count(self, *, within: float, give_up: Callable[[], bool]) -> tuple[bool, int | None]:
        """Whether all of `status` came, and `cut_count`: both questions in one packet, for a printer that was well a
        moment ago (the second question stays in the buffer of one that is not)."""
        async with self._asking() as mine:
            count = await self.cut_count(within=within, give_up=give_up, first=self._status_question())
            return mine.complete.is_set(), count

    async def cut_count(
        self, *, within: float, give_up: Callable[[], bool] = lambda: False, first: bytes = b""
    ) -> int | None:
        """The cumulative cut count, or None when the printer does not tell (in time, or before `give_up()`).

        Answers bear no name, so a mark (a process ID) is sent after the question: the last count before the
        mark's own answer is ours, and an answer owed from before can never be taken for it.
        """
        mark = self.mark()
        counts: list[int] = []
        answered = Once()

        def hear(frame: Frame) -> None:
            if isinstance(frame, Info) and frame.text.strip().isdigit():
                counts.append(int(frame.text))
            if (frame == ProcessId(mark) or (counts and not self.marks)) or give_up():
                answered.set()

        async with self.listening(hear):
            await self.write(first + commands.CUT_COUNT + (commands.say_when_printed(mark) if self.marks else b""))
            complete = await self.until(answered, within=within)
        if give_up():
            return None
        if not complete and counts:
            self.marks = False
        return counts[-1] if counts else None

    async def pictures(self, *, within: float) -> frozenset[str] | None:
        """The key codes of the pictures in NV memory; None when it does not say all in time."""
        heard: asyncio.Queue[Pictures] = asyncio.Queue()
        keys: set[str] = set()
        async with self.listening(lambda frame: heard.put_nowait(frame) if isinstance(frame, Pictures) else None):
            try:
                async with asyncio.timeout(within):
                    await self.write(commands.ASK_PICTURES)
                    while True:
                        block = await heard.get()
                        keys.update(block.keys)
                        await self.write(commands.NEXT_BLOCK)
                        if not block.more:
                            return frozenset(keys)
            except TimeoutError:
                return None

    async def cleared(self, *, within: float, first: bytes = b"") -> bool:
        """Clear the printer's buffers; whether it said so."""
        said = Once()
        async with self.listening(lambda frame: said.set() if isinstance(frame, Cleared) else None):
            await self.write(first + commands.CLEAR_NOW)
            return await self.until(said, within=within)

    async def send(self, parts: Iterable[bytes], *, within: float) -> None:
        """Send a job, never more than the receive buffer ahead of what the printer has processed."""
        packets = _packets(parts, self._profile.rx_buffer // 2)
        if len(packets) < 3:
            await self.write(b"".join(packets), within=within)
            return
        self._parser.forget_barriers()
        passed = 0
        more = asyncio.Event()

        def hear(frame: Frame) -> None:
            nonlocal passed
            if isinstance(frame, Barrier):
                passed += 1
                more.set()

        async with self.listening(hear):
            for at, packet in enumerate(packets):
                while passed < at - 1:
                    more.clear()
                    await more.wait()
                self._parser.ask_barrier()
                await self.write(packet + commands.BARRIER, within=within)
            while passed < len(packets):
                more.clear()
                await more.wait()

    async def processed(self, *, within: float) -> bool:
        """Whether the printer says in time that it has processed everything it was sent."""
        said = Once()
        async with self.listening(lambda frame: said.set() if isinstance(frame, Barrier) else None):
            self._parser.forget_barriers()
            self._parser.ask_barrier()
            await self.write(commands.BARRIER)
            return await self.until(said, within=within)

    def mark(self) -> str:
        """A process ID of our own, which no job has."""
        bits = self._random.getrandbits(18)  # asked for once: it may be the kernel that answers
        return OURS + LETTERS[bits & 63] + LETTERS[bits >> 6 & 63] + LETTERS[bits >> 12]

    def _take(self, data: bytes) -> None:
        if self._is_too_much(len(data)):
            return
        for frame in self._parser.feed(data):
            self.frames += 1
            for listener in tuple(self._listeners):
                listener(frame)

    def _is_too_much(self, size: int) -> bool:
        """Of a flood nothing is read: to read it would hold up every ticket of the point. Who waits is told."""
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += size
        if self._in_second > HEARD_MOST and not self.over:
            self._gone = DeviceGone("printer", "babbling", f"more than {HEARD_MOST} bytes in a second")
            self._over.set()
        return self.over


def _packets(parts: Iterable[bytes], size: int) -> list[bytes]:
    packets: list[bytes] = []
    for part in parts:
        if packets and len(packets[-1]) + len(part) <= size:
            packets[-1] += part
        else:
            packets.append(part)
    return packets
