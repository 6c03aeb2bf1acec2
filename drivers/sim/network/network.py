"""A network to use: `async with Network("booth", "expert") as net: await net.end("booth").set(loss=0.05)`."""

import asyncio
import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path as File
from types import TracebackType
from typing import Any, Self

import msgspec

from drivers.sim.network import tun
from drivers.sim.network.impairment import CLEAR, Impairment
from drivers.sim.network.orders import Answer, Link, Move, Order, Place, Set, Tell, Told, line, read_answer

START_S, ANSWER_S, END_S = 20.0, 10.0, 5.0


class NoNetwork(Exception):
    """It did not come up, or refused an order; the message says what it needs."""


class End:
    """Who is somewhere in the network. `address` changes with `move`."""

    def __init__(self, name: str, place: Place, net: "Network") -> None:
        self.name, self.address = name, place.address
        self._namespace, self._net = place.namespace, net

    async def set(
        self, both: Impairment = CLEAR, *, up: dict[str, Any] | None = None, down: dict[str, Any] | None = None,
        **members: Any,
    ) -> None:  # fmt: skip
        """How bad its link is from now on, the whole of it: `set()` makes it clear. `members` are `Impairment`'s,
        for both ways; `up` and `down` hold for one, in place of them. 20 ms both ways are a round trip of 40."""
        each = _told(members, both)
        await self._net.order(Set(id=self._net.next_id(), end=self.name, up=_told(up, each), down=_told(down, each)))

    async def move(self, address: str | None = None) -> str:
        """Another address in place of the one it had; sockets that were bound to that are of no use any more."""
        address = address or self._net.fresh_address()
        await self._net.order(Move(id=self._net.next_id(), end=self.name, address=address))
        self.address = address
        return address

    async def link(self, *, up: bool) -> None:
        """The cable is pulled or put in: unlike in a blackhole, whoever is there is told by the kernel."""
        await self._net.order(Link(id=self._net.next_id(), end=self.name, up=up))

    def command(self, *words: str) -> tuple[str, ...]:
        """The same command, run there; it keeps its process id."""
        return ("nsenter", f"--net={self._namespace}", "--", *words)

    def wrapper(self, folder: File, *words: str) -> File:
        """An executable file that runs these words, and whatever follows them, there: for who only takes a path."""
        path = folder / f"{self.name}-{File(words[0]).name}"
        path.write_text(f'#!/bin/sh\nexec {shlex.join(self.command(*words))} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
        return path

    @contextmanager
    def inside(self) -> Iterator[None]:
        """A socket that this thread makes in the block is there, wherever it is used. No await in it."""
        with tun.inside(self._namespace):
            yield

    def socket(self, kind: socket.SocketKind = socket.SOCK_STREAM, *, port: int | None = None) -> socket.socket:
        """A non-blocking one that is there; with `port` bound to its address (0: any), a stream then listens."""
        with self.inside():
            sock = socket.socket(socket.AF_INET, kind)
        sock.setblocking(False)
        if port is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((self.address, port))
            if kind is socket.SOCK_STREAM:
                sock.listen(128)
        return sock


class Network:
    """Ends by name, all reaching each other; everything is gone when the block ends. The first packets with the same
    `seed` have the same fates. Raises NoNetwork."""

    def __init__(self, *names: str, seed: str = "0") -> None:
        self._names, self._seed = names, seed
        self._ends: dict[str, End] = {}
        self._id = 0
        self._moved = 100
        self._turn = asyncio.Lock()

    def end(self, name: str) -> End:
        return self._ends[name]

    async def counts(self) -> Told:
        """Packets of every lane, and how late the network's own process was."""
        answer = await self.order(Tell(id=self.next_id()))
        assert answer.counts is not None
        return answer.counts

    async def order(self, order: Order) -> Answer:
        async with self._turn:
            assert self._process.stdin is not None
            with suppress(ConnectionError):
                self._process.stdin.write(line(order))
                await self._process.stdin.drain()
            answer = await self._answer(ANSWER_S)
        if answer.problem:
            raise NoNetwork(answer.problem)
        return answer

    def next_id(self) -> int:
        self._id += 1
        return self._id

    def fresh_address(self) -> str:
        self._moved += 1
        return f"198.18.0.{self._moved}"

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "drivers.sim.network", "--seed", self._seed, *self._names,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            answer = await self._answer(START_S)
            if answer.problem:
                raise NoNetwork(answer.problem)
        except BaseException:
            await self._ended()
            raise
        self._ends = {name: End(name, place, self) for name, place in answer.ends.items()}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ended()

    async def _answer(self, patience_s: float) -> Answer:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(patience_s):
                said = await self._process.stdout.readline()
        except TimeoutError as silent:
            raise NoNetwork(f"the network's process said nothing for {patience_s:g} s") from silent
        if not said:
            raise NoNetwork("the network's process ended")
        return read_answer(said)

    async def _ended(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(END_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


class Path(Network):
    """Two ends and what lies between them: `async with Path() as path: await path.set(loss=0.05, delay_ms=100)`.

    All of it is on the near end's link. `to_far` and `to_near` tell the directions apart.
    """

    def __init__(self, near: str = "near", far: str = "far", *, seed: str = "0") -> None:
        super().__init__(near, far, seed=seed)
        self._near_name, self._far_name = near, far

    @property
    def near(self) -> End:
        return self.end(self._near_name)

    @property
    def far(self) -> End:
        return self.end(self._far_name)

    async def set(
        self, *, to_far: dict[str, Any] | None = None, to_near: dict[str, Any] | None = None, **both: Any
    ) -> None:
        """As `End.set`."""
        await self.near.set(up=to_far, down=to_near, **both)


def _told(members: dict[str, Any] | None, otherwise: Impairment) -> Impairment:
    """Raises msgspec.ValidationError for a member that there is not, or a value that cannot be."""
    return msgspec.convert(members, Impairment) if members else otherwise
