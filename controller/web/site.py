"""What every handler needs of the running point, in one place; made by app/compose.py."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from controller.domain.commands import Now
from controller.domain.point import Config
from controller.domain.state import State
from controller.ledger import Ledger
from controller.ports.booth import Exchange, Trying
from controller.ports.central import LinkState
from controller.ports.clock import Clock
from controller.web.auth import Doorkeeper
from controller.web.device_log import DeviceLog
from controller.web.presence import Presence


class DemoLinks(msgspec.Struct, frozen=True):
    """Where the demo's other processes show themselves."""

    sim: str
    central: str
    expert: str = ""  # the experts' desk, signed in


class DemoDay(msgspec.Struct):
    """The busy day that the demo plays, as the wall shows and steers it."""

    running: bool = False
    speed: int = 60
    time: str = ""
    changed: asyncio.Event = msgspec.field(default_factory=asyncio.Event)


class Notice(msgspec.Struct):
    """A line on the info-TV that was never journalled: text per language, gone at `until` (UTC ms)."""

    text: dict[str, str]
    until: int


class Unowned(msgspec.Struct, frozen=True):
    """A device that is plugged in and that no entry of the config owns. `kind` as in `GET /devices`, "" when nobody
    can tell; `name` what it calls itself; `stanza` the TOML that would give it an owner."""

    kind: str
    name: str
    link: str
    stanza: str


class Disk(msgspec.Struct, frozen=True):
    """Room under the data directory, in bytes; `low` when it wants attention."""

    free: int
    total: int
    low: bool


class Site:
    """The running point as the web rooms see it."""

    def __init__(
        self, ledger: Ledger, config: Config, clock: Clock, doorkeeper: Doorkeeper, *,
        demo: DemoLinks | None = None, build: str = "", config_hash: str = "",
    ) -> None:  # fmt: skip
        self.ledger = ledger
        self.config = config
        self.clock = clock
        self.doorkeeper = doorkeeper
        self.demo = demo
        self.build = build
        self.config_hash = config_hash
        self.link = LinkState(up=False, seq=None, fork=False)
        self.notice: Notice | None = None
        self.day: DemoDay | None = DemoDay() if demo else None
        self.reprint: Callable[[str], None] = lambda _ticket: None
        self.test_device: Callable[[str], None] | None = None
        self.tiers: Callable[[str], str | None] = lambda _printer: None
        self.ready_causes: Callable[[], list[str]] = list
        self.unowned: Callable[[], list[Unowned]] = list  # whoever changes what it gives calls `touch`
        self.exchange: Exchange | None = None  # where booths' and counters' lines meet; None: it has no booth
        self.try_booth: Trying | None = None
        self.line_pages: dict[str, asyncio.Event] = {}  # place -> set when another page of it takes its line
        self.disk: Disk | None = None
        self.presence = Presence(lambda: self.now().ms, self.touch)
        self.device_log = DeviceLog()
        self.trying = asyncio.Lock()  # one device is tried at a time
        self.trials: dict[tuple[str, str], dict[str, Any]] = {}  # kind and id of a device -> how its last test ended
        self.rows: list[dict[str, Any]] = []  # newest events, for the demo's wall
        self.version = 0  # rises when something that is shown changed without an event
        self._woken = asyncio.Event()
        self.started = clock.now().ms
        self._born = clock.now().mono_ns  # a restarted daemon may show the same seq otherwise: its config may be new

    @property
    def state(self) -> State:
        return self.ledger.state

    @property
    def secret(self) -> bytes:
        return self.ledger.journal.secret

    @property
    def epoch(self) -> str:
        """Journal, boot and start of this daemon: a page that knows another epoch knows nothing."""
        return f"{self.ledger.journal.journal[:12]}-{self.now().boot[:8]}-{self._born:x}"

    def now(self) -> Now:
        return self.clock.now()

    def touch(self) -> None:
        """Something that pages show has changed without an event: wake them."""
        self.version += 1
        self.wake()

    def wake(self) -> None:
        self._woken.set()
        self._woken = asyncio.Event()

    def woken(self) -> asyncio.Event:
        """Set at the next wake."""
        return self._woken

    async def follow_journal(self) -> None:
        """Wake the pages at every new event, for ever."""
        seq = self.state.seq
        while True:
            seq = await self.ledger.journal.wait(seq)
            self.wake()

    async def follow_devices(self) -> None:
        """Keep what happened to each device, for whoever looks at the technician's page, for ever."""
        while True:
            if await self.device_log.follow(self.ledger.journal, self.state):
                self.touch()

    def issuing(self) -> str:
        """May numbers be given now? ok, clock_not_set, journal_full or closed."""
        if not self.state.business_date and self.now().clock == "unsynced":
            return "clock_not_set"
        if self.ledger.full:
            return "journal_full"
        if self.state.opening and not any(v == "open" for v in self.state.opening.values()):
            return "closed"
        return "ok"

    def message(self) -> dict[str, str] | None:
        """What runs along the bottom of the TV: central's notice while it lasts, else the configured one."""
        if self.notice is not None and self.now().ms < self.notice.until:
            return self.notice.text
        return self.config.point.message or None


SITE: web.AppKey[Site] = web.AppKey("site", Site)
