"""Orders of an expert, as the broker keeps and repeats them until their point has done them."""

from typing import Any

import msgspec
import pytest

from tests.central.remote import S, Table, answered, brief, expert, picture


def test_an_order_is_said_again_to_a_point_that_was_away_and_its_answer_reaches_the_expert() -> None:
    table = answered()
    table.orders("sodankyla")
    table.expert("E7", t="order", id="o-1", session=S, do="hold")
    [order] = table.told("point", "sodankyla", "order")
    table.hear(table.broker.point_gone("sodankyla", table.now_s))
    assert table.told("expert", "E7", "session")[-1]["reached"] is False
    table.point_comes("sodankyla", picture(brief(S, state="connected", expert="E7")))
    assert table.told("point", "sodankyla", "order") == [order]
    table.point("sodankyla", msgspec.json.encode({"t": "done", "id": order["id"], "ok": True}).decode())
    assert table.told("expert", "E7", "done") == [{"t": "done", "id": "o-1", "ok": True}]
    table.passes(30)
    assert table.orders("sodankyla") == []


def test_an_expert_whose_point_is_away_ends_the_session_is_free_and_the_point_is_told_later() -> None:
    table = answered()
    table.orders("sodankyla")
    table.hear(table.broker.point_gone("sodankyla", table.now_s))
    table.expert("E7", t="order", id="o-1", session=S, do="end", outcome="technical_failure")
    assert table.told("expert", "E7", "lost") == [{"t": "lost", "session": S, "why": "told_later"}]
    table.orders("sodankyla")
    table.expert("E7", t="ready", ready=True)
    assert table.told("expert", "E7", "you")[-1]["ready"]
    table.passes(120)
    table.point_comes("sodankyla", picture(brief(S, state="reconnecting", expert="E7")))
    assert ("end", S) in table.orders("sodankyla")
    assert [you["session"] for you in table.told("expert", "E7", "you")] in ([], [None])


def test_the_words_of_a_session_wait_for_a_point_that_is_away_for_hours() -> None:
    table = answered()
    table.hear(table.broker.point_gone("sodankyla", table.now_s))
    table.expert("E7", t="order", id="o-1", session=S, do="end", outcome="customer_left")
    table.now_s += 3 * 3600
    table.passes(2)
    table.orders("sodankyla")
    table.point_comes("sodankyla", picture(brief(S, state="ended", expert="E7")))
    assert table.orders("sodankyla") == [("end", S)]
    table.hear(table.broker.point_gone("sodankyla", table.now_s))
    table.now_s += 25 * 3600
    table.passes(2)
    table.point_comes("sodankyla", picture(brief(S, state="ended", expert="E7")))
    assert table.orders("sodankyla") == [], "another day's"


def test_an_order_repeated_to_a_broker_that_forgot_it_has_the_same_id_at_the_point() -> None:
    ids = []
    for _ in range(2):
        table = Table()
        table.point_comes("sodankyla", picture(brief(S, state="connected", expert="E7")))
        table.expert_comes(expert(), ready=False)
        table.expert("E7", t="join", session=S)
        table.expert("E7", t="order", id="o-1", session=S, do="end", outcome="customer_left")
        ids += [order["id"] for order in table.told("point", "sodankyla", "order")]
    assert ids == ["E7.o-1", "E7.o-1"]


@pytest.mark.parametrize(
    "order",
    [
        {"do": "end"}, {"do": "end", "outcome": "completed", "queue": "kela"}, {"do": "identity", "method": "passport"},
        {"do": "hand_over"}, {"do": "hand_over", "queue": "kela", "counter": "1"}, {"do": "move", "provider": "vero"},
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_meant_is_refused_with_what_is_wrong(order: dict[str, Any]) -> None:
    table = answered()
    table.orders("sodankyla")
    table.expert("E7", t="order", id="o-1", session=S, **order)
    [done] = table.told("expert", "E7", "done")
    assert (done["ok"], done["problem"]) == (False, "invalid")
    assert order["do"] in done["detail"]
    assert table.orders("sodankyla") == []
