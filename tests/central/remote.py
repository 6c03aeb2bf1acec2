"""Points, experts and their words for the broker's tests: pictures in the shapes of docs/remote-service.md."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import msgspec

from controller.central.broker import Broker
from controller.central.engine import P2p
from controller.central.experts import Expert
from controller.central.ice import Turn
from controller.central.pools import Durations
from controller.central.shapes import Brief, Point, read_expert, read_point
from controller.central.standing import Say

S = "r-sodankyla-1"
T0 = 1_796_000_000.0  # 2026-11-30


def expert(id_: str = "E7", *pools: str, languages: tuple[str, ...] = ("fi", "sv")) -> Expert:
    return Expert(id=id_, name=f"Name of {id_}", pools=pools or ("kela",), languages=languages, token="0" * 64)


def brief(session: str, **members: Any) -> dict[str, Any]:
    """One session as a point describes it."""
    return {
        "session": session, "state": "queued", "cause": None, "mode": "walk_in", "booth": "booth-1",
        "booth_name": {"fi": "Huone 1"}, "provider": "kela", "service": "kela-asumistuki",
        "service_name": {"fi": "Asumistuki", "en": "Housing allowance"}, "language": "fi", "interpreter": None,
        "number": "K042", "requested_at": "2026-11-30T08:00:00.000Z", "since": "2026-11-30T08:00:00.000Z",
        "expert": None, "order": None, "legs": {"page": True, "media": True}, "printer": True, **members,
    }  # fmt: skip


def picture(*briefs: dict[str, Any], **members: Any) -> str:
    services = [
        {"id": "kela-asumistuki", "name": {"fi": "Asumistuki"}, "provider": "kela", "provider_name": {"fi": "Kela"}},
        {"id": "vero-kortti", "name": {"fi": "Verokortti"}, "provider": "vero", "provider_name": {"fi": "Vero"}},
    ]
    told = {"t": "point", "name": {"fi": "Sodankylä"}, "sessions": list(briefs), "services": services, **members}
    return msgspec.json.encode(told).decode()


def signal(session: str, from_: str, leg: str = "talk", epoch: int = 1000, seq: int = 1) -> str:
    body = {"k": "ice", "candidate": "candidate:1", "mid": "0", "index": 0}
    told = {"t": "signal", "session": session, "leg": leg, "epoch": epoch, "from": from_, "seq": seq, "body": body}
    return msgspec.json.encode(told).decode()


@dataclass
class Table:
    """A broker on a table: what it said since the last look, and who is there."""

    turn: Turn | None = None
    now_s: float = T0
    said: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)  # kind, id, message

    def __post_init__(self) -> None:
        numbers = itertools.count(1)
        self.broker = Broker(P2p(self.turn, lambda: self.now_s), lambda: f"b-{next(numbers)}", self.now_s, Durations())

    def hear(self, says: list[Say]) -> None:
        self.said += [(to.kind, to.id, msgspec.json.decode(msgspec.json.encode(message))) for to, message in says]

    def point(self, point: str, *texts: str) -> None:
        for text in texts:
            self.hear(self.broker.point_said(point, read_point(text), self.now_s))

    def point_comes(self, point: str, *texts: str) -> None:
        self.hear(self.broker.point_came(point, self.now_s))
        self.point(point, *texts)

    def expert_comes(self, who: Expert, ready: bool = True) -> None:
        self.hear(self.broker.expert_came(who, self.now_s))
        if ready:
            self.expert(who.id, t="ready", ready=True)

    def expert(self, id_: str, text: str = "", **message: Any) -> None:
        told = text or msgspec.json.encode(message).decode()
        self.hear(self.broker.expert_said(id_, read_expert(told), self.now_s))

    def passes(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.now_s += 1
            self.hear(self.broker.tick(self.now_s))

    def told(self, kind: str, id_: str, t: str) -> list[dict[str, Any]]:
        """What was said of this type to this end; and it is taken off the table."""
        found = [message for to, one, message in self.said if (to, one, message["t"]) == (kind, id_, t)]
        self.said = [one for one in self.said if (one[0], one[1], one[2]["t"]) != (kind, id_, t)]
        return found

    def orders(self, point: str) -> list[tuple[str, str]]:
        """(do, session) of the orders to this point."""
        return [(order["do"], order["session"]) for order in self.told("point", point, "order")]


def known_brief(text: dict[str, Any]) -> Brief:
    return msgspec.convert(text, type=Brief)


def known_point(text: str) -> Point:
    read = read_point(text)
    assert isinstance(read, Point)
    return read


def answered(turn: Turn | None = None) -> Table:
    """E7 has the session S of Sodankylä."""
    table = Table(turn)
    table.point_comes("sodankyla", picture(brief(S)))
    table.expert_comes(expert())
    table.point("sodankyla", picture(brief(S, state="ringing")))
    table.expert("E7", t="answer", session=S)
    table.point("sodankyla", picture(brief(S, state="connected", expert="E7")))
    return table
