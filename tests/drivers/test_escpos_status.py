"""What a printer sends is told apart whatever the split, the order and the noise."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos.status import (
    Asb,
    Barrier,
    Cleared,
    Frame,
    Info,
    Offline,
    ProcessId,
    Realtime,
    StatusParser,
)

TAIL = st.integers(0, 255).map(lambda bits: bits & 0x6F)
ASBS = st.builds(Asb, st.integers(0, 255).map(lambda bits: bits & 0x6C | 0x10), TAIL, TAIL, TAIL)
REALTIMES = st.builds(Realtime, st.integers(1, 4), st.integers(0, 255).map(lambda bits: bits & 0x6C | 0x12))
BARRIERS = st.builds(Barrier, st.integers(0, 255).map(lambda bits: bits & 0x6C))
PRINTABLE = st.text([chr(code) for code in range(0x20, 0x7F)], min_size=1, max_size=80)
JOBS = st.text([chr(code) for code in range(0x20, 0x7F)], min_size=4, max_size=4)
FRAMES = st.one_of(
    ASBS, REALTIMES, BARRIERS, st.builds(ProcessId, JOBS), st.builds(Cleared), st.builds(Info, PRINTABLE)
) | st.builds(Offline, st.integers(0x20, 0x7E))


def wire(frame: Frame) -> bytes:
    match frame:
        case Asb(a, b, c, d):
            return bytes((a, b, c, d))
        case Realtime(_, bits) | Barrier(bits):
            return bytes((bits,))
        case ProcessId(job):
            return b"\x37\x22" + job.encode() + b"\0"
        case Cleared():
            return b"\x37\x25\0"
        case Offline(cause):
            return bytes((0x37, 0x23, cause, 0))
        case Info(text):
            return b"\x5f" + text.encode() + b"\0"


def asking(frames: list[Frame]) -> StatusParser:
    parser = StatusParser()
    for frame in frames:
        if isinstance(frame, Realtime):
            parser.ask_realtime(frame.n)
        if isinstance(frame, Barrier):
            parser.ask_barrier()
    return parser


@given(st.lists(FRAMES, max_size=12), st.data())
def test_any_split_gives_the_same_frames(frames: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(map(wire, frames))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    parser = asking(frames)
    got: list[Frame] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += parser.feed(stream[start:end])
    assert got == frames
    assert parser.garbage == 0


@given(ASBS, REALTIMES, st.integers(0, 4))
def test_a_reply_in_the_middle_of_automatic_status_spoils_neither(asb: Asb, reply: Realtime, at: int) -> None:
    parser = asking([reply])
    status = wire(asb)
    got = parser.feed(status[:at] + wire(reply) + status[at:])
    assert sorted(map(repr, got)) == sorted(map(repr, [asb, reply]))
    assert parser.garbage == 0


@given(JOBS, TAIL, TAIL, st.integers(2, 6), st.booleans())
def test_well_status_in_the_middle_of_a_process_id_spoils_neither(
    job: str, errors: int, paper: int, at: int, asked: bool
) -> None:
    asb, reply = Asb(0x18, errors, paper, 0), Realtime(1, 0x12)
    parser = asking([reply] if asked else [])
    mark = wire(ProcessId(job))
    got = parser.feed(mark[:at] + wire(asb) + (wire(reply) if asked else b"") + mark[at:])
    assert set(got) == {asb, ProcessId(job)} | ({reply} if asked else set())


@given(st.binary(max_size=300), FRAMES.filter(lambda frame: not isinstance(frame, Realtime | Barrier)))
def test_after_any_noise_and_a_pause_frames_are_read_again(noise: bytes, frame: Frame) -> None:
    parser = StatusParser()
    parser.feed(noise + b"\xff" * 2)  # no kind of frame goes on with FF
    assert parser.feed(wire(frame)) == [frame]


@given(st.binary(max_size=300))
def test_every_byte_is_in_a_frame_or_counted_or_still_open(noise: bytes) -> None:
    parser = StatusParser()
    read = sum(len(wire(frame)) for frame in parser.feed(noise))
    read += sum(len(wire(frame)) for frame in parser.feed(b"\xff"))
    assert read + parser.garbage == len(noise) + 1


def test_a_reply_nobody_asked_for_is_noise_and_not_a_status() -> None:
    parser = StatusParser()
    assert parser.feed(b"\x12\x00") == []
    assert parser.garbage == 2
