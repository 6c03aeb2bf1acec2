"""`luukku simulate`: a day with every fault holds every law, the same seed is the same day, and a bug planted in a
law's room is found, and found again at the same step."""

import os
import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from controller.app.simulate import days, schedules
from controller.app.simulate.report import written
from controller.app.simulate.tally import Tally
from controller.domain import evolve_service, numbering, visits
from controller.domain.events import ServiceQueued
from controller.domain.state import State
from controller.journal.file import JournalFile
from controller.journal.store import Journal
from controller.ports.printer import PrintEnd, PrintOutcome, Tier
from controller.readers import ticket_text
from controller.uplink.sync import Uplink
from controller.web.stream import Channel
from drivers.escpos.printer import EscposPrinter
from tests.app.cli import LUUKKU

SEARCHED = 40  # schedules in which a planted bug must show
pytestmark = pytest.mark.timeout(900)  # seconds of CPU are few, but of a busy machine there may be many
Patch = pytest.MonkeyPatch


def quiet(done: int, of: int, tally: Tally) -> None:
    """Nobody watches."""


def test_an_office_day_with_every_fault_holds_every_law() -> None:
    told = days.simulate(1, 3, "all", quiet)
    assert told.broken is None, written(told, 1, 1)
    tally = told.tally
    assert tally["days"] == 1 and tally["tickets"] > 60 and tally["events"] > 800
    assert sum(tally.starting("printer: ").values()) > 5 and sum(tally.starting("line: ").values()) > 5
    assert tally["starts"] == 1 + sum(tally.starting("crash: ").values()) > 1
    assert tally["clock steps"] and tally["full disks"] and tally["pictures on the TV"] and tally["whole replays"]
    assert told.virtual_s > 8 * 3600 - sum(tally.starting("crash: ").values()) * 60


@pytest.mark.parametrize("faults", ["printer", "crash", "link", "clock"])
def test_short_schedules_of_one_kind_hold_every_law(faults: str) -> None:
    told = schedules.simulate(4, 100, faults, quiet)
    assert told.broken is None, written(told, 1, 1)
    assert told.tally["schedules"] == 4
    kinds = {"printer": "printer: ", "crash": "crash: ", "link": "line: "}
    for kind, prefix in kinds.items():
        assert bool(sum(told.tally.starting(prefix).values())) == (kind == faults)


@pytest.mark.system
def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    words = ("simulate", "--schedules", "3", "--seed", "7")
    told = [_run(words, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [one.returncode for one in told] == [0, 0], told
    hashes = {re.findall(r"journal +([0-9a-f]{24})", one.stdout)[0] for one in told}
    assert len(hashes) == 1
    assert "every law held" in told[0].stdout and "schedules 3 of 3" in told[0].stderr


def test_what_may_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    from controller.app.main import main

    for words in (["simulate"], ["simulate", "--days", "0"], ["simulate", "--days", "1", "--faults", "rain"],
                  ["simulate", "--days", "1", "--schedules", "1"]):  # fmt: skip
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.long
def test_two_weeks_and_many_schedules_hold_every_law() -> None:
    for told in (days.simulate(14, 77, "all", quiet), schedules.simulate(1000, 10_000, "all", quiet)):
        assert told.broken is None, written(told, 1, 1)


# Planted bugs: each in one law's room.


def a_number_twice(patch: Patch) -> None:
    real = numbering.next_number
    patch.setattr(numbering, "next_number", lambda state, series: min(real(state, series), 1))


def a_number_left_out(patch: Patch) -> None:
    real = numbering.next_number
    patch.setattr(numbering, "next_number", lambda state, series: real(state, series) + (state.seq % 5 == 4))


def somebody_is_forgotten(patch: Patch) -> None:
    """After a transfer, evolve leaves the customer out of the line."""
    real = evolve_service._queued

    def queued(state: State, event: ServiceQueued, *clocks: Any) -> None:
        real(state, event, *clocks)
        if event.cause != "initial":
            state.waiting[event.queue] = [e for e in state.waiting[event.queue] if e[1] != event.service_event]

    patch.setattr(evolve_service, "_queued", queued)


def an_unmarked_copy(patch: Patch) -> None:
    patch.setattr(ticket_text, "copy_mark", lambda config: None)


def a_paper_believed_without_proof(patch: Patch) -> None:
    real = EscposPrinter.print

    async def trusting(self: EscposPrinter, *args: Any, **kwargs: Any) -> PrintOutcome:
        outcome = await real(self, *args, **kwargs)
        return PrintOutcome(PrintEnd.CONFIRMED, Tier.BLIND, "", outcome.ms)

    patch.setattr(EscposPrinter, "print", trusting)


def a_key_forgotten_in_a_crash(patch: Patch) -> None:
    async def none(self: Journal) -> list[str]:
        return []

    patch.setattr(Journal, "answer_keys", none)


def an_append_that_is_not_durable(patch: Patch) -> None:
    """The journal says yes and writes with the next append."""
    real, late = JournalFile.append, dict[int, Any]()

    def lazy(self: JournalFile, first: int, bodies: list[bytes], *rest: Any) -> None:
        before = late.pop(id(self), None)
        if before is not None:
            real(self, *before)
        if len(bodies) == 1:
            late[id(self)] = (first, bodies, *rest)
        else:
            real(self, first, bodies, *rest)

    patch.setattr(JournalFile, "append", lazy)


def an_event_not_sent(patch: Patch) -> None:
    """The uplink takes its own count for central's."""
    real = Uplink._meet

    async def hasty(self: Uplink, session: Any) -> int:
        return max(await real(self, session), self._journal.seq)

    patch.setattr(Uplink, "_meet", hasty)


def an_old_number_on_the_tv(patch: Patch) -> None:
    """The picture is built anew only when the notice line or the minute changes."""
    real = Channel.now

    def stale(self: Channel) -> Any:
        seq, state = real(self)
        kept = getattr(self, "kept", None)
        self.kept = state if kept is None or seq % 4 == 0 else kept
        return seq, self.kept

    patch.setattr(Channel, "now", stale)


def a_day_that_goes_back(patch: Patch) -> None:
    from controller import ledger
    from controller.domain import hours, passing

    def credulous(last: str, now: Any, zone: Any) -> str:
        return last if now.clock == "unsynced" else hours.local_date(zone, now.ms)

    patch.setattr(ledger, "business_date", credulous)
    patch.setattr(numbering, "business_date", credulous)
    assert passing.numbering is numbering and visits.numbering is numbering


NUMBERS = "numbers of a series and day are unique, gapless and rising"
# Which faults, from which seed on it is searched for (a little before it showed last), and what law it breaks.
PLANTED: dict[Callable[[Patch], None], tuple[str, int, str]] = {
    a_number_twice: ("all", 6, NUMBERS),
    a_number_left_out: ("all", 5, NUMBERS),
    somebody_is_forgotten: ("all", 15, "who waits stands in exactly one queue"),
    an_unmarked_copy: ("printer", 19_080, "of every number at most one paper is out without a mark"),
    a_paper_believed_without_proof: ("printer", 19_000, "a confirmed paper is in the world"),
    a_key_forgotten_in_a_crash: ("crash", 15, "one press, one number|no request meets a defect"),
    an_append_that_is_not_durable: ("crash", 1, "the state is at the newest event"),
    an_event_not_sent: ("link", 1, "everything reaches central"),
    an_old_number_on_the_tv: ("clock", 1, "the TV shows exactly who is called"),
    a_day_that_goes_back: ("clock", 20, "the business date never goes back"),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found_and_found_again_at_the_same_step(
    plant: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    faults, first, law = PLANTED[plant]
    plant(monkeypatch)
    found = schedules.simulate(SEARCHED, first, faults, quiet)
    assert found.broken is not None, "nobody saw it"
    assert re.search(law, found.broken.law), found.broken
    words = re.fullmatch(r"luukku simulate --schedules 1 --seed (\d+) --faults (\w+)", found.command)
    assert words is not None
    again = schedules.simulate(1, int(words[1]), words[2], quiet)
    assert again.broken is not None
    assert (again.broken.law, again.broken.seen) == (found.broken.law, found.broken.seen)
    assert (again.tally.step, again.at, again.hash) == (found.tally.step, found.at, found.hash)
    assert f"again    {found.command}" in written(again, 1, 1)


def _run(words: tuple[str, ...], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LUUKKU, *words], capture_output=True, text=True, timeout=800, check=False, env={**os.environ, **environment}
    )
