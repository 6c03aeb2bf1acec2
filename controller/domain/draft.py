"""What `decide` writes on: the facts of one command, before they are journalled."""

import hashlib
import hmac
from base64 import b32encode
from functools import lru_cache

import msgspec

from controller.domain.commands import Now
from controller.domain.event_words import AdvisorState, Event, Inference
from controller.domain.events import EVENTS, NAMES, AdvisorStateChanged
from controller.domain.point import Config
from controller.domain.state import Counter, ServiceEvent, State, Visit

# Contract section 3: the problems that the core itself can have with a command, and their HTTP status.
PROBLEMS = {
    "closed": 409, "cap-reached": 409, "unknown-service": 404, "unknown-ticket": 404, "counter-not-open": 409,
    "counter-busy": 409, "wrong-state": 409, "clock-not-set": 503, "invalid": 400,
}  # fmt: skip

_encode = msgspec.json.Encoder().encode
_readers = {data: msgspec.json.Decoder(data) for data in EVENTS.values()}


class Refused(Exception):
    """The core says no, and nothing has happened. `problem` is a name of PROBLEMS; `detail` is for whoever asked."""

    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


class Fact(msgspec.Struct, frozen=True):
    """One event to be journalled. `ms` and `mono_ns` when it happened, if not now; `business_date` if not today's."""

    event: Event
    ms: int | None = None
    mono_ns: int | None = None
    business_date: str | None = None


class Context(msgspec.Struct, frozen=True):
    """What a decision may know beside the state: the clocks, the configuration, the secret of this journal."""

    now: Now
    config: Config
    secret: bytes


class Draft:
    """Collects facts. Reads the state, never changes it; remembers advisor states it has itself changed."""

    def __init__(self, state: State, context: Context) -> None:
        self.state = state
        self.now = context.now
        self.config = context.config
        self.secret = context.secret
        self.facts: list[Fact] = []
        self.subject = ""  # the ticket or service event that the answer is about
        self._advisors: dict[str, AdvisorState] = {}

    def add(self, event: Event, *, ms: int | None = None, mono_ns: int | None = None) -> None:
        self.facts.append(Fact(readable(event), ms, mono_ns))

    def new_id(self, kind: str) -> str:
        """An id for the thing that the next fact brings into the world; unique by journal and sequence number."""
        return f"{kind}-{self.state.journal[:8]}-{self.state.seq + len(self.facts) + 1}"

    def code(self, ticket: str) -> str:
        return secret_code(self.secret, ticket)

    def counter(self, id_: str, *, open_: bool = True) -> Counter:
        if self.config.counter(id_) is None:
            raise Refused("invalid", f"there is no counter {id_!r} at this point")
        counter = self.state.counters.get(id_) or Counter(id_)
        if open_ and not counter.open:
            raise Refused("counter-not-open", f"counter {id_} is not open")
        return counter

    def turn(self, id_: str) -> ServiceEvent:
        turn = self.state.service_events.get(id_)
        if turn is None:
            raise Refused("wrong-state", f"there is no service event {id_!r} today")
        return turn

    def visit(self, turn: ServiceEvent) -> Visit:
        return self.state.visits[turn.visit]

    def advisor_state(self, counter: Counter) -> AdvisorState:
        return self._advisors.get(counter.id, counter.state)

    def set_advisor(
        self, counter: Counter, to: AdvisorState, at: Inference, reason: str = "", *,
        ms: int | None = None, mono_ns: int | None = None,
    ) -> None:  # fmt: skip
        """Record a change of the advisor's state; nothing if it is that already."""
        was = self.advisor_state(counter)
        if was == to:
            return
        self._advisors[counter.id] = to
        self.add(
            AdvisorStateChanged(counter=counter.id, from_=was, to=to, at=at, reason=reason), ms=ms, mono_ns=mono_ns
        )


def readable(event: Event) -> Event:
    """The event, if a replay of the journal can read it. Refused otherwise: what is journalled stays for ever, and a
    point that cannot read its journal does not start."""
    try:
        _readers[type(event)].decode(_encode(event))
    except (msgspec.MsgspecError, UnicodeError) as bad:
        raise Refused("invalid", f"{NAMES[type(event)]}: {bad}") from bad
    return event


@lru_cache(maxsize=512)  # asked for at each look at a ticket that is waiting
def secret_code(secret: bytes, ticket: str) -> str:
    """The 80-bit code behind a ticket's QR, 16 letters A-Z2-7: only this journal's secret can make it."""
    return b32encode(hmac.digest(secret, ticket.encode(), "sha256")[:10]).decode("ascii")


def hash_code(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def hash_booking(secret: bytes, code: str) -> str:
    """The mark of an appointment's code in events: a short code cannot be guessed from it without our secret."""
    return hmac.digest(secret, f"booking/{code}".encode(), "sha256").hex()
