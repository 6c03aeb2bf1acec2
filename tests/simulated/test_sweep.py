"""The sweep over printer troubles: the real driver, reader and ledger, and the virtual printer, with one to three
troubles at every instant. `luukku simulate --faults printer --schedules 50000` plays all; here every so-manyth."""

import pytest

from controller.app.simulate import days, sweep
from controller.app.simulate.report import written
from controller.app.simulate.tally import Tally
from controller.app.simulate.trouble import Trouble

pytestmark = pytest.mark.timeout(900)  # seconds of CPU are few, but of a busy machine there may be many
SINGLES, EACH = 384, 29
DRAWN = 90


def quiet(done: int, of: int, tally: Tally) -> None:
    """Nobody watches."""


def test_one_trouble_at_every_so_manyth_instant_loses_doubles_and_misbelieves_nothing() -> None:
    assert (SINGLES - 1) * EACH < len(sweep.singles()) < SINGLES * EACH, "each has its number"
    told = sweep.simulate(SINGLES, 1, quiet, EACH)
    assert told.broken is None, written(told, 1, 1)
    tally = told.tally
    assert tally["schedules"] == SINGLES and tally["tickets"] == 2 * SINGLES
    kinds = {"paper_out", "cover", "jam", "silent", "drop", "power", "near_end", "unplug", "test"}
    assert set(tally.starting("printer: ")) == kinds and tally.starting("crash: ")
    ends = tally.starting("paper: ")
    assert ends["confirmed"] > SINGLES / 2 and ends["failed"] and ends["unknown"]


def test_two_and_three_troubles_together_lose_double_and_misbelieve_nothing() -> None:
    told = sweep.simulate(DRAWN, len(sweep.singles()) + 1, quiet, 7)
    assert told.broken is None, written(told, 1, 1)
    assert sum(told.tally.starting("printer: ").values()) > DRAWN


FOUND = {
    "out of paper and deaf, given up: it must not come out when paper is loaded": (
        Trouble("paper_out", "mm", 33, 150), Trouble("silent", "byte", 560, 150),
    ),
    "open and deaf: its buffer must keep room for the order to clear it": (
        Trouble("cover", "byte", 197, 75), Trouble("silent", "byte", 43, 150),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FOUND)
def test_what_the_sweep_found_stays_mended(what: str) -> None:
    corner, _ = sweep.play(days.config(), 1, FOUND[what])
    assert corner.broken is None, corner.broken
    assert corner.tally.starting("paper: ")["failed"]
