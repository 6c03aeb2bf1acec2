"""Paths to a TURN server: which of its addresses answers, and how well it carries.

aiortc uses one TURN address only, and one that does not answer costs each connection 5 s. So they are all tried first,
and the first usable in the order udp, tcp, tls is given to it.
"""

import asyncio
import itertools
import statistics
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import structlog
from aioice import stun
from aioice.turn import TurnTransport, create_turn_endpoint
from aiortc import RTCIceServer
from aiortc.rtcicetransport import parse_stun_turn_uri

from controller.ports.signalling import IceConfig, IceServer

PROBE_S = 2.5
PACKETS, PACKET_BYTES, EACH_S = 50, 1000, 0.02  # one second of 400 kbit/s, there and back
ECHO_S = 2.0  # for the last one to come back
FAILS = (OSError, TimeoutError, ValueError, stun.TransactionError)  # ValueError: a host that is no name
ORDER = {"udp": 0, "tcp": 1, "tls": 2}

log = structlog.get_logger("media")


@dataclass(frozen=True, slots=True)
class Address:
    """One TURN URL. `how`: "udp", "tcp" or "tls"."""

    url: str
    host: str
    port: int
    how: str
    username: str
    credential: str


@dataclass(frozen=True, slots=True)
class Path:
    """How an address carried: `rtt_ms` of the middle packet that went out over one relayed address and came back over
    another; `loss` is a share of 1. `ok` False: `why`."""

    url: str
    how: str
    ok: bool
    why: str = ""
    rtt_ms: float | None = None
    jitter_ms: float | None = None
    loss: float | None = None


def addresses(ice: IceConfig) -> list[Address]:
    """Of every TURN URL that aiortc can use, in the order in which they are preferred."""
    found = [address for server in ice.servers for url in server.urls for address in _read(url, server)]
    return sorted(found, key=lambda address: ORDER[address.how])


async def choose(ice: IceConfig) -> list[RTCIceServer]:
    """What aiortc is given: one STUN server if central names one, and the one TURN address that is usable. With
    `relay_only` and no usable address: nothing, and no connection will come about."""
    chosen = [
        RTCIceServer(urls=url) for server in ice.servers for url in server.urls if url.startswith("stun:")
    ][:1]  # fmt: skip
    found = addresses(ice)
    answers = await asyncio.gather(*(probe(address) for address in found))
    for address, rtt_ms in zip(found, answers, strict=True):
        if rtt_ms is not None:
            log.info("media_turn", how=address.how, rtt_ms=rtt_ms)
            return [*chosen, RTCIceServer(urls=address.url, username=address.username, credential=address.credential)]
    if found:
        log.warning("media_turn", how="none", tried=[address.how for address in found])
    return chosen


async def probe(address: Address) -> float | None:
    """Milliseconds until it gave a relayed address; None: it gives none."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(PROBE_S):
            transport, _ = await _allocate(address)
    except FAILS as error:
        log.info("media_turn_refused", how=address.how, why=why(error))
        return None
    transport.close()
    return round((time.monotonic() - began) * 1000, 1)


async def measure(address: Address) -> Path:
    """Two relayed addresses, and packets from one to the other and back."""
    there: _Ear | None = None
    here: _Ear | None = None
    try:
        async with asyncio.timeout(PROBE_S):
            _, here = await _allocate(address)
            _, there = await _allocate(address)
        there.answers = True
        there.open_to(here)
        here.open_to(there)
        await asyncio.sleep(0.1)  # until both channels are bound
        for n in range(PACKETS):
            here.send(n)
            await asyncio.sleep(EACH_S)
        await here.all_back(ECHO_S)
        return _path(address, here)
    except FAILS as error:
        return Path(address.url, address.how, False, why(error))
    finally:
        for ear in (here, there):
            if ear is not None:
                ear.close()


def why(error: Exception) -> str:
    """A word for what an address answered."""
    if isinstance(error, stun.TransactionFailed):
        return f"refused_{error.response.attributes['ERROR-CODE'][0]}"
    if isinstance(error, TimeoutError | stun.TransactionTimeout):
        return "no_answer"
    return "no_certificate" if "CERTIFICATE" in str(error).upper() else "unreachable"


def _read(url: str, server: IceServer) -> Iterator[Address]:
    try:
        parsed: dict[str, Any] = parse_stun_turn_uri(url)
    except ValueError:
        return
    how = "tls" if parsed["scheme"] == "turns" else parsed.get("transport")
    if how not in ORDER or parsed["scheme"] not in {"turn", "turns"} or not server.username or not server.credential:
        return
    if how == "tls" and parsed["transport"] != "tcp":
        return
    yield Address(url, parsed["host"], parsed["port"], how, server.username, server.credential)


async def _allocate(address: Address) -> "tuple[TurnTransport, _Ear]":
    transport, ear = await create_turn_endpoint(
        _Ear,
        server_addr=(address.host, address.port),
        username=address.username,
        password=address.credential,
        lifetime=60,
        ssl=address.how == "tls",
        transport="udp" if address.how == "udp" else "tcp",
    )
    return transport, ear


class _Ear(asyncio.DatagramProtocol):
    """One relayed address: sends numbered packets, or sends back what it hears."""

    def __init__(self) -> None:
        self.answers = False
        self.trips_s: dict[int, float] = {}
        self._sent: dict[int, float] = {}
        self._all = asyncio.Event()
        self._transport: TurnTransport | None = None
        self._to: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(TurnTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self._transport is None or len(data) < 4:
            return
        if self.answers:
            self._transport.sendto(data, self._to)
            return
        [n] = struct.unpack_from("!I", data)
        if n in self._sent and n not in self.trips_s:
            self.trips_s[n] = time.monotonic() - self._sent[n]
            if len(self.trips_s) == PACKETS:
                self._all.set()

    def open_to(self, other: "_Ear") -> None:
        assert self._transport is not None and other._transport is not None
        self._to = other._transport.get_extra_info("sockname")
        self._transport.sendto(b"", self._to)

    def send(self, n: int) -> None:
        assert self._transport is not None
        self._sent[n] = time.monotonic()
        self._transport.sendto(struct.pack("!I", n) + bytes(PACKET_BYTES - 4), self._to)

    async def all_back(self, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                await self._all.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _path(address: Address, ear: _Ear) -> Path:
    trips = [ear.trips_s[n] * 1000 for n in sorted(ear.trips_s)]
    if not trips:
        return Path(address.url, address.how, False, "carries_nothing", loss=1.0)
    jumps: Sequence[float] = [abs(b - a) for a, b in itertools.pairwise(trips)]
    return Path(
        address.url, address.how, True, "", round(statistics.median(trips), 1),
        round(statistics.fmean(jumps), 1) if jumps else 0.0, round(1 - len(trips) / PACKETS, 3),
    )  # fmt: skip
