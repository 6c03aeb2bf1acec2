"""Numbers and idempotency keys through the real ledger and journal: clocks that lie, retries, restarts, a full disk.

The model knows the business date by the contract's words (section 3) and counts on its fingers.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from controller.journal.faults import JournalFault
from controller.ledger import KeyConflict, Ledger, Reply
from tests.journal.rig import HandClock, a_point, issued, same_as_replay, stored, take, verify_chain

HELSINKI = ZoneInfo("Europe/Helsinki")
QUALITY = st.sampled_from(["synced", "holdover", "holdover", "unsynced"])
SERIES = {"kela-tuet": "K", "verot": "V"}
SERVICE = st.sampled_from(sorted(SERIES))
KEY = st.sampled_from([f"key-{n}" for n in range(6)])
BODY = st.sampled_from([b"one", b"one", b"one", b"other"])
HOUR = 3600
STEPS = st.sampled_from([-26 * HOUR, -HOUR, -90, 90, HOUR, 26 * HOUR, 50 * HOUR, 75 * HOUR])
MOMENTS = st.sampled_from([
    "1970-01-01T00:00:00+00:00", "2026-03-28T23:59:59+02:00", "2026-03-29T02:59:59+02:00", "2026-03-29T04:00:00+03:00",
    "2026-10-24T23:59:59+03:00", "2026-10-25T03:59:59+03:00", "2026-10-25T03:00:00+02:00", "2026-10-25T23:59:59+02:00",
    "2026-12-31T23:59:59+02:00", "2027-01-01T00:00:00+02:00", "2099-06-15T12:00:00+03:00",
])  # fmt: skip
T = TypeVar("T")


class LedgerModel(RuleBasedStateMachine):
    """Kiosks that take tickets and ask again; whoever sets the clock; whoever pulls the plug."""

    @initialize(quality=QUALITY)
    def begin(self, quality: Literal["synced", "holdover", "unsynced"]) -> None:
        self.hand = HandClock()
        self.hand.quality = quality
        self.today = ""
        self.last: dict[tuple[str, str], int] = {}  # (date, series) -> newest number
        self.numbers: list[tuple[str, str]] = []  # (date, number), as given out
        self.answers: dict[str, tuple[bytes, str]] = {}  # key -> what was asked, what was answered
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.db"
        self.runner = asyncio.Runner()
        self.run(self.boot())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def boot(self) -> None:
        self.stack = AsyncExitStack()
        self.ledger: Ledger = await self.stack.enter_async_context(a_point(self.path, self.hand))

    def date_now(self) -> str:
        """The business date of this moment: never back, forward on a clock that can be trusted so far."""
        if self.hand.quality == "unsynced":
            return self.today
        wall = datetime.fromtimestamp(self.hand.ms / 1000, UTC).astimezone(HELSINKI).date().isoformat()
        if not self.today or wall <= self.today:
            return max(wall, self.today)
        tomorrow = (date.fromisoformat(self.today) + timedelta(days=1)).isoformat()
        return wall if self.hand.quality == "synced" or wall == tomorrow else self.today

    def expected(self, service: str) -> str:
        """The answer to a new wish; the model's own books are carried on."""
        self.today = self.date_now()
        if not self.today:
            return "clock-not-set"
        series = SERIES[service]
        n = self.last[self.today, series] = self.last.get((self.today, series), 0) + 1
        number = f"{series}{n:03d}"
        self.numbers.append((self.today, number))
        return number

    def settled(self, key: str | None, asked: bytes, service: str) -> str:
        """What this request must be answered, now that those before it were."""
        if key is None or key not in self.answers:
            answer = self.expected(service)
            if key is not None and answer != "clock-not-set":  # a machine that could not is no answer for a week
                self.answers[key] = asked, answer
            return answer
        before, answer = self.answers[key]
        return answer if before == asked else "conflict"

    @staticmethod
    def said(reply: Reply | BaseException) -> str:
        if isinstance(reply, KeyConflict):
            return "conflict"
        if isinstance(reply, BaseException):
            raise reply
        return reply.body.decode()

    @rule(service=SERVICE)
    def take(self, service: str) -> None:
        reply = self.run(take(self.ledger, service=service))
        assert reply.body.decode() == self.expected(service)

    @rule(key=KEY, asked=BODY, service=SERVICE)
    def take_with_a_key(self, key: str, asked: bytes, service: str) -> None:
        known, before = key in self.answers, self.ledger.state.seq
        wish = self.settled(key, asked, service)
        reply = self.run(self.all_of([(key, asked, service)]))[0]
        assert self.said(reply) == wish
        if known:
            assert self.ledger.state.seq == before, "a request that had its answer changed something"
            assert isinstance(reply, KeyConflict) or (isinstance(reply, Reply) and not reply.fresh)

    @rule(wishes=st.lists(st.tuples(st.one_of(st.none(), KEY), BODY, SERVICE), min_size=2, max_size=6))
    def many_at_once(self, wishes: list[tuple[str | None, bytes, str]]) -> None:
        """Kiosks press together, one of them twice: one commit, each its own number."""
        expected = [self.settled(*wish) for wish in wishes]
        assert [self.said(reply) for reply in self.run(self.all_of(wishes))] == expected

    async def all_of(self, wishes: list[tuple[str | None, bytes, str]]) -> list[Reply | BaseException]:
        asked = [take(self.ledger, key, service=service, asked=body) for key, body, service in wishes]
        return await asyncio.gather(*asked, return_exceptions=True)

    @rule(key=KEY, asked=BODY, service=SERVICE)
    def the_disk_refuses_and_the_kiosk_asks_again(self, key: str, asked: bytes, service: str) -> None:
        """Nobody has seen a number, so the next one is not skipped."""
        if key in self.answers:
            return
        commit = self.ledger.journal.append

        async def refuse(*batch: object) -> None:
            raise JournalFault("the disk says no")

        self.ledger.journal.append = refuse  # type: ignore[method-assign]  # why: a disk that refuses once
        reply = self.run(self.all_of([(key, asked, service)]))[0]
        self.ledger.journal.append = commit  # type: ignore[method-assign]  # why: as it was
        assert isinstance(reply, JournalFault) or self.said(reply) == "clock-not-set"
        self.take_with_a_key(key, asked, service)

    @rule(quality=QUALITY, step=STEPS, service=SERVICE)
    def clock_jumps(self, quality: Literal["synced", "holdover", "unsynced"], step: int, service: str) -> None:
        self.clock_is_set(quality, step, service)

    @rule(days=st.integers(1, 4), service=SERVICE)
    def switched_off_for_days(self, days: int, service: str) -> None:
        """Its clock ran on and says so; only after it was synced is that believed further than over one midnight."""
        self.restart(snapshot=False)
        self.clock_is_set("holdover", days * 24 * HOUR, service)

    @rule(quality=QUALITY, step=st.one_of(STEPS, MOMENTS), service=SERVICE)
    def clock_is_set(self, quality: Literal["synced", "holdover", "unsynced"], step: int | str, service: str) -> None:
        """Somebody, or a dead battery, sets the wall clock, and the next customer presses."""
        if isinstance(step, str):
            self.hand.ms = int(datetime.fromisoformat(step).timestamp()) * 1000
        else:
            self.hand.ms = max(0, self.hand.ms + step * 1000)
        self.hand.quality = quality
        self.take(service)

    @rule(snapshot=st.booleans())
    def restart(self, snapshot: bool) -> None:
        if snapshot:
            self.run(self.ledger.snapshot())
        self.run(self.stack.aclose())
        self.run(self.boot())

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.run(self.look_at_the_journal())
            self.run(self.stack.aclose())
        finally:
            self.runner.close()
            self.folder.cleanup()

    async def look_at_the_journal(self) -> None:
        bodies = [one.body for one in await stored(self.ledger.journal)]
        assert verify_chain(bodies) == self.ledger.state.seq
        assert issued(bodies) == [number for _, number in self.numbers]
        told = [event for event in map(msgspec.json.decode, bodies) if event["type"] == "luukku.ticket.issued.v1"]
        dates = [(event["businessdate"], event["data"]["business_date"]) for event in told]
        assert dates == [(day, day) for day, _ in self.numbers]
        assert len(set(self.numbers)) == len(self.numbers), "one number twice in a day"
        await same_as_replay(self.ledger)


TestLedgerModel = LedgerModel.TestCase
TestLedgerModel.settings = settings(max_examples=settings.default.max_examples * 4 // 10, stateful_step_count=30)
