"""The broker when there are many, and when somebody makes much ado: what is said, and what it costs."""

import sys

import msgspec

from controller.central.shapes import read_expert
from tests.central.remote import T0, Table, brief, expert, known_point, picture, signal

S = "r-sodankyla-1"


def test_an_expert_who_plays_with_being_ready_makes_no_storm_of_rings() -> None:
    """Each ring is an event in the point's journal, and a start at the booth."""
    table = Table()
    state = "queued"
    table.point_comes("sodankyla", picture(brief(S)))
    table.expert_comes(expert(), ready=False)
    rung = []
    for turn in range(120):  # a minute
        table.expert("E7", t="ready", ready=turn % 2 == 0)
        for order in table.told("point", "sodankyla", "order"):
            rung.append(order["do"])
            state = {"ring": "ringing", "unring": "queued"}[order["do"]]
            table.point("sodankyla", msgspec.json.encode({"t": "done", "id": order["id"], "ok": True}).decode())
            table.point("sodankyla", picture(brief(S, state=state)))
        table.passes(turn % 2)
    assert 4 <= len(rung) <= 12, rung
    table.expert("E7", t="ready", ready=True)
    table.passes(31)
    assert state == "ringing" or ("ring", S) in table.orders("sodankyla"), "in the end it rings"


def test_who_waits_is_told_once_whatever_changes_that_no_expert_is_shown() -> None:
    table = Table()
    table.expert_comes(expert(), ready=False)
    table.point_comes("sodankyla", picture(brief(S)))
    [*_, told] = table.told("expert", "E7", "waiting")
    assert told["sessions"][0].keys().isdisjoint({"state", "since", "ahead"})
    table.point_comes("kemi", picture(brief("r-vero", provider="vero"), brief("r-2", provider="vero")))
    table.point("sodankyla", picture(brief(S, state="ringing", since="2026-11-30T08:00:09.000Z")))
    table.point("sodankyla", picture(brief(S, since="2026-11-30T08:00:14.000Z")))
    assert table.told("expert", "E7", "waiting") == []


def test_a_picture_costs_no_more_for_each_because_there_are_many() -> None:
    """Calls are counted, not seconds: twice the experts in session, and nothing else, is not four times the work."""

    def calls(many: int) -> int:
        table = Table()
        for n in range(many):
            session = f"r-{n}"
            table.expert_comes(expert(f"E{n}", "kela"), ready=False)
            table.point_comes(f"point-{n}", picture(brief(session, state="connected", expert=f"E{n}")))
            table.expert(f"E{n}", t="join", session=session)
            table.expert_comes(expert(f"F{n}", "kela"), ready=False)
        counted = 0

        def count(frame: object, event: str, arg: object) -> None:
            nonlocal counted
            counted += event in {"call", "c_call"}

        sys.setprofile(count)
        try:
            table.broker.point_said("point-0", known_point(picture(brief("r-0", state="held", expert="E0"))), T0)
            table.broker.expert_said("E0", read_expert(signal("r-0", "expert")), T0)
        finally:
            sys.setprofile(None)
        return counted

    assert calls(80) < 2.6 * calls(40)
