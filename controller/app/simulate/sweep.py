"""The sweep: one printer, two tickets, and one to three troubles at every instant. Each schedule has its number: the
single troubles first, at each byte, each millimetre, each tenth of a second and each append of the journal; then pairs
and threes of them, drawn by the number.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import product
from pathlib import Path
from random import Random

import msgspec
import structlog

from controller.app.simulate import days
from controller.app.simulate.corner import Corner
from controller.app.simulate.disk import Instant
from controller.app.simulate.laws import Broken
from controller.app.simulate.loop import VirtualLoop, run
from controller.app.simulate.report import Told
from controller.app.simulate.tally import Tally
from controller.app.simulate.trouble import Trouble
from controller.domain.point import Config

BYTES, MILLIMETRES, SECONDS, APPENDS = 1100, 220, 5.0, 10  # what two tickets take, when nothing goes wrong
STEP_S = 0.1
KINDS = ("paper_out", "cover", "jam", "silent", "drop", "power", "near_end")
MENDED_S = (0.4, 3.0, 15.0, 75.0, 150.0)  # soon, by somebody who stands there, by staff, after it was given up, void
THREES = 0.5  # of the drawn schedules
CHUNK = 25  # schedules that a process plays before it tells


class Played(msgspec.Struct):
    """Some schedules, one after another; or that of them which broke a law, alone."""

    tally: Tally
    virtual_s: float
    count: int
    hash: str = ""  # over every journal
    broken: tuple[int, str, str] | None = None  # number, law, what was seen


def simulate(schedules: int, seed: int, progress: days.Progress, step: int = 1) -> Told:
    """Play so many schedules, those with the numbers `seed`, `seed + step` and so on, on all processors; tell of it,
    or of the first that breaks a law."""
    told, done = Told(Tally(), 0.0, "", ""), 0
    numbers = range(seed, seed + schedules * step, step)
    chunks = [numbers[at : at + CHUNK] for at in range(0, schedules, CHUNK)]
    with _workers(len(chunks)) as played_by:
        for played in played_by(_play_all, chunks):
            if played.broken is not None:
                return _broken(played)
            told.tally.add(played.tally)
            told.virtual_s += played.virtual_s
            told.hash = days.joined(told.hash, played.hash)
            done += played.count
            progress(done, schedules, told.tally)
    return told


@contextmanager
def _workers(chunks: int) -> Iterator[Callable[..., Iterator[Played]]]:
    """What maps: processes of our own, or nothing for so little that they would only cost time."""
    if chunks == 1:
        yield map
        return
    with ProcessPoolExecutor(min(chunks, os.cpu_count() or 1)) as pool:
        try:
            yield pool.map
        finally:
            pool.shutdown(cancel_futures=True)


def play(config: Config, number: int, what: tuple[Trouble, ...]) -> tuple[Corner, float]:
    """One schedule, with what goes wrong in it; gives its corner, and how long it took in its own time."""
    loop = VirtualLoop()  # type: ignore[abstract]  # why: typeshed asks for descriptors and processes: there are none
    with tempfile.TemporaryDirectory(prefix="luukku-sweep-", dir=_memory()) as folder:
        corner = Corner(config, Path(folder), number, loop, what)
        try:
            run(corner.play(), loop)
        except Broken as broken:
            corner.broken = broken
        finally:
            corner.close()
    return corner, loop.time()


def troubles(number: int) -> tuple[Trouble, ...]:
    """Those of the schedule with this number, from 1 on."""
    single = singles()
    random = Random(f"troubles {number}")  # noqa: S311  # why: must be repeatable
    count = 2 + (random.random() < THREES)
    drawn = [single[number - 1]] if number <= len(single) else random.sample(single, count)
    return tuple(msgspec.structs.replace(one, mended_s=random.choice(MENDED_S)) for one in drawn)


@lru_cache(maxsize=1)
def singles() -> list[Trouble]:
    """Every trouble there is, at every instant, each once."""
    return list(_singles())


def _singles() -> Iterator[Trouble]:
    kinds = [(kind, lost) for kind in KINDS for lost in ((False, True) if kind == "power" else (False,))]
    for byte, (kind, lost) in product(range(1, BYTES), kinds):
        yield Trouble(kind, "byte", byte, lose_counter=lost)
    for mm, (kind, lost) in product(range(1, MILLIMETRES), kinds):
        yield Trouble(kind, "mm", mm, lose_counter=lost)
    moments = [round(n * STEP_S, 1) for n in range(round(SECONDS / STEP_S))]
    for second, (kind, lost) in product(moments, [*kinds, ("unplug", False), ("crash", False)]):
        yield Trouble(kind, "s", second, lose_counter=lost)
    for append, instant in product(range(1, APPENDS + 1), Instant):
        yield Trouble("crash", "append", append, instant=instant)
    for second in moments:
        yield Trouble("test", "s", second)


def _play_all(numbers: range) -> Played:
    """In a process of its own: these schedules. What the program logs is dropped: there are too many words."""
    structlog.configure(processors=[_silent], cache_logger_on_first_use=False)
    config, played = days.config(), Played(Tally(), 0.0, 0)
    for number in numbers:
        corner, took_s = play(config, number, troubles(number))
        corner.tally.count("schedules")
        if corner.broken is not None:
            return Played(corner.tally, took_s, 1, corner.chain, (number, corner.broken.law, corner.broken.seen))
        played.tally.add(corner.tally)
        played.virtual_s += took_s
        played.count += 1
        played.hash = days.joined(played.hash, corner.chain)
    return played


def _broken(played: Played) -> Told:
    assert played.broken is not None
    number, law, seen = played.broken
    broken = Broken(law, f"{seen} (with {'; '.join(map(str, troubles(number)))})")
    command = f"luukku simulate --schedules 1 --seed {number} --faults printer"
    return Told(played.tally, played.virtual_s, played.hash, command, broken, f"{played.virtual_s:.3f} s")


def _silent(logger: object, method: str, event: object) -> str:
    raise structlog.DropEvent


def _memory() -> str | None:
    """A folder of memory, where there is one: tens of thousands of little journals."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # why: in a folder of our own there
