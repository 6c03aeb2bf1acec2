"""Remote sessions in figures: one afternoon at two booths, worked out by hand; docs/figures.md has the same table."""

from pathlib import Path

import pytest

from controller.domain import commands as c
from controller.domain.remote_events import Quality
from controller.reports.engine import Engine
from controller.reports.table import written
from tests.domain.memory import MemoryPoint
from tests.reports.asked import ALL_DAYS, figure, same
from tests.reports.oracle import capacity

DOCS = Path(__file__).parents[2] / "docs" / "figures.md"
DATE = "2026-11-23"


def afternoon() -> MemoryPoint:
    """Aino waits 60 s, 4 s of set-up, meets her expert for ten minutes, 30 s of it cut off; Ben waits 120 s, 2 s, six
    minutes; Cecilia leaves after 90 s; nobody answers Daniel, who has asked for his passport."""
    point = MemoryPoint(start=f"{DATE}T12:00")

    def wish(booth: str, service: str = "housing") -> str:
        return point.do(c.RequestSession(service=service, language="fi", booth=booth)).subject

    def meet(id_: str, wait_s: int, setup_s: int) -> None:
        point.do(c.RingSession(session=id_))
        point.later(wait_s)
        point.do(c.AnswerSession(session=id_, expert="x1"))
        point.later(setup_s)
        point.do(c.ReportLegs(session=id_, up=True))

    def judged(rtt: int, loss: float, freeze_ms: int) -> Quality:
        return Quality(
            rtt_p95_ms=rtt, loss=loss, freeze_ms=freeze_ms, audio_ok=True, video_ok=rtt < 100, relay=rtt > 100
        )

    aino = wish("b1")
    meet(aino, 60, 4)
    point.later(300)
    point.do(c.ReportLegs(session=aino, up=False, why="network"))
    point.later(30)
    point.do(c.ReportLegs(session=aino, up=True))
    point.later(270)
    point.do(
        c.EndSession(session=aino, outcome="completed", resolution="first_contact", quality=judged(140, 0.02, 9600))
    )
    ben = wish("b1")
    daniel = wish("b2", "passport")
    meet(ben, 120, 2)
    point.later(360)
    point.do(c.EndSession(session=ben, outcome="completed", resolution="referred", quality=judged(40, 0.0, 0)))
    cecilia = wish("b1")
    point.later(90)
    point.do(c.LeaveSession(session=cecilia))
    point.later(1800)
    point.tick()
    assert point.state.sessions[daniel].outcome == "no_answer"
    return point


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    return [stored.body for stored in afternoon().stored]


def test_sessions_waits_interruptions_and_quality(bodies: list[bytes]) -> None:
    found = {row["service"]: row for row in figure("remote", bodies)}
    assert found.keys() == {"housing", "passport", None}
    whole, housing = found[None], found["housing"]
    assert (whole["requested"], whole["answered"], whole["answered_share"]) == (4, 2, 0.5)
    ends = ("completed", "transferred", "no_answer", "customer_left", "technical_failures")
    assert [whole[name] for name in ends] == [
        2, 0, 1, 1, 0]  # fmt: skip
    assert (housing["wait_mean_s"], housing["setup_p50_s"], housing["connected_mean_s"]) == (90.0, 3.0, 480.0)
    assert (housing["interrupted_share"], housing["frozen_share"]) == (0.5, 0.01)
    assert (housing["loss_mean"], housing["audio_ok_share"], housing["video_ok_share"], housing["relay_share"]) == (
        0.01, 1.0, 0.5, 0.5)  # fmt: skip
    assert (found["passport"]["no_answer"], found["passport"]["judged"], found["passport"]["setup_p50_s"]) == (
        1,
        0,
        None,
    )


def test_what_was_served_remotely_is_in_the_volumes_by_its_channel(bodies: list[bytes]) -> None:
    assert [(row["service"], row["channel"], row["quantity"]) for row in figure("volumes", bodies)] == [
        ("housing", "remote", 2)
    ]


def test_who_waits_for_an_expert_takes_nobody_s_idle_time_and_who_waits_on_without_one_does() -> None:
    """Counter 1 is open for an hour: five minutes nobody is there; ten somebody waits for an expert, who does not come;
    then they wait for a counter, seven minutes, until they are called."""
    point = MemoryPoint(start=f"{DATE}T12:00")
    point.open("c1")
    point.later(300)
    id_ = point.do(c.RequestSession(service="housing", language="fi", booth="b1")).subject
    point.later(600)
    assert point.do(c.CallNext(counter="c1")).subject == ""  # "next" has nobody
    point.do(c.LeaveSession(session=id_, cause="declined"))
    point.later(420)
    point.do(c.CallNext(counter="c1"))
    point.do(c.Start(counter="c1"))
    point.later(60)
    point.do(c.End(counter="c1", resolution="pending", guidance="none"))
    bodies = [stored.body for stored in point.stored]
    rows = figure("capacity", bodies)
    assert sum(row["idle_s"] for row in rows) == 900
    assert sum(row["between_s"] for row in rows) == 420
    same(rows, capacity(bodies, tick=1))


def test_the_documentation_shows_this_table(bodies: list[bytes]) -> None:
    with Engine(ALL_DAYS) as engine:
        engine.add(bodies)
        assert written(engine.figure("remote"), "table").strip() in DOCS.read_text(encoding="utf-8")
