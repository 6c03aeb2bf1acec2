"""What advisors and customers can rely on, written down a second time and simply: one list of customers, no events.

Nothing here is taken from controller/domain: `expect` says what each press must lead to, from the contract's words.
Times are milliseconds on a clock that only goes forward; hostile clocks are the number model's affair.
"""

from dataclasses import dataclass, field

WALK_MS, LATE_MS, BOOST_MS = 45_000, 600_000, 600_000
SERVICES = {"housing": "k", "pension": "k", "passport": "p", "licence": "l"}  # service -> queue, as in memory.config
PRIORITY = {"pension": 1}
COMPETENT = {"c2": {"housing", "pension"}, "c4": {"passport", "licence"}}
SPEAKS = {"c2": {"fi"}, "c3": {"sv", "fi"}}


class No(Exception):
    """The press is refused, with this problem."""


@dataclass
class Customer:
    """One visit. `senders`: (counter, service) of those who want it back, the next one last."""

    ticket: str
    language: str
    wanted: list[str]
    service: str
    queue: str
    place: int
    came: int = 0
    only: str = ""
    senders: list[tuple[str, str]] = field(default_factory=list)
    stage: str = "waiting"
    at: str = ""  # counter
    moment: int = 0  # of the last call, or of the no-show


@dataclass
class Desk:
    """A counter. `said`: the services and languages of whoever opened it."""

    id: str
    open: bool = False
    said: tuple[set[str], set[str]] = (set(), set())
    state: str = "available"
    since: int = 0
    current: Customer | None = None
    held: list[Customer] = field(default_factory=list)

    def can(self, service: str) -> bool:
        allowed = self.said[0] or COMPETENT.get(self.id, set())
        return not allowed or service in allowed

    def speaks(self, language: str) -> bool:
        known = self.said[1] or SPEAKS.get(self.id, set())
        return not known or language in known


class Lobby:
    """The whole point: who is where."""

    def __init__(self, now: int, wrap_up_ms: int) -> None:
        self.now = now
        self.wrap_up_ms = wrap_up_ms
        self.tail = self.tail_at = 0
        self.customers: dict[str, Customer] = {}
        self.desks = {id_: Desk(id_) for id_ in ("c1", "c2", "c3", "c4")}

    # What can be seen.

    def line(self, queue: str) -> list[str]:
        waiting = [one for one in self.customers.values() if one.stage == "waiting" and one.queue == queue]
        return [one.ticket for one in sorted(waiting, key=lambda one: one.place)]

    def next_for(self, desk: Desk) -> set[str]:
        """Who may be called next: the earliest place in any queue; several only if two queues have the same place."""
        may = [one for one in self.customers.values() if one.stage == "waiting" and self.may_call(desk, one)]
        return {one.ticket for one in may if one.place == min(other.place for other in may)}

    def may_call(self, desk: Desk, one: Customer) -> bool:
        if one.only == desk.id:
            return True
        if (one.only and self.desks[one.only].open) or not desk.can(one.service):
            return False
        if desk.speaks(one.language):
            return True
        at_work = [other for other in self.desks.values() if other.open and other.state not in {"break", "other_work"}]
        return not [other for other in at_work if other.can(one.service) and other.speaks(one.language)]

    # What people do.

    def come(self, ticket: str, service: str, language: str, also: list[str], priority: int) -> None:
        wanted = list(dict.fromkeys(one for one in also if one != service))
        one = Customer(ticket, language, wanted, service, SERVICES[service], 0)
        first = self.newest() - max(priority, PRIORITY.get(service, 0)) * BOOST_MS
        self.queue(one, service, SERVICES[service], first)
        self.customers[ticket] = one
        one.came = one.place

    def open(self, id_: str, services: set[str], languages: set[str]) -> None:
        desk = self.desks[id_]
        if desk.open and not (services or languages):
            return
        desk.open, desk.said = True, (services, languages)
        serves = desk.current is not None and desk.current.stage == "serving"
        self.advisor(desk, "serving" if serves else "available")

    def close(self, id_: str) -> None:
        desk = self.at_work(id_)
        here = [*([desk.current] if desk.current else []), *desk.held]
        heads = {queue: self.head(queue) for queue in set(SERVICES.values())}
        desk.current, desk.held = None, []
        for one in here:
            if one.stage == "called":
                head = heads[one.queue]
                self.queue(one, one.service, one.queue, min(one.place, head - 1) if head is not None else one.place)
            else:
                self.go_on(one)
        desk.open, desk.said = False, (set(), set())
        self.advisor(desk, "available")

    def call_next(self, id_: str, called: str) -> None:
        """`called`: whom the point called, "" for nobody."""
        desk = self.at_work(id_)
        candidates = self.next_for(desk)
        self.make_free(desk)
        assert called in candidates or (not candidates and not called), f"called {called!r}, next is {candidates}"
        if called:
            self.call(desk, self.customers[called])

    def call_ticket(self, id_: str, ticket: str) -> None:
        desk = self.at_work(id_)
        if ticket not in self.customers:
            raise No("unknown-ticket")
        one = self.customers[ticket]
        if one.stage not in {"waiting", "missed"}:
            raise No("wrong-state")
        self.make_free(desk)
        if one.stage == "missed":
            self.queue(one, one.service, one.queue, one.place)
        self.call(desk, one)

    def recall(self, id_: str, ticket: str | None) -> None:
        self.mine(self.at_work(id_), ticket, "called").moment = self.now

    def start(self, id_: str, ticket: str | None) -> None:
        desk = self.at_work(id_)
        self.mine(desk, ticket, "called").stage = "serving"
        self.advisor(desk, "serving")

    def hold(self, id_: str, ticket: str | None) -> None:
        desk = self.at_work(id_)
        one = self.mine(desk, ticket, "called", "serving")
        one.stage, desk.current = "held", None
        desk.held.append(one)
        self.advisor(desk, "available")

    def resume(self, id_: str, ticket: str | None) -> None:
        desk = self.at_work(id_)
        if desk.current:
            raise No("counter-busy")
        one = next((one for one in desk.held[::-1] if ticket in {None, one.ticket}), None)
        if one is None:
            raise No("wrong-state")
        desk.held.remove(one)
        one.stage, desk.current = "serving", one
        self.advisor(desk, "serving")

    def no_show(self, id_: str, ticket: str | None) -> None:
        desk = self.at_work(id_)
        one = self.mine(desk, ticket, "called")
        one.stage, one.moment, desk.current = "missed", self.now, None

    def end(self, id_: str, ticket: str | None, next_service: str) -> None:
        desk = self.at_work(id_)
        one = self.mine(desk, ticket, "called", "serving")
        if next_service and next_service not in SERVICES:
            raise No("unknown-service")
        desk.current = None
        self.go_on(one, next_service)
        self.advisor(desk, "wrap_up" if self.wrap_up_ms else "available")

    def transfer(
        self, id_: str, ticket: str | None, queue: str, service: str, counter: str, position: str, back: bool
    ) -> None:
        desk = self.at_work(id_)
        one = self.mine(desk, ticket, "called", "serving", "held")
        to_service, to_queue = self.target(one, queue, service, counter)
        if counter and counter not in self.desks:
            raise No("invalid")
        if counter:
            self.at_work(counter)
        head = self.head(to_queue)
        first = one.place if head is None else min(one.place, head - 1)
        place = {"keep": one.place, "last": self.newest(), "first": first}
        if one.senders and one.senders[-1][0] == id_:
            one.senders.pop()  # it had them
        if back:
            one.senders.append((id_, one.service))
        if one is desk.current:
            desk.current = None
            self.advisor(desk, "available")
        else:
            desk.held.remove(one)
        self.queue(one, to_service, to_queue, place[position], only=counter)

    def activity(self, id_: str, to: str) -> None:
        desk = self.at_work(id_)
        if to == "serving":
            raise No("invalid")
        if desk.current and to != "available":
            raise No("counter-busy")
        if not desk.current:
            self.advisor(desk, to)

    def cancel(self, ticket: str) -> None:
        if ticket not in self.customers:
            raise No("unknown-ticket")
        one = self.customers[ticket]
        if one.stage not in {"waiting", "called"}:
            raise No("wrong-state")
        if one.stage == "called":
            self.desks[one.at].current = None
        one.stage = "over"

    def tick(self) -> None:
        for one in self.customers.values():
            if one.stage == "missed" and self.now >= one.moment + LATE_MS:
                one.stage = "over"
        for desk in self.desks.values():
            timed = self.wrap_up_ms > 0 and desk.open and desk.state == "wrap_up"
            if timed and self.now >= desk.since + self.wrap_up_ms:
                self.advisor(desk, "available")

    # How.

    def newest(self) -> int:
        return max(self.now, self.tail + max(1, self.now - self.tail_at))

    def queue(self, one: Customer, service: str, queue: str, place: int, only: str = "") -> None:
        taken = {other.place for other in self.customers.values() if other.stage == "waiting" and other.queue == queue}
        while place in taken:
            place += 1
        one.service, one.queue, one.place, one.only, one.stage, one.at = service, queue, place, only, "waiting", ""
        if service in one.wanted:
            one.wanted.remove(service)  # however they came to it: nobody is served twice for one wish
        self.tail, self.tail_at = self.newest(), self.now

    def head(self, queue: str) -> int | None:
        line = self.line(queue)
        return self.customers[line[0]].place if line else None

    def call(self, desk: Desk, one: Customer) -> None:
        one.stage, one.at, one.moment, desk.current = "called", desk.id, self.now, one

    def go_on(self, one: Customer, next_service: str = "") -> None:
        if next_service:
            self.queue(one, next_service, SERVICES[next_service], one.came)
        elif one.senders:
            counter, service = one.senders.pop()
            self.queue(one, service, SERVICES[service], one.came, only=counter)
        elif one.wanted:
            self.queue(one, one.wanted[0], SERVICES[one.wanted[0]], one.came)
        else:
            one.stage = "over"

    def make_free(self, desk: Desk) -> None:
        """Whoever was called, had time to walk and whose end nobody pressed was served meanwhile."""
        one = desk.current
        if one is not None:
            if one.stage == "serving" or self.now < one.moment + WALK_MS:
                raise No("counter-busy")
            desk.current = None
            self.go_on(one)
        self.advisor(desk, "available")

    def at_work(self, id_: str) -> Desk:
        if id_ not in self.desks:
            raise No("invalid")
        if not self.desks[id_].open:
            raise No("counter-not-open")
        return self.desks[id_]

    def mine(self, desk: Desk, ticket: str | None, *stages: str) -> Customer:
        """The customer that a press means: the one it names if that is here, else the current one."""
        here = [*([desk.current] if desk.current else []), *desk.held]
        meant = desk.current if ticket is None else next((one for one in here if one.ticket == ticket), None)
        if meant is None or meant.stage not in stages:
            raise No("wrong-state")
        return meant

    def target(self, one: Customer, queue: str, service: str, counter: str) -> tuple[str, str]:
        if service:
            if service not in SERVICES:
                raise No("unknown-service")
            return service, SERVICES[service]
        if queue:
            if queue not in SERVICES.values():
                raise No("invalid")
            fits = [id_ for id_, of in SERVICES.items() if of == queue]
            return (one.service if one.service in fits else fits[0]), queue
        if counter:
            return one.service, one.queue
        raise No("invalid")

    def advisor(self, desk: Desk, to: str) -> None:
        if desk.state != to:
            desk.state, desk.since = to, self.now
