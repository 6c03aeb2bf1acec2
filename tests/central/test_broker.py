"""The broker on a table: who rings where, whose a session is, what passes between whom (docs/remote-service.md)."""

import base64
import hashlib
import hmac
from typing import Any

import msgspec
import pytest

from controller.central.ice import Turn
from tests.central.remote import T0, S, Table, answered, brief, expert, picture, signal


def test_it_rings_when_somebody_of_the_pool_is_ready_and_no_longer_when_nobody_is() -> None:
    table = Table()
    table.point_comes("sodankyla", picture(brief(S)))
    table.expert_comes(expert("E1", "vero"))
    assert table.orders("sodankyla") == []
    table.expert_comes(expert("E7"))
    [order] = table.told("point", "sodankyla", "order")
    assert (order["do"], order["session"]) == ("ring", S)
    table.point("sodankyla", msgspec.json.encode({"t": "done", "id": order["id"], "ok": True}).decode())
    table.point("sodankyla", picture(brief(S, state="ringing")))
    assert table.orders("sodankyla") == []
    table.hear(table.broker.expert_gone("E7", table.now_s))
    assert table.orders("sodankyla") == [("unring", S)]


def test_it_rings_at_those_who_speak_the_customers_language_and_at_all_while_none_does() -> None:
    table = Table()
    table.expert_comes(expert("E1"))
    table.expert_comes(expert("E2", languages=("fi", "se")))
    table.point_comes("utsjoki", picture(brief(S, language="se"), brief("r-2", language="en")))

    def rings(id_: str) -> dict[str, bool]:
        *_, last = table.told("expert", id_, "waiting")
        return {row["session"]: row["rings"] for row in last["sessions"]}

    assert rings("E1") == {S: False, "r-2": True}
    assert rings("E2") == {S: True, "r-2": True}


def test_the_first_answer_wins_and_the_second_expert_is_told() -> None:
    table = Table()
    table.point_comes("sodankyla", picture(brief(S, state="ringing")))
    table.expert_comes(expert("E1"))
    table.expert_comes(expert("E2"))
    table.orders("sodankyla")
    table.expert("E1", t="answer", session=S)
    table.expert("E2", t="answer", session=S)
    assert [o["expert"] for o in table.told("point", "sodankyla", "order")] == ["E1"]
    assert table.told("expert", "E2", "lost") == [{"t": "lost", "session": S, "why": "taken"}]
    table.point("sodankyla", picture(brief(S, state="connected", expert="E1")))
    [joined] = table.told("expert", "E1", "joined")
    assert joined["seat"] == int(T0)
    assert joined["services"][1] == {
        "id": "vero-kortti", "name": {"fi": "Verokortti"}, "provider": "vero", "provider_name": {"fi": "Vero"},
        "remote": True,
    }  # fmt: skip


def test_a_point_that_refuses_an_answer_frees_the_expert_who_is_told_why() -> None:
    table = Table()
    table.point_comes("sodankyla", picture(brief(S, state="ringing")))
    table.expert_comes(expert())
    table.expert("E7", t="answer", session=S)
    order = next(o for o in table.told("point", "sodankyla", "order") if o["do"] == "answer")
    done = {"t": "done", "id": order["id"], "ok": False, "problem": "wrong-state"}
    table.point("sodankyla", msgspec.json.encode(done).decode())
    assert table.told("expert", "E7", "lost") == [{"t": "lost", "session": S, "why": "wrong-state"}]
    assert table.told("expert", "E7", "you")[-1]["session"] is None


def test_a_customer_who_has_not_agreed_yet_rings_nowhere_and_cannot_be_answered() -> None:
    table = Table()
    table.point_comes("sodankyla", picture(brief(S, agreed=False)))
    table.expert_comes(expert())
    assert table.orders("sodankyla") == []
    [row] = table.told("expert", "E7", "waiting")[-1]["sessions"]
    assert (row["agreed"], row["rings"]) == (False, False)
    table.expert("E7", t="answer", session=S)
    assert table.told("expert", "E7", "lost") == [{"t": "lost", "session": S, "why": "not_agreed"}]
    assert table.orders("sodankyla") == []
    table.point("sodankyla", picture(brief(S)))
    assert table.orders("sodankyla") == [("ring", S)]


def test_an_answered_session_is_its_experts_before_picture_and_sound_are_there() -> None:
    """A point calls it ringing until one of the two legs is up."""
    table = Table()
    table.point_comes("sodankyla", picture(brief(S)))
    table.expert_comes(expert())
    table.expert("E7", t="answer", session=S)
    answer = next(o for o in table.told("point", "sodankyla", "order") if o["do"] == "answer")
    assert (answer["expert"], answer["name"]) == ("E7", "Name of E7")
    table.point("sodankyla", picture(brief(S, state="ringing", cause="answered", expert="E7")))
    assert len(table.told("expert", "E7", "joined")) == 1
    table.expert("E7", signal(S, "expert"))
    assert len(table.told("point", "sodankyla", "signal")) == 1
    table.hear(table.broker.expert_gone("E7", table.now_s))
    table.passes(21)
    assert table.orders("sodankyla") == [("drop", S)]


@pytest.mark.parametrize("page_is_there", [True, False])
def test_a_point_that_forgot_the_experts_name_in_a_restart_is_told_and_the_call_goes_on(page_is_there: bool) -> None:
    """Whose the session is, is in its journal; who that is, is not."""
    table = Table()
    table.point_comes("sodankyla", picture(brief(S, state="ringing")))
    table.expert_comes(expert())
    table.expert("E7", t="answer", session=S)
    answer = next(o for o in table.told("point", "sodankyla", "order") if o["do"] == "answer")
    table.point("sodankyla", msgspec.json.encode({"t": "done", "id": answer["id"], "ok": True}).decode())
    table.point("sodankyla", picture(brief(S, state="connected", expert="E7")))
    table.told("point", "sodankyla", "ice")
    table.orders("sodankyla")
    table.hear(table.broker.point_gone("sodankyla", table.now_s))
    if not page_is_there:  # reloaded just now
        table.hear(table.broker.expert_gone("E7", table.now_s))
    table.point_comes("sodankyla", picture(brief(S, state="connected", expert="E7")))
    assert table.told("expert", "E7", "lost") == []
    [ice] = table.told("point", "sodankyla", "ice")
    assert (ice["session"], ice["expert"], ice["name"]) == (S, "E7", "Name of E7")
    assert table.orders("sodankyla") == []
    if page_is_there:
        table.expert("E7", signal(S, "expert"))
        assert len(table.told("point", "sodankyla", "signal")) == 1


@pytest.mark.parametrize("first", ["point", "expert"])
def test_after_a_restart_of_central_and_of_the_point_the_name_is_told_whoever_comes_first(first: str) -> None:
    table = Table()
    if first == "expert":
        table.expert_comes(expert(), ready=False)
        table.expert("E7", t="join", session=S)
    table.point_comes("sodankyla", picture(brief(S, state="connected", expert="E7")))
    if first == "point":
        table.expert_comes(expert(), ready=False)
        table.expert("E7", t="join", session=S)
    last = table.told("point", "sodankyla", "ice")[-1]
    assert (last["expert"], last["name"]) == ("E7", "Name of E7")


def test_a_session_that_the_customer_ended_stays_its_experts_until_it_is_put_into_words() -> None:
    table = answered()
    table.point("sodankyla", picture(brief(S, state="ended", cause="customer", expert="E7")))
    assert table.told("expert", "E7", "lost") == []
    assert table.told("expert", "E7", "session")[-1]["brief"]["state"] == "ended"
    table.hear(table.broker.expert_gone("E7", table.now_s))
    table.passes(60)
    assert ("drop", S) not in table.orders("sodankyla")
    table.expert_comes(expert(), ready=False)
    table.expert("E7", t="join", session=S)
    table.expert("E7", t="order", id="o-1", session=S, do="end", outcome="completed")
    assert table.orders("sodankyla") == [("end", S)]
    table.point("sodankyla", picture())
    assert table.told("expert", "E7", "lost") == [{"t": "lost", "session": S, "why": "over"}]


def test_an_expert_whose_page_is_gone_for_twenty_seconds_has_left_and_not_before() -> None:
    table = answered()
    table.orders("sodankyla")
    table.hear(table.broker.expert_gone("E7", table.now_s))
    table.passes(19)
    assert table.orders("sodankyla") == []
    table.passes(2)
    [order] = table.told("point", "sodankyla", "order")
    assert (order["do"], order["session"], order["why"]) == ("drop", S, "expert_left")


def test_a_reloaded_page_joins_its_session_again_with_a_higher_seat() -> None:
    table = answered()
    [first] = table.told("expert", "E7", "joined")
    table.hear(table.broker.expert_gone("E7", table.now_s))
    table.passes(5)
    table.expert_comes(expert(), ready=False)
    assert table.told("expert", "E7", "you")[-1]["session"] == S
    table.expert("E7", t="join", session=S)
    table.expert("E7", t="join", session=S)
    seats = [joined["seat"] for joined in table.told("expert", "E7", "joined")]
    assert first["seat"] < seats[0] < seats[1]
    table.passes(60)
    assert ("drop", S) not in table.orders("sodankyla")


def test_after_a_restart_of_the_broker_the_session_goes_on_whoever_comes_first() -> None:
    had = picture(brief(S, state="connected", expert="E7"))
    for page_first in (True, False):
        table = Table(now_s=T0 + 5)
        if page_first:
            table.expert_comes(expert(), ready=False)
            table.expert("E7", t="join", session=S)
            assert table.told("expert", "E7", "lost") == []
        table.point_comes("sodankyla", had)
        if not page_first:
            table.passes(10)
            table.expert_comes(expert(), ready=False)
            assert table.told("expert", "E7", "you")[-1]["session"] == S
            table.expert("E7", t="join", session=S)
        assert [joined["session"] for joined in table.told("expert", "E7", "joined")] == [S]
        table.passes(60)
        assert ("drop", S) not in table.orders("sodankyla")


def test_after_a_restart_a_session_whose_expert_never_comes_back_is_dropped() -> None:
    table = Table()
    table.point_comes("sodankyla", picture(brief(S, state="connected", expert="E7")))
    table.passes(21)
    assert table.orders("sodankyla") == [("drop", S)]


def test_an_expert_of_another_session_gets_nothing_and_is_told_why() -> None:
    table = answered()
    table.expert_comes(expert("E9"), ready=False)
    table.said.clear()
    table.expert("E9", t="join", session=S)
    table.expert("E9", signal(S, "expert"))
    table.expert("E9", t="order", id="o-1", session=S, do="end", outcome="completed")
    assert table.told("expert", "E9", "lost") == [{"t": "lost", "session": S, "why": "not_yours"}]
    assert table.told("expert", "E9", "refused")[0]["why"] == "not_yours"
    assert table.told("expert", "E9", "done") == [{"t": "done", "id": "o-1", "ok": False, "problem": "not-yours"}]
    assert table.told("point", "sodankyla", "signal") == table.orders("sodankyla") == []


def test_signals_pass_between_the_two_ends_of_their_session_and_nobody_else() -> None:
    table = answered()
    table.point_comes("kemi", picture(brief("r-kemi", state="connected", expert="E9")))
    table.expert_comes(expert("E9"), ready=False)
    table.expert("E9", t="join", session="r-kemi")
    table.said.clear()
    table.expert("E7", signal(S, "expert"))
    table.point("sodankyla", signal(S, "booth"), signal(S, "media", "booth"))
    assert [(kind, id_, m["from"]) for kind, id_, m in table.said] == [
        ("point", "sodankyla", "expert"), ("expert", "E7", "booth"), ("expert", "E7", "media"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("point", "session", "from_", "leg"),
    [
        ("kemi", S, "booth", "talk"), ("kemi", S, "media", "booth"), ("kemi", "r-nobody", "booth", "talk"),
        ("sodankyla", S, "media", "talk"), ("sodankyla", S, "booth", "booth"), ("sodankyla", S, "expert", "talk"),
        ("sodankyla", "r-nobody", "booth", "talk"),
    ],
)  # fmt: skip
def test_a_forged_signal_of_a_point_goes_nowhere(point: str, session: str, from_: str, leg: str) -> None:
    table = answered()
    table.point_comes("kemi", picture())
    table.said.clear()
    table.point(point, signal(session, from_, leg))
    assert [(kind, id_, m["t"], m["why"]) for kind, id_, m in table.said] == [("point", point, "refused", "not_yours")]


def test_a_session_of_another_point_cannot_be_claimed_by_a_picture() -> None:
    table = answered()
    table.said.clear()
    table.point_comes("kemi", picture(brief(S, state="connected", expert="E9")))
    assert table.told("point", "kemi", "refused")[0]["why"] == "session_taken"
    table.expert("E7", signal(S, "expert"))
    assert [id_ for kind, id_, m in table.said if m["t"] == "signal"] == ["sodankyla"]


def test_a_session_that_ends_is_taken_from_its_expert_with_the_cause() -> None:
    table = answered()
    table.point("sodankyla", picture(brief(S, state="ended", cause="customer_left")))
    assert table.told("expert", "E7", "lost") == [{"t": "lost", "session": S, "why": "customer_left"}]
    assert table.told("expert", "E7", "you")[-1] == {
        "t": "you", "expert": "E7", "name": "Name of E7", "pools": ["kela"],
        "pool_names": {"kela": {"fi": "Kela"}}, "languages": ["fi", "sv"], "ready": False,
        "session": None,
    }  # fmt: skip


def test_the_outlook_counts_all_points_in_the_order_of_their_coming_booked_first() -> None:
    table = Table()
    first, booked = "2026-11-30T08:00:00.000Z", "2026-11-30T08:05:00.000Z"
    table.point_comes("kemi", picture(brief("r-1", requested_at=first), brief("r-vero", provider="vero")))
    table.point_comes("utsjoki", picture(brief("r-2", requested_at=booked, mode="appointment")))
    ahead = {m["session"]: m["ahead"] for _, _, m in table.said if m["t"] == "outlook"}
    assert ahead == {"r-1": 1, "r-vero": 0, "r-2": 0}
    assert all(m["estimate"] is None for _, _, m in table.said if m["t"] == "outlook")
    table.said.clear()
    table.expert_comes(expert("E7"))
    told = {m["session"]: m for _, _, m in table.said if m["t"] == "outlook"}
    assert told["r-2"]["estimate"] == {"p50_s": 0, "p80_s": 0}
    assert told["r-1"]["ready"] == 1
    assert told["r-1"]["estimate"] == {"p50_s": 600, "p80_s": 1800}


def test_ready_are_those_at_whom_it_would_ring() -> None:
    table = Table()
    table.expert_comes(expert("E1"))
    table.expert_comes(expert("E2", languages=("fi", "se")))
    table.point_comes("utsjoki", picture(brief(S, language="se"), brief("r-2"), brief("r-3", language="en")))
    ready = {m["session"]: m["ready"] for m in table.told("point", "utsjoki", "outlook")}
    assert ready == {S: 1, "r-2": 2, "r-3": 2}


def test_the_estimate_learns_from_the_pools_last_sessions() -> None:
    table = answered()
    table.passes(300)
    table.point("sodankyla", picture())
    table.said.clear()
    table.expert("E7", t="ready", ready=True)
    later = "2026-11-30T09:00:00.000Z"
    table.point("sodankyla", picture(brief("r-2"), brief("r-3", requested_at=later)))
    told = {m["session"]: m["estimate"] for _, _, m in table.said if m["t"] == "outlook"}
    assert told["r-3"] == {"p50_s": 150, "p80_s": 300}


def test_turn_credentials_are_what_coturn_checks_and_go_to_both_ends() -> None:
    turn = Turn(
        urls=("turn:turn.example.fi:3478?transport=udp",), secret="a secret of the tests", relay_only=True, ttl_s=600
    )
    table = answered(turn)
    [joined] = table.told("expert", "E7", "joined")
    booth = table.told("point", "sodankyla", "ice")[-1]
    assert joined["ice"] == {"servers": booth["servers"], "relay_only": True}
    [server] = booth["servers"]
    until, _, session = server["username"].partition(":")
    assert (int(until), session) == (int(T0) + 600, S)
    mac = hmac.new(b"a secret of the tests", server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(mac).decode()


def test_for_its_self_test_a_point_is_told_the_servers_without_a_session() -> None:
    table = Table(Turn(urls=("turn:turn.example.fi:3478",), secret="a secret of the tests", ttl_s=600))
    table.point_comes("sodankyla", picture())
    table.point("sodankyla", '{"t": "paths", "id": "test-1"}')
    [told] = table.told("point", "sodankyla", "paths")
    [server] = told["servers"]
    assert (told["id"], server["username"]) == ("test-1", f"{int(T0) + 600}:test.sodankyla")


def test_without_turn_json_no_server_is_told_to_anybody() -> None:
    table = answered()
    assert table.told("expert", "E7", "joined")[0]["ice"] == {"servers": [], "relay_only": False}
    assert {tuple(ice["servers"]) for ice in table.told("point", "sodankyla", "ice")} == {()}


def test_ice_is_told_when_it_rings_and_again_on_a_new_line() -> None:
    table = Table()
    table.point_comes("sodankyla", picture(brief(S)))
    assert table.told("point", "sodankyla", "ice") == []
    table.point("sodankyla", picture(brief(S, state="ringing")))
    assert len(table.told("point", "sodankyla", "ice")) == 1
    table.point_comes("sodankyla", picture(brief(S, state="ringing")))
    assert len(table.told("point", "sodankyla", "ice")) == 1


def test_a_point_that_will_not_ring_is_not_asked_again_at_once() -> None:
    table = Table()
    table.point_comes("sodankyla", picture(brief(S)))
    table.expert_comes(expert())
    for _ in range(3):
        [order] = table.told("point", "sodankyla", "order")
        refused = {"t": "done", "id": order["id"], "ok": False, "problem": "wrong-state"}
        table.point("sodankyla", msgspec.json.encode(refused).decode())
        table.point("sodankyla", picture(brief(S)))
        assert table.orders("sodankyla") == []
        table.passes(6)


def test_a_provider_that_is_renamed_or_gone_is_so_at_the_experts_desk() -> None:
    def services(name: str) -> list[dict[str, Any]]:
        return [{"id": "a", "name": {"fi": "A"}, "provider": "kela", "provider_name": {"fi": name}}]

    table = Table()
    table.expert_comes(expert(), ready=False)
    table.point_comes("sodankyla", picture(services=services("Kela")))
    table.point_comes("utsjoki", picture(services=services("KELA")))
    assert table.told("expert", "E7", "you")[-1]["pool_names"] == {"kela": {"fi": "Kela"}}
    table.point("sodankyla", picture(services=services("Kansaneläkelaitos")))
    assert table.told("expert", "E7", "you")[-1]["pool_names"] == {"kela": {"fi": "Kansaneläkelaitos"}}
    table.point("sodankyla", picture(services=[]))
    assert table.told("expert", "E7", "you")[-1]["pool_names"] == {"kela": {"fi": "KELA"}}
    table.hear(table.broker.point_gone("utsjoki", table.now_s))
    table.passes(601)
    assert table.told("expert", "E7", "you")[-1]["pool_names"] == {}
