"""One simulated printer and its doors. One host prints at a time, through whichever door it came; a second one is not
read until the first leaves. A full printer stops reading; one without power shuts its doors.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from drivers.sim import glyphs
from drivers.sim.device_door import DeviceDoor
from drivers.sim.door import Door, Host
from drivers.sim.escpos_core import RX_BYTES, SPEED_MM_S, EscposCore
from drivers.sim.faults import Fault
from drivers.sim.gadget_door import GadgetDoor
from drivers.sim.mechanism import CUT_S
from drivers.sim.memory import Identity
from drivers.sim.paper_store import PaperStore, PieceOnFile
from drivers.sim.piece import Piece
from drivers.sim.pty_door import PtyDoor
from drivers.sim.tcp_door import TcpDoor

PIECES_SHOWN = 40
MIN_TICK_S = 0.002  # advance the machine at most this often: 3 dot rows
TEND_S = 0.1
TRICKLE_S = 0.002  # between two bytes of a printer that says one at a time


@dataclass(frozen=True, slots=True)
class PrinterConfig:
    """One printer. `port` 0 takes any free one, None is a printer without a network board; `pty` is where a serial
    line shall be found, `baud` its speed (None: as fast as the system carries); `device` a USB gadget's node; `gadget`
    the port into which it is plugged as a USB device ("dummy_udc.0", "" any free one)."""

    id: str = "lobby"
    host: str = "127.0.0.1"
    port: int | None = 0
    speed_mm_s: float = SPEED_MM_S
    rx_bytes: int = RX_BYTES
    identity: Identity = field(default_factory=Identity)
    cut_s: float = CUT_S
    pty: Path | None = None
    baud: int | None = None
    device: Path | None = None
    gadget: str | None = None


class PrinterServer:
    """`async with PrinterServer(config, paper_dir) as printer`; printer.port is the real one. Raises OSError
    for a door that cannot be opened."""

    def __init__(self, config: PrinterConfig, paper_dir: Path) -> None:
        self.config = config
        self.pieces: deque[PieceOnFile] = deque(maxlen=PIECES_SHOWN)
        self.directory = paper_dir / config.id

    async def __aenter__(self) -> "PrinterServer":
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(glyphs.warm)
        self._store = await asyncio.to_thread(PaperStore, self.directory)
        self.pieces.extend(await asyncio.to_thread(self._store.pieces, PIECES_SHOWN))
        counters = await asyncio.to_thread(self._store.recall)
        self.core = EscposCore(
            self.config.speed_mm_s, self.config.rx_bytes, counters, self.config.identity, self.config.cut_s,
            await asyncio.to_thread(self._store.recall_nv),
        )  # fmt: skip
        self._nv_kept = self._nv_now
        self._hosts: list[Host] = []
        self._timer: asyncio.TimerHandle | None = None
        self._drops_seen = 0
        self._cuts_kept = self.core.counters.cuts
        self._outbox: asyncio.Queue[tuple[list[Piece], dict[str, int], list[bytes], Host | None]] = asyncio.Queue()
        self._doors, self._network = self._built()
        self._open = False
        await self._open_doors()
        self._tasks = [self._loop.create_task(self._deliver()), self._loop.create_task(self._tend())]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._timer:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._shut_doors()
        for host in list(self._hosts):
            host.abort()
        await asyncio.sleep(0)  # lets the aborted transports go
        await asyncio.to_thread(self._store.remember, self.core.counters.as_dict())
        await asyncio.to_thread(self._store.remember_nv, self.core.nv.as_dict())

    def strike(self, fault: Fault) -> None:
        self.core.strike(fault, self._loop.time())
        self._tick()

    def press_feed(self) -> bool:
        pressed = self.core.press_feed(self._loop.time())
        self._tick()
        return pressed

    @property
    def clock_s(self) -> float:
        """The machine's clock: the event loop's."""
        return self._loop.time()

    @property
    def port(self) -> int:
        """Its TCP port; 0 when it has none."""
        return self._network.port if self._network else 0

    @property
    def doors(self) -> tuple[str, ...]:
        """How it can be reached, for people."""
        return tuple(door.name for door in self._doors)

    @property
    def connections(self) -> int:
        return len(self._hosts)

    # --- called by its doors: a Machine ---

    @property
    def room(self) -> int:
        return min(1, self.core.room) if self.core.trickle else self.core.room

    @property
    def powered(self) -> bool:
        return self.core.powered

    def joined(self, host: Host) -> None:
        self._hosts.append(host)
        self._let_read()

    def left(self, host: Host) -> None:
        if host in self._hosts:
            self._hosts.remove(host)
        self._let_read()

    def arrived(self, data: bytes) -> None:
        self.core.feed(data, self._loop.time())
        self._tick()

    # --- the machine's time ---

    def _tick(self) -> None:
        answers = self.core.advance(self._loop.time())
        pieces = self.core.take_pieces()
        active = self._hosts[0] if self._hosts else None
        counters = self.core.counters.as_dict()  # as of these pieces: the next one may be cut while they are filed
        if answers or pieces or self._nv_now != self._nv_kept or self._cuts_kept != self.core.counters.cuts:
            self._outbox.put_nowait((pieces, counters, answers, active))
        if self.core.drops != self._drops_seen:
            self._drops_seen = self.core.drops
            for host in list(self._hosts):
                host.abort()
        self._let_read()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if (next_s := self.core.next_event_s()) is not None:
            self._timer = self._loop.call_at(max(next_s, self._loop.time() + MIN_TICK_S), self._tick)

    def _let_read(self) -> None:
        if self._hosts:
            self._hosts[0].let_read(self.core.room > 0 and self.core.powered)

    async def _deliver(self) -> None:
        """Paper first, then what vouches for it: who has the answer finds the file. A count that was lost with
        the power stays lost."""
        while True:
            pieces, counters, answers, host = await self._outbox.get()
            for piece in pieces:
                self.pieces.append(await asyncio.to_thread(self._store.save, piece))
            if pieces or self._cuts_kept != counters["cuts"]:
                await asyncio.to_thread(self._store.remember, counters)
                self._cuts_kept = counters["cuts"]
            if self._nv_now != self._nv_kept:
                self._nv_kept = self._nv_now
                await asyncio.to_thread(self._store.remember_nv, self.core.nv.as_dict())
            if host:
                await self._answer(host, b"".join(answers))

    async def _answer(self, host: Host, data: bytes) -> None:
        step = 1 if self.core.trickle else len(data)
        for at in range(0, len(data), step or 1):
            host.send(data[at : at + step])
            if step < len(data):
                await asyncio.sleep(TRICKLE_S)

    @property
    def _nv_now(self) -> tuple[int, int]:
        return self.core.nv.writes, self.core.nv.prints

    async def _tend(self) -> None:
        """What a board does beside printing: doors open while there is power, dead and idle hosts let go."""
        while True:
            await asyncio.sleep(TEND_S)
            if self.core.powered and not self._open:
                await self._open_doors()
            elif not self.core.powered and self._open:
                await self._shut_doors()
            for door in self._doors if self._open else ():
                door.tend()
            for at, host in enumerate(list(self._hosts)):
                host.tend(active=at == 0)

    # --- doors ---

    def _built(self) -> tuple[list[Door], TcpDoor | None]:
        config = self.config
        network = TcpDoor(self, config.host, config.port) if config.port is not None else None
        doors: list[Door] = [network] if network else []
        if config.pty:
            doors.append(PtyDoor(self, config.pty, config.baud))
        if config.device:
            doors.append(DeviceDoor(self, config.device, self.core.condition))
        if config.gadget is not None:
            doors.append(GadgetDoor(self, config.id, config.gadget, config.identity, self.core.condition))
        return doors, network

    async def _open_doors(self) -> None:
        self._open = True
        try:
            for door in self._doors:
                await door.open()
        except OSError:
            await self._shut_doors()
            raise

    async def _shut_doors(self) -> None:
        self._open = False
        for door in self._doors:
            await door.shut()
