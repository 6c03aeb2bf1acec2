"""The virtual ESC/POS printer, sans I/O: bytes in, answers and pieces of paper out, on a clock that is passed in.

    core.feed(data, now_s)          what arrived on the wire
    core.advance(now_s) -> answers  let the machine run until then
    core.next_event_s()             when to call advance again; None: only new bytes or people change anything
    core.take_pieces()              what fell from the cutter

A finite receive buffer stands between wire and interpreter, and the interpreter runs only a little ahead of the
motor, so that a slow mechanism holds the sender back as a real one does.
"""

from collections.abc import Callable

from drivers.sim.drawer import Drawer
from drivers.sim.escpos_parser import Parser
from drivers.sim.fault_schedule import Armed, FaultSchedule
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.interpreter import Interpreter
from drivers.sim.mechanism import CUT_S, Answer, Cut, Done, Mechanism, Printed, Stored
from drivers.sim.memory import Counters, Identity
from drivers.sim.nv_graphics import NvGraphics
from drivers.sim.paper_width import BLANK_ROW, DEFAULT_SPACING, DOTS_PER_MM
from drivers.sim.piece import Piece
from drivers.sim.realtime import CLEAR_ANSWER, CLEAR_BUFFERS, RealtimeEar
from drivers.sim.status import Condition, offline_response, realtime_status
from drivers.sim.transcript import Transcript

RX_BYTES = 4096  # TM-T20 default receive buffer
SPEED_MM_S = 200.0  # TM-T20III 250, TM-T88IV 200
LOOKAHEAD_ROWS = 128  # 16 mm: print buffer between interpreter and motor
POWER_OFF_S = 1.0  # off and on again
TORN_COMMAND = b"\x1dv0\x00\x48\x00\x18\x00" + bytes(100)  # 100 of the 1,728 bytes of a picture of 24 rows
TEAR_ROWS = 5000 * DOTS_PER_MM  # 5 m without a cut: someone tears it off


class EscposCore:
    def __init__(
        self,
        speed_mm_s: float = SPEED_MM_S,
        rx_bytes: int = RX_BYTES,
        counters: Counters | None = None,
        identity: Identity | None = None,
        cut_s: float = CUT_S,
        nv: NvGraphics | None = None,
    ) -> None:
        self.condition = Condition()
        self.counters = counters or Counters()
        self.nv = nv or NvGraphics()
        self.powered = True
        self.silent = self.stalled = self.trickle = False
        self.transcript = Transcript()
        self.drops = 0  # connections to close, counted up by drop and power
        self.received = 0
        self.struck: Callable[[Fault], None] = lambda fault: None  # told of each fault in the moment it happens
        self.mechanism = Mechanism(speed_mm_s, cut_s)
        self._rx_bytes = rx_bytes
        self._wire = bytearray()
        self._rx = bytearray()
        self._parser = Parser()
        self._ear = RealtimeEar()
        self._answers: list[bytes] = []
        self._drawer = Drawer()
        self._schedule = FaultSchedule()
        self._clock_s = 0.0
        self._power_back_s = 0.0
        self._offline_told = False
        self._interpreter = Interpreter(
            self.mechanism, self.condition, self.counters, identity or Identity(), self.nv, self._say
        )

    @property
    def room(self) -> int:
        """Bytes that the receive buffer still takes."""
        return max(0, self._rx_bytes - len(self._rx) - len(self._wire))

    @property
    def buffered(self) -> int:
        return len(self._rx)

    @property
    def unknown(self) -> dict[str, int]:
        """Commands that were not understood or not drawn, by name, with how often."""
        return dict(self._interpreter.unknown)

    @property
    def armed(self) -> list[Armed]:
        """Faults that wait for their byte or millimetre."""
        return list(self._schedule.armed)

    def feed(self, data: bytes, now_s: float) -> None:
        self._run(now_s)
        if self.powered:
            self._wire += data
            self._start_now()
            self._run(now_s)

    def advance(self, now_s: float) -> list[bytes]:
        self._run(now_s)
        answers, self._answers = self._answers, []
        return answers

    def next_event_s(self) -> float | None:
        if self._answers or self._drawer:
            return self._clock_s
        if not self.powered:
            return self._power_back_s
        if self._halted:
            return None
        done_s = self.mechanism.next_done_s(self._schedule.rows_left)
        if done_s is None or not self._rx or self.mechanism.busy:
            return done_s
        return min(done_s, self.mechanism.free_s + LOOKAHEAD_ROWS / 2 / self.mechanism.rows_per_s)

    def take_pieces(self) -> list[Piece]:
        return self._drawer.take()

    def strike(self, fault: Fault, now_s: float) -> None:
        """Let a fault happen now, or arm it for its byte or millimetre."""
        self._run(now_s)
        if not self._schedule.arm(fault):
            self._happen(fault)
        self._run(now_s)

    def press_feed(self, now_s: float) -> bool:
        """The feed button: one line of paper. False: it does nothing now."""
        self._run(now_s)
        if self._halted or not self.mechanism.idle:
            return False
        self._start_now()
        self.mechanism.print_rows([BLANK_ROW] * DEFAULT_SPACING)
        self.condition.feed_button = True
        self._condition_changed()
        return True

    # --- the machine running ---

    @property
    def _halted(self) -> bool:
        return not self.powered or self.condition.offline or self.stalled

    def _run(self, now_s: float) -> None:
        while True:
            self._return_power(now_s)
            while self._receive() | self._interpret():
                pass
            done = None if self._halted else self.mechanism.step(now_s, self._schedule.rows_left)
            if done is None:
                break
            self._clock_s = max(self._clock_s, self.mechanism.free_s)
            self._note(done)
        self._clock_s = max(self._clock_s, now_s)

    def _start_now(self) -> None:
        if self.mechanism.idle:
            self.mechanism.not_before(self._clock_s)

    def _receive(self) -> bool:
        """Take from the wire what the buffer holds, obeying real-time commands as they pass."""
        room = min(self._rx_bytes - len(self._rx), self._schedule.bytes_left)
        chunk = bytes(self._wire[: max(0, room)]) if self.powered else b""
        del self._wire[: len(chunk)]
        self.received += len(chunk)
        for part, realtime in self._ear.split(chunk):
            self._rx += part
            if realtime:
                self._interpret()  # the interpreter is faster than any wire
                self._obey_at_once(realtime)
        self._moved(received=len(chunk))
        return bool(chunk)

    def _interpret(self) -> bool:
        before = len(self._rx)
        while self._may_interpret and (command := self._parser.pull(self._rx)) is not None:
            raw = bytes(self._parser.taken)
            self._parser.taken.clear()
            self.transcript.heard(self._clock_s, command, raw, self._interpreter.words_of(command))
            self._interpreter.obey(command, raw)
            self._parser.response_next = self._interpreter.waits_for_host
        return len(self._rx) != before

    @property
    def _may_interpret(self) -> bool:
        ahead = self.mechanism.rows_waiting >= LOOKAHEAD_ROWS or self.mechanism.busy
        return not self._halted and not ahead and bool(self._rx)

    def _note(self, done: Done) -> None:
        match done:
            case Printed(rows):
                self.counters.rows += rows
                self._moved(rows=rows)
                if len(self.mechanism.hanging) > TEAR_ROWS:
                    self._drawer.drop(self.mechanism.take_piece(), bytes(self._interpreter.log), partial=False)
                    self._interpreter.log.clear()
            case Cut(raw, partial):
                self.counters.cuts += 1
                self._drawer.drop(self.mechanism.take_piece(), raw, partial)
            case Answer(data):
                self._say(data)
            case Stored(_, write):
                write()
        if self.mechanism.idle and self.condition.feed_button:
            self.condition.feed_button = False
            self._condition_changed()

    def _say(self, data: bytes) -> None:
        if self.powered and not self.silent:
            self._answers.append(data)
            self.transcript.said(self._clock_s, data)

    # --- real-time commands ---

    def _obey_at_once(self, command: bytes) -> None:
        self.transcript.obeyed_at_once(self._clock_s, command)
        if command == CLEAR_BUFFERS:
            self._clear_buffers()
            self.condition.recoverable_error = False
            self._condition_changed()
            self._say(CLEAR_ANSWER)
        elif command[1] == 0x04:
            self._say(realtime_status(self.condition, command[2]))
        elif command[1] == 0x05 and self.condition.error:
            if command[2] == 2:
                self._clear_buffers()
            self.condition.recoverable_error = False  # a jam stays until someone frees the blade
            self._condition_changed()

    def _clear_buffers(self) -> None:
        under_way = not self._halted and self.mechanism.must_end(self._clock_s)
        self._lose_buffers("cleared", keep_first=under_way)
        self._interpreter.clear_print_buffer()

    def _lose_buffers(self, cause: str, keep_first: bool) -> None:
        if self.mechanism.inked or not self.mechanism.idle:
            self._drawer.interrupted(cause)
        log = self._interpreter.log
        log[:0] = self.mechanism.drop_work(keep_first)
        log += self._parser.taken + self._rx
        self._rx.clear()
        self._parser = Parser()

    # --- faults ---

    def _moved(self, received: int = 0, rows: int = 0) -> None:
        for fault in self._schedule.moved(received, rows):
            self._happen(fault)

    def _happen(self, fault: Fault) -> None:
        busy = not self.mechanism.idle or self._interpreter.mid_line
        self.struck(fault)
        self.transcript.happened(self._clock_s, fault.kind.value)
        match fault.kind:
            case FaultKind.PAPER_OUT:
                self.condition.paper_out = True
            case FaultKind.NEAR_END:
                self.condition.near_end = True
            case FaultKind.COVER:
                self.condition.cover_open = True
                self.condition.recoverable_error |= busy
            case FaultKind.JAM:
                self.condition.cutter_jam = True
            case FaultKind.SILENT:
                self.silent = True
            case FaultKind.DROP:
                self._wire.clear()
                self.drops += 1
            case FaultKind.POWER:
                self._cut_power(fault.lose_counter)
            case FaultKind.STALL:
                self.stalled = True
            case FaultKind.TRICKLE:
                self.trickle = True
            case FaultKind.TORN:
                self._rx += TORN_COMMAND
            case FaultKind.NV_ERASED:
                self.nv.erase()
            case FaultKind.CLEAR:
                self._mend()
        if busy and self.condition.offline:
            self._drawer.interrupted(fault.kind.value)
        self._condition_changed()

    def _mend(self) -> None:
        """Paper is loaded, the cover closed, the blade freed. The buffers are kept: printing goes on where it was."""
        c = self.condition
        c.paper_out = c.near_end = c.cover_open = c.cutter_jam = c.recoverable_error = False
        self.silent = self.stalled = self.trickle = False
        self._schedule.disarm()
        self.mechanism.not_before(self._clock_s)

    def _cut_power(self, lose_counter: bool) -> None:
        self._lose_buffers("power", keep_first=False)
        self._wire.clear()
        self._ear.forget()
        self._answers.clear()
        if lose_counter:
            self.counters.lose_last_cut()
        self.powered = False
        self.drops += 1
        self._power_back_s = self._clock_s + POWER_OFF_S

    def _return_power(self, now_s: float) -> None:
        if self.powered or now_s < self._power_back_s:
            return
        self.powered = True
        self.condition.recoverable_error = self.condition.feed_button = False
        self._offline_told = False
        self._interpreter.power_up()
        self.mechanism.not_before(self._power_back_s)

    def _condition_changed(self) -> None:
        if not self.powered:
            return
        self._interpreter.report_change()
        offline, mode = self.condition.offline, self._interpreter.offline_response
        if offline and not self._offline_told and mode:
            self._say(offline_response(self.condition, with_cause=mode == 2))
        self._offline_told = offline
