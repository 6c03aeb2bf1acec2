"""What the two ends of a WebRTC leg tell each other through whoever stands between: shapes, limits, and the machine
that sends and takes them in order (docs/remote-service.md, "Signals"). No I/O here.

Relays keep nothing and may restart: who sent keeps what was not acknowledged and says it again; who takes takes each
once, in order. A message bears session, leg, epoch and sequence, so that a replayed, late or reordered one is known.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Leg = Literal["talk", "booth"]
End = Literal["booth", "media", "expert"]
SessionId = Annotated[str, Meta(pattern=r"^r-[A-Za-z0-9._:-]{1,77}$(?!\n)")]
Epoch = Annotated[int, Meta(ge=0, le=2**53)]
EPOCH_TOLD_MOST = 2**52  # an epoch beyond it was made up: no clock of central comes there, and none could follow it
Seq = Annotated[int, Meta(ge=0, le=1_000_000)]
Why = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)")]

MESSAGE_MOST = 96 * 1024  # bytes of one message on any line
LINE_BURST = 500  # messages on a line of the point that are heard at once; a session's beginning has about fifty
LINE_EVERY_S = 0.01  # then one each; who talks faster waits at the socket, and tickets do not wait for it
SDP_MOST = 65_536  # characters; Chromium's first offer with every codec has 7,000
EARLY_MOST = 64  # signals kept that came before their turn
UNACKED_MOST = 256  # signals without an answer: the other end is gone
AGAIN_S = 2.0  # what is not acknowledged is said again
BOOTH_END: dict[Leg, End] = {"talk": "booth", "booth": "media"}


class _Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", forbid_unknown_fields=True):
    """Base of what a signal carries."""


class Sdp(_Body, frozen=True, kw_only=True, tag="sdp"):
    type: Literal["offer", "answer"]
    sdp: Annotated[str, Meta(max_length=SDP_MOST)]


class Ice(_Body, frozen=True, kw_only=True, tag="ice"):
    """A candidate; `candidate` None: no more will come."""

    candidate: Annotated[str, Meta(max_length=1024)] | None
    mid: Annotated[str, Meta(max_length=64)] | None = None
    index: Annotated[int, Meta(ge=0, le=255)] | None = None


class Renew(_Body, frozen=True, kw_only=True, tag="renew"):
    """Please begin a new epoch: mine is broken, or I have just begun to live. Only in epoch 0."""

    why: Why


class Bye(_Body, frozen=True, kw_only=True, tag="bye"):
    """This connection is over; the session may not be."""


Body = Sdp | Ice | Renew | Bye


class Signal(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="signal", forbid_unknown_fields=True):
    session: SessionId
    leg: Leg
    epoch: Epoch
    from_: End = msgspec.field(name="from")
    seq: Seq
    body: Body


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="ack", forbid_unknown_fields=True):
    """The last signal that `from` took in order, of those that the other end sent."""

    session: SessionId
    leg: Leg
    epoch: Epoch
    from_: End = msgspec.field(name="from")
    seq: Seq


class IceServer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    urls: Annotated[tuple[Annotated[str, Meta(pattern=r"^(stun|turn|turns):\S{1,255}$")], ...], Meta(max_length=8)]
    username: Annotated[str, Meta(max_length=256)] | UnsetType = UNSET
    credential: Annotated[str, Meta(max_length=256)] | UnsetType = UNSET


class IceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What a peer may use to be reached. Nothing by default: no public server learns who talks with whom.
    `relay_only`: neither end learns the other's address."""

    servers: Annotated[tuple[IceServer, ...], Meta(max_length=8)] = ()
    relay_only: bool = False


Message = Signal | Ack
read_signal = msgspec.json.Decoder(Message).decode
write = msgspec.json.encode


class Wire:
    """One end of one leg: numbers what it says, and takes what it hears in order, each once.

    `out()` is what must go out now; call it after `say`, `hear`, when a line was opened anew (`again=True`) and every
    AGAIN_S (`again=True`). An end that begins epochs is `begins`: it is the only one that calls `begin`.
    """

    def __init__(self, session: str, leg: Leg, me: End, *, begins: bool) -> None:
        self.session, self.leg, self.me = session, leg, me
        self.epoch = 0
        self.overtaken = 0  # the other end lives in this epoch, later than ours: only a later one will be heard
        self._begins = begins
        self._said = 0
        self._unacked: list[Signal] = []
        self._fresh: list[Message] = []
        self._next = 1
        self._early: dict[int, Signal] = {}

    @property
    def unacked(self) -> int:
        return len(self._unacked)

    @property
    def is_dead(self) -> bool:
        """So much without an answer that nobody can be listening; a new epoch is needed."""
        return len(self._unacked) >= UNACKED_MOST

    def begin(self, epoch: int) -> None:
        """A new connection; what was said in the old one is forgotten. Raises ValueError unless it is a newer one."""
        if not self._begins or epoch <= self.epoch:
            raise ValueError(f"epoch {epoch} does not follow {self.epoch} at end {self.me}")
        self._turn(epoch)

    def say(self, body: Body) -> None:
        """Queue one signal for `out`. Nothing may be said before the first epoch but `Renew`, or when it is dead."""
        if isinstance(body, Renew):
            self._fresh.append(self._signal(0, 0, body))
            return
        if not self.epoch:
            raise ValueError("no epoch has begun")
        if self.is_dead:
            return
        self._said += 1
        signal = self._signal(self.epoch, self._said, body)
        self._unacked.append(signal)
        self._fresh.append(signal)

    def hear(self, message: Message) -> list[Body]:
        """What may be acted upon now, in order. After a newer epoch began, `epoch` has changed."""
        if (message.session, message.leg) != (self.session, self.leg) or message.from_ == self.me:
            return []
        if isinstance(message, Ack):
            if message.epoch == self.epoch:
                self._unacked = [s for s in self._unacked if s.seq > message.seq]
            elif self._begins and self.epoch < message.epoch < EPOCH_TOLD_MOST:
                self.overtaken = message.epoch
            return []
        if isinstance(message.body, Renew):
            return [message.body] if self._begins and not message.epoch else []
        if message.epoch > self.epoch and not self._begins:
            self._turn(message.epoch)
        if 0 < message.epoch < self.epoch and not self._begins:
            self._acknowledge()  # so that an end which begins too low (its broker's clock was set back) finds out
        if message.epoch != self.epoch or not message.epoch or not message.seq:
            return []
        return self._take(message)

    def out(self, *, again: bool = False) -> list[Message]:
        """What goes out now: everything that is not acknowledged, or only what is new."""
        renew = [m for m in self._fresh if isinstance(m, Signal) and isinstance(m.body, Renew)]
        acks = [m for m in self._fresh if isinstance(m, Ack)][-1:]
        said = list(self._unacked) if again else [m for m in self._fresh if isinstance(m, Signal) and m.seq]
        self._fresh = []
        return [*renew, *acks, *said]

    def _take(self, signal: Signal) -> list[Body]:
        if signal.seq >= self._next and (len(self._early) < EARLY_MOST or signal.seq == self._next):
            self._early.setdefault(signal.seq, signal)
        taken: list[Body] = []
        while (following := self._early.pop(self._next, None)) is not None:
            taken.append(following.body)
            self._next += 1
        self._acknowledge()
        return taken

    def _acknowledge(self) -> None:
        self._fresh.append(Ack(session=self.session, leg=self.leg, epoch=self.epoch, from_=self.me, seq=self._next - 1))

    def _turn(self, epoch: int) -> None:
        self.epoch, self.overtaken = epoch, 0
        self._said, self._unacked, self._fresh = 0, [], []
        self._next, self._early = 1, {}

    def _signal(self, epoch: int, seq: int, body: Body) -> Signal:
        return Signal(session=self.session, leg=self.leg, epoch=epoch, from_=self.me, seq=seq, body=body)


def tell(value: Any) -> str:
    """A message as it goes over a line."""
    return msgspec.json.encode(value).decode()
