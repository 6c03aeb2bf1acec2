"""Each fault of the virtual printer, in virtual time: what stops, what is kept, what is lost, what is said."""

import pytest

from drivers.sim.escpos_core import EscposCore
from drivers.sim.faults import BadFault, Fault, FaultKind
from drivers.sim.paper_width import HEAD_TO_CUTTER_ROWS

CUT = b"\x1dV\x41\x00"
ASB_ON = b"\x1da\xff"
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
JOB_ID = b"\x1d(H\x06\x0000ABCD"
DONE = b'\x37"ABCD\x00'
INK = b"\xff" * 72
RASTER_400 = b"\x1dv0\x00\x48\x00\x90\x01" + INK * 400  # 50 mm
TICKET = RASTER_400 + CUT + JOB_ID


def fault(kind: FaultKind, **at: float) -> Fault:
    return Fault.parse({"kind": kind.value, **at})


def core_with(kind: FaultKind, data: bytes = ASB_ON + TICKET, **at: float) -> EscposCore:
    core = EscposCore()
    core.strike(fault(kind, **at), 0.0)
    core.feed(data, 0.0)
    return core


def test_paper_out_at_20_mm_stops_there_and_tells_and_goes_on_after_reload() -> None:
    core = core_with(FaultKind.PAPER_OUT, at_mm=20)
    assert core.advance(10.0) == [b"\x10\x00\x00\x00", b"\x18\x00\x0f\x00"]
    assert len(core.mechanism.hanging) == HEAD_TO_CUTTER_ROWS + 160
    assert core.next_event_s() is None
    core.strike(fault(FaultKind.CLEAR), 20.0)
    answers = core.advance(30.0)
    (piece,) = core.take_pieces()
    assert answers == [b"\x10\x00\x00\x00", DONE]
    assert piece.rows[HEAD_TO_CUTTER_ROWS:] == [INK] * 400  # the buffer was kept: the trap
    assert (piece.interruptions, piece.scrap) == (("paper_out",), False)


def test_realtime_status_and_clear_work_without_paper() -> None:
    core = core_with(FaultKind.PAPER_OUT, at_mm=20, data=b"\x1dv0\x00\x48\x00\x14\x00" + INK * 20 + b"\x1bJ\xff" * 3)
    core.advance(1.0)
    core.feed(b"\x10\x04\x01\x10\x04\x02\x10\x04\x04" + CLEAR, 1.0)
    assert b"".join(core.advance(1.0)) == b"\x1a\x32\x7e\x37\x25\x00"
    core.strike(fault(FaultKind.CLEAR), 2.0)
    core.feed(CUT + JOB_ID, 2.0)
    assert core.advance(9.0) == [DONE]
    (scrap,) = core.take_pieces()
    assert scrap.scrap
    assert len(scrap.rows) == HEAD_TO_CUTTER_ROWS + 160


def test_clear_drops_the_waiting_process_id_and_heals_a_torn_command() -> None:
    core = EscposCore()
    core.feed(TICKET, 0.0)
    core.advance(0.05)
    core.feed(CLEAR + b"\x1dv0\x00\x48\x00\xff\x00torn", 0.05)
    core.feed(CLEAR + b"\x1dr\x01", 0.1)
    assert core.advance(20.0) == [b"\x37\x25\x00", b"\x37\x25\x00", b"\x00"]


def test_near_end_warns_and_prints() -> None:
    core = core_with(FaultKind.NEAR_END)
    assert core.advance(9.0) == [b"\x10\x00\x03\x00", DONE]


def test_cover_opened_mid_print_is_an_error_and_closing_it_resumes() -> None:
    core = core_with(FaultKind.COVER, at_mm=10)
    assert core.advance(5.0)[-1] == b"\x38\x04\x00\x00"
    core.strike(fault(FaultKind.CLEAR), 5.0)
    assert core.advance(9.0)[-1] == DONE


def test_dle_enq_2_empties_the_buffers_after_a_cover_error() -> None:
    core = core_with(FaultKind.COVER, at_mm=10, data=b"\x1bJ\xa0" * 9 + CUT + JOB_ID)
    core.advance(5.0)
    core.feed(b"\x10\x05\x02", 5.0)
    core.strike(fault(FaultKind.CLEAR), 6.0)
    assert DONE not in core.advance(20.0)
    assert len(core.mechanism.hanging) == HEAD_TO_CUTTER_ROWS + 80


def test_jam_holds_the_cut_and_freeing_the_blade_makes_it() -> None:
    core = core_with(FaultKind.JAM, at_mm=60)
    assert core.advance(5.0)[-1] == b"\x18\x08\x00\x00"
    assert core.counters.cuts == 0
    core.strike(fault(FaultKind.CLEAR), 5.0)
    assert core.advance(9.0)[-1] == DONE
    assert core.counters.cuts == 1


def test_silent_prints_and_says_nothing() -> None:
    core = core_with(FaultKind.SILENT, data=ASB_ON + TICKET + b"\x10\x04\x01")
    assert core.advance(9.0) == []
    assert len(core.take_pieces()) == 1
    core.strike(fault(FaultKind.CLEAR), 9.0)
    core.feed(b"\x10\x04\x01", 9.0)
    assert core.advance(9.0) == [b"\x12"]


def test_drop_at_a_byte_takes_exactly_that_many_and_keeps_the_torn_command() -> None:
    core = core_with(FaultKind.DROP, at_byte=1000, data=TICKET)
    core.advance(9.0)
    assert (core.drops, core.received) == (1, 1000)
    core.feed(b"x" * 72, 9.0)  # swallowed as picture
    assert core.advance(20.0) == []
    assert core.mechanism.hanging[-1] == b"\xff" * 56 + b"x" * 16  # 992 of 1000 bytes are 13 rows and 56 bytes


def test_power_cut_loses_buffers_and_modes_and_keeps_paper_and_counters() -> None:
    core = EscposCore()
    core.feed(b"a\n" + CUT + ASB_ON + b"\x1ba\x02", 0.0)
    core.advance(5.0)
    core.feed(TICKET, 5.0)
    core.strike(fault(FaultKind.POWER, at_mm=10), 5.0)
    assert core.advance(5.5) == []
    assert (core.powered, core.drops) == (False, 1)
    core.feed(b"nobody hears this", 5.6)
    core.advance(7.0)
    assert core.powered
    assert core.counters.cuts == 1
    core.strike(fault(FaultKind.NEAR_END), 7.0)
    assert core.advance(7.0) == []  # ASB is off again
    core.feed(CUT + JOB_ID, 7.0)
    assert core.advance(20.0) == [DONE]
    scrap = core.take_pieces()[-1]
    assert scrap.scrap
    assert scrap.rows.count(INK) == 80


def test_power_cut_may_lose_the_last_count() -> None:
    core = EscposCore()
    core.feed(b"a\n" + CUT, 0.0)
    core.advance(5.0)
    core.strike(Fault(FaultKind.POWER, lose_counter=True), 5.0)
    assert core.counters.cuts == 0


def test_offline_response_is_said_once_a_stop_and_names_the_cause_when_asked() -> None:
    core = EscposCore()
    core.feed(b"\x1d(H\x03\x00\x31\x30\x32", 0.0)
    core.strike(fault(FaultKind.PAPER_OUT), 1.0)
    core.strike(fault(FaultKind.COVER), 1.0)
    assert core.advance(1.0) == [b"\x37\x23\x42\x00"]


def test_esc_at_switches_asb_off() -> None:
    core = EscposCore()
    core.feed(ASB_ON + b"\x1b@", 0.0)
    core.strike(fault(FaultKind.COVER), 1.0)
    assert core.advance(1.0) == [b"\x10\x00\x00\x00"]


def test_feed_button_moves_a_line_and_is_seen_in_asb() -> None:
    core = EscposCore()
    core.feed(ASB_ON, 0.0)
    assert core.press_feed(0.0)
    assert core.advance(1.0) == [b"\x10\x00\x00\x00", b"\x50\x00\x00\x00", b"\x10\x00\x00\x00"]
    assert len(core.mechanism.hanging) == HEAD_TO_CUTTER_ROWS + 30


@pytest.mark.parametrize("at", range(0, 620, 23))
@pytest.mark.parametrize("kind", [k for k in FaultKind if k is not FaultKind.CLEAR])
def test_after_any_fault_at_any_byte_repair_and_clear_give_a_whole_ticket(kind: FaultKind, at: int) -> None:
    core = EscposCore()
    core.strike(fault(kind, at_byte=at), 0.0)
    core.feed(ASB_ON + b"Text\n" * 20 + b"\x1dv0\x00\x48\x00\x06\x00" + INK * 6 + CUT + JOB_ID, 0.0)
    core.advance(10.0)
    core.strike(fault(FaultKind.CLEAR), 20.0)
    core.feed(CLEAR + CUT, 20.0)
    core.advance(30.0)
    core.take_pieces()
    core.feed(b"\x1b@whole\n" + CUT + JOB_ID, 30.0)
    assert core.advance(40.0) == [DONE]
    clean = EscposCore()
    clean.feed(b"whole\n" + CUT, 0.0)
    clean.advance(9.0)
    assert core.take_pieces()[-1].rows == clean.take_pieces()[0].rows


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([], "JSON object"),
        ({}, "kind is None"),
        ({"kind": "fire"}, "paper_out, near_end"),
        ({"kind": "drop", "at_byte": -1}, "at_byte"),
        ({"kind": "drop", "at_byte": 1.5}, "at_byte"),
        ({"kind": "drop", "at_mm": "x"}, "at_mm"),
        ({"kind": "drop", "at_mm": 1, "at_byte": 1}, "not both"),
        ({"kind": "drop", "lose_counter": True}, "power only"),
        ({"kind": "drop", "when": 1}, "unknown key 'when'"),
    ],
)
def test_a_bad_fault_says_what_is_allowed(body: object, says: str) -> None:
    with pytest.raises(BadFault, match=says):
        Fault.parse(body)
