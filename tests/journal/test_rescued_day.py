"""A day that one flipped bit made is no day: the point goes on numbering, and in the day that it is."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.journal.rig import a_point, numbers
from tests.journal.test_rescue import TICKETS, a_life

MARK = b'"businessdate":"'
DAY = "2026-11-23"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    a_life(folder / "j.db", "killed")
    return folder


def strike(log: Path, where: float, at: int, letter: bytes) -> None:
    """Another letter in the day of one event, as a damaged disk leaves it in the log of a point that was killed."""
    whole = log.read_bytes()
    days = [n for n in range(len(whole)) if whole.startswith(MARK, n)]
    found = days[round(where * (len(days) - 1))] + len(MARK) + at
    log.write_bytes(whole[:found] + letter + whole[found + 1 :])


@pytest.mark.parametrize("where", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("letter", [b"r", b":", b"3", b"9", b"\xb2"])
@pytest.mark.parametrize("at", [0, 2, 6, 9])
async def test_a_letter_of_one_events_day_moves_no_day(
    killed: Path, tmp_path: Path, where: float, letter: bytes, at: int
) -> None:
    path = tmp_path / "data" / "j.db"
    await asyncio.to_thread(shutil.copytree, killed, path.parent)
    await asyncio.to_thread(strike, path.with_name("j.db-wal"), where, at, letter)
    async with a_point(path) as ledger:
        first, second = (int(number[1:]) for number in await numbers(ledger, 2))
        assert (first > TICKETS, second, ledger.state.business_date) == (True, first + 1, DAY)
