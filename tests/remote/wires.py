"""Two ends of one leg and the relays between them, which lose, double, delay and reorder whatever goes over them; a
schedule of such a life is written down, so that the pages' own end can be asked the same (test_wire.py).
"""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from controller.ports.signalling import UNACKED_MOST, Ack, End, Ice, Message, Renew, Wire, read_signal, write

SESSION = "r-1"
ENDS: tuple[End, End] = ("expert", "booth")
NOBODYS = 2**53  # an epoch that no clock comes to
IN_FLIGHT_MOST = 400
HEALS_MOST = 40  # exchanges without a fault after which everything must be well


class Life:
    """`step` does one thing, mostly unkind; `heal` lets everything through; `broken`: which law fell, or nothing."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.story: list[list[Any]] = []  # [end, what, argument, what came of it]
        self.flying: dict[End, list[Message]] = {"expert": [], "booth": []}  # towards that end
        self.said: dict[tuple[End, int], list[str]] = {}  # by end and epoch
        self.taken: dict[tuple[End, int], list[str]] = {}
        self.epochs = {1001}
        self.mixed: set[int] = set()
        self.wires: dict[End, Wire] = {}
        self.broken = ""
        self._words = 0
        for end in ENDS:
            self.reborn(end)

    # ---- what can be done to it

    def step(self) -> None:
        end = self.random.choice(ENDS)
        deeds: list[tuple[int, Callable[[], None]]] = [
            (40, lambda: self.say(end)), (80, lambda: self.arrive(end)), (12, lambda: self.again(end)),
            (1, lambda: self.begin(self._unused(self.wires["expert"].epoch + 1))),
            (1, self.wish), (4, lambda: self.lost(end)), (1, lambda: self.reborn(end)), (1, self.forged),
            (1, lambda: [self.say(end) for _ in range(self.random.choice([70, UNACKED_MOST + 5]))] and None),
        ]  # fmt: skip
        self.random.choices([deed for _, deed in deeds], [weight for weight, _ in deeds])[0]()

    def say(self, end: End) -> None:
        wire = self.wires[end]
        if not wire.epoch:
            return
        self._words += 1
        word = f"w{self._words}"
        if not wire.is_dead:
            self.said.setdefault((end, wire.epoch), []).append(word)
        wire.say(Ice(candidate=word))
        self._told(end, "say", word)

    def wish(self) -> None:
        self.wires["booth"].say(Renew(why="broken"))
        self._told("booth", "renew", None)

    def begin(self, epoch: int) -> None:
        self.wires["expert"].begin(epoch)
        self.epochs.add(epoch)
        self._told("expert", "begin", epoch)
        self.say("expert")  # its offer

    def again(self, end: End) -> None:
        self._told(end, "again", None)

    def arrive(self, end: End) -> None:
        """Any of those under way, not always the first; sometimes it will come once more."""
        if not (flying := self.flying[end]):
            return
        at = 0 if self.random.random() < 0.6 else self.random.randrange(len(flying))
        self.hear(end, flying[at] if self.random.random() < 0.2 else flying.pop(at))

    def hear(self, end: End, message: Message) -> None:
        wire = self.wires[end]
        bodies = wire.hear(message)
        words = [body.candidate for body in bodies if isinstance(body, Ice)]
        taken = self.taken.setdefault((end, wire.epoch), [])
        taken += [word or "" for word in words]
        other: End = "booth" if end == "expert" else "expert"
        is_mixed = end == "expert" and wire.epoch in self.mixed
        if not is_mixed and taken != self.said.get((other, wire.epoch), [])[: len(taken)]:
            self.broken = self.broken or f"{end} took {taken[-5:]} of epoch {wire.epoch}: not in order, or not once"
        self._told(end, "hear", msgspec.to_builtins(message), [msgspec.to_builtins(body) for body in bodies])
        if end == "expert" and any(isinstance(body, Renew) for body in bodies):
            self.begin(self._unused(wire.epoch + 1))

    def lost(self, end: End) -> None:
        """A relay was restarted: it kept nothing."""
        self.flying[end] = []

    def reborn(self, end: End) -> None:
        """A page was loaded anew, or a process was killed. An expert's end may come with too low a seat: central's
        clock was set back."""
        self.wires[end] = Wire(SESSION, "talk", end, begins=end == "expert")
        self._told(end, "reborn", None)
        if end == "expert":
            self.begin(self._unused(self.random.choice([1, self.last, self.last + 1000])))
        else:
            self.mixed |= self.epochs  # what this page says in them stands among what the one before said
            self.taken = {key: words for key, words in self.taken.items() if key[0] != end}
            self.wish()

    def forged(self) -> None:
        """The booth's page says what only a page would that was tampered with."""
        epoch = self.random.choice([NOBODYS, NOBODYS - 1])
        self.hear("expert", Ack(session=SESSION, leg="talk", epoch=epoch, from_="booth", seq=3))

    # ---- and after it

    def heal(self) -> None:
        """No fault any more: both ends come together, and everything of the last epoch is taken."""
        expert, booth = self.wires["expert"], self.wires["booth"]
        for _ in range(HEALS_MOST):
            for end in ENDS:
                self.again(end)
            while any(self.flying.values()):
                for end in ENDS:
                    if self.flying[end]:
                        self.hear(end, self.flying[end].pop(0))
            if expert.is_dead or expert.overtaken:
                self.begin(self._unused(max(expert.epoch, expert.overtaken) + 1))
            elif booth.is_dead or expert.epoch in self.mixed:
                self.wish()
            elif expert.epoch == booth.epoch and not expert.unacked and not booth.unacked:
                break
        for end, other in (("expert", "booth"), ("booth", "expert")):
            said, taken = self.said.get((end, expert.epoch), []), self.taken.get((other, expert.epoch), [])
            if expert.epoch != booth.epoch or said != taken or self.wires[end].unacked:
                ends = f"expert in {expert.epoch}, booth in {booth.epoch}"
                self.broken = self.broken or f"{ends}: {other} took {len(taken)} of {len(said)}"

    @property
    def last(self) -> int:
        return max(self.epochs)

    def _unused(self, epoch: int) -> int:
        """That epoch, or the first after it that no page has begun: two of them do not come in the same millisecond."""
        while epoch in self.epochs:
            epoch += 1
        return epoch

    def _told(self, end: End, what: str, argument: Any, bodies: list[Any] | None = None) -> None:
        """What this brought out is under way; it is written down with what came of it."""
        wire = self.wires[end]
        out = wire.out(again=what == "again")
        other: End = "booth" if end == "expert" else "expert"
        for message in out:
            if read_signal(write(message)) != message:
                self.broken = self.broken or f"no reader would take {message}"
        self.flying[other] = [*self.flying[other], *out][-IN_FLIGHT_MOST:]
        came = [bodies or [], wire.epoch, wire.overtaken, wire.is_dead, [msgspec.to_builtins(m) for m in out]]
        self.story.append([end, what, argument, came])


def live(random: Random, steps: int) -> Life:
    """One life: `steps` unkind things, then no more of them."""
    life = Life(random)
    for _ in range(steps):
        life.step()
    life.heal()
    return life
