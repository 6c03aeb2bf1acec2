"""A whole point in memory: the real decide, evolve, wire and replay; only the disk and the clock are of clay.

Every event goes through its exact bytes; `proof` is evolved from those bytes alone and must equal `state` at all times.
"""

from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from controller.domain import commands as c
from controller.domain import views
from controller.domain.decide import Context, Draft, Refused, day_facts, decide
from controller.domain.draft import Fact
from controller.domain.event_words import Event
from controller.domain.evolve import Stamp, evolve
from controller.domain.numbering import business_date
from controller.domain.point import Booth, Config, Counter, OpeningHours, Point, Provider, Queue, Room, Service
from controller.domain.state import ServiceEvent, State, Ticket
from controller.journal import replay, wire
from controller.ports.journal import Stored

HELSINKI = ZoneInfo("Europe/Helsinki")
JOURNAL = "0123456789abcdef"
MONDAY = "2026-11-23T10:00"  # an ordinary Monday in the middle of opening hours
_EVERY_DAY: dict[str, Any] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
ALWAYS = OpeningHours(holidays=False, **_EVERY_DAY)
Quality = Literal["synced", "holdover", "unsynced"]


def at(text: str) -> int:
    """Local time in Helsinki (or with its own offset) as UTC milliseconds since 1970."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=HELSINKI)).timestamp() * 1000)


def config(*, hours: OpeningHours | None = None, cap: int = 0, **point: Any) -> Config:
    """Two providers, three queues of which two share a series, four counters. `point`: members of [point]."""
    point = {"id": "p", "name": {"fi": "Piste"}, "languages": ("fi", "sv", "en", "se")} | point

    def service(id_: str, provider: str, queue: str, **own: Any) -> Service:
        return Service(id=id_, provider=provider, name={"fi": id_}, queue=queue, **own)

    return Config(
        point=Point(**point),
        providers=(Provider(id="kela", name={"fi": "Kela"}), Provider(id="police", name={"fi": "Poliisi"})),
        services=(
            service("housing", "kela", "k", channels=("counter", "remote")),
            service("pension", "kela", "k", priority=1),
            service("passport", "police", "p", median_s=240, channels=("counter", "remote")),
            service("licence", "police", "l"),
        ),
        queues=(
            Queue(id="k", name={"fi": "Kela"}, series="K", cap=cap),
            Queue(id="p", name={"fi": "Passi"}, series="P"),
            Queue(id="l", name={"fi": "Kortti"}, series="P"),
        ),
        counters=(
            Counter(id="c1", label="1"),
            Counter(id="c2", label="2", services=("housing", "pension"), languages=("fi",)),
            Counter(id="c3", label="3", languages=("sv", "fi")),
            Counter(id="c4", label="4", services=("passport", "licence")),
        ),
        rooms=(Room(id="room", name={"fi": "Etäpalvelutila"}),),
        booths=(Booth(id="b1", room="room"), Booth(id="b2")),
        opening_hours=hours or OpeningHours(sat="08:00-16:00", sun="08:00-16:00", holidays=False),
    )


class MemoryPoint:
    """`do` is the ledger's one turn: the day's end if due, the command, its events sealed and applied."""

    def __init__(self, config_: Config | None = None, *, start: str | int = MONDAY, clock: Quality = "synced") -> None:
        self.config = config_ or config()
        self.state, self.proof = State(JOURNAL), State(JOURNAL)
        self.stored: list[Stored] = []
        self.ms = start if isinstance(start, int) else at(start)
        self.mono_ns = 60_000_000_000
        self.boots = 1
        self.clock: Quality = clock
        self.secret = b"not a secret here"

    @property
    def now(self) -> c.Now:
        return c.Now(self.ms, self.mono_ns, f"boot-{self.boots}", self.clock)

    @property
    def context(self) -> Context:
        return Context(self.now, self.config, self.secret)

    def later(self, seconds: float) -> None:
        """Time goes on, and both clocks say so."""
        self.ms += round(seconds * 1000)
        self.mono_ns += round(seconds * 1e9)

    def until(self, text: str) -> None:
        self.later((at(text) - self.ms) / 1000)

    def step(self, seconds: float) -> None:
        """The wall clock is moved; the time since boot is not."""
        self.ms += round(seconds * 1000)

    def reboot(self) -> None:
        """Another boot: its clock begins at zero, its state comes from the stored bytes."""
        self.boots, self.mono_ns = self.boots + 1, 0
        self.state = self.replayed()

    def do(self, command: c.Command) -> Draft:
        over = day_facts(self.state, self.context)
        if over is not None:
            self._write(over.facts, "system")
        draft = decide(self.state, command, self.context)
        self._write(draft.facts, command.actor)
        return draft

    def refused(self, command: c.Command) -> str:
        """Do what must be refused; gives the problem's name. Nothing may have happened."""
        before = self.state.seq
        try:
            self.do(command)
        except Refused as no:
            assert self.state.seq == before or self.events()[before:][-1].type.endswith("queue.reset.v1")
            return no.problem
        raise AssertionError(f"{command} was not refused")

    def tick(self) -> list[Event]:
        return [fact.event for fact in self.do(c.Tick()).facts]

    def _write(self, facts: list[Fact], actor: str) -> None:
        for fact in facts:
            day = fact.business_date
            if day is None:
                day = business_date(self.state.business_date, self.now, self.config.point.zone)
            header = wire.Header(
                point=self.config.point.id, journal=JOURNAL, seq=self.state.seq + 1,
                time_ms=self.ms if fact.ms is None else fact.ms,
                mono_ns=self.mono_ns if fact.mono_ns is None else fact.mono_ns,
                boot=self.now.boot, clock=self.clock, actor=actor, businessdate=day,
            )  # fmt: skip
            body, chain = wire.seal(fact.event, header, self.state.chain)
            stamp = Stamp(header.seq, header.time_ms, header.mono_ns, header.boot, day, actor)
            evolve(self.state, fact.event, stamp)
            self.state.chain = chain
            self.stored.append(Stored(header.seq, body, chain))
            replay.replay(self.proof, self.stored[-1:])

    def replayed(self) -> State:
        state = State(JOURNAL)
        replay.replay(state, self.stored)
        return state

    def events(self) -> list[wire.CloudEvent]:
        return [wire.read(stored.body) for stored in self.stored]

    def of(self, kind: type[Event]) -> list[Any]:
        """Every journalled event of this kind, read from its bytes."""
        return [data for data in (wire.data_of(envelope) for envelope in self.events()) if isinstance(data, kind)]

    # The words of the stories.

    def take(self, service: str = "housing", language: str = "fi", **wish: Any) -> Ticket:
        wish = {"entry": "kiosk", "actor": "kiosk:k1"} | wish
        subject = self.do(c.TakeTicket(service=service, language=language, **wish)).subject
        return self.state.tickets[subject]

    def open(self, *counters: str, **wish: Any) -> None:
        for id_ in counters or ("c1",):
            self.do(c.OpenCounter(counter=id_, advisor=f"a-{id_}", **wish))

    def call(self, counter: str = "c1") -> str:
        """Call next; gives the number called, "" for nobody."""
        return self.number(self.do(c.CallNext(counter=counter)).subject)

    def end(self, counter: str = "c1", **wish: Any) -> None:
        self.do(c.End(counter=counter, resolution="first_contact", guidance="none", **wish))

    def serve(self, counter: str = "c1", seconds: float = 300) -> str:
        """Call next, serve, end; gives the number."""
        number = self.call(counter)
        if number:
            self.do(c.Start(counter=counter))
            self.later(seconds)
            self.end(counter)
        return number

    def number(self, service_event: str) -> str:
        if not service_event:
            return ""
        return self.state.tickets[self.state.visits[self.state.service_events[service_event].visit].ticket].number

    def turn(self, ticket: Ticket) -> ServiceEvent:
        return self.state.service_events[self.state.visits[ticket.visit].current]

    def stage(self, ticket: Ticket) -> str:
        return views.stage_of(self.state, self.turn(ticket))

    def ahead(self, ticket: Ticket) -> int:
        return int(views.ticket(self.state, self.config, self.secret, ticket.id)["ahead"])

    def order(self, type_: str, data: Any, *, id_: str = "", expires: str = "2999-01-01T00:00:00Z") -> Event:
        """An order from central; gives the event that answers it."""
        id_ = id_ or f"o-{self.state.seq}"
        raw = data if isinstance(data, bytes) else msgspec.json.encode(data)
        self.do(c.CentralOrder(actor="central", id=id_, type=type_, data=raw, expires=expires))
        return wire.data_of(self.events()[-1])
