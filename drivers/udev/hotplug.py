"""Plug and unplug on the loop: udev's messages as they come, and a look at everything in case one was lost."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import structlog

from drivers.links.link import DeviceGone
from drivers.udev.attached import Attached, Kind
from drivers.udev.library import Change, Ear, Libudev, Missed, NoUdev, Udev
from drivers.udev.roster import Owner, Wanted, bind, resolve

LOOK_S = 60.0  # netlink promises no delivery (netlink(7)): so long may a lost message go unnoticed

log = structlog.get_logger("hotplug")


class Hotplug:
    """What is plugged in, whose it is, and who is told when that changes. `run()` must run for as long as it is
    wanted; until its first look nothing is there. All of it belongs to one loop."""

    def __init__(self, udev: Callable[[], Udev] = Libudev, *, look_s: float = LOOK_S) -> None:
        self._udev = udev
        self._look_s = look_s
        self._attached: dict[str, Attached] = {}
        self._owners: dict[Wanted, Owner] = {}
        self._told: dict[Wanted, list[Callable[[], None]]] = {}
        self._watchers: list[Callable[[], None]] = []
        self._trouble: NoUdev | None = None
        self._looked = False
        self._first = asyncio.Event()  # set once it has looked or knows that it cannot
        self._since: list[Change] | None = None  # what came while a look is under way; None when none is
        self._missed = asyncio.Event()
        self._reported: frozenset[str] = frozenset()

    @property
    def attached(self) -> tuple[Attached, ...]:
        """Everything that is plugged in and that a point could use."""
        return tuple(self._attached.values())

    @property
    def looked(self) -> bool:
        """Whether it has seen what is there; before that nothing is known."""
        return self._looked

    @property
    def trouble(self) -> NoUdev | None:
        """Why this machine cannot tell what is plugged in; None when it can."""
        return self._trouble

    @property
    def unbound(self) -> tuple[Attached, ...]:
        """What is plugged in and nobody's. It stays so: only the config binds a device."""
        owned = {owner.device for owner in self._owners.values() if isinstance(owner, Attached)}
        return tuple(one for one in self._attached.values() if one.device not in owned)

    def where(self, link: str, kind: Kind) -> str:
        """The node that `link` leads to now, for `os.open`. Raises `DeviceGone` with a reason of `NOT_FOUND`, or
        "unreachable" before the first look."""
        if self._trouble is not None:
            raise DeviceGone(link, "no_udev", str(self._trouble))
        if not self._looked:
            raise DeviceGone(link, "unreachable", "nobody has looked yet")
        wanted = Wanted(link, kind)
        owner = self._owners[wanted] if wanted in self._owners else resolve(wanted, self._attached.values())
        if isinstance(owner, DeviceGone):
            raise DeviceGone(link, owner.reason, owner.detail)
        return owner.node

    def tell(self, link: str, kind: Kind, changed: Callable[[], None]) -> None:
        """An entry of the config wants this device. `changed` is called, in the loop, each time it is plugged in,
        goes, moves or stops being its own; it must not raise."""
        wanted = Wanted(link, kind)
        self._told.setdefault(wanted, []).append(changed)
        self._owners = dict(bind(self._told, self.attached))

    def watch(self, changed: Callable[[], None]) -> None:
        """`changed` is called whenever anything is plugged in or goes, bound or not; it must not raise."""
        self._watchers.append(changed)

    async def first_look(self, within: float) -> None:
        """Wait until it has looked for the first time, or knows that it cannot, at most so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._first.wait()

    async def run(self) -> NoReturn:
        """Listen and look, for ever. Where udev cannot be had it says so once, and tries again each minute."""
        while True:
            try:
                udev = await asyncio.to_thread(self._udev)
                await self._follow(udev)
            except (NoUdev, OSError) as no:
                self._cannot(no if isinstance(no, NoUdev) else NoUdev(str(no), "luukku doctor"))
            await asyncio.sleep(self._look_s)

    async def _follow(self, udev: Udev) -> NoReturn:
        ear = udev.listen()  # before the first look: what comes between the two is heard
        loop = asyncio.get_running_loop()
        loop.add_reader(ear.fileno(), self._drain, ear)
        try:
            while True:
                self._missed.clear()
                await self._look(udev)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._look_s):
                        await self._missed.wait()
        finally:
            loop.remove_reader(ear.fileno())

    async def _look(self, udev: Udev) -> None:
        """See everything anew. What was heard meanwhile is newer than what was seen, so it is applied again."""
        self._since = []
        try:
            seen = {one.path: one for one in await asyncio.to_thread(udev.look)}
            heard = self._since
        finally:
            self._since = None
        self._trouble, self._looked = None, True
        self._settle(_after(seen, heard), frozenset())
        self._first.set()

    def _drain(self, ear: Ear) -> None:
        try:
            changes = ear.drain()
        except Missed as missed:
            log.info("hotplug.messages_lost", why=str(missed))
            self._missed.set()
            return
        if self._since is not None:
            self._since.extend(changes)
        if _stale(self._attached, changes):
            self._missed.set()
        if not self._looked:
            return  # the look that is under way applies them; until then nobody could be told where anything is
        fresh = frozenset(change.path for change in changes if change.came)
        self._settle(_after(self._attached, changes), fresh)

    def _settle(self, attached: dict[str, Attached], fresh: frozenset[str]) -> None:
        """This is there now. Tell whom it concerns: `fresh` was plugged in anew even where it looks the same."""
        before, self._attached = self._attached, attached
        owned, self._owners = self._owners, dict(bind(self._told, self.attached))
        self._report_unbound()
        for wanted, changed in self._told.items():
            owner = self._owners[wanted]
            if not _same(owned.get(wanted), owner) or (isinstance(owner, Attached) and owner.path in fresh):
                for call in changed:
                    call()
        if attached != before or fresh:
            for watcher in self._watchers:
                watcher()

    def _cannot(self, why: NoUdev) -> None:
        if self._trouble is None or self._trouble.why != why.why:
            log.error("hotplug.no_udev", why=why.why, mend=why.mend)
        self._trouble, self._looked = why, False
        self._settle({}, frozenset())
        self._first.set()

    def _report_unbound(self) -> None:
        """Once for each, when it comes: a technician may look for it."""
        there = frozenset(one.path for one in self.unbound) if self._told else frozenset[str]()
        for path in there - self._reported:
            one = self._attached[path]
            log.info("hotplug.nobodys", kind=one.kind.value, node=one.node, serial=one.serial, port=one.port)
        self._reported = there


def _after(attached: dict[str, Attached], changes: list[Change]) -> dict[str, Attached]:
    """What is there once `changes` have happened, in their order."""
    now = dict(attached)
    for change in changes:
        now.pop(change.path, None)
        if change.device is not None:
            now = {path: one for path, one in now.items() if one.node != change.device.node}  # its going was lost
            now[change.path] = change.device
    return now


def _stale(attached: dict[str, Attached], changes: list[Change]) -> bool:
    """Whether something new stands where something else should have gone from first: that message was lost."""
    new = [change.device for change in changes if change.came and change.device is not None]
    return any(
        one.path != other.path and (one.node == other.node or (one.device, one.kind) == (other.device, other.kind))
        for one in new
        for other in attached.values()
    )


def _same(before: Owner | None, now: Owner) -> bool:
    """Nothing an owner could notice: the same device at the same node, or still none."""
    if isinstance(before, Attached) and isinstance(now, Attached):
        return (before.path, before.node) == (now.path, now.node)
    return not isinstance(before, Attached) and not isinstance(now, Attached)
