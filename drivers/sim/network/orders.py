"""What the network's process is told and answers: a JSON document a line, in on stdin, out on stdout.

→ {"do": "set", "id": 1, "end": "booth", "up": {"loss": 0.05}, "down": {}}     the whole: what is not named is clear
→ {"do": "move", "id": 2, "end": "booth", "address": "198.18.0.77"}            another address, as by another router
→ {"do": "link", "id": 3, "end": "booth", "up": false}                         the cable is pulled, the kernel knows
→ {"do": "counts", "id": 4}
← {"ends": {"booth": {"address": "198.18.0.1", "namespace": "/proc/71/fd/8"}}}  once, when all is there
← {"id": 1}   {"id": 2, "problem": "…"}   {"id": 4, "counts": {…}}
"""

import msgspec

from drivers.sim.network.impairment import CLEAR, Counts, Impairment


class _Order(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag=str.lower, forbid_unknown_fields=True):
    id: int


class Set(_Order, frozen=True, kw_only=True):
    """`up`: from the end into the network; `down`: to it."""

    end: str
    up: Impairment = CLEAR
    down: Impairment = CLEAR


class Move(_Order, frozen=True, kw_only=True):
    end: str
    address: str


class Link(_Order, frozen=True, kw_only=True):
    end: str
    up: bool


class Tell(_Order, frozen=True, kw_only=True, tag="counts"):
    """Counts are asked for."""


Order = Set | Move | Link | Tell


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Both directions of an end's link."""

    up: Counts
    down: Counts


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """`stray`: packets from or to an address that nobody has. `late_most_ms`, `late`: how much later than it should
    the slowest packet came out, and how many came more than LATE_S too late: a starved machine, not the network."""

    ends: dict[str, Way]
    stray: int
    late: int
    late_most_ms: float


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an end is."""

    address: str
    namespace: str


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: int = 0
    ends: dict[str, Place] = {}
    problem: str = ""
    counts: Told | None = None


read_order = msgspec.json.Decoder(Order).decode
read_answer = msgspec.json.Decoder(Answer).decode


def line(message: Order | Answer) -> bytes:
    return msgspec.json.encode(message) + b"\n"
