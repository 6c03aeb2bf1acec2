"""What the ends of a leg tell each other arrives, once and in order, over relays that do what they please."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from controller.ports.signalling import EPOCH_TOLD_MOST, Ack, Ice, Signal, Wire
from tests.remote.wires import SESSION, live

SEEDS = st.integers(0, 2**32 - 1)


@given(seed=SEEDS, steps=st.integers(0, 250))
def test_lost_doubled_late_and_reordered_words_are_taken_once_in_order_and_all_of_them_in_the_end(
    seed: int, steps: int
) -> None:
    life = live(Random(seed), steps)
    assert not life.broken


def test_an_epoch_that_was_made_up_does_not_lead_an_experts_end_where_nobody_follows() -> None:
    expert = Wire(SESSION, "talk", "expert", begins=True)
    expert.begin(1001)
    for epoch in (2**53, EPOCH_TOLD_MOST):
        expert.hear(Ack(session=SESSION, leg="talk", epoch=epoch, from_="booth", seq=1))
        assert expert.overtaken == 0
    expert.hear(Ack(session=SESSION, leg="talk", epoch=2_000_000_000_000, from_="booth", seq=1))
    assert expert.overtaken == 2_000_000_000_000, "central's clock was set back"


def test_a_flood_from_the_future_is_not_kept_and_what_is_due_is_taken_all_the_same() -> None:
    booth = Wire(SESSION, "talk", "booth", begins=False)
    words = [
        Signal(session=SESSION, leg="talk", epoch=5, from_="expert", seq=seq, body=Ice(candidate=f"w{seq}"))
        for seq in range(1, 301)
    ]
    for word in words[1:]:
        assert booth.hear(word) == []
    taken = booth.hear(words[0])
    assert taken == [word.body for word in words[:65]], "64 are kept: the rest is said again"
    assert booth.hear(words[65]) == [words[65].body]
