"""The keys that have an answer, in little memory: what is stored is always found."""

from hypothesis import given
from hypothesis import strategies as st

from controller.journal.seen import Seen


@given(st.sets(st.text(max_size=80), max_size=200))
def test_what_is_stored_is_always_found(keys: set[str]) -> None:
    seen = Seen()
    seen.update(keys)
    assert all(key in seen for key in keys)


def test_a_key_that_is_not_stored_costs_a_look_at_the_disk_only_now_and_then() -> None:
    seen = Seen(f"stored-{n}" for n in range(50_000))
    wrong = sum(f"other-{n}" in seen for n in range(10_000))
    assert wrong < 30, "five probes among a million bits: some four in ten thousand"
