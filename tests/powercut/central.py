"""Central in the power-cut simulation: what its doors have said, how an image of its disk is opened and judged."""

import asyncio
import itertools
import random
from collections.abc import Hashable
from pathlib import Path
from random import Random

import msgspec

from controller.central.batch import read_batch
from controller.central.orders import Orders
from controller.central.sink import Taken
from controller.central.store import Store
from controller.ports.central import LinkState
from controller.uplink.sync import Uplink
from tests.central.rig import TOKENS, Box, batch, client
from tests.powercut.campaign import Promises, Story, Wrong

STORE = "central.db"
GO_ON = 0.2  # part of the images whose boxes are asked to send the rest
BY_HTTP = 0.03  # part of those where the real uplink sends it to the real doors
TABLES = ("journals ORDER BY id", "events ORDER BY journal, seq", "orders ORDER BY point, n", "cursors ORDER BY point")


class Acked(msgspec.Struct, frozen=True):
    """A box was told this head."""

    box: tuple[str, str]  # point, journal
    seq: int


class Kept(msgspec.Struct, frozen=True):
    """Whoever gave this command was told its id."""

    point: str
    id: str


class HandedOut(msgspec.Struct, frozen=True):
    """A box was given commands under these numbers."""

    point: str
    ids: dict[int, str]


class Owed:
    """What central has said so far. `boxes` are the whole truth, also of what was never sent."""

    def __init__(self, boxes: dict[tuple[str, str], Box]) -> None:
        self.boxes = boxes
        self.acked: dict[tuple[str, str], int] = {}
        self.kept: set[tuple[str, str]] = set()
        self.handed_out: dict[str, dict[int, str]] = {}

    def add(self, said: object) -> None:
        match said:
            case Acked():
                self.acked[said.box] = max(said.seq, self.acked.get(said.box, 0))
            case Kept():
                self.kept.add((said.point, said.id))
            case HandedOut():
                self.handed_out[said.point] = self.handed_out.get(said.point, {}) | said.ids

    def copy(self) -> "Owed":
        other = Owed(self.boxes)
        other.acked, other.kept = dict(self.acked), set(self.kept)
        other.handed_out = {point: dict(ids) for point, ids in self.handed_out.items()}
        return other


def clock() -> int:
    return 1_795_000_000_000


class Doors:
    """A store and its commands, open, saying what they answer."""

    def __init__(self, store: Store, story: Story, chance: Random) -> None:
        self.store, self.story, self.chance = store, story, chance
        self.orders = orders_on(store, chance)

    async def send(self, box: Box, first: int, count: int) -> Taken:
        """A box sends `count` events from number `first` on."""
        events = box.events[first - 1 : first - 1 + count]
        taken = await self.store.take(read_batch(box.point, batch(events)))
        self.story.say(Acked((box.point, box.journal), taken.head.seq))
        return taken

    async def command(self, point: str) -> None:
        body = b'{"type":"announce","data":{"text":"x"},"expires":"2026-11-22T10:00:00Z"}'
        self.story.say(Kept(point, await self.orders.add(point, body, f"{self.chance.random()}")))

    async def hand_out(self, point: str, after: int) -> None:
        given = await self.orders.after(point, after, 0)
        self.story.say(HandedOut(point, {one.n: one.id for one in given}))


def orders_on(store: Store, chance: Random) -> Orders:
    return Orders(store.disk, clock, lambda: f"o-{chance.getrandbits(60):x}")


class CentralWitness:
    """Opens an image as central's program does."""

    async def look(self, folder: Path, owed: Promises, chance: Random) -> Hashable:
        assert isinstance(owed, Owed)
        async with Store(folder / STORE, clock) as store:
            found = await store.disk.read(lambda db: tuple(tuple(db.execute(f"SELECT * FROM {t}")) for t in TABLES))
            await _judge(folder, store, owed)
            await _judge_orders(store, owed)
            if goes_on := chance.random() < GO_ON:
                await _orders_go_on(store, owed, chance)
            if goes_on and chance.random() >= BY_HTTP:
                await _boxes_send_the_rest(store, owed)
                goes_on = False
        if goes_on:
            await _uplinks_send_the_rest(folder, owed)
        return found

    async def live_on(self, story: Story, chance: Random) -> None:
        assert isinstance(story.owed, Owed)
        async with Store(story.record.folder / STORE, clock) as store:
            doors = Doors(store, story, chance)
            for key in list(story.owed.boxes)[:2]:
                box, head = story.owed.boxes[key], await store.head(*key)
                await doors.send(box, head.seq + 1, 3)
            await doors.command(key[0])
            await doors.hand_out(key[0], 0)


async def _judge(folder: Path, store: Store, owed: Owed) -> None:
    strange = {path.name for path in folder.iterdir()} - {STORE, f"{STORE}-wal", f"{STORE}-journal"}
    if strange:
        raise Wrong(f"left over: {sorted(strange)}")
    for key, box in owed.boxes.items():
        head = await store.head(*key)
        if head.seq < owed.acked.get(key, 0):
            raise Wrong(f"{key}: events up to {owed.acked[key]} were acknowledged, {head.seq} is the head")
        if head.seq and (head.seq > box.seq or head.chain != box.events[head.seq - 1].chain):
            raise Wrong(f"{key}: the head's chain is not the box's at {head.seq}")
        held = await store.events(*key, 0, 100_000)
        if held != list(enumerate(box.bodies[: head.seq], 1)):
            raise Wrong(f"{key}: what is stored is not what the box sent, up to {head.seq}")
    if fork := [row.id for row in await store.points() if row.fork or row.gaps]:
        raise Wrong(f"gaps or forks where there were none: {fork}")


async def _judge_orders(store: Store, owed: Owed) -> None:
    rows = await store.disk.read(lambda db: list(db.execute("SELECT point, n, id FROM orders")))
    sent = dict(await store.disk.read(lambda db: list(db.execute("SELECT point, sent FROM cursors"))))
    if lost := owed.kept - {(point, id_) for point, _, id_ in rows}:
        raise Wrong(f"commands lost: {lost}")
    for point, ids in owed.handed_out.items():
        if not ids.items() <= {n: id_ for at, n, id_ in rows if at == point}.items():
            raise Wrong(f"{point}: commands that were handed out bear other numbers now")
        if ids and sent.get(point, 0) < max(ids):
            raise Wrong(f"{point}: commands up to {max(ids)} were handed out, of which only {sent.get(point)} is known")


async def _orders_go_on(store: Store, owed: Owed, chance: Random) -> None:
    """A new command bears a number after all that were handed out."""
    orders = orders_on(store, chance)
    for point, ids in owed.handed_out.items():
        body = b'{"type":"announce","data":{},"expires":"2026-11-22T10:00:00Z"}'
        new = await orders.add(point, body, None)
        numbers = {one.id: one.n for one in await orders.after(point, max(ids, default=0), 0)}
        if numbers.get(new, 0) <= max(ids, default=0):
            raise Wrong(f"{point}: a new command would never reach its box: {numbers}")


async def _boxes_send_the_rest(store: Store, owed: Owed) -> None:
    """Each box goes on from the head that it is told."""
    for key, box in owed.boxes.items():
        while (head := await store.head(*key)).seq < box.seq:
            taken = await store.take(read_batch(box.point, batch(box.events[head.seq : head.seq + 500])))
            if taken.fork is not None or taken.head.seq == head.seq:
                raise Wrong(f"{key}: the rest is not taken after {head.seq}")
    await _holds_everything(store, owed)


async def _uplinks_send_the_rest(folder: Path, owed: Owed) -> None:
    """The same by the real uplinks, over HTTP."""
    async with client(folder) as central:
        url = central.url.removesuffix("/api/v1")
        for box in newest(owed.boxes):
            done = asyncio.Event()

            def heard(state: LinkState, box: Box = box, done: asyncio.Event = done) -> None:
                if state.fork:
                    raise Wrong(f"{box.point}: {state.detail}")
                if state.up and state.seq == box.seq:
                    done.set()

            uplink = asyncio.create_task(Uplink(box, url, TOKENS["box"], random=random.Random(1), on_link=heard).run())
            try:
                await asyncio.wait_for(done.wait(), 60)
            finally:
                uplink.cancel()
                await asyncio.gather(uplink, return_exceptions=True)
    async with Store(folder / STORE, clock) as store:
        for box in newest(owed.boxes):
            if await store.events(box.point, box.journal, 0, 100_000) != list(enumerate(box.bodies, 1)):
                raise Wrong(f"{box.point}: the real uplink did not bring everything")


async def _holds_everything(store: Store, owed: Owed) -> None:
    for key, box in owed.boxes.items():
        if await store.events(*key, 0, 100_000) != list(enumerate(box.bodies, 1)):
            raise Wrong(f"{key}: it was sent and is not there")


def newest(boxes: dict[tuple[str, str], Box]) -> list[Box]:
    """The box of each point with its last journal."""
    return [list(same)[-1] for _, same in itertools.groupby(boxes.values(), key=lambda box: box.point)]
