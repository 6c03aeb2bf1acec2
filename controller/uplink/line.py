"""The line from the box to central: how long to wait after a failure, what an answer means, and one log line
when the line is lost and one when it is back.
"""

from collections.abc import Callable
from random import Random
from urllib.parse import quote

import aiohttp
import msgspec
import structlog

SHORTEST_S, LONGEST_S = 0.5, 30.0  # wait after a failure (contract, section 7)
REQUEST_S = 10.0  # any request but a long poll
ANSWER_MOST = 4 << 20  # bytes: a hundred commands are the longest answer
WORDS_MOST = 300  # letters of what central says went wrong

OpenSession = Callable[[], aiohttp.ClientSession]
log = structlog.get_logger()


class Refused(Exception):
    """Central answered, but not with what was asked for."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status} {detail}")
        self.status = status


class TooLong(Exception):
    """Central answers without end."""


class _Problem(msgspec.Struct, frozen=True):
    """What we read of an RFC 9457 document."""

    type: str = ""
    detail: str = ""


def open_session(sockets: aiohttp.SocketFactoryType | None = None) -> aiohttp.ClientSession:
    """A session of few connections whose every phase is bounded; requests set their own total."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=4, socket_factory=sockets),
        timeout=aiohttp.ClientTimeout(total=REQUEST_S, connect=REQUEST_S),
        trust_env=False,
    )


def point_url(base_url: str, point: str, door: str) -> str:
    """The address of one of a point's doors at central."""
    return f"{base_url.rstrip('/')}/api/v1/points/{quote(point, safe='')}/{door}"


def bearer(token: str) -> dict[str, str]:
    """The credential as a header."""
    return {"Authorization": f"Bearer {token}"}


async def answer_of(response: aiohttp.ClientResponse) -> bytes:
    """The body of a 200. Raises Refused with central's own words for anything else."""
    body = await whole_of(response)
    if response.status == 200:
        return body
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        problem = _Problem()
    why = f"{problem.type} {problem.detail}".strip() or response.reason or "no reason given"
    raise Refused(response.status, why[:WORDS_MOST])


async def whole_of(response: aiohttp.ClientResponse) -> bytes:
    """The body, unpacked. Raises TooLong before a flood fills this box."""
    body = bytearray()
    async for part in response.content.iter_chunked(65_536):
        body += part
        if len(body) > ANSWER_MOST:
            raise TooLong(f"central's answer is too long: over {ANSWER_MOST} bytes")
    return bytes(body)


class Backoff:
    """Waits that grow with each failure in a row, spread by chance so that a country does not come back at once."""

    def __init__(self, random: Random) -> None:
        self._random, self._last = random, SHORTEST_S

    def next(self) -> float:
        """Seconds to wait now: at least SHORTEST_S, at most LONGEST_S, at most three times the wait before."""
        self._last = self._random.uniform(SHORTEST_S, min(LONGEST_S, 3 * self._last))
        return self._last

    def reset(self) -> None:
        self._last = SHORTEST_S


class Voice:
    """Says once that something is lost, and once that it is back."""

    def __init__(self, what: str) -> None:
        self._what, self._lost = what, False

    def lost(self, why: Exception) -> None:
        if not self._lost:
            log.warning(f"{self._what} lost", why=f"{type(why).__name__}: {why}")
        self._lost = True

    def back(self) -> None:
        if self._lost:
            log.info(f"{self._what} back")
        self._lost = False
