"""Whole busy days by chance, seeded: likelier presses than the model's, so that chains get long; the same laws."""

from random import Random

import pytest

from controller.domain import commands as c
from controller.domain.decide import Refused
from controller.journal import replay
from tests.domain.laws import Laws
from tests.domain.memory import ALWAYS, MemoryPoint, Quality, config

STEPS = 400
SERVICES = ["housing", "pension", "passport", "licence"]
COUNTERS = ["c1", "c2", "c3", "c4"]
JUMPS_S = [-26 * 3600, -3600, -61, 61, 3600, 26 * 3600]
CLOCKS: list[Quality] = ["synced", "synced", "holdover", "unsynced"]


def somebody_comes(by: Random) -> c.Command:
    wish = by.sample(SERVICES, by.choice([1, 1, 2, 3]))
    return c.TakeTicket(
        actor="kiosk:k1", service=wish[0], also=tuple(wish[1:]), language=by.choice(["fi", "fi", "sv", "en", "se"]),
        entry="kiosk", device=by.choice(["", "pr1"]), priority=by.choice([0, 0, 0, 2]),
    )  # fmt: skip


def at_a_counter(by: Random, point: MemoryPoint) -> c.Command:
    """What an advisor would do next, most of the time."""
    id_ = by.choice(COUNTERS)
    known = point.state.counters.get(id_)
    if known is None or not known.open:
        return c.OpenCounter(counter=id_, advisor=f"a-{id_}", languages=by.choice([(), ("fi",), ("sv", "se")]))
    if not known.current:
        idle = [c.CallNext(counter=id_)] * 6 + [c.CloseCounter(counter=id_)]
        return by.choice([*idle, c.Resume(counter=id_)] if known.held else idle)
    return busy(by, id_, point.state.service_events[known.current].stage)


def busy(by: Random, id_: str, stage: str) -> c.Command:
    end = c.End(counter=id_, resolution="first_contact", guidance="none", next_service=by.choice(["", "", "licence"]))
    sent = c.Transfer(
        counter=id_, to_service=by.choice(["", *SERVICES]), to_counter=by.choice(["", *COUNTERS]),
        to_queue=by.choice(["", "k", "p"]), position=by.choice(["first", "last", "keep"]),
        come_back=by.random() < 0.6,
    )  # fmt: skip
    called = [c.Start(counter=id_)] * 4 + [c.Recall(counter=id_), c.NoShow(counter=id_), c.CallNext(counter=id_)]
    serving = [end, end, sent, sent, c.Hold(counter=id_)]
    anytime = [c.CloseCounter(counter=id_), c.OpenCounter(counter=id_, advisor=f"a-{id_}", languages=("fi",))]
    likely = called if stage == "called" else serving
    return by.choice(likely if by.random() < 0.95 else [*called, *serving, *anytime])


def from_outside(by: Random, point: MemoryPoint) -> c.Command:
    tickets = [*point.state.tickets][-8:] or ["gone"]
    return by.choice([
        c.CancelTicket(actor="kiosk:k1", ticket=by.choice(tickets)),
        c.CallTicket(counter=by.choice(COUNTERS), ticket=by.choice(tickets)),
        c.CallRoll(counter=by.choice(COUNTERS), service="housing", n=by.randint(1, 6)),
        c.FinishPrint(ticket=by.choice(tickets), result=by.choice(["confirmed", "failed"]), tier="T1", cause="", ms=9),
        c.Tick(),
    ])  # fmt: skip


def pass_time(by: Random, point: MemoryPoint, *, wild: bool) -> None:
    point.later(by.choice([0, 1, 20, 50, 200]))
    if wild and by.random() < 0.02:
        point.clock = by.choice(CLOCKS)
        point.step(by.choice(JUMPS_S))
    if wild and by.random() < 0.01:
        point.reboot()
    if by.random() < 0.004:
        point.later(9 * 3600)


def one_step(by: Random, point: MemoryPoint) -> c.Command:
    chance = by.random()
    if chance < 0.25:
        return somebody_comes(by)
    return at_a_counter(by, point) if chance < 0.9 else from_outside(by, point)


@pytest.mark.parametrize("wild", [False, True], ids=["steady clocks", "wild clocks"])
@pytest.mark.parametrize("seed", range(6))
def test_the_laws_hold_over_busy_days(seed: int, wild: bool) -> None:
    by, laws = Random(seed), Laws()
    point = MemoryPoint(config(hours=ALWAYS, paper_roll=seed % 2 == 0, auto_no_show_s=300 * (seed % 3), wrap_up_s=30))
    for step in range(STEPS):
        pass_time(by, point, wild=wild)
        try:
            point.do(one_step(by, point))
        except Refused as no:
            assert no.detail
        if step % 5 == 0:
            laws.check(point, pictures=step % 50 == 0)
    laws.check(point)
    assert replay.encode(point.replayed()) == replay.encode(point.state)


@pytest.mark.parametrize("seed", range(4))
def test_every_visit_comes_to_its_end_when_people_only_serve(seed: int) -> None:
    """Whatever was held, sent on and asked back: from here on everyone is served within a bounded number of calls."""
    by = Random(100 + seed)
    point = MemoryPoint(config(hours=ALWAYS, late_s=0))
    for _ in range(STEPS):
        pass_time(by, point, wild=False)
        try:
            point.do(one_step(by, point))
        except Refused:
            continue
    for counter in COUNTERS:
        if counter in point.state.counters and point.state.counters[counter].open:
            point.do(c.CloseCounter(counter=counter))
    point.open(*COUNTERS)
    for _ in range(len(point.state.visits) * 20):
        for counter in COUNTERS:
            point.serve(counter, seconds=1)
        if all(visit.outcome for visit in point.state.visits.values()):
            return
    left = [point.number(visit.current) for visit in point.state.visits.values() if visit.outcome is None]
    raise AssertionError(f"never done: {left}")
