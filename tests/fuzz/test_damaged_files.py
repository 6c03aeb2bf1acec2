"""A journal file or its log, damaged at any byte: the point starts again, and either says that the journal was damaged
or goes on from exactly what it was.

No number comes twice, what is intact on disk is not thrown away, and what was damaged is kept as it is.
"""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import apsw
import msgspec
import pytest
import structlog

from controller.domain.state import State
from controller.journal import patrol, replay
from controller.journal.faults import JournalDamaged
from controller.journal.file import Answer
from controller.journal.rescue import open_or_rescue
from controller.ledger import Ledger
from tests.fuzz.rig import LONG
from tests.journal.rig import a_point, same_as_replay, stored, take, verify_chain

SEEDS = 25 if LONG else 3
TICKETS = 30
SECTOR, PAGE = 512, 4096  # bytes
ONE_COMMIT = 4  # events that were being written when the power went: nobody was told of them
WHOLE = (
    10_000  # a log that ends early and whole is what a power cut leaves: only central's head tells that it was longer
)
LIVED = """
import asyncio, os, sys
from pathlib import Path
from random import Random
from tests.journal.rig import a_point, live_a_little, take
from controller.domain import commands as c

async def main():
    async with a_point(Path(sys.argv[1])) as ledger:
        await ledger.submit(c.OpenCounter(counter="1", advisor="a1"))
        for n in range(int(sys.argv[2])):
            await take(ledger, f"key-{n}")
            if n % 3 == 0:
                await ledger.submit(c.CallNext(counter="1"))
                await ledger.submit(c.End(counter="1", resolution="referred", guidance="none"))
            if n == 20:
                await ledger.snapshot()
        await ledger.journal.set_cursor("orders", 7)
        if sys.argv[3] == "killed":
            os.kill(os.getpid(), 9)

asyncio.run(main())
"""
Damage = Callable[[bytearray, Random], None]


class Truth(msgspec.Struct):
    """What a sound copy of the journal holds."""

    state: State
    bodies: list[bytes]
    answers: dict[str, Answer]
    secret: bytes


def flip_bits(data: bytearray, chance: Random) -> None:
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def zero_a_sector(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data)) // SECTOR * SECTOR
    data[at : at + SECTOR] = bytes(len(data[at : at + SECTOR]))


def write_a_sector_elsewhere(data: bytearray, chance: Random) -> None:
    wrong, right = (chance.randrange(len(data) // SECTOR) * SECTOR for _ in range(2))
    data[wrong : wrong + SECTOR] = data[right : right + SECTOR]


def swap_two_pages(data: bytearray, chance: Random) -> None:
    one, two = (chance.randrange(max(1, len(data) // PAGE)) * PAGE for _ in range(2))
    first, second = data[one : one + PAGE], data[two : two + PAGE]
    if len(first) == len(second):
        data[one : one + PAGE], data[two : two + PAGE] = second, first


def cut_short(data: bytearray, chance: Random) -> None:
    del data[chance.randrange(len(data)) :]


def noise_over_a_page(data: bytearray, chance: Random) -> None:
    at = chance.randrange(max(1, len(data) // PAGE)) * PAGE
    data[at : at + PAGE] = chance.randbytes(len(data[at : at + PAGE]))


def any_bytes_anywhere(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    piece = chance.randbytes(chance.randint(1, 64))[: len(data) - at]
    data[at : at + len(piece)] = piece


DAMAGE: tuple[Damage, ...] = (flip_bits, zero_a_sector, write_a_sector_elsewhere, swap_two_pages, cut_short,
                              noise_over_a_page, any_bytes_anywhere)  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same life twice: `ended` with its events in the file, `killed` with them in the log."""
    folder = tmp_path_factory.mktemp("lived")
    for end in ("ended", "killed"):
        (folder / end).mkdir()
        command = [sys.executable, "-c", LIVED, str(folder / end / "j.db"), str(TICKETS), end]
        ran = subprocess.run(command, check=False, timeout=60, capture_output=True)
        assert ran.returncode == (-9 if end == "killed" else 0), ran.stderr.decode()
    return folder


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda one: one.__name__)
@pytest.mark.parametrize("where", ["ended/j.db", "killed/j.db", "killed/j.db-wal"])
async def test_a_damaged_journal_is_said_to_be_or_is_exactly_what_it_was(
    lived: Path, tmp_path: Path, where: str, damage: Damage
) -> None:
    end, name = where.split("/")
    truth = await the_truth(lived / end, tmp_path / "sound")
    in_hand = 0 if name == "j.db" else WHOLE if damage is cut_short else ONE_COMMIT
    for n in range(SEEDS):
        seed = f"{where} {damage.__name__} {Random().getrandbits(48) if LONG else n}"
        folder = tmp_path / str(n)
        await asyncio.to_thread(spoil, lived / end, folder, name, damage, Random(seed))
        try:
            await goes_on(folder / "j.db", truth, in_hand=in_hand)
        except BaseException as failed:
            failed.add_note(f"seed: {seed}")
            raise
        await asyncio.to_thread(shutil.rmtree, folder)


def spoil(sound: Path, folder: Path, name: str, damage: Damage, chance: Random) -> None:
    shutil.copytree(sound, folder)
    data = bytearray((folder / name).read_bytes())
    damage(data, chance)
    (folder / name).write_bytes(data)


async def the_truth(sound: Path, copy: Path) -> Truth:
    await asyncio.to_thread(shutil.copytree, sound, copy)
    async with open_or_rescue("p1", copy / "j.db") as journal:
        state = await replay.load(journal)
        bodies = [one.body for one in await stored(journal)]
        answers = {key: found for key in await journal.answer_keys() if (found := await journal.answer(key))}
        return Truth(state, bodies, answers, journal.secret)


async def goes_on(path: Path, truth: Truth, *, in_hand: int) -> None:
    """Start on the damaged files, look what became of them, live on, start again. `in_hand`: so many events may be
    missing without a word, from the end only."""
    before = {one.name: await asyncio.to_thread(one.read_bytes) for one in path.parent.glob(path.name + "*")}
    whole = b"".join(before.values())
    intact = [body for body in truth.bodies if body in whole]
    later = False  # the damage is found by the patrol, and the next start rescues
    with structlog.testing.capture_logs() as logs:
        async with a_point(path) as ledger:
            asides = [p for p in path.parent.glob(f"{path.name}.damaged-*") if not p.name.endswith(("-wal", "-shm"))]
            if asides:
                await asyncio.to_thread(_kept, asides, path.name, before)
                await asyncio.to_thread(_for_central, path, truth, intact)
                assert "the journal is damaged; it is set aside and rescued" in [entry["event"] for entry in logs]
            elif not (later := not await _proven(ledger)):
                await _exactly(ledger, truth, in_hand=in_hand)
            number = int((await take(ledger, "a-new-key")).body[1:])
            if asides:
                await same_as_replay(ledger)
            assert not asides or verify_chain([one.body for one in await stored(ledger.journal)]) == ledger.journal.seq
    told = [msgspec.json.decode(body) for body in intact]
    given = max((e["data"]["n"] for e in told if e["type"] == "luukku.ticket.issued.v1"), default=0)
    if asides or not in_hand:  # else the last commit was in hand: nobody was told its number
        assert number > given, f"number {number} was given again"
    if intact and not in_hand:
        assert number > TICKETS, f"after {TICKETS} numbers came {number}"
    async with a_point(path) as ledger:
        after = int((await take(ledger)).body[1:])
        assert after > number if later else after == number + 1, "what came of the damage does not hold"


def _kept(asides: list[Path], name: str, before: dict[str, bytes]) -> None:
    assert len(asides) == 1, asides
    for file, data in before.items():
        aside = asides[0].with_name(asides[0].name + file.removeprefix(name))
        assert aside.read_bytes() == data, f"the damaged {file} was changed"


def _for_central(path: Path, truth: Truth, intact: list[bytes]) -> None:
    """Every event up to the first that is gone waits for central under the old journal's id."""
    readable = next((n for n, body in enumerate(truth.bodies) if body not in set(intact)), len(truth.bodies))
    found: list[bytes] = []
    for kept in path.parent.glob(f"{path.name}.undelivered-*[0-9a-f]"):
        with apsw.Connection(str(kept), flags=apsw.SQLITE_OPEN_READONLY) as db:
            found = [body for (body,) in db.execute("SELECT body FROM event ORDER BY seq")]
    assert found[:readable] == truth.bodies[:readable], f"{len(found)} wait for central, {readable} are readable"


async def _proven(ledger: Ledger) -> bool:
    """Nothing was said at the start: does the patrol, which reads all of it while the point works, find it whole?"""
    try:
        await patrol.walk(ledger.journal, pause_s=0)
    except JournalDamaged:
        return False
    return True


async def _exactly(ledger: Ledger, truth: Truth, *, in_hand: int) -> None:
    """Nothing was said: then nothing was damaged but what nobody uses, or what was in hand when the power went."""
    bodies = [one.body for one in await stored(ledger.journal)]
    assert bodies == truth.bodies[: len(bodies)]
    assert len(truth.bodies) - len(bodies) <= in_hand, f"{len(truth.bodies) - len(bodies)} events are missing"
    state = State(truth.state.journal)
    async with asyncio.timeout(30):
        replay.replay(state, [one for one in await stored(ledger.journal)])
    assert replay.encode(ledger.state) == replay.encode(state), "the state is not what the events give"
    assert ledger.journal.secret == truth.secret
    for key, answer in truth.answers.items():
        assert (await ledger.journal.answer(key)) in ({answer, None} if in_hand else {answer}), key
