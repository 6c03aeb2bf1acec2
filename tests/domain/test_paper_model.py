"""The paper promise, whatever order the printer's words come in: duplicated, late, never, across crashes and days.

The model is a list of papers per ticket. What it promises: each paper ends once, as confirmed, failed or void; unknown
is never the end; only one paper is without a copy mark; who has no proven paper has the number on the screen.
"""

from dataclasses import dataclass, field
from typing import get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.decide import Refused
from controller.domain.event_words import PrintResult
from controller.domain.printing import next_copy
from controller.journal import wire
from tests.domain.memory import ALWAYS, MemoryPoint, config

ENDS = {"confirmed", "failed", "void"}
UNPROVEN = {"requested", "printing", "unknown"}
PATIENCE_MS = 150_000  # two minutes in which a job may print, and half a minute for its last word
RESULTS: st.SearchStrategy[PrintResult] = st.sampled_from(get_args(PrintResult))
WHICH = st.sampled_from([0, 0, 0, 0, 0, 1, 1, 2, 9])  # the newest rather than an older one; 9: one that nobody has


@dataclass
class Paper:
    """One ticket and the pieces of paper that were begun for it. `words`: what was said of each, in order."""

    wanted: bool
    words: list[list[str]] = field(default_factory=list)
    begun: int = 0
    since: int = 0
    over: bool = False

    @property
    def last(self) -> str:
        return self.words[-1][-1] if self.words and self.words[-1] else "none"

    @property
    def medium(self) -> str:
        said = [word for words in self.words for word in words]
        if "confirmed" in said:
            return "paper"
        return "screen" if {"failed", "void"} & set(said) or not self.wanted else "paper"


class PaperModel(RuleBasedStateMachine):
    """A printer that says anything at any time."""

    point: MemoryPoint

    @initialize()
    def begin(self) -> None:
        self.point = MemoryPoint(config(hours=ALWAYS))
        self.point.tick()
        self.papers: dict[str, Paper] = {}
        self.read = 0
        self.told: dict[str, list[str]] = {}
        self.unmarked: dict[str, int] = {}
        self.come("pr1")

    def one(self, which: int) -> str:
        """One of the newest tickets, or one that nobody has."""
        newest = [ticket for ticket, paper in self.papers.items() if not paper.over][-3:]
        return dict(enumerate(newest[::-1])).get(which, "gone")

    def ask(self, command: c.Command) -> str:
        """The problem's name, "" for none."""
        self.point.later(0.5)
        try:
            self.point.do(command)
        except Refused as no:
            return no.problem
        return ""

    @rule(device=st.sampled_from(["", "pr1", "pr1", "pr1"]))
    def come(self, device: str) -> None:
        self.point.later(0.5)
        ticket = self.point.take(device=device)
        self.papers[ticket.id] = Paper(bool(device), [["requested"]] if device else [], since=self.point.ms)

    @rule(which=WHICH, attempt=st.integers(1, 3))
    def print_starts(self, which: int, attempt: int) -> None:
        """Durable before the first byte; the reader counts copies as `next_copy` says."""
        id_ = self.one(which)
        known = self.point.state.tickets.get(id_)
        copy = next_copy(known) if known else 0
        problem = self.ask(c.StartPrint(ticket=id_, device="pr1", cut0=7, power_life="l1", copy=copy, attempt=attempt))
        paper = self.papers.get(id_)
        if paper is None:
            assert problem == "unknown-ticket"
        elif paper.last == "printing":
            assert problem == "wrong-state"
        else:
            assert problem == ""
            assert copy == paper.begun, "each paper after the first is a marked copy, and counted"
            paper.begun += 1
            paper.since = self.point.ms
            if paper.last == "requested":
                paper.words[-1].append("printing")
            else:
                paper.words.append(["printing"])

    @rule(which=WHICH, result=RESULTS, again=st.booleans())
    def printer_says(self, which: int, result: PrintResult, again: bool) -> None:
        id_ = self.one(which)
        word = c.FinishPrint(ticket=id_, result=result, tier="T1", cause="said", ms=900)
        problem = self.ask(word)
        if again:
            assert self.ask(word) == problem
        paper = self.papers.get(id_)
        assert problem == ("" if paper else "unknown-ticket")
        if paper and paper.last not in {*ENDS, "none"} and not paper.last == result == "unknown":
            paper.words[-1].append(result)

    @rule(which=WHICH, device=st.sampled_from(["pr1", "pr1", ""]))
    def staff_asks_for_a_copy(self, which: int, device: str) -> None:
        id_ = self.one(which)
        problem = self.ask(c.Reprint(ticket=id_, device=device))
        paper = self.papers.get(id_)
        if paper is None:
            assert problem == "unknown-ticket"
        elif not device:
            assert problem == "invalid"
        elif self.point.state.visits[self.point.state.tickets[id_].visit].outcome is not None:
            assert problem == "wrong-state"
        else:
            assert problem == ("wrong-state" if paper.last in UNPROVEN else "")

    @rule(which=WHICH)
    def customer_gives_up(self, which: int) -> None:
        """Their paper is still owed its last word."""
        self.ask(c.CancelTicket(ticket=self.one(which)))

    @rule(seconds=st.sampled_from([5, 140, 149.4, 151]))
    def time_passes(self, seconds: float) -> None:
        self.point.later(seconds)
        self.point.tick()
        for paper in self.papers.values():
            if paper.last in UNPROVEN and self.point.ms - paper.since > PATIENCE_MS:
                paper.words[-1].append("void")

    @rule(really=st.sampled_from([False, False, False, True]))
    def day_ends(self, really: bool) -> None:
        if not really:
            return
        self.point.later(86_400)
        self.point.tick()
        for paper in self.papers.values():
            if paper.last in UNPROVEN:
                paper.words[-1].append("void")
            paper.over = True

    @rule()
    def crash(self) -> None:
        """The power goes: another boot, the state out of the stored bytes."""
        self.point.reboot()

    @invariant()
    def the_journal_says_what_the_model_says(self) -> None:
        if not hasattr(self, "point"):
            return
        for stored in self.point.stored[self.read :]:
            event = wire.data_of(wire.read(stored.body))
            if isinstance(event, e.PrintStarted):
                self.told.setdefault(event.ticket, []).append("printing")
                self.unmarked[event.ticket] = self.unmarked.get(event.ticket, 0) + (event.copy == 0)
            elif isinstance(event, e.PrintResulted):
                self.told.setdefault(event.ticket, []).append(event.result)
        self.read = len(self.point.stored)
        for id_, paper in self.papers.items():
            said = [word for words in paper.words for word in words if word != "requested"]
            assert self.told.get(id_, []) == said
            assert self.unmarked.get(id_, 0) <= 1, "two papers without a copy mark"
            ticket = self.point.state.tickets.get(id_)
            if ticket is not None:
                assert ticket.print.state == paper.last
                assert ticket.medium == paper.medium
                assert (id_ in self.point.state.unfinished_prints) == (paper.last in UNPROVEN)

    def teardown(self) -> None:
        """However it was left: after its patience every paper has exactly one end."""
        if not hasattr(self, "point"):
            return
        self.time_passes(PATIENCE_MS / 1000 + 1)
        self.the_journal_says_what_the_model_says()
        for paper in self.papers.values():
            assert all(sum(word in ENDS for word in words) <= 1 for words in paper.words), "a paper ended twice"
            assert paper.last in ({*ENDS} if paper.wanted or paper.begun else {"none"})


TestPaperModel = PaperModel.TestCase
TestPaperModel.settings = settings(max_examples=settings.default.max_examples * 8 // 10, stateful_step_count=40)
