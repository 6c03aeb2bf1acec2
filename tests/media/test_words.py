"""The line to the point, the slots, the pace, the renewals, the stamps: the pure parts."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.ports.signalling import MESSAGE_MOST
from drivers.media import stamp
from drivers.media.control import Lines
from drivers.media.pace import DRIP_BITS_PER_S, PROVEN_S, SETTLE_S, TRY_AGAIN_S, Pace
from drivers.media.renewal import BEGIN_S, GOOD_S, STUCK_S, WAITS_S, Renewal
from drivers.media.slots import Run, SlotEnded


@given(st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"")), max_size=20), st.data())
def test_lines_come_out_whole_however_the_bytes_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    cutter, got = Lines(), list[bytes]()
    while stream:
        count = data.draw(st.integers(1, len(stream)))
        got += cutter.feed(stream[:count])
        stream = stream[count:]
    assert got == [line for line in lines if line] and not cutter.oversized


@given(st.integers(1, 400), st.integers(1, 300))
def test_an_oversized_line_is_thrown_away_and_the_next_is_read(over: int, cut: int) -> None:
    cutter, got = Lines(most=50), list[bytes]()
    stream = b"x" * (50 + over) + b"\nnext\n"
    for at in range(0, len(stream), cut):
        got += cutter.feed(stream[at : at + cut])
    assert got == [b"next"] and cutter.oversized == 1


def test_a_line_that_never_ends_holds_no_memory() -> None:
    cutter = Lines()
    for _ in range(100):
        assert cutter.feed(b"y" * MESSAGE_MOST) == []
    assert len(cutter._held) == 0 and cutter.oversized == 1


async def test_a_slow_taker_gets_the_newest_run_from_a_key_and_nothing_old() -> None:
    run: Run[int] = Run(most=4)
    for n in range(10):
        run.put(n, is_key=n % 3 == 0)
    assert [await run.get() for _ in range(4)] == [6, 7, 8, 9]
    assert run.missed == 6


async def test_of_things_that_stand_alone_the_newest_are_kept_and_the_next_is_waited_for() -> None:
    run: Run[str] = Run(most=1)
    for word in ("old", "older", "new"):
        run.put(word, is_key=True)
    assert await run.get() == "new"
    taker = asyncio.ensure_future(run.get())
    await asyncio.sleep(0)
    assert not taker.done()
    run.put("next", is_key=True)
    assert await taker == "next"


async def test_who_waits_at_a_slot_that_ends_is_told() -> None:
    run: Run[int] = Run()
    taker = asyncio.ensure_future(run.get())
    await asyncio.sleep(0)
    run.end()
    with pytest.raises(SlotEnded):
        await taker
    run.put(1, is_key=True)
    with pytest.raises(SlotEnded):
        await run.get()


def fell(pace: Pace, bits_per_s: int, now: float) -> None:
    """An estimate that was higher, of a picture of 800 kbit/s."""
    pace.allowed(2 * bits_per_s, 800_000, now - 2.0)
    pace.allowed(bits_per_s, 800_000, now)


def test_an_estimate_that_stays_as_low_as_what_was_thinned_ends_no_try_and_one_that_falls_does() -> None:
    """Chromium's does not grow for long: 218 kbit/s allowed while 670 came, as they should (2026-11-30)."""
    pace = Pace(0.0)
    pace.lost(0.4, 1.0)
    assert pace.passes(1.0 + TRY_AGAIN_S, is_key=True) and not pace.thins
    for now in range(32, 60, 2):
        pace.allowed(217_000 + 1000 * (now - 32), 670_000, float(now))
        assert not pace.thins
    pace.allowed(150_000, 670_000, 60.0)
    assert pace.thins


def test_packets_that_come_ever_later_fill_a_queue_and_a_path_that_is_long_does_not() -> None:
    pace = Pace(0.0)
    for now, ms in enumerate((700.0, 690.0, 720.0, 980.0, 700.0)):
        pace.took(ms, float(now))
        assert not pace.thins, "far away, once late"
    pace.took(1000.0, 6.0)
    pace.took(1400.0, 8.0)
    assert pace.thins
    pace.took(900.0, 10.0)
    assert pace.passes(8.0 + TRY_AGAIN_S, is_key=True) and not pace.thins
    for now in (40.0, 42.0, 44.0):
        pace.took(950.0, now)
    assert not pace.thins, "another path than before"


def test_a_narrow_path_gets_key_pictures_only_and_the_whole_is_tried_ever_more_seldom() -> None:
    pace = Pace(0.0)
    fell(pace, 400_000, SETTLE_S + 0.1)
    assert pace.thins and not pace.passes(4.0, is_key=True), "first the path gets rid of what fills it"
    assert not pace.passes(8.0, is_key=False) and pace.passes(8.0, is_key=True)
    began, tries = SETTLE_S + 0.1, []
    now = began
    while len(tries) < 5:
        now += 0.5
        if pace.passes(now, is_key=True) and not pace.thins:
            tries.append(now)
            fell(pace, 300_000, now + SETTLE_S + 0.1)
            assert pace.thins
    waits = [round(b - a) for a, b in itertools.pairwise(tries)]
    assert round(tries[0] - began) == TRY_AGAIN_S and waits == sorted(waits) and waits[-1] >= 60


def test_a_path_that_loses_much_gets_a_key_picture_now_and_then_and_one_that_is_only_bad_gets_all() -> None:
    pace = Pace(0.0)
    for now, share in enumerate((0.05, 0.2, 0.05, 0.2, 0.0)):
        pace.lost(share, float(now))
    assert not pace.thins, "one bad look is no narrow path"
    pace.lost(0.2, 6.0)
    pace.lost(0.2, 8.0)
    assert pace.thins
    full = Pace(0.0)
    full.lost(0.4, 2.0)
    assert full.thins, "a full path is told at once"
    left = [now for now in range(9, 36) if pace.passes(float(now), is_key=True) and pace.thins]
    assert left == [12, 20, 28], "of two key pictures a second a narrow path would be full again"


def test_a_key_picture_drops_through_a_narrow_path_and_a_wide_one_takes_it_at_once() -> None:
    pace = Pace(0.0)
    assert [pace.wait_s(1200, 1.0) for _ in range(50)] == [0.0] * 50
    pace.lost(0.4, 2.0)
    now = 6.0
    for _ in range(50):
        now += pace.wait_s(1200, now)
    assert now - 6.0 == pytest.approx(49 * 1200 * 8 / DRIP_BITS_PER_S), "60 kB in 4 s: the words beside it get through"
    assert pace.wait_s(1200, now + 5.0) == 0.0, "what was not used is not caught up with"


def test_a_wide_path_gets_everything_and_an_old_failure_is_forgotten() -> None:
    pace = Pace(0.0)
    pace.allowed(2_000_000, 800_000, 10.0)
    assert pace.passes(10.0, is_key=False)
    fell(pace, 100_000, 11.0)
    assert pace.passes(11.0 + TRY_AGAIN_S, is_key=True) and not pace.thins
    pace.allowed(2_000_000, 800_000, 11.0 + TRY_AGAIN_S + PROVEN_S + 1)
    fell(pace, 100_000, 60.0)
    assert not pace.passes(60.0 + TRY_AGAIN_S - 1, is_key=False)
    pace.passes(60.0 + TRY_AGAIN_S, is_key=True)
    assert not pace.thins


def test_a_start_asks_for_a_connection_after_a_moment_and_goes_on_asking() -> None:
    renewal = Renewal(0.0)
    said = [now / 2 for now in range(100) if renewal.asks("new", None, now / 2) == "begun"]
    assert said[0] == BEGIN_S and [round(b - a) for a, b in itertools.pairwise(said)][:4] == [3, 6, 10, 10]


def test_a_connection_that_failed_is_asked_for_at_once_but_never_in_a_rush() -> None:
    renewal = Renewal(0.0)
    assert renewal.asks("connected", 1.0, 1.0 + GOOD_S + 1) is None
    assert renewal.asks("failed", 1.0, 20.0) == "failed"
    assert renewal.asks("failed", 20.5, 20.6) is None  # the next epoch failed at once
    assert renewal.asks("failed", 20.5, 20.0 + WAITS_S[0]) == "failed"


def test_an_offer_that_leads_to_nothing_is_complained_of() -> None:
    renewal = Renewal(0.0)
    assert renewal.asks("connecting", 2.0, 2.0 + STUCK_S) is None
    assert renewal.asks("connecting", 2.0, 2.1 + STUCK_S) == "not_connected"


@given(st.integers(0, 2**24 - 1), st.sampled_from([64, 320, 1280, 1920]))
def test_a_stamp_is_read_back_at_any_width(number: int, width: int) -> None:
    row = bytes(220 if stamp.bits(number)[column * stamp.BITS // width] else 30 for column in range(width))
    assert stamp.read(row, width) == number


@given(st.integers(0, 2**24 - 1), st.integers(0, 31))
def test_a_stamp_with_one_wrong_block_is_none(number: int, wrong: int) -> None:
    bits = stamp.bits(number)
    bits[wrong] = not bits[wrong]
    assert stamp.read(bytes(255 if bit else 0 for bit in bits), stamp.BITS) is None
