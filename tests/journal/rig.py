"""A real journal on a real disk with its ledger, a clock that stands until moved, and an own reading of chains."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Literal

from controller.domain import commands as c
from controller.domain.draft import Draft, Refused
from controller.domain.point import Config, Counter, Kiosk, OpeningHours, Point, Printer, Provider, Queue, Service
from controller.domain.state import State
from controller.journal import replay
from controller.journal.faults import JournalFault
from controller.journal.rescue import open_or_rescue
from controller.journal.store import Journal
from controller.ledger import Key, Ledger, Reply
from controller.ports.journal import Stored

MONDAY_MS = 1_795_420_800_000  # 2026-11-23T08:00:00Z, ten o'clock in Finland
DAY_MS = 86_400_000
ALWAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
CONFIG = Config(
    point=Point(id="p1", name={"fi": "Piste"}, languages=("fi", "sv"), public_url="https://jono.example"),
    providers=(Provider(id="kela", name={"fi": "Kela"}),),
    services=(
        Service(id="kela-tuet", provider="kela", name={"fi": "Tuet"}, queue="kela"),
        Service(id="verot", provider="kela", name={"fi": "Verot"}, queue="vero"),
    ),
    queues=(Queue(id="kela", name={"fi": "Kela"}, series="K"), Queue(id="vero", name={"fi": "Vero"}, series="V")),
    counters=(Counter(id="1", label="1"), Counter(id="2", label="2")),
    kiosks=(Kiosk(id="main", printer="lobby"),),
    printers=(Printer(id="lobby", link="sim"),),
    opening_hours=OpeningHours(**ALWAYS, holidays=False),  # type: ignore[arg-type]  # why: weekdays by name
)


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, ms: int = MONDAY_MS) -> None:
        self.ms = ms
        self.quality: Literal["synced", "holdover", "unsynced"] = "synced"

    def now(self) -> c.Now:
        return c.Now(self.ms, self.ms * 1_000_000, "boot-of-the-test", self.quality)


@asynccontextmanager
async def running(ledger: Ledger) -> AsyncIterator[Ledger]:
    task = asyncio.create_task(ledger.run())
    try:
        yield ledger
    finally:
        assert not task.done(), f"the ledger ended: {task}"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def a_point(path: Path, clock: HandClock | None = None) -> AsyncIterator[Ledger]:
    """A ledger at work on the journal at `path`, rescued if need be."""
    async with open_or_rescue("p1", path) as journal, running(await ledger_on(journal, clock)) as ledger:
        yield ledger


async def ledger_on(journal: Journal, clock: HandClock | None = None) -> Ledger:
    await asyncio.to_thread(lambda: CONFIG.point.zone)  # the first look reads a file
    state = await replay.load(journal)
    return Ledger(journal, state, CONFIG, clock or HandClock(), set(await journal.answer_keys()))


def number(state: State, draft: Draft) -> tuple[int, bytes]:
    return 201, state.tickets[draft.subject].number.encode()


def refusal(no: Refused) -> tuple[int, bytes]:
    return (503 if no.problem == "clock-not-set" else 409), no.problem.encode()


def ticket(service: str = "kela-tuet", *, device: str = "", kiosk: str = "main") -> c.TakeTicket:
    return c.TakeTicket(
        actor=f"kiosk:{kiosk}", service=service, language="fi", entry="kiosk", kiosk=kiosk, device=device
    )


async def take(ledger: Ledger, key: str | None = None, service: str = "kela-tuet", asked: bytes = b"?") -> Reply:
    """Take a ticket; the reply's body is its number."""
    return await ledger.submit(ticket(service), render=number, refusal=refusal, key=Key(key, asked) if key else None)


async def numbers(ledger: Ledger, count: int, service: str = "kela-tuet") -> list[str]:
    return [(await take(ledger, service=service)).body.decode() for _ in range(count)]


async def stored(journal: Journal) -> list[Stored]:
    return [one async for batch in replay.batches(journal, 0) for one in batch]


def issued(bodies: Iterable[bytes]) -> list[str]:
    """The numbers that a journal gave out, read as bare JSON."""
    events = (json.loads(body) for body in bodies)
    return [e["data"]["number"] for e in events if e["type"] == "luukku.ticket.issued.v1"]


def verify_chain(bodies: Iterable[bytes], first: int = 1, chain: str = "0" * 64) -> int:
    """Hold each event's bytes against the contract, section 4, with nothing but hashlib; gives how many there were."""
    count = 0
    for count, body in enumerate(bodies, 1):
        told = json.loads(body)
        assert list(told)[-1] == "chain" and int(told["sequence"]) == first + count - 1
        assert len(told["sequence"]) == 20 and told["id"].endswith(f"-{first + count - 1}")
        bare = body.replace(b',"chain":"' + told["chain"].encode() + b'"', b"")
        assert json.dumps(json.loads(bare), separators=(",", ":"), ensure_ascii=False).encode() == bare, "not compact"
        chain = hashlib.sha256(chain.encode() + b"\n" + bare).hexdigest()
        assert told["chain"] == chain, f"event {told['sequence']} does not follow"
    return count


async def replayed(journal: Journal) -> State:
    """The state out of the events alone (and the base of a journal that has one): no `latest` snapshot."""
    base = await journal.snapshot("base")
    state = replay.decode(base.state) if base else State(journal.journal)
    replay.replay(state, [one for one in await stored(journal) if one.seq > state.seq])
    return state


async def same_as_replay(ledger: Ledger) -> None:
    assert replay.encode(await replayed(ledger.journal)) == replay.encode(ledger.state), "replay is not the live state"


def some_command(ledger: Ledger, chance: Random) -> c.Command:
    """Anything that may happen at a counter or a kiosk, sensible or not."""
    tickets = [*ledger.state.tickets] or ["t-none"]
    counter = chance.choice(("1", "2"))
    some: list[Callable[[], c.Command]] = [
        lambda: ticket(chance.choice(("kela-tuet", "verot")), device=chance.choice(("", "lobby"))),
        lambda: ticket("verot"),
        lambda: c.OpenCounter(counter=counter, advisor="a1"),
        lambda: c.CloseCounter(counter=counter),
        lambda: c.CallNext(counter=counter),
        lambda: c.CallNext(counter=counter),
        lambda: c.Start(counter=counter),
        lambda: c.Hold(counter=counter),
        lambda: c.Resume(counter=counter),
        lambda: c.NoShow(counter=counter),
        lambda: c.Recall(counter=counter),
        lambda: c.Transfer(counter=counter, to_queue=chance.choice(("kela", "vero"))),
        lambda: c.End(counter=counter, resolution="first_contact", guidance="none"),
        lambda: c.CancelTicket(ticket=chance.choice(tickets)),
        lambda: c.StartPrint(ticket=chance.choice(tickets), device="lobby", cut0=1, power_life="x", copy=0, attempt=1),
        lambda: c.FinishPrint(ticket=chance.choice(tickets), result="confirmed", tier="T1", cause="", ms=900),
        c.Tick,
    ]
    return chance.choice(some)()


async def live_a_little(ledger: Ledger, chance: Random, count: int) -> None:
    """`count` commands of all kinds while time goes on; refusals are part of life, an unsound disk may be."""
    clock = ledger.clock
    assert isinstance(clock, HandClock)
    for _ in range(count):
        clock.ms += chance.randrange(90_000)
        with contextlib.suppress(Refused, JournalFault):
            await ledger.submit(some_command(ledger, chance))
