"""The booth's self-test: every morning, before a booked slot, when one of its devices or its media process has come or
gone, and whenever a technician asks. Green, yellow or red.

The media process looks whether its cameras give pictures that live and whether there is a path to TURN; the answer
becomes the booth's device state in the journal, so that technician and central know before a customer does.
"""

import asyncio
import itertools
from contextlib import suppress
from typing import Any

import structlog

from controller.domain.bookings import read_time
from controller.domain.commands import ReportDevice
from controller.domain.draft import Refused
from controller.domain.event_words import DeviceState
from controller.journal.faults import JournalFault
from controller.ledger import CommandFailed, Ledger
from controller.ports.media import BoothHealth
from controller.ports.signalling import IceConfig
from controller.readers.booth import Booths

LOOK_S = 60.0
MISSING_S = 15.0  # a media process that is started anew is back sooner
PAGE_S = 15.0  # it looks for some 4 s
PATHS_S = 5.0  # central answers at once; one that is older than the question never does
ANSWER_S = 60.0  # two cameras that do not answer, and three TURN addresses that do not
BEFORE_MS, AGAIN_MS = 15 * 60_000, 30 * 60_000  # a booked slot so near is prepared for, unless it was tried so lately
LOOSE_MS = 30_000  # between two tests of a cable that is loose
STATES: dict[str, DeviceState] = {"green": "ready", "yellow": "degraded", "red": "out_of_service"}

PAGE = {  # what a booth's page may find (docs/remote-service.md, CHECK) -> the cause
    "camera": {"none": "no_camera", "still": "camera_still", "dark": "camera_dark"},
    "microphone": {"none": "no_microphone", "silent": "microphone_silent"},
    "loudspeaker": {"none": "no_speaker", "unheard": "speaker_unheard"},
}

log = structlog.get_logger("booth")


class BoothCheck:
    """`run` is its task; `try_booth` is for whoever asks now."""

    def __init__(self, ledger: Ledger, booths: Booths) -> None:
        self._ledger, self._booths = ledger, booths
        self._pathless: set[str] = set()  # tried while central was away, which alone knows the TURN servers
        self._tried: dict[str, tuple[str, int]] = {}  # booth -> business date and ms of the last test
        self._devices: dict[str, BoothHealth | None] = {}  # booth -> as they were then; None: no media process
        self._missing_since: float | None = None  # of the media process
        self._ids = itertools.count(1)

    async def run(self) -> None:
        while True:
            self._miss()
            for booth in self._ledger.config.booths:
                if self._is_due(booth.id, booth.room):
                    # a simulated booth has no devices of its own: its page is looked at only when somebody asks
                    await self.try_booth(booth.id, page=not booth.is_simulated)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S if self._missing_since is None else min(LOOK_S, MISSING_S)):
                    await self._booths.media_news.wait()
            self._booths.media_news.clear()

    def _miss(self) -> None:
        now = asyncio.get_running_loop().time()
        self._missing_since = None if self._booths.questions.has_media else self._missing_since or now

    @property
    def _is_missing(self) -> bool:
        since = self._missing_since
        return since is not None and asyncio.get_running_loop().time() - since >= MISSING_S

    def _devices_of(self, booth: str) -> BoothHealth | None:
        return next((health for health in self._booths.health if health.id == booth), None)

    async def try_booth(self, booth: str, *, page: bool = True) -> dict[str, Any]:
        """{"state": "green"|"yellow"|"red", "causes": [...], "cameras": {...}, "paths": [...]}; told to the journal."""
        now = self._ledger.clock.now().ms
        self._tried[booth] = self._ledger.state.business_date, now
        paths = await self._paths(booth, self._id(now))
        found = await self._booths.questions.tested(booth, self._id(now), paths, within=ANSWER_S)
        self._devices[booth] = self._devices_of(booth)
        found["page"] = await self._booths.questions.page_tested(booth, self._id(now), within=PAGE_S) if page else None
        found["causes"], found["state"] = causes(found), light(found)
        await self._report(booth, STATES[found["state"]], tuple(found["causes"]))
        return found

    def _id(self, now: int) -> str:
        return f"test-{now}-{next(self._ids)}"

    async def _paths(self, booth: str, id_: str) -> IceConfig:
        """None to measure while central does not name them; the booth is tried again when it is back."""
        if not self._booths.questions.has_central:
            self._pathless.add(booth)
            return IceConfig()
        self._pathless.discard(booth)
        return await self._booths.questions.paths(id_, within=PATHS_S) or IceConfig()

    def _is_due(self, booth: str, room: str) -> bool:
        state, now = self._ledger.state, self._ledger.clock.now().ms
        in_use = any(s.booth == booth and s.outcome is None for s in state.sessions.values())
        if in_use or not (self._booths.questions.has_media or self._is_missing):
            return False
        date, at = self._tried.get(booth, ("", 0))
        if booth in self._devices and self._devices[booth] != self._devices_of(booth):
            return now - at >= LOOSE_MS
        if state.business_date and date != state.business_date:
            return True
        if booth in self._pathless and self._booths.questions.has_central:
            return True
        soon = (
            0 <= read_time(one.start) - now <= BEFORE_MS
            for one in state.appointments.values()
            if one.state in {"booked", "checked_in"} and one.channel == "remote" and one.room in {"", room}
        )
        return now - at >= AGAIN_MS and any(soon)

    async def _report(self, booth: str, state: DeviceState, why: tuple[str, ...]) -> None:
        simulated = any(one.id == booth and one.is_simulated for one in self._ledger.config.booths)
        report = ReportDevice(
            actor=f"device:{booth}", device=booth, kind="booth", state=state, causes=why, simulated=simulated
        )
        try:
            await self._ledger.submit(report)
        except (Refused, JournalFault, CommandFailed) as no:
            log.warning("a booth's test could not be journalled", booth=booth, why=str(no))


def causes(found: dict[str, Any]) -> list[str]:
    """What is wrong, in a word each."""
    why = list(found.get("causes", ()))
    for camera in found.get("cameras", {}).values():
        if camera["state"] != "ready":
            why.append("no_camera")
        elif camera["black"] or not camera["moving"]:
            why.append("camera_dark" if camera["black"] else "camera_still")
    if found.get("paths") and found.get("chosen") is None:
        why.append("no_path")
    elif found["state"] == "yellow":
        why.append("poor_path")
    page = found.get("page") or {}
    if page.get("state") == "no_answer":
        why.append("not_drawing")
    for device, words in PAGE.items():
        state = (page.get(device) or {}).get("state", "")
        if state in words:
            why.append(words[state])
    return list(dict.fromkeys(why))


def light(found: dict[str, Any]) -> str:
    """The worse of what the media process and the page found."""
    page = found.get("page") or {}
    bad = any((page.get(device) or {}).get("state", "ok") in PAGE[device] for device in ("camera", "microphone"))
    unheard = (page.get("loudspeaker") or {}).get("state", "heard") != "heard"
    if found["state"] == "red" or bad:
        return "red"
    silent = page.get("state") == "no_answer"
    return "yellow" if found["state"] == "yellow" or unheard or silent else "green"
