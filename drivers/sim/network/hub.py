"""The middle of the network: takes each packet from its sender's device, lets it suffer, hands it to its receiver's."""

import asyncio
import heapq
import os
import socket
from random import Random

from drivers.sim.network import tun
from drivers.sim.network.impairment import Lane
from drivers.sim.network.orders import Answer, Link, Move, Order, Place, Set, Tell, Told, Way

BATCH = 64  # packets taken from one device before the others get a turn
PACKET_MOST = 65_535
LATE_S = 0.005
SOURCE, TARGET = slice(12, 16), slice(16, 20)  # RFC 791, section 3.1


class Wire:
    """One end's link: its device, and a lane each way."""

    def __init__(self, name: str, address: str, seed: str) -> None:
        self.address = address
        self.namespace = tun.new_namespace()
        self.fd = tun.new_device(self.namespace, address)
        self.up = Lane(Random(f"{seed}/{name}/up"))  # noqa: S311  why: it is to be repeated
        self.down = Lane(Random(f"{seed}/{name}/down"))  # noqa: S311  # why: must be repeatable

    @property
    def place(self) -> Place:
        return Place(address=self.address, namespace=f"/proc/{os.getpid()}/fd/{self.namespace}")


class Hub:
    """All wires, and the packets under way. `ends`: their names, each with its address."""

    def __init__(self, ends: dict[str, str], seed: str) -> None:
        self.wires = {name: Wire(name, address, seed) for name, address in ends.items()}
        self._loop = asyncio.get_running_loop()
        self._under_way: list[tuple[float, int, Wire, bytes, bool]] = []
        self._told = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stray = 0
        self._late = 0
        self._late_most_s = 0.0
        self._route()
        for wire in self.wires.values():
            self._loop.add_reader(wire.fd, self._take, wire)

    def do(self, order: Order) -> Answer:
        """Raises KeyError for an end that is not there, OSError when the kernel refuses."""
        match order:
            case Set():
                wire = self.wires[order.end]
                wire.up.impairment, wire.down.impairment = order.up, order.down
            case Move():
                wire = self.wires[order.end]
                tun.plug(wire.namespace, order.address)
                wire.address = order.address
                self._route()
            case Link():
                wire = self.wires[order.end]
                if order.up:
                    tun.plug(wire.namespace, wire.address)
                else:
                    tun.unplug(wire.namespace)
            case Tell():
                return Answer(id=order.id, counts=self._counts())
        return Answer(id=order.id)

    def _counts(self) -> Told:
        ends = {name: Way(up=wire.up.counts, down=wire.down.counts) for name, wire in self.wires.items()}
        late_ms = round(1000 * self._late_most_s, 3)
        return Told(ends=ends, stray=self._stray, late=self._late, late_most_ms=late_ms)

    def _route(self) -> None:
        self._by_address = {socket.inet_aton(wire.address): wire for wire in self.wires.values()}

    def _take(self, wire: Wire) -> None:
        for _ in range(BATCH):
            try:
                packet = os.read(wire.fd, PACKET_MOST)
            except OSError:  # nothing more now (EAGAIN), or the link is down (EIO)
                return
            if packet[0] >> 4 != 4:
                continue  # IPv6 asks who is there, in vain; it may not move the chance of the others
            target = self._by_address.get(packet[TARGET])
            if target is None or self._by_address.get(packet[SOURCE]) is not wire:
                self._stray += 1
                continue
            now_s = self._loop.time()
            for due_s in wire.up.fates(len(packet), now_s):
                if due_s > now_s:
                    self._later(due_s, target, packet, arriving=False)
                else:
                    self._into(target, packet)

    def _into(self, target: Wire, packet: bytes) -> None:
        """From the network onto the receiver's own link."""
        now_s = self._loop.time()
        for due_s in target.down.fates(len(packet), now_s):
            if due_s > now_s:
                self._later(due_s, target, packet, arriving=True)
            else:
                _hand(target, packet)

    def _later(self, due_s: float, target: Wire, packet: bytes, *, arriving: bool) -> None:
        self._told += 1
        heapq.heappush(self._under_way, (due_s, self._told, target, packet, arriving))
        if self._under_way[0][1] == self._told:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(due_s, self._release)

    def _release(self) -> None:
        self._timer = None
        now_s = self._loop.time()
        while self._under_way and self._under_way[0][0] <= now_s:
            due_s, _, target, packet, arriving = heapq.heappop(self._under_way)
            self._late_most_s = max(self._late_most_s, now_s - due_s)
            self._late += now_s - due_s > LATE_S
            if arriving:
                _hand(target, packet)
            else:
                self._into(target, packet)
        if self._under_way:
            self._timer = self._loop.call_at(self._under_way[0][0], self._release)


def _hand(target: Wire, packet: bytes) -> None:
    try:
        os.write(target.fd, packet)
    except OSError:
        return  # the link is down: what arrives there is gone


def places(hub: Hub) -> Answer:
    return Answer(ends={name: wire.place for name, wire in hub.wires.items()})


def refused(order: Order, problem: Exception) -> Answer:
    word = f"there is no end {problem}" if isinstance(problem, KeyError) else str(problem)
    return Answer(id=order.id, problem=word)
