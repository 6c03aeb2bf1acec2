"""The simulated world: one box with its printers, its line and central, and the laws that watch it after every step."""

import asyncio
import hashlib
import sys
from collections.abc import Callable, MutableMapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import aiohttp
import msgspec
import structlog
from aiohttp import web

from controller.app.asking import Answer
from controller.app.simulate.box import URL, Box, Outside
from controller.app.simulate.central import Central
from controller.app.simulate.disk import Disk, Instant, SimulatedJournal
from controller.app.simulate.laws import Broken, Laws, hold
from controller.app.simulate.loop import VirtualLoop
from controller.app.simulate.machine import Machine
from controller.app.simulate.network import Line
from controller.app.simulate.papers import Papers
from controller.app.simulate.people import PatientAsker
from controller.app.simulate.printer import PaperMachine
from controller.app.simulate.tally import Tally
from controller.app.simulate.television import Television
from controller.app.simulate.weather import Kinds
from controller.app.simulate.wire import Connector
from controller.central.sink import Batch, Taken
from controller.domain.point import Config
from controller.domain.state import State
from controller.journal import replay, wire
from controller.ports.journal import Stored
from controller.web.auth import token
from controller.web.boards import SHOWN_CALLS
from drivers.sim.piece import Piece

OLD_BACKUP = 0.3  # of central's restarts
KEPT_CALLED = 2000  # seqs: a page may paint a little late
DOWN_S = (0.5, 40.0)  # from a crash to the next start


class World:
    """Everything of one run. `check` is where laws are looked at: what is broken ends the run in that very moment."""

    def __init__(self, config: Config, folder: Path, seed: int, epoch_ms: int, kinds: Kinds, loop: VirtualLoop) -> None:
        self.config, self.seed, self.loop = config, seed, loop
        self.random = Random(f"world {seed}")  # noqa: S311  # why: a world must be repeatable
        self.tally = Tally()
        self.machine = Machine(epoch_ms, self._random())
        self.disk = Disk(f"simulated-{seed}-{id(self):x}")
        self.printers = {p.id: PaperMachine(p.id, self._fell) for p in config.printers}
        self.line = Line(self._random(), self.tally, faulty=kinds.link)
        self.central_disk = Disk(f"{self.disk.name}-central")
        self.central = Central(
            folder / "central.db", self.central_disk.name, self.machine.true_ms, self._random(), self._taken
        )
        self.outside = Outside(
            config, folder, self.disk, self.machine, self.printers, self.line, self.central.server, self._random()
        )
        self.outside.seen, self.outside.opened, self.outside.died = self._seen, self._opened, self._died
        self.laws = Laws()
        self.papers = Papers(config.point.public_url, self.outside.secret)
        self.proof = State(self.outside.journal_id)
        self._evening_before = State(self.outside.journal_id)
        self.bodies: list[bytes] = []  # the digest of every event's exact bytes, by seq - 1
        self._called: dict[int, frozenset[tuple[str, str, int, str]]] = {0: frozenset()}  # at a seq: who is called
        self.box = Box(self.outside)
        self.broken: Broken | None = None
        self.at_central = 0
        self.on_s = 0.0
        self.down_s = DOWN_S
        self._unheard = 0  # events that a dying box made durable
        self._claimed: dict[str, str] = {}  # ticket -> the key of the press that got it
        self._restarting: asyncio.Task[None] | None = None
        self._ordered: set[str] = set()  # by central's operator
        self._presses: set[str] = set()  # without an answer
        self._off = False
        loop.after_each = self._after_each
        loop.thread_s = self._thread_s

    def _random(self) -> Random:
        return Random(self.random.getrandbits(64))  # noqa: S311  # why: as above

    def _thread_s(self) -> float:
        return 0.0004

    # The box's lives.

    async def keep_the_box(self) -> None:
        """Start the box, and start it again when it died; ends when it is switched off."""
        self._off = False
        while not self._off:
            self.machine.boots()
            self.outside.booting()
            self.disk.revive()
            self.box = Box(self.outside)
            began = self.loop.time()
            try:
                in_order = await self.box.run()
            finally:
                self.on_s += self.loop.time() - began
            if not in_order:
                await asyncio.sleep(self.random.uniform(*self.down_s))

    async def until(self, true_ms: int) -> None:
        """Let time pass, up to this moment."""
        await asyncio.sleep(max(0.0, (true_ms - self.machine.true_ms()) / 1000))

    def switch_off(self) -> None:
        self._off = True
        self.box.stop()

    def _died(self, instant: Instant, events: int) -> None:
        self.tally.count(f"crash: {instant.value}")
        self._unheard = events if instant is Instant.AFTER else 0

    def session(self) -> aiohttp.ClientSession:
        """A browser's: it finds whichever box stands here."""
        return aiohttp.ClientSession(connector=Connector(self._door, self.outside.lan))

    def asker(self) -> type[PatientAsker]:
        """Who asks in this world: every answer is held against the laws."""
        return type("Asker", (PatientAsker,), {"witness": self})

    def television(self) -> Television:
        screen = self.config.screens[0].id
        return Television(URL, screen, token(self.outside.secret, "tv", screen), self.session, self._random(), self)

    def _door(self) -> web.Server:
        return self.box.door()

    # The laws.

    def check(self, look: Callable[[], None]) -> None:
        """One step: `look` raises Broken, or anything at all, when something is not as it must be."""
        self.tally.step += 1
        if self.broken is not None:
            return
        try:
            look()
        except Broken as broken:
            self.broken = broken
        except Exception as strange:  # noqa: BLE001  # why: a law that cannot even be looked at is broken
            self.broken = Broken("what happened makes sense", f"{type(strange).__name__}: {strange}")

    def _after_each(self) -> None:
        """Behind every callback of the loop: nothing is to be seen that is not on the disk."""
        if self.broken is not None:
            raise self.broken
        box = self.box
        if box.ledger is not None and box.journal is not None and box.ledger.state.seq > box.journal.durable:
            raise Broken(
                "nothing is visible before it is journalled",
                f"state at {box.ledger.state.seq}, disk at {box.journal.durable}",
            )
        if self.loop.untaken:
            told = self.loop.untaken.pop()
            raise Broken("no task fails unseen", f"{told.get('message')}: {told.get('exception')!r}")

    def logged(self, logger: object, method: str, event: MutableMapping[str, Any]) -> NoReturn:
        """Every word of the program's log: an error is a defect, unless a dead box says it."""
        dead = self.box.journal is not None and self.box.journal.dead
        if method in {"error", "critical", "exception"} and self.broken is None and not dead:
            failed = sys.exc_info()[1]
            why = f": {type(failed).__name__}: {failed}" if failed is not None else ""
            self.broken = Broken("nothing is logged as an error", f"{event}{why}")
        raise structlog.DropEvent

    def _seen(self) -> None:
        """The box made something durable and applied it."""
        self.check(self._hear_news)

    def _hear_news(self) -> None:
        journal, ledger = self.box.journal, self.box.ledger
        assert journal is not None and ledger is not None
        self._take_in(journal.stored(self.laws.seq))
        self.laws.compare(ledger.state)
        self._prove(ledger.state)
        self._remember_called()

    def _remember_called(self) -> None:
        self._called[self.laws.seq] = self.laws.called()
        while len(self._called) > KEPT_CALLED:
            del self._called[next(iter(self._called))]

    def _take_in(self, bodies: list[bytes]) -> None:
        for body in bodies:
            name = self.laws.event(body)
            self.tally.count("events")
            self.bodies.append(_digest(body))
            if name == "ticket.issued":
                data = msgspec.json.decode(wire.read(body).data)
                self.tally.count("tickets")
                self.papers.issued(data["ticket"])
                if self.laws.entry[data["visit"]] == "web":
                    self._claimed[data["ticket"]] = "central"
            elif name == "ticket.print_result":
                data = msgspec.json.decode(wire.read(body).data)
                self.tally.count(f"paper: {data['result']}")
                self.papers.ended(data["ticket"], data["result"])
            elif name == "queue.reset":
                self.papers.forget()
            replay.replay(self.proof, [Stored(self.laws.seq, body, self.laws.chain)])

    def _prove(self, state: State) -> None:
        law = "a replay of the journal gives the live state"
        hold(law, replay.encode(self.proof) == replay.encode(state), "they differ at event " + str(state.seq))

    def _opened(self) -> None:
        """A box has started: its journal is what the one before left, no more, no less."""
        self.check(self._look_over)

    def _look_over(self) -> None:
        journal, ledger = self.box.journal, self.box.ledger
        assert journal is not None and ledger is not None
        self.tally.count("starts")
        bodies = journal.stored(0)
        known, new = bodies[: self.laws.seq], bodies[self.laws.seq :]
        law = "nothing durable is lost in a crash, nothing comes from nowhere"
        hold(law, [_digest(body) for body in known] == self.bodies, f"{len(known)} of {len(self.bodies)} events")
        hold(law, len(new) == self._unheard, f"{len(new)} events beyond, {self._unheard} were written")
        self._unheard = 0
        self._take_in(new)
        self.laws.compare(ledger.state)
        self._prove(ledger.state)
        self._remember_called()

    def _fell(self, printer: str, piece: Piece) -> None:
        self.tally.count("pieces of paper")
        self.check(lambda: self.papers.fell(piece))

    def _taken(self, batch: Batch, taken: Taken) -> None:
        """Central has stored something, or refused a history."""

        def look() -> None:
            hold("central never sees two histories", taken.fork is None, f"fork at {taken.fork}")
            for event in taken.stored:
                law = "central has every event once, in order, byte for byte, and none that is not journalled"
                hold(law, event.seq == self.at_central + 1, f"{event.seq} after {self.at_central}")
                hold(law, event.seq <= len(self.bodies), f"{event.seq}, the journal ends at {len(self.bodies)}")
                hold(law, self.bodies[event.seq - 1] == _digest(event.body), f"other bytes at {event.seq}")
                hold("central understands every event", event.quarantined is None, event.quarantined)
                self.at_central = event.seq
            self.tally.count("batches at central")

        self.check(look)

    def shown(self, seq: int, state: dict[str, Any]) -> None:
        """The info-TV has painted this."""
        self.tally.count("pictures on the TV")

        def look() -> None:
            law = "the TV shows exactly who is called"
            hold(law, seq in self._called, f"a picture of {seq}, which nobody ever saw")
            rows = [row for row in state["called"] if row["state"] == "called"]
            place = {row["service_event"]: row["counter"] or f"booth {row['booth']}" for row in rows}
            shown = {(turn, row["number"], row["call"], place[turn]) for row in rows for turn in [row["service_event"]]}
            told = self._called[seq]
            whole = len(state["called"]) < SHOWN_CALLS
            hold(law, shown == told if whole else shown <= told, f"at {seq} {shown}, told {set(told)}")

        self.check(look)

    def asked(self, key: str, path: str) -> None:
        """Somebody presses."""
        if path == "/tickets" or path.endswith(("/check-in", "/sessions")):
            self._presses.add(key)

    def heard(self, key: str, path: str, answer: Answer) -> None:
        """Somebody got an answer, or gave up waiting for one."""
        self.tally.count("answers" if answer.status else "presses given up")

        if answer.status:
            self._presses.discard(key)

        def look() -> None:
            hold("no request meets a defect", answer.status != 500, f"{path}: {answer.said}")
            if answer.status == 201 and path.endswith("/sessions"):
                self._claimed.setdefault(str(answer.said["ticket"]), key)  # a new number, or one that waited already
            elif answer.status == 201:
                ticket, number = str(answer.said["id"]), str(answer.said["number"])
                known = self.laws.tickets.get(ticket)
                hold("a number that was told is journalled", known == number, f"{ticket} told {number}, is {known}")
                claimed = self._claimed.setdefault(ticket, key)
                hold("one press, one number", claimed == key, f"{number} was given to two presses")

        self.check(look)

    # The end of a day.

    async def settle(self, within_s: int, *, last: bool = True) -> None:
        """Faults are over: wait until all is quiet, then hold the whole against its laws. `last`: the journal is
        replayed from its first event, else from where this was last done."""
        if self._restarting is not None:
            await self._restarting
        for _ in range(within_s):
            if self._is_quiet():
                break
            await asyncio.sleep(1.0)
        self.check(partial(self._evening, last))
        self._after_each()

    def _is_quiet(self) -> bool:
        state = self.box.ledger.state if self.box.ledger is not None and self.box.ready.is_set() else None
        if state is None or state.unfinished_prints:
            return False
        return self.at_central == state.seq and self._ordered <= self.laws.orders.keys()

    def _evening(self, last: bool) -> None:
        ledger, journal = self.box.ledger, self.box.journal
        assert ledger is not None and journal is not None
        left = dict(ledger.state.unfinished_prints)
        hold("every paper comes to its end", not left, f"without an end: {left}")
        seq = ledger.state.seq
        hold("everything reaches central", self.at_central == seq, f"central at {self.at_central}, journal at {seq}")
        open_ = self._ordered - self.laws.orders.keys()
        hold("every order from central is answered", not open_, f"without an answer: {open_}")
        for id_, known in ledger.state.tickets.items():
            papers, paper = self.papers.marked.get(id_, []), known.print
            if paper.state in {"failed", "void"} and not papers:
                law = "who has no paper has the number on the screen"
                hold(law, known.medium == "screen", f"{known.number}: {known.medium}")
        unclaimed = len(self.laws.tickets) - len(self._claimed)
        hold("one press, one number", 0 <= unclaimed <= len(self._presses), f"{unclaimed} numbers nobody pressed for")
        self._replay(State(self.outside.journal_id) if last else self._evening_before, journal, ledger.state)
        self._evening_before = replay.copy(ledger.state)

    def _replay(self, base: State, journal: SimulatedJournal, state: State) -> None:
        """From the file's own bytes, by nobody's memory but `base`."""
        fresh, bodies = replay.copy(base), journal.stored(base.seq)
        events = [Stored(seq, body, wire.split(body)[1]) for seq, body in enumerate(bodies, base.seq + 1)]
        replay.replay(fresh, events)
        self.tally.count("whole replays" if not base.seq else "replays of a day")
        law = "a replay of the journal gives the live state"
        hold(law, replay.encode(fresh) == replay.encode(state), f"they differ after {len(bodies)} events")

    def journal_hash(self) -> str:
        """One hash over the exact bytes of every event: the same for the same seed."""
        return hashlib.sha256(b"".join(self.bodies)).hexdigest()

    async def order(self, type_: str, data: bytes) -> None:
        """Central's operator sends an order."""
        if not self.central.up:
            return
        body = b'{"type":"%s","data":%s,"expires":"2099-01-01T00:00:00Z"}' % (type_.encode(), data)
        self._ordered.add(await self.central.orders.add(self.config.point.id, body, None))
        self.tally.count("orders")

    async def restart_central(self, random: Random) -> None:
        """Its process dies; sometimes it comes back on an older backup. Whoever waits for that may go before."""
        self._restarting = asyncio.create_task(self._restart_central(random))
        await asyncio.shield(self._restarting)

    async def _restart_central(self, random: Random) -> None:
        self.line.cut()
        if random.random() < OLD_BACKUP and self.at_central:
            self.at_central -= min(self.at_central, random.randrange(1, 400))
            await self.central.forget(self.at_central)
            self.tally.count("central: old backups")
        await self.central.stop()
        await asyncio.sleep(random.uniform(1, 60))
        await self.central.start()
        self.tally.count("central: restarts")


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()
