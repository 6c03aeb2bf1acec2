"""One sheet on its way to paper: sent, watched for faults, and proven by the strongest means the printer has."""

import asyncio

import msgspec

from controller.ports.printer import PrintEnd, Tier
from drivers.escpos.conversation import Conversation, Once
from drivers.escpos.health import blocking, causes_of_asb, causes_of_port, causes_of_replies
from drivers.escpos.profiles import Profile
from drivers.escpos.sheet import Sheet
from drivers.escpos.status import Asb, Frame, Info, ProcessId
from drivers.links.link import DeviceGone

LATE_PROOF_S = 0.15  # after a fault: the proof of a ticket that was just cut may be on the wire
POLL_S = 0.5  # how often a printer without automatic status is asked during a job


class Verdict(msgspec.Struct, frozen=True):
    """How a delivery ended; `cause` is empty when confirmed."""

    end: PrintEnd
    tier: Tier | None
    cause: str


class Delivery:
    """Delivers one sheet, which takes `floor` seconds at least. `cut0` is the cut count before it, None when the
    printer does not tell."""

    def __init__(self, talk: Conversation, profile: Profile, job: str, cut0: int | None, floor: float) -> None:
        self._talk = talk
        self._profile = profile
        self._job = job
        self._cut0 = cut0
        self._floor = floor
        self._proof: Tier | None = None
        self._fault = ""
        self._proven = Once()
        self._settled = Once()

    async def run(self, sheet: Sheet, *, within: float) -> Verdict:
        """Never longer than `within` (and `LATE_PROOF_S` after a fault). No exception but cancellation."""
        sending = asyncio.create_task(self._send(sheet, within))
        try:
            async with self._talk.listening(self._hear):
                await self._watch(within)
                if self._fault and not self._proof:
                    await self._talk.until(self._proven, within=LATE_PROOF_S)
        except DeviceGone:
            self._fault = self._fault or "link_lost"
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        if self._proof:
            return Verdict(PrintEnd.CONFIRMED, self._proof, "")
        return Verdict(PrintEnd.UNKNOWN, None, self._fault or "timeout")

    async def _send(self, sheet: Sheet, within: float) -> None:
        if self._profile.voice != "full":
            await self._send_unheard(sheet, within)
            return
        await self._talk.send(sheet.parts, within=within)
        if self._talk.marks:
            return
        if self._cut0 is not None:
            await self._talk.cut_count(within=within)  # in order: the answer comes when the cut is done
        elif await self._talk.processed(within=within) and not self._fault:
            self._prove(Tier.STATUS)

    async def _send_unheard(self, sheet: Sheet, within: float) -> None:
        """To a printer that answers nothing: when the paper has had its time, its port says what it can, or nobody."""
        await self._talk.write(sheet.data, within=within)
        await asyncio.sleep(self._floor)
        if self._profile.voice == "none":
            self._prove(Tier.BLIND)
        elif (port := await self._talk.port()) is not None:
            self._blame(blocking(causes_of_port(port)))
            if not self._fault:
                self._prove(Tier.PORT)

    async def _watch(self, within: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        told = self._profile.asb or self._profile.voice == "none"
        step = within if told else POLL_S
        while not self._settled.is_set() and (left := deadline - loop.time()) > 0:
            if await self._talk.until(self._settled, within=min(step, left)) or told:
                continue
            self._blame(await self._asked(min(POLL_S, max(0.0, deadline - loop.time()))))

    async def _asked(self, within: float) -> str:
        """What keeps it from printing now, or "" as far as it says."""
        if self._profile.voice == "port":
            port = await self._talk.port()
            return blocking(causes_of_port(port)) if port else ""
        replies = await self._talk.status(within=within)
        return blocking(causes_of_replies(replies)) if replies else ""

    def _hear(self, frame: Frame) -> None:
        match frame:
            case ProcessId(job=job) if job == self._job:
                self._prove(Tier.PROCESS_ID)
            case Info(text=text) if not self._talk.marks and self._cut0 is not None and text.strip().isdigit():
                if int(text) > self._cut0:
                    self._prove(Tier.COUNTER)
            case Asb():
                self._blame(blocking(causes_of_asb(frame)))
            case _:
                pass

    def _prove(self, tier: Tier) -> None:
        self._proof = tier
        self._proven.set()
        self._settled.set()

    def _blame(self, cause: str) -> None:
        if cause and not self._fault:
            self._fault = cause
            self._settled.set()
