"""The whole point, put together: read this to know what runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import SystemRandom
from typing import Literal

import msgspec
import structlog

from controller.app import disk, doors, notify, remote, tending, uplinking
from controller.app.clock import Readings, SystemClock
from controller.app.day import Player
from controller.app.devices import FIRST_LOOK_S, open_devices
from controller.app.hotplugging import connect, hotplug_of
from controller.app.inputs import at_once, open_inputs
from controller.app.point_logo import logo_of_point
from controller.app.settings import config_hash
from controller.app.supervise import keep_running
from controller.domain.commands import ReportPoint, Tick
from controller.domain.event_words import PointCause
from controller.domain.point import Config
from controller.journal import replay
from controller.journal.faults import JournalFault
from controller.journal.patrol import patrol
from controller.journal.rescue import open_or_rescue
from controller.ledger import Ledger
from controller.readers.speech import Speech
from controller.web import dates, server, wall_events
from controller.web.auth import Doorkeeper, token
from controller.web.live import TestDevice
from controller.web.problems import Problem
from controller.web.site import DemoDay, DemoLinks, Site
from drivers.speech.reading import Reading
from drivers.speech.synth import DebianVoice
from drivers.speech.voices import discover
from drivers.udev.attached import Kind
from kiosk_ui.messages import Messages

log = structlog.get_logger("point")


class Demo(msgspec.Struct, frozen=True):
    """What the demo says to its point: where its neighbours are."""

    sim: str
    central: str
    box_token: str
    expert_token: str
    sims: dict[str, int]  # printer -> raw TCP port
    seed: int = 1
    inputs: str = ""  # the folder where simulated panels and scanners listen
    day_speed: int = 0  # play a busy day from the start, so many times faster; 0: when the wall says so


class Options(msgspec.Struct, frozen=True):
    config: Config
    data: Path
    base: Path  # what relative files in the config are relative to
    demo: Demo | None = None
    machine: Readings | None = None  # the clocks that it reads; None: this machine's


async def run_point(options: Options, ready: Callable[[str], None]) -> None:
    """The daemon of one point, until cancelled. `ready` hears the address of its device door."""
    random = SystemRandom()
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(read_words, options.config)
        journal = await stack.enter_async_context(open_or_rescue(options.config.point.id, options.data / "journal.db"))
        clock = SystemClock(await journal.cursor("clock_synced_ms"), options.machine)
        state = await replay.load(journal)
        ledger = Ledger(journal, state, options.config, clock, set(await journal.answer_keys()))
        site = _site(ledger, options, clock)
        hotplug = await hotplug_of(options.config)
        logo = await asyncio.to_thread(logo_of_point, options.config, options.base)
        devices = await open_devices(stack, options.config, ledger, options.data, _sims(options), random, hotplug, logo)
        site.reprint, site.tiers = devices.reprint, devices.tier
        rooms = server.rooms(site, _tester(devices.test))
        where = None if hotplug is None else partial(hotplug.where, kind=Kind.KEYBOARD)
        line = None if hotplug is None else partial(hotplug.where, kind=Kind.SERIAL)
        inputs = await open_inputs(
            stack, options.config, ledger, rooms.kiosks, options.data, _input_sims(options), where=where, line=line,
            random=random, talks=lambda: site.exchange,
        )  # fmt: skip
        if hotplug is not None:
            connect(hotplug, options.config, inputs, site)
        rooms.test = _tester(devices.test, inputs.test)
        voices = await discover()
        speech = Speech(ledger, DebianVoice(voices), rooms.screens)
        rooms.aloud.reader = Reading(voices)
        await stack.enter_async_context(_heart(ledger))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        await _report(ledger, options.config, "starting", "boot")
        with suppress(JournalFault):
            await ledger.submit(Tick())
        devices.start(tasks, ledger, random)
        inputs.start(tasks, ledger, random, at_once if hotplug is None else partial(hotplug.first_look, FIRST_LOOK_S))
        for name, work in {
            "pages": site.follow_journal,
            "device log": site.follow_devices,
            "disk": lambda: disk.watch(site, options.data),
            "speech": speech.run,
            "time": tending.Tending(ledger, site, clock).run,
            **({"wall": lambda: wall_events.follow(site)} if site.demo else {}),
        }.items():
            tasks.create_task(keep_running(name, work, random))
        central, box_token = options.config.central, _token(options)
        uplinking.start(tasks, ledger, site, central, box_token, options.data, random)
        await remote.start(stack, tasks, ledger, site, central, box_token, options.data, random)
        url = await stack.enter_async_context(doors.open_doors(rooms, options.config.listen, options.data))
        if options.demo is not None and site.day is not None:
            player = _player(site, site.day, options.demo, url, random)
            tasks.create_task(keep_running("busy day", player.run, random))
        await _report(ledger, options.config, "ready", "ready")
        await stack.enter_async_context(notify.telling(ledger))
        ready(url)
        await asyncio.Event().wait()


def read_words(config: Config) -> None:
    """Texts and dates in every language, read from their files before anybody waits for them."""
    for language in config.point.languages:
        Messages(language, config.point.house)
        dates.warm(language, config.point.zone)
    dates.lighten()


@asynccontextmanager
async def _heart(ledger: Ledger) -> AsyncIterator[None]:
    """The ledger, and the patrol of its journal. The failure of either ends the daemon, and systemd starts it again;
    an orderly end keeps a snapshot."""

    def local() -> datetime:
        return datetime.fromtimestamp(ledger.clock.now().ms / 1000, ledger.config.point.zone)

    async with asyncio.TaskGroup() as core:
        heart = core.create_task(ledger.run())
        walk = core.create_task(patrol(ledger.journal, local))
        try:
            yield
        finally:
            walk.cancel()
            await _settled(ledger, heart)  # a commit that is under way is a part of the journal, so of the snapshot
            await ledger.snapshot()
            heart.cancel()


async def _settled(ledger: Ledger, heart: asyncio.Task[None]) -> None:
    """What is in the ledger's hand is done, or the ledger itself is over."""
    settled = asyncio.create_task(ledger.settled())
    await asyncio.wait({settled, heart}, return_when=asyncio.FIRST_COMPLETED)
    settled.cancel()
    await asyncio.gather(settled, return_exceptions=True)


def _site(ledger: Ledger, options: Options, clock: SystemClock) -> Site:
    keeper = Doorkeeper(ledger.journal.secret, options.config)
    links = DemoLinks(options.demo.sim, options.demo.central, _expert_desk(options.demo)) if options.demo else None
    return Site(ledger, options.config, clock, keeper, demo=links, build=version("luukku"),
                config_hash=config_hash(options.config))  # fmt: skip


def _expert_desk(demo: Demo) -> str:
    return f"{demo.central}expert#token={demo.expert_token}" if demo.expert_token else ""


def _player(site: Site, day: DemoDay, demo: Demo, url: str, random: SystemRandom) -> Player:
    """The demo's busy day: it comes in by the door, with the tokens of a kiosk and of staff."""
    if demo.day_speed:
        day.running, day.speed = True, demo.day_speed
    tokens = token(site.secret, "kiosk", site.config.kiosks[0].id), token(site.secret, "staff")
    return Player(site.config, day, site.touch, lambda: site.now().ms, url, tokens, demo.seed, random)


def _sims(options: Options) -> dict[str, int]:
    return options.demo.sims if options.demo else {}


def _input_sims(options: Options) -> Path | None:
    return Path(options.demo.inputs) if options.demo and options.demo.inputs else None


def _token(options: Options) -> str:
    """The box's token for central: the demo's, or what stands in the configured file; "" for none."""
    if options.demo is not None:
        return options.demo.box_token
    name = options.config.central.token_file
    return (options.base / name).read_text(encoding="utf-8").strip() if name else ""


def _tester(*tests: TestDevice) -> TestDevice:
    """Asks whoever knows the device."""

    async def run(id_: str, paper: bool, now: datetime) -> dict[str, object]:
        for test in tests:
            with suppress(KeyError):
                return await test(id_, paper, now)
        raise Problem("not-found", f"there is no device {id_[:40]!r} at this point")

    return run


async def _report(ledger: Ledger, config: Config, state: Literal["starting", "ready"], cause: PointCause) -> None:
    """The point's own state into the journal. A full disk is no reason not to start: pages must say so."""
    report = ReportPoint(state=state, version=version("luukku"), config_hash=config_hash(config), cause=cause)
    try:
        await ledger.submit(report)
    except JournalFault as fault:
        log.error("the journal takes no events", why=str(fault))
