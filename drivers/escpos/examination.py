"""What a printer really answers: a test paper with every kind of question around it. Profiles are what manuals say;
this is what stands in the lobby. The sources of the questions are those of commands.py and status.py.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import msgspec

from controller.ports.printer import Examined, Tier
from drivers.escpos import commands
from drivers.escpos.conversation import Conversation, Once
from drivers.escpos.health import SILENCE, causes_of_port
from drivers.escpos.profiles import Profile
from drivers.escpos.sheet import LARGE, SMALL, Setting, Sheet
from drivers.escpos.status import Asb, Frame, Info, ProcessId

ANSWER_S = 1.0  # a printer that is well answers in milliseconds
NAME_S = 0.4
PROOF_S = 2.0  # beyond the time that the paper needs
TITLES = ("KOETULOSTE", "TESTUTSKRIFT", "TEST PRINT", "GEAHČČALANČÁLLU")
LETTERS = "Åå Ää Öö Éé Üü · Áá Čč Đđ Ŋŋ Šš Ŧŧ Žž"
RULER = "0123456789"
MAKER, MODEL, SERIAL = 66, 67, 68  # GS I


def test_sheet(device: str, now: datetime, job: str, profile: Profile, *, simulated: bool) -> Sheet:
    """The test paper: no number and no code, so that it is nobody's ticket; each letter that tickets need, the width,
    a QR. It asks for a process ID, whatever the profile says."""
    page = Setting(msgspec.structs.replace(profile, process_id=True))
    if simulated:
        page.line("SIMULAATTORI · SIMULATOR", size=SMALL)
    page.gap(8)
    for title in TITLES:
        page.paragraph(title, size=LARGE, bold=True)
    page.gap(8)
    page.paragraph(f"{device} · {profile.name}")
    page.paragraph(now.strftime("%d.%m.%Y %H:%M:%S"))
    page.gap(8)
    page.rule()
    page.paragraph(LETTERS)
    page.line((RULER * 8)[: profile.columns], size=SMALL, centred=False)
    page.rule()
    page.qr(f"luukku:print-test/{device}")
    return page.cut(job)


async def examine(
    talk: Conversation, profile: Profile, sheet: Sheet, job: str, blocked: Callable[[], str], carry_s: float
) -> Examined:
    """Ask everything, print `sheet` (whose process ID is `job`), and ask again. Bounded: some 12 s, the paper's own
    time, and the `carry_s` that the line takes for it. Raises `DeviceGone` when the link is lost."""
    began = asyncio.get_running_loop().time()
    patience = profile.seconds_for(sheet.dots) + carry_s + PROOF_S
    heard = _Ears(job)
    async with talk.listening(heard.hear):
        status = await talk.status(within=ANSWER_S) is not None
        await talk.write(commands.ASB_ON)
        names = [await name(talk, n) for n in (MAKER, MODEL, SERIAL)] if status else ["", "", ""]
        before = await talk.cut_count(within=ANSWER_S)
        silent = not talk.frames  # on this link, ever
        port = await talk.port() if silent else None
        why = blocked()
        if why and not (why in SILENCE and port and not causes_of_port(port)):
            return Examined(tier=None, cause=why, maker=names[0], model=names[1], serial=names[2])
        heard.begin()
        with suppress(TimeoutError):  # a long paper is sent as the printer takes it
            async with asyncio.timeout(patience):
                send = talk.write(sheet.data, within=patience) if silent else talk.send(sheet.parts, within=patience)
                await send
                await talk.until(heard.said, within=patience)
        processed = await talk.processed(within=ANSWER_S)
        after = await talk.cut_count(within=ANSWER_S)
        port = await talk.port() if silent and not talk.frames else None
        cleared = not blocked() and await talk.cleared(within=ANSWER_S)
    proven = port is not None and not causes_of_port(port)
    cause = "" if proven else blocked()
    counted = before is not None and after == before + 1
    return Examined(
        tier=_tier(said=heard.said.is_set(), counted=counted, processed=processed and not blocked(), port=proven),
        process_id=heard.said.is_set(), cut_counter=counted, barrier=processed, automatic_status=heard.asb,
        realtime_status=status, realtime_clear=cleared, maker=names[0], model=names[1], serial=names[2],
        cause=cause or ("" if heard.said.is_set() or counted or processed or proven else "no_answer"),
        ms=round((asyncio.get_running_loop().time() - began) * 1000),
    )  # fmt: skip


class _Ears:
    """Notices which kinds of frames come."""

    def __init__(self, job: str) -> None:
        self._job = job
        self.said = Once()
        self.asb = False
        self._printing = False

    def begin(self) -> None:
        self._printing = True

    def hear(self, frame: Frame) -> None:
        match frame:
            case Asb():
                self.asb = True
            case ProcessId(job=job) if job == self._job and self._printing:
                self.said.set()
            case _:
                pass


async def name(talk: Conversation, n: int) -> str:
    """GS I n, or "" when it does not say."""
    said = Once()
    found: list[str] = []

    def hear(frame: Frame) -> None:
        if isinstance(frame, Info):
            found.append(frame.text)
            said.set()

    async with talk.listening(hear):
        await talk.write(commands.name(n))
        await talk.until(said, within=NAME_S)
    return "".join(letter for letter in "".join(found[:1]) if letter.isprintable())[:40]


def _tier(*, said: bool, counted: bool, processed: bool, port: bool) -> Tier:
    if said:
        return Tier.PROCESS_ID
    if counted:
        return Tier.COUNTER
    if processed:
        return Tier.STATUS
    return Tier.PORT if port else Tier.BLIND
