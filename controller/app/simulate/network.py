"""The networks of the simulated world: the lobby's cable, and the line to central with all that lines do to bytes."""

import asyncio
from random import Random

from controller.app.simulate.tally import Tally
from controller.app.simulate.wire import End

LAN_S = (0.0005, 0.003)
LINE_S = (0.01, 0.12)  # one way, a rural line
CUT, REPLAY, SWAP = 0.004, 0.01, 0.006  # of the pieces that are carried; of the requests
REPLAY_S = (0.05, 120.0)  # how much later a proxy sends a request again
KEPT_ANSWERS = 4


class Cable:
    """Brings everything, in order, a moment later. While it is not `up` nobody connects and nothing arrives."""

    def __init__(self, random: Random, delay_s: tuple[float, float] = LAN_S) -> None:
        self.up = True
        self._random = random
        self._delay_s = delay_s
        self._free_s: dict[End, float] = {}  # end -> when the last piece on its way arrives

    def connect(self) -> None:
        if not self.up:
            raise ConnectionRefusedError("nobody is there")

    def carry(self, to: End, data: bytes) -> None:
        if self.up:
            self.bring(to, data)

    def bring(self, to: End, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        at = max(loop.time() + self._random.uniform(*self._delay_s), self._free_s.get(to, 0.0))
        self._free_s[to] = at
        loop.call_at(at, to.arrived, data)
        if not data:
            self._free_s.pop(to, None)
            self._free_s.pop(to.other, None)

    def cut(self) -> None:
        """Every connection ends now, at both ends."""
        ends, self._free_s = list(self._free_s), {}
        for end in ends:
            end.abort()


class _Talk:
    """What was said on one connection since the last question began."""

    def __init__(self) -> None:
        self.request = bytearray()
        self.answer = bytearray()
        self.stale: bytes | None = None  # what is answered instead of the truth


class Line(Cable):
    """A `Cable` to central; with `faulty` it cuts in the middle of bytes, and a confused proxy on it sends requests
    again later and gives old answers to new questions."""

    def __init__(self, random: Random, tally: Tally, *, faulty: bool) -> None:
        super().__init__(random, LINE_S)
        self._tally = tally
        self._faulty = faulty
        self._talks: dict[End, _Talk] = {}
        self._answers: dict[bytes, list[bytes]] = {}  # method and path -> what was answered to it before

    def carry(self, to: End, data: bytes) -> None:
        if not self.up:
            return
        if not self._faulty:
            self.bring(to, data)
        elif data and self._random.random() < CUT:
            self._truncate(to, data)
        elif to.is_client:
            self._answered(to, data)
        else:
            self._asked(to, data)

    def _truncate(self, to: End, data: bytes) -> None:
        self._tally.count("line: answers cut short" if to.is_client else "line: requests cut short")
        self.bring(to, data[: self._random.randrange(len(data))])
        loop = asyncio.get_running_loop()
        loop.call_at(self._free_s.get(to, loop.time()) + 1e-6, to.abort)
        self._talks.pop(to if to.is_client else to.other, None)

    def _asked(self, server: End, data: bytes) -> None:
        talk = self._talks.get(server.other)
        if talk is None or talk.answer:
            self._keep(talk)
            talk = self._talks[server.other] = _Talk()
            before = self._answers.get(_kind(data), [])
            if before and self._random.random() < SWAP:
                talk.stale = self._random.choice(before)
                self._tally.count("line: answers out of order")
        talk.request += data
        self.bring(server, data)
        if not data:
            del self._talks[server.other]

    def _answered(self, client: End, data: bytes) -> None:
        talk = self._talks.get(client)
        if talk is None or not data:
            self.bring(client, data)
            return
        first, stale = not talk.answer, talk.stale
        talk.answer += data
        if stale is None:
            self.bring(client, data)
        elif first:
            self.bring(client, stale)
        if first and self._random.random() < REPLAY:
            self._tally.count("line: requests sent again")
            loop = asyncio.get_running_loop()
            loop.call_later(self._random.uniform(*REPLAY_S), self._replay, client, bytes(talk.request))

    def _keep(self, talk: _Talk | None) -> None:
        if talk is not None and talk.stale is None:
            kept = self._answers.setdefault(_kind(talk.request), [])
            kept.append(bytes(talk.answer))
            del kept[:-KEPT_ANSWERS]

    def _replay(self, client: End, request: bytes) -> None:
        """The proxy asks once more, on a connection of its own, and throws the answer away."""
        if self.up:
            client.ask_again(request)

    def cut(self) -> None:
        super().cut()
        self._talks.clear()


def _kind(request: bytes | bytearray) -> bytes:
    """`GET /api/v1/points/p/head` out of the request's first line."""
    return bytes(request[: request.find(b" HTTP")]).partition(b"?")[0]
